#!/usr/bin/env bash
# Installs the Debian packages that the lab suites need, and nothing that is there already. Starts no service.
set -eu
packages=(
  python3-freezer # the other implementation: backed up by it, restored by us, and the other way round
  acl attr libcap2-bin # set and read what tar must keep
  e2fsprogs # inode flags, small file systems in a file
  pigz pbzip2 zstd xz-utils bzip2 gzip # programs that the codec prefers to Node's own
  python3-oslo.config python3-oslo.log # readers of the same files, asked for what they read
  python3-apscheduler python3-tz # the scheduler of the other implementation, asked when schedules come
  bsdutils systemd # logger and journald, for the log
  zsh fish mandoc groff-base # completion and manual page
  keystone uwsgi-core uwsgi-plugin-python3 curl openssl # keystone.sh starts one on 127.0.0.1; certificates for tests
  swift-proxy swift-account swift-container swift-object python3-keystonemiddleware memcached python3-swiftclient # swift.sh starts one; its client to compare with
  freezer-api # its tables are imported
  postgresql mariadb-server # stores of the API: postgresql.sh and mariadb.sh start one of each
  maven openjdk-17-jre-headless unzip # elasticsearch.sh fetches one and starts it
  python3-freezerclient # its tables, requests and messages are compared with ours
  iproute2 # hosts as network namespaces, whose links are cut
  openssh-server # SFTP storages are tried against it; tests start their own on 127.0.0.1
  vsftpd python3-pyftpdlib python3-openssl # ftp.sh starts them on 127.0.0.1
  python3-venv python3-pip # s3.sh installs moto, an S3 server, beside them
  wrk sqlite3 # tools/bench/api.mjs loads the API of the other implementation and ours; fills the tables of the other
)
missing=()
for name in "${packages[@]}"; do
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "lab: nothing is missing (${packages[*]})"
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "lab: needs root to install ${missing[*]}; run 'sudo npm run test:lab' or install them first" >&2
  exit 1
fi
# A package may start its service when it is installed; this file forbids that, and goes away again.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
echo "lab: installing ${missing[*]}"
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
