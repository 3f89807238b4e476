#!/usr/bin/env bash
# A Keystone of its own on 127.0.0.1, for tests and for trying by hand: keystone.sh start|stop [FOLDER]
# Everything lies in FOLDER (default: freezer-keystone in the temp folder): database, keys, log, and admin.rc with the admin's password.
# KEYSTONE_PORT chooses the port (15000), KEYSTONE_TOKEN_SECONDS the life of tokens (3600). Needs the packages of install.sh; touches nothing in /etc or /var.
set -eu
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-keystone}
. "$(dirname "$0")/lib.sh"
port=${KEYSTONE_PORT:-15000}
url=http://127.0.0.1:$port/v3

# A repository of Fernet keys is a folder with 32 random bytes per file; keystone-manage would take seconds for each.
make_keys() {
  mkdir -m 700 "$1"
  for name in 0 1; do
    (umask 077 && head -c 32 /dev/urandom | basenc --base64url >"$1/$name")
  done
}

# Tables and an admin: a quarter of a minute, the same each time but for the URL, so they are made once for each release of Keystone on this machine.
fetch_made() {
  made=${TMPDIR:-/tmp}/freezer-keystone-made-$(id -u)-$(dpkg-query --show --showformat '${Version}' python3-keystone)
  mkdir -p -m 700 "$made"
  [ -O "$made" ] || { echo "keystone.sh: $made belongs to somebody else" >&2; return 1; }
  (
    flock 9
    [ -e "$made/keystone.db" ] && exit 0
    password >"$made/admin-password"
    printf '[database]\nconnection = sqlite:///%s\nsqlite_synchronous = false\n[identity]\npassword_hash_rounds = 4\n' "$made/new.db" >"$made/keystone.conf"
    printf '[fernet_tokens]\nkey_repository = %s\n[fernet_receipts]\nkey_repository = %s\n[credential]\nkey_repository = %s\n' \
      "$folder/fernet" "$folder/fernet" "$folder/credential" >>"$made/keystone.conf"
    rm -f "$made/new.db"
    keystone-manage --config-file "$made/keystone.conf" db_sync || exit 1
    OS_BOOTSTRAP_PASSWORD=$(cat "$made/admin-password") keystone-manage --config-file "$made/keystone.conf" bootstrap --bootstrap-region-id RegionOne \
      --bootstrap-public-url "$url" --bootstrap-internal-url "$url" --bootstrap-admin-url "$url" || exit 1
    mv "$made/new.db" "$made/keystone.db"
  ) 9>"$made/lock" >>"$folder/log" 2>&1
}

set_up() {
  umask 077
  mkdir -p "$folder"
  make_keys "$folder/fernet"
  make_keys "$folder/credential"
  # Without a cache each request takes half a second; without quick hashes each login as well. Safe writing is of no use to a test.
  cat >"$folder/keystone.conf" <<CONF
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///$folder/keystone.db
sqlite_synchronous = false
[token]
expiration = ${KEYSTONE_TOKEN_SECONDS:-3600}
[fernet_tokens]
key_repository = $folder/fernet
[fernet_receipts]
key_repository = $folder/fernet
[credential]
key_repository = $folder/credential
[identity]
password_hash_rounds = 4
[cache]
enabled = true
backend = dogpile.cache.memory_pickle
[oslo_policy]
policy_dirs = $folder/policy.d
CONF
  fetch_made || return 1
  cp "$made/keystone.db" "$folder/keystone.db"
  cp "$made/admin-password" "$folder/admin-password"
  # One connection may read while another writes only with a write-ahead log; requests fail with "database is locked" otherwise.
  python3 - "$folder/keystone.db" "$url" <<'PYTHON'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("pragma journal_mode = wal")
database.execute("update endpoint set url = ?", sys.argv[2:])
PYTHON
  cat >"$folder/admin.rc" <<RC
export OS_AUTH_URL=$url
export OS_USERNAME=admin OS_PASSWORD='$(cat "$folder/admin-password")' OS_USER_DOMAIN_NAME=Default
export OS_PROJECT_NAME=admin OS_PROJECT_DOMAIN_NAME=Default
export OS_REGION_NAME=RegionOne OS_IDENTITY_API_VERSION=3
RC
}

start() {
  running && return 0
  if [ ! -e "$folder/admin.rc" ]; then set_up || { tail -n 20 "$folder/log" >&2; return 1; }; fi
  # uwsgi closes each connection without saying so, unless it is told to say so.
  OS_KEYSTONE_CONFIG_FILES=$folder/keystone.conf uwsgi_python3 --http-socket "127.0.0.1:$port" --wsgi-file /usr/bin/keystone-wsgi-public \
    --master --die-on-term --need-app --lazy-apps --processes 1 --threads 1 --buffer-size 65535 --disable-logging --add-header 'Connection: close' \
    --pidfile "$folder/pid" --daemonize "$folder/log" >/dev/null 2>&1 </dev/null
  await "" 180 answers --fail "$url"
}

case $action in
  start)
    start
    echo "$folder/admin.rc"
    ;;
  stop) finish ;;
  *) echo "usage: keystone.sh start|stop [FOLDER]" >&2 && exit 2 ;;
esac
