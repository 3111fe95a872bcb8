#!/usr/bin/env bash
# The demonstration: cepd with all shipped patterns, a recorded sample over TCP, the alerts in words. demo.sh CEPD CEPCTL
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
readonly cepd=$1 cepctl=$2 sample=patterns/samples/demo.ndjson
# shellcheck source=tools/daemon.sh
source tools/daemon.sh

bold='' plain=''
if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
  bold=$'\e[1m' plain=$'\e[0m'
fi
say() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }

# What the sample must give: `replay` is the daemon's own engine on a file.
"$cepctl" replay patterns/ --events "$sample" --no-flush >"$work/expected" 2>"$work/replay.log" ||
  { cat "$work/replay.log" >&2; exit 1; }
expected=$(wc -l <"$work/expected")

start_cepd "$cepd" "$PWD/patterns"
say "1. cepd runs, with every pattern file of patterns/ (events: port $events_port, alerts: port $alerts_port)"

"$cepctl" tail --from "127.0.0.1:$alerts_port" --since 1 >"$work/raw" 2>"$work/tail.log" &
raw=$!
"$cepctl" tail --from "127.0.0.1:$alerts_port" --since 1 --pretty >"$work/pretty" 2>>"$work/tail.log" &
pretty=$!

say "2. $(wc -l <"$sample") recorded events go to it over TCP:   cepctl send --to 127.0.0.1:$events_port $sample"
head -n 2 "$sample" | cut -c1-110 | sed 's/^/     /'
echo "     …"
"$cepctl" send --to "127.0.0.1:$events_port" "$sample" 2>"$work/send.log" || { cat "$work/send.log" >&2; exit 1; }

wait_until 20 has_lines "$work/raw" "$expected" ||
  { echo "only $(wc -l <"$work/raw") of $expected alerts came" >&2; cat "$work/cepd.log" "$work/tail.log" >&2; exit 1; }

stop_cepd || { echo "cepd did not stop cleanly" >&2; cat "$work/cepd.log" >&2; exit 1; }
wait "$raw" "$pretty" || true
say "3. The alerts it sent:   cepctl tail --pretty"
echo
cat "$work/pretty"
echo
say "4. cepd stopped cleanly (SIGTERM, exit status 0)."
cmp "$work/expected" "$work/raw" || { echo "the daemon's records differ from replay's" >&2; exit 1; }
say "5. The $expected records are byte for byte those of:   cepctl replay patterns/ --events $sample --no-flush"
cat <<TEXT

Now read the pattern behind one of them, patterns/login_attacks.cep, change it, and try it without a daemon:
  $cepctl check   patterns/
  $cepctl explain patterns/login_attacks.cep
  $cepctl replay  patterns/ --events $sample
TEXT
