#!/usr/bin/env bash
# Generates the workloads if they are not there, and measures. bench/run.sh CEPCTL [ARG… of run.py]; ./dev bench calls it. See README.md.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
readonly cepctl=$1
shift
case "${1:-}" in
  aggregates) exec python3 bench/aggregates.py "$cepctl" "${@:2}" ;;
  journal) exec "$(dirname "$cepctl")/../../bench/journal_bench" "${2:-${TMPDIR:-/tmp}}" "${@:3}" ;;
  tables) exec "$(dirname "$cepctl")/../../bench/table_bench" "${@:2}" ;;
  output) exec "$(dirname "$cepctl")/../../bench/output_bench" "${@:2}" ;;
  latency | ack | recover) exec "$(dirname "$cepctl")/../../bench/wire_bench" "$(dirname "$cepctl")/../cepd/cepd" "$@" ;;
esac
readonly generator=${CEPD_WORKLOADS:-../shared/workloads/generate.py}
readonly data=${CEPD_WORKLOAD_DATA:-build/workloads}
command -v python3 >/dev/null || { echo "the generator of the workloads needs python3" >&2; exit 2; }
[[ -f $generator ]] || { echo "no workload generator at $generator; set CEPD_WORKLOADS to its path" >&2; exit 2; }
for workload in w1 w2 w3 w5 w6; do
  [[ -f $data/$workload.ndjson ]] || python3 "$generator" "$workload" --out "$data"
done
exec python3 bench/run.py --cepctl "$cepctl" --workloads "$(dirname "$generator")" --data "$data" "$@"
