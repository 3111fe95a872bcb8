#!/usr/bin/env bash
# Recorded streams from real systems: what `cepctl replay` prints and what a subscriber of cepd receives are the same bytes, and as many
# records as another program counted. The recordings are not part of this project: where they do not lie beside the checkout
# (../shared/data, or CEPD_DATA), this says so and passes nothing. run.sh CEPD CEPCTL
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
readonly cepd=$1 cepctl=$2 data=${CEPD_DATA:-../shared/data}
passed=0 failed=0

if [[ ! -f $data/ssh_auth.ndjson || ! -f $data/zeek.ndjson ]]; then
  echo "skipped: no recordings in $data"
  echo "0 passed, 0 failed"
  exit 0
fi
# shellcheck source=tools/daemon.sh
source tools/daemon.sh

verdict() {
  if "${@:2}"; then
    passed=$((passed + 1))
    echo "ok      $1"
  else
    failed=$((failed + 1))
    echo "FAILED  $1"
  fi
}

records_of() { grep -c "\"pattern\":\"$1\"" "$2" || true; }

# recording NAME CHANNEL
over_tcp() {
  local events=$data/$1.ndjson tail
  # The daemon is told that all is said, as the end of a file tells `replay`.
  { cat "$events"; echo '{"_end":{"stream":"*"}}'; } >"$work/lines"
  start_cepd "$cepd" "$PWD/test/data/$2.cep"
  "$cepctl" tail --from "127.0.0.1:$alerts_port" --since 1 >"$work/tcp" &
  tail=$!
  "$cepctl" send --to "127.0.0.1:$events_port" "$work/lines" || true
  wait_until 20 has_lines "$work/tcp" "$(wc -l <"$work/replay")" || true
  stop_cepd || return 1
  wait "$tail" || true
}

recording() {
  local events=$1 program=$2 name want
  "$cepctl" replay "test/data/$program.cep" --events "$data/$events.ndjson" >"$work/replay"
  for shards in 2 5; do
    "$cepctl" replay "test/data/$program.cep" --events "$data/$events.ndjson" --shards "$shards" --batch 7 >"$work/shards"
    verdict "$program: $shards shards give the same bytes" cmp "$work/replay" "$work/shards"
  done
  over_tcp "$events" "$program"
  verdict "$program: TCP and replay give the same $(wc -l <"$work/replay") records" cmp "$work/replay" "$work/tcp"
  shift 2
  for name in "$@"; do
    want=${name#*=} name=${name%=*}
    verdict "$program: $want records of $name (found $(records_of "$name" "$work/replay"))" test "$(records_of "$name" "$work/replay")" = "$want"
  done
}

recording ssh_auth ssh brute_force=95 guessing_then_gone=10
recording zeek zeek command_channel=1 beacon=37
echo "$passed passed, $failed failed"
((failed == 0))
