#!/usr/bin/env bash
# A MariaDB of its own on 127.0.0.1, for tests and for trying by hand: mariadb.sh start|stop|kill [FOLDER]
# Everything lies in FOLDER (default: freezer-mariadb in the temp folder): data, socket, log, pid, and `url`, which `start` prints as well.
# MYSQL_TCP_PORT chooses the port (13306), which FOLDER remembers. `kill` ends it as a crash does: a later `start` recovers. Needs the packages of install.sh; touches nothing in /etc or /var.
set -eu
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-mariadb}
. "$(dirname "$0")/lib.sh"
port=${MYSQL_TCP_PORT:-13306}
user=$(id -un)
[ "$user" != root ] || user=mysql

set_up() {
  mkdir -p "$folder/run"
  chmod 711 "$folder"
  (umask 077 && password >"$folder/password")
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
  launch "" mariadbd --defaults-file="$folder/my.cnf"
  await "" 60 ask 'select 1'
  [ -e "$folder/url" ] && return 0
  ask "
    create database freezer; create user freezer@127.0.0.1 identified by '$(cat "$folder/password")'; grant all on freezer.* to freezer@127.0.0.1"
  echo "mysql+pymysql://freezer:$(cat "$folder/password")@127.0.0.1:$port/freezer?charset=utf8" >"$folder/url"
}

as_user() { if [ "$(id -un)" = "$user" ]; then "$@"; else setpriv --reuid="$user" --regid="$user" --init-groups "$@"; fi; }

ask() { as_user mariadb --no-defaults --socket="$folder/run/socket" --user="$user" -e "$1"; }

case $action in
  start)
    start
    cat "$folder/url"
    ;;
  stop) finish ;;
  kill) finish "" KILL ;;
  *) echo "usage: mariadb.sh start|stop|kill [FOLDER]" >&2 && exit 2 ;;
esac
