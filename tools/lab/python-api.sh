#!/usr/bin/env bash
# The API of the other implementation on 127.0.0.1, with SQLite and behind a Keystone: python-api.sh start|stop FOLDER
# FOLDER holds configuration, database and log. KEYSTONE_URL names the Keystone, SERVICE_PASSWORD is that of the user freezer in the project
# service, PYTHON_API_PORT the port. Needs the packages of install.sh.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
action=${1:-}
folder=${2:?usage: python-api.sh start|stop FOLDER}
port=${PYTHON_API_PORT:-19090}

running() { [ -s "$folder/pid" ] && kill -0 "$(cat "$folder/pid")" 2>/dev/null; }

set_up() {
  umask 077
  mkdir -p "$folder/policy.d"
  cp /usr/share/freezer-api/freezer-paste.ini "$folder/paste.ini"
  cat >"$folder/freezer-api.conf" <<CONF
[DEFAULT]
use_stderr = true
enable_v1_api = False
[database]
connection = sqlite:///$folder/freezer.db
[storage]
backend = sqlalchemy
driver = sqlalchemy
[paste_deploy]
config_file = $folder/paste.ini
[oslo_policy]
policy_dirs = $folder/policy.d
[keystone_authtoken]
auth_type = password
auth_url = $KEYSTONE_URL
www_authenticate_uri = $KEYSTONE_URL
username = freezer
password = $SERVICE_PASSWORD
project_name = service
user_domain_name = Default
project_domain_name = Default
service_token_roles_required = false
CONF
  freezer-manage --config-file "$folder/freezer-api.conf" db sync >>"$folder/log" 2>&1
}

start() {
  running && return 0
  [ -e "$folder/freezer.db" ] || set_up
  uwsgi_python3 --http-socket "127.0.0.1:$port" --wsgi-file /usr/bin/freezer-api-wsgi --pyargv "--config-file $folder/freezer-api.conf" \
    --master --die-on-term --need-app --lazy-apps --processes 1 --enable-threads --buffer-size 65535 --post-buffering 65536 --disable-logging \
    --add-header 'Connection: close' --pidfile "$folder/pid" --daemonize "$folder/log" >/dev/null 2>&1 </dev/null
  local end=$((SECONDS + 60))
  until curl --silent --output /dev/null --max-time 10 "http://127.0.0.1:$port/healthcheck"; do
    # The pid is written a moment after uwsgi has gone into the background.
    if { [ -s "$folder/pid" ] && ! running; } || [ "$SECONDS" -ge "$end" ]; then
      echo "python-api.sh: the API does not answer; the end of $folder/log:" >&2
      tail -n 20 "$folder/log" >&2
      return 1
    fi
    sleep 0.2
  done
}

stop() {
  running || return 0
  local pid
  pid=$(cat "$folder/pid")
  kill "$pid"
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  rm -f "$folder/pid"
}

case $action in
  start) start ;;
  stop) stop ;;
  *) echo "usage: python-api.sh start|stop FOLDER" >&2 && exit 2 ;;
esac
