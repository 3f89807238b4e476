#!/usr/bin/env bash
# A Swift of its own on 127.0.0.1, with Keystone, for tests and for trying by hand: swift.sh start|stop [FOLDER]
# Everything lies in FOLDER (default: freezer-swift in the temp folder): objects, rings, settings, logs, a Keystone, and the files that say how to get in:
#   swift.rc    OS_* of the user 'freezer', who may make containers; reader.rc: one who may not; other.rc: one of another project
#   s3.rc       ACCESS_KEY, SECRET_KEY, ENDPOINT of the same account through Swift's S3 (s3api), and the same by AWS's names
#   tempauth.rc ST_AUTH, ST_USER, ST_KEY of an account without Keystone (v1)
#   lab.json    all of that for programs
# SWIFT_PORT chooses the port (18080; the four after it are taken too), KEYSTONE_PORT that of Keystone (15000); both are remembered in FOLDER.
# SWIFT_MAX_FILE_SIZE is the largest object (5 GiB). Needs the packages of install.sh; touches nothing in /etc or /var.
set -eu
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-swift}
. "$(dirname "$0")/lib.sh"
servers="account container object proxy"

ports() {
  if [ ! -e "$folder/ports" ]; then
    umask 077
    mkdir -p "$folder"
    echo "port=${SWIFT_PORT:-18080} keystone_port=${KEYSTONE_PORT:-15000}" >"$folder/ports"
  fi
  . "$folder/ports"
  keystone=http://127.0.0.1:$keystone_port
}

# One storage server: one device, one copy, none of the daemons that move copies about.
storage_server() {
  cat >"$folder/etc/$1-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $2
workers = 0
user = $(id -un)
swift_dir = $folder/etc
devices = $folder/devices
mount_check = false
fallocate_reserve = 0
log_address = $folder/no-syslog
log_level = WARNING
recon_cache_path = $folder/cache
[pipeline:main]
pipeline = $1-server
[app:$1-server]
use = egg:swift#$1
CONF
}

# authtoken stands before s3api, because it takes the identity away that s3token gives; tempauth after keystoneauth, which would else decide on its accounts too.
proxy_server() {
  local account="auth_url = $keystone
auth_type = password
username = swift
password = $(cat "$folder/service-password")
project_name = service
user_domain_id = default
project_domain_id = default"
  cat >"$folder/etc/proxy-server.conf" <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $port
workers = 0
user = $(id -un)
swift_dir = $folder/etc
log_address = $folder/no-syslog
log_level = WARNING
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache authtoken listing_formats bulk s3api s3token keystoneauth tempauth copy container-quotas account-quotas slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((port + 4))
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = $keystone/v3
delay_auth_decision = true
cache = swift.cache
include_service_catalog = false
service_token_roles_required = true
$account
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:s3token]
use = egg:swift#s3token
auth_uri = $keystone/v3
secret_cache_duration = 300
reseller_prefix = AUTH_
delay_auth_decision = true
$account
[filter:keystoneauth]
use = egg:swift#keystoneauth
reseller_prefix = AUTH
operator_roles = admin, swiftoperator
[filter:tempauth]
use = egg:swift#tempauth
reseller_prefix = TEMP
user_test_tester = testing .admin
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
CONF
  local name
  for name in catch_errors gatekeeper healthcheck listing_formats bulk copy slo dlo symlink; do
    printf '[filter:%s]\nuse = egg:swift#%s\n' "$name" "$name" >>"$folder/etc/proxy-server.conf"
  done
  for name in container account; do
    printf '[filter:%s-quotas]\nuse = egg:swift#%s_quotas\n' "$name" "$name" >>"$folder/etc/proxy-server.conf"
  done
}

set_up() {
  mkdir -p "$folder/etc" "$folder/devices/d1" "$folder/cache"
  password >"$folder/service-password"
  cat >"$folder/etc/swift.conf" <<CONF
[swift-hash]
swift_hash_path_prefix = lab
swift_hash_path_suffix = lab
[swift-constraints]
max_file_size = ${SWIFT_MAX_FILE_SIZE:-5368709122}
CONF
  storage_server object $((port + 1))
  storage_server container $((port + 2))
  storage_server account $((port + 3))
  proxy_server
  python3 "$here/swift-node.py" rings "$folder/etc" account=$((port + 3)) container=$((port + 2)) object=$((port + 1))
  "$here/keystone.sh" start "$folder/keystone" >"$folder/keystone.log"
  python3 "$here/swift-accounts.py" "$folder" "$port"
}

start() {
  ports
  export KEYSTONE_PORT=$keystone_port
  if [ ! -e "$folder/lab.json" ]; then set_up; else "$here/keystone.sh" start "$folder/keystone" >"$folder/keystone.log"; fi
  launch memcached memcached -u "$(id -un)" -l 127.0.0.1 -p $((port + 4)) -m 32 -t 1
  local name
  for name in $servers; do launch "$name" python3 "$here/swift-node.py" serve "$folder/etc" "$name"; done
  await object 60 answers "http://127.0.0.1:$((port + 1))/healthcheck"
  await container 60 answers "http://127.0.0.1:$((port + 2))/healthcheck"
  await account 60 answers "http://127.0.0.1:$((port + 3))/healthcheck"
  await proxy 60 answers "http://127.0.0.1:$port/healthcheck"
}

stop() {
  local name
  for name in proxy account container object; do finish "$name"; done
  # It takes its time to leave, and holds nothing that anybody needs.
  finish memcached KILL
  "$here/keystone.sh" stop "$folder/keystone"
}

case $action in
  start)
    start
    echo "$folder/swift.rc"
    echo "$folder/s3.rc"
    echo "$folder/lab.json"
    ;;
  stop) stop ;;
  *) echo "usage: swift.sh start|stop [FOLDER]" >&2 && exit 2 ;;
esac
