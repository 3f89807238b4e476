#!/usr/bin/env bash
# A MariaDB of its own on 127.0.0.1, for tests and for trying by hand: mariadb.sh start|stop|kill [FOLDER]
# Everything lies in FOLDER (default: freezer-mariadb in the temp folder): data, socket, log, pid, and `url`, which `start` prints as well.
# MYSQL_TCP_PORT chooses the port (13306), which FOLDER remembers. `kill` ends it as a crash does: a later `start` recovers. Needs the packages of install.sh; touches nothing in /etc or /var.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-mariadb}
port=${MYSQL_TCP_PORT:-13306}
user=$(id -un)
[ "$user" != root ] || user=mysql

# A process that ended and that nobody reaped is none.
lives() { [ -e "/proc/$1" ] && [ "$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)" != Z ]; }
gone() { for _ in $(seq 600); do lives "$1" || return 0; sleep 0.05; done; }
running() { [ -s "$folder/pid" ] && lives "$(cat "$folder/pid")"; }

set_up() {
  mkdir -p "$folder/run"
  chmod 711 "$folder"
  (umask 077 && head -c 12 /dev/urandom | basenc --base64url >"$folder/password")
  cat >"$folder/my.cnf" <<CONF
[mariadbd]
datadir = $folder/data
tmpdir = $folder/run
socket = $folder/run/socket
pid-file = $folder/run/pid
port = $port
bind-address = 127.0.0.1
user = $user
skip-name-resolve
performance-schema = off
innodb-buffer-pool-size = 64M
innodb-log-file-size = 64M
innodb-flush-log-at-trx-commit = 1
CONF
  [ "$(id -u)" != 0 ] || chown mysql "$folder/run"
  mariadb-install-db --defaults-file="$folder/my.cnf" --auth-root-authentication-method=socket --auth-root-socket-user="$user" --skip-test-db >"$folder/set-up.log" 2>&1
}

start() {
  running && return 0
  [ -d "$folder/data/mysql" ] || set_up
  setsid mariadbd --defaults-file="$folder/my.cnf" >>"$folder/log" 2>&1 </dev/null &
  echo $! >"$folder/pid"
  local end=$((SECONDS + 60))
  until as_user mariadb --no-defaults --socket="$folder/run/socket" --user="$user" -e 'select 1' >/dev/null 2>&1; do
    if ! running || [ "$SECONDS" -ge "$end" ]; then
      echo "mariadb.sh: MariaDB does not answer; the end of $folder/log:" >&2
      tail -n 20 "$folder/log" >&2
      return 1
    fi
    sleep 0.1
  done
  [ -e "$folder/url" ] && return 0
  as_user mariadb --no-defaults --socket="$folder/run/socket" --user="$user" -e "
    create database freezer; create user freezer@127.0.0.1 identified by '$(cat "$folder/password")'; grant all on freezer.* to freezer@127.0.0.1"
  echo "mysql+pymysql://freezer:$(cat "$folder/password")@127.0.0.1:$port/freezer?charset=utf8" >"$folder/url"
}

as_user() { if [ "$(id -un)" = "$user" ]; then "$@"; else setpriv --reuid="$user" --regid="$user" --init-groups "$@"; fi; }

stop() {
  running || return 0
  local pid
  pid=$(cat "$folder/pid")
  kill -"$1" "$pid"
  gone "$pid"
  rm -f "$folder/pid"
}

case $action in
  start) start && cat "$folder/url" ;;
  stop) stop TERM ;;
  kill) stop KILL ;;
  *) echo "usage: mariadb.sh start|stop|kill [FOLDER]" >&2 && exit 2 ;;
esac
