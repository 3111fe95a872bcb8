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

# What windows must give for the taxi passengers, by awk: `DAY n total` of each day …
awk_days() {
  awk -F'[, ]' 'NR > 1 { if (!n[$1]++) day[++days] = $1; total[$1] += $3 }
    END { for (i = 1; i <= days; i++) print day[i], n[day[i]], total[day[i]] }' "$data/nyc_taxi.csv"
}

# … and `HH:00 n mean` of the 24 hours up to each full hour, while any row lies in them. There are two rows to the hour, none is missing.
awk_days_up_to() {
  awk -F, 'NR > 1 { value[NR - 2] = $2; rows = NR - 1 }
    END {
      for (end = 1; end < rows / 2 + 24; end++) {
        n = sum = 0
        for (row = 2 * (end - 24); row < 2 * end; row++) if (row in value) { n++; sum += value[row] }
        printf "%02d:00 %d %.6f\n", end % 24, n, sum / n
      }
    }' "$data/nyc_taxi.csv"
}

taxi() {
  "$cepctl" replay test/data/taxi.cep --events "$data/nyc_taxi.csv" >"$work/taxi"
  "$cepctl" replay test/data/taxi.cep --events "$data/nyc_taxi.csv" --shards 5 --batch 7 >"$work/shards"
  verdict "taxi: 5 shards give the same bytes" cmp "$work/taxi" "$work/shards"
  awk_days >"$work/days"
  sed -nE 's/.*"pattern":"days".*"window_start":"([0-9-]+)T.*"n":([0-9]+),"total":([0-9]+),.*/\1 \2 \3/p' "$work/taxi" >"$work/days.found"
  verdict "taxi: $(wc -l <"$work/days") daily totals as awk adds them up" cmp "$work/days" "$work/days.found"
  awk_days_up_to >"$work/up_to"
  sed -nE 's/.*"pattern":"day_up_to".*"window_end":"[0-9-]+T(..:..):.*"n":([0-9]+),"mean":([0-9.]+),.*/\1 \2 \3/p' "$work/taxi" |
    awk '{ printf "%s %d %.6f\n", $1, $2, $3 }' >"$work/up_to.found"
  verdict "taxi: $(wc -l <"$work/up_to") sliding means as awk has them" cmp "$work/up_to" "$work/up_to.found"
}

recording ssh_auth ssh brute_force=95 guessing_then_gone=10
recording zeek zeek command_channel=1 beacon=37
if [[ -f $data/nyc_taxi.csv ]]; then
  taxi
fi
echo "$passed passed, $failed failed"
((failed == 0))
