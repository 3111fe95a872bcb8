# shellcheck shell=bash
# Sourced by scripts that need a running cepd: start_cepd starts one on free ports in a folder of its own, stop_cepd stops it cleanly.
# Sets events_port, alerts_port, cepd_pid and work (the folder, removed at exit).

work=$(mktemp -d "${TMPDIR:-/tmp}/cepd.XXXXXX")
cepd_pid=''

cleanup() {
  [[ -n "$cepd_pid" ]] && kill -KILL "$cepd_pid" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 10000))
    listens "$port" || {
      echo "$port"
      return 0
    }
  done
  return 1
}

# wait_until SECONDS COMMAND…: true as soon as the command is.
wait_until() {
  local tries=$(($1 * 50))
  shift
  until "$@"; do
    ((tries-- > 0)) || return 1
    read -r -t 0.02 <> <(:) || true
  done
}

ready_or_gone() { ! kill -0 "$cepd_pid" 2>/dev/null || listens "$alerts_port"; }

# start_cepd CEPD PATTERN…: returns 0 once both ports take connections. Another program may take a port before cepd does: tried again.
start_cepd() {
  local cepd=$1 patterns
  shift
  patterns=$(printf '%s, ' "$@")
  for _ in 1 2 3 4 5; do
    events_port=$(free_port) alerts_port=$(free_port)
    cat >"$work/cepd.yaml" <<YAML
data_dir: $work/data
patterns: [${patterns%, }]
listen: {events: 127.0.0.1:$events_port, alerts: 127.0.0.1:$alerts_port}
YAML
    "$cepd" --config "$work/cepd.yaml" >"$work/cepd.log" 2>&1 &
    cepd_pid=$!
    wait_until 20 ready_or_gone || break
    if kill -0 "$cepd_pid" 2>/dev/null && listens "$events_port"; then
      return 0
    fi
    wait "$cepd_pid" || true
    cepd_pid=''
    grep -qi 'in use' "$work/cepd.log" || break
  done
  echo "cepd did not start:" >&2
  cat "$work/cepd.log" >&2
  return 1
}

# SIGTERM; returns cepd's exit status.
stop_cepd() {
  local pid=$cepd_pid status=0
  kill -TERM "$pid"
  wait "$pid" || status=$?
  cepd_pid=''
  return "$status"
}
