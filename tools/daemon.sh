# shellcheck shell=bash
# Sourced by scripts that need a running cepd: start_cepd starts one on free ports with a folder of its own, stop_cepd stops it cleanly.
# Sets work (the folder, removed at exit), events_port, alerts_port and cepd_pid.

work=$(mktemp -d "${TMPDIR:-/tmp}/cepd.XXXXXX")
cepd_pid=''

cleanup() {
  [[ -n "$cepd_pid" ]] && kill -KILL "$cepd_pid" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

# wait_until SECONDS COMMAND…: true as soon as the command is.
wait_until() {
  local tries=$(($1 * 50))
  shift
  until "$@"; do
    ((tries-- > 0)) || return 1
    read -r -t 0.02 <> <(:) || true
  done
}

ready_or_gone() { [[ -f $work/ports ]] || ! kill -0 "$cepd_pid" 2>/dev/null; }

has_lines() { (($(wc -l <"$1") >= $2)); }

# start_cepd CEPD PATTERN…: returns 0 once its ports take connections. Each start has a data directory of its own.
start_cepd() {
  local program=$1 patterns
  shift
  patterns=$(printf '%s, ' "$@")
  cat >"$work/cepd.yaml" <<YAML
patterns: [${patterns%, }]
data_dir: $(mktemp -d "$work/data.XXXXXX")
disk: {reserve: 64MiB}
listen: {events: 127.0.0.1:0, alerts: 127.0.0.1:0, http: 127.0.0.1:0}
YAML
  rm -f "$work/ports"
  "$program" --config "$work/cepd.yaml" --ports-file "$work/ports" >"$work/cepd.log" 2>&1 &
  cepd_pid=$!
  wait_until 20 ready_or_gone || true
  if [[ ! -f $work/ports ]]; then
    echo "cepd did not start:" >&2
    cat "$work/cepd.log" >&2
    return 1
  fi
  # shellcheck disable=SC2034  # for the caller
  events_port=$(sed -n 's/^events=//p' "$work/ports")
  # shellcheck disable=SC2034
  alerts_port=$(sed -n 's/^alerts=//p' "$work/ports")
}

# SIGTERM; returns cepd's exit status.
stop_cepd() {
  local pid=$cepd_pid status=0
  kill -TERM "$pid"
  wait "$pid" || status=$?
  cepd_pid=''
  return "$status"
}
