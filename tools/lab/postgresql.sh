#!/usr/bin/env bash
# A PostgreSQL of its own on 127.0.0.1, for tests and for trying by hand: postgresql.sh start|stop|kill [FOLDER]
# Everything lies in FOLDER (default: freezer-postgresql in the temp folder): data, socket, log, pid, and `url`, which `start` prints as well.
# PGPORT chooses the port (15432), which FOLDER remembers. `kill` ends it as a crash does: a later `start` recovers. Needs the packages of install.sh; touches nothing in /etc or /var.
set -eu
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-postgresql}
. "$(dirname "$0")/lib.sh"
programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail -n 1)

# It refuses to run as root.
as() { if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@"); else "$@"; fi; }
running() { [ -s "$folder/data/postmaster.pid" ] && lives "$(head -n 1 "$folder/data/postmaster.pid")"; }

set_up() {
  mkdir -p "$folder"
  chmod 711 "$folder"
  mkdir -m 700 "$folder/data" "$folder/socket"
  (umask 077 && password >"$folder/password")
  [ "$(id -u)" != 0 ] || chown -R postgres "$folder/data" "$folder/socket" "$folder/password"
  as "$programs/initdb" -D "$folder/data" -U freezer -A scram-sha-256 --pwfile="$folder/password" --no-sync -E UTF8 --locale=C >"$folder/set-up.log"
  cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = ${PGPORT:-15432}
unix_socket_directories = '$folder/socket'
shared_buffers = 32MB
CONF
  echo "postgresql+psycopg2://freezer:$(cat "$folder/password")@127.0.0.1:${PGPORT:-15432}/freezer" >"$folder/url"
}

start() {
  running && return 0
  [ -e "$folder/url" ] || set_up
  touch "$folder/log"
  [ "$(id -u)" != 0 ] || chown postgres "$folder/log"
  as "$programs/pg_ctl" start --wait --timeout=60 --silent -D "$folder/data" -l "$folder/log" >/dev/null || { tail -n 20 "$folder/log" >&2; return 1; }
  export PGPASSWORD PGHOST=127.0.0.1 PGUSER=freezer PGPORT
  PGPASSWORD=$(cat "$folder/password")
  PGPORT=$(sed -n 4p "$folder/data/postmaster.pid")
  psql -d postgres -qtAc "select 1 from pg_database where datname = 'freezer'" | grep -q 1 || createdb freezer
}

# The processes of a killed server see that and end; the next one cannot start before.
crash() {
  running || return 0
  local pid children
  pid=$(head -n 1 "$folder/data/postmaster.pid")
  children=$(ps -o pid= --ppid "$pid" || true)
  kill -KILL "$pid"
  gone "$pid"
  for child in $children; do
    kill -KILL "$child" 2>/dev/null || true
    gone "$child"
  done
  # Where nobody reaps the dead server, the next one takes it for alive.
  rm -f "$folder/data/postmaster.pid" "$folder"/socket/.s.PGSQL.*
}

case $action in
  start)
    start
    cat "$folder/url"
    ;;
  stop) ! running || as "$programs/pg_ctl" stop --mode=fast --wait --silent -D "$folder/data" ;;
  kill) crash ;;
  *) echo "usage: postgresql.sh start|stop|kill [FOLDER]" >&2 && exit 2 ;;
esac
