#!/usr/bin/env bash
# An OpenSSH server of its own on 127.0.0.1, for tests and for trying by hand: ssh.sh start|stop [FOLDER]
# Everything lies in FOLDER (default: freezer-ssh in the temp folder): settings, log, keys, known_hosts, and lab.json, which says how to get in.
# SSH_PORT chooses the port (12222), remembered in FOLDER, SSH_ACCOUNT who may log in (root), SSH_CHROOT a folder beside which the account sees nothing, by SFTP alone (all above it must be
# root's and writable by nobody else: /tmp will not do), SSH_SETTINGS further lines of sshd_config. Needs root, and the packages of install.sh; touches nothing in /etc.
set -eu
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-ssh}
. "$(dirname "$0")/lib.sh"
port=${SSH_PORT:-$(sed -n 's/^Port //p' "$folder/sshd_config" 2>/dev/null || true)}
port=${port:-12222}
account=${SSH_ACCOUNT:-root}

settings() {
  cat <<CONF
ListenAddress 127.0.0.1
Port $port
HostKey $folder/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile $folder/user_key.pub
PermitRootLogin yes
AllowUsers $account
KbdInteractiveAuthentication no
MaxStartups 100
UseDNS no
Subsystem sftp internal-sftp
${SSH_SETTINGS:-}
CONF
  [ -z "${SSH_CHROOT:-}" ] || printf 'Match User %s\nChrootDirectory %s\nForceCommand internal-sftp\nAllowTcpForwarding no\n' "$account" "$SSH_CHROOT"
}

start() {
  running && return 0
  mkdir -p "$folder" /run/sshd
  chmod 755 "$folder"
  local name
  for name in host_key user_key; do
    [ -e "$folder/$name" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$folder/$name"
  done
  settings >"$folder/sshd_config"
  echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 "$folder/host_key.pub")" >"$folder/known_hosts"
  printf '{"host":"127.0.0.1","port":%s,"username":"%s","key":"%s","known_hosts":"%s"}\n' "$port" "$account" "$folder/user_key" "$folder/known_hosts" >"$folder/lab.json"
  launch '' /usr/sbin/sshd -D -e -f "$folder/sshd_config"
  await '' 30 grep -q 'Server listening on' "$folder/log"
}

# A connection has one or two processes, each in a session of its own, and outlives the server that took it.
stop() {
  local each pid
  running || return 0
  for pid in $(ps -o pid= --ppid "$(cat "$folder/pid")"); do
    for each in $(ps -o pid= --ppid "$pid") "$pid"; do kill -KILL "$each" 2>/dev/null || true; done
  done
  finish '' KILL
  rm -f "$folder/log"
}

case $action in
  start)
    start
    echo "$folder/lab.json"
    ;;
  stop) stop ;;
  *) echo "usage: ssh.sh start|stop [FOLDER]" >&2 && exit 2 ;;
esac
