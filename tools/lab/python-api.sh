#!/usr/bin/env bash
# The API of the other implementation on 127.0.0.1, with SQLite and behind a Keystone: python-api.sh start|stop FOLDER
# FOLDER holds configuration, database and log. KEYSTONE_URL names the Keystone, SERVICE_PASSWORD is that of the user freezer in the project
# service, PYTHON_API_PORT the port, PYTHON_API_PROCESSES how many answer (1). Needs the packages of install.sh.
set -eu
action=${1:-}
folder=${2:?usage: python-api.sh start|stop FOLDER}
. "$(dirname "$0")/lib.sh"
port=${PYTHON_API_PORT:-19090}

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
    --master --die-on-term --need-app --lazy-apps --processes "${PYTHON_API_PROCESSES:-1}" --enable-threads --buffer-size 65535 --post-buffering 65536 --disable-logging \
    --add-header 'Connection: close' --pidfile "$folder/pid" --daemonize "$folder/log" >/dev/null 2>&1 </dev/null
  await "" 60 answers "http://127.0.0.1:$port/healthcheck"
}

case $action in
  start) start ;;
  stop) finish ;;
  *) echo "usage: python-api.sh start|stop FOLDER" >&2 && exit 2 ;;
esac
