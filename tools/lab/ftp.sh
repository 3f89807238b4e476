#!/usr/bin/env bash
# FTP servers of its own on 127.0.0.1, for tests and for trying by hand: ftp.sh start|stop [FOLDER]
# Everything lies in FOLDER (default: freezer-ftp in the temp folder): settings, logs, certificates, and lab.json, which says how to get in.
#   port          vsftpd: in clear text, and with TLS when asked for (explicit); it lists by LIST alone
#   implicit_port vsftpd: TLS from the first byte
#   facts_port    pyftpdlib: as the first, and it knows MLSD and MLST
# vsftpd wants the TLS session of the commands again for the bytes, as it does by itself. FTP_PORT chooses the port (12121), FTP_IMPLICIT_PORT and
# FTP_FACTS_PORT the others (the two after it); they are remembered in FOLDER.
# A user 'frzPORT' is made for the time that they run: needs root, and the packages of install.sh; touches nothing else in /etc.
set -eu
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-ftp}
. "$(dirname "$0")/lib.sh"
servers="vsftpd implicit facts"

# An authority and a certificate of 127.0.0.1 and localhost by it; one that has ended, for tests of what is refused.
certificates() {
  local work=$folder/tls
  mkdir -p "$work"
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Freezer lab' -addext basicConstraints=critical,CA:TRUE -keyout "$work/ca.key" -out "$work/ca.pem"
  openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$work/server.key" -out "$work/server.csr"
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >"$work/names"
  openssl x509 -req -in "$work/server.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 30 -extfile "$work/names" -out "$work/server.pem"
  cat "$work/server.key" "$work/server.pem" >"$work/both.pem"
  chmod 600 "$work"/*.key "$work/both.pem"
  chmod 755 "$work"
}

vsftpd_server() {
  cat >"$folder/$1.conf" <<CONF
listen=YES
listen_address=127.0.0.1
listen_port=$2
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
chroot_local_user=NO
pam_service_name=vsftpd
secure_chroot_dir=$folder/empty
pasv_address=127.0.0.1
ssl_enable=YES
force_local_logins_ssl=$3
force_local_data_ssl=$3
implicit_ssl=$3
require_ssl_reuse=YES
ssl_ciphers=HIGH
rsa_cert_file=$folder/tls/server.pem
rsa_private_key_file=$folder/tls/server.key
xferlog_enable=YES
vsftpd_log_file=$folder/$1.transfers
utf8_filesystem=YES
seccomp_sandbox=NO
CONF
}

set_up() {
  mkdir -p "$folder/empty" "$folder/home"
  chmod 755 "$folder" "$folder/empty"
  local port=${FTP_PORT:-12121}
  echo "port=$port implicit_port=${FTP_IMPLICIT_PORT:-$((port + 1))} facts_port=${FTP_FACTS_PORT:-$((port + 2))}" >"$folder/ports"
  certificates >"$folder/tls.log" 2>&1 || { cat "$folder/tls.log" >&2; return 1; }
  (umask 077 && password >"$folder/password")
}

start() {
  [ -e "$folder/password" ] || set_up
  local port implicit_port facts_port user password
  . "$folder/ports"
  user=frz$port
  password=$(cat "$folder/password")
  id "$user" >/dev/null 2>&1 || useradd --no-create-home --home-dir "$folder/home" --shell /bin/sh "$user"
  echo "$user:$password" | chpasswd
  chown "$user" "$folder/home"
  vsftpd_server vsftpd "$port" NO
  vsftpd_server implicit "$implicit_port" YES
  launch vsftpd vsftpd "$folder/vsftpd.conf"
  launch implicit vsftpd "$folder/implicit.conf"
  install -m 600 -o "$user" "$folder/tls/both.pem" "$folder/tls-of-user.pem"
  FTP_PASSWORD=$password launch facts setpriv --reuid "$user" --regid "$user" --clear-groups python3 "$here/ftp-facts.py" "$facts_port" "$user" "$folder/home" "$folder/tls-of-user.pem"
  await vsftpd 30 listens "$port"
  await implicit 30 listens "$implicit_port"
  await facts 30 listens "$facts_port"
  printf '{"host":"127.0.0.1","port":%s,"implicit_port":%s,"facts_port":%s,"username":"%s","password":"%s","home":"%s","cacert":"%s"}\n' \
    "$port" "$implicit_port" "$facts_port" "$user" "$password" "$folder/home" "$folder/tls/ca.pem" >"$folder/lab.json"
}

stop() {
  local name pid each
  for name in $servers; do
    running "$name" || continue
    pid=$(cat "$folder/$name.pid")
    # A server that is told to end leaves the connections that it serves alone.
    for each in $(ps -o pid= -s "$pid"); do kill -KILL "$each" 2>/dev/null || true; done
    rm -f "$folder/$name.pid"
  done
  # What just ended may still count as the user's.
  [ -e "$folder/ports" ] || return 0
  local port
  . "$folder/ports"
  if id "frz$port" >/dev/null 2>&1; then userdel --force "frz$port" 2>/dev/null; fi
}

case $action in
  start)
    start
    echo "$folder/lab.json"
    ;;
  stop) stop ;;
  *) echo "usage: ftp.sh start|stop [FOLDER]" >&2 && exit 2 ;;
esac
