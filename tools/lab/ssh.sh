#!/usr/bin/env bash
# An OpenSSH server of its own on 127.0.0.1, for trying by hand and for tools/soak: ssh.sh start|stop [FOLDER]
# Everything lies in FOLDER (default: freezer-ssh in the temp folder): keys, settings, its log, and lab.json, which says how to get in as root.
# SSH_PORT chooses the port (12222), remembered in FOLDER. Needs root and the packages of install.sh; touches nothing in /etc.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-ssh}

running() { [ -s "$folder/pid" ] && kill -0 "$(cat "$folder/pid")" 2>/dev/null; }

set_up() {
  mkdir -p "$folder" /run/sshd
  chmod 755 "$folder"
  local port=${SSH_PORT:-12222} name
  for name in host_key user_key; do ssh-keygen -q -t ed25519 -N '' -C lab -f "$folder/$name"; done
  cp "$folder/user_key.pub" "$folder/authorized_keys"
  cat >"$folder/sshd_config" <<CONF
ListenAddress 127.0.0.1
Port $port
HostKey $folder/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile $folder/authorized_keys
PermitRootLogin yes
KbdInteractiveAuthentication no
MaxStartups 100
UseDNS no
Subsystem sftp internal-sftp
CONF
  echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 "$folder/host_key.pub")" >"$folder/known_hosts"
  printf '{"host":"127.0.0.1","port":%s,"username":"root","key":"%s","known_hosts":"%s"}\n' "$port" "$folder/user_key" "$folder/known_hosts" >"$folder/lab.json"
}

start() {
  [ -e "$folder/lab.json" ] || set_up
  mkdir -p /run/sshd
  running && return 0
  local port
  port=$(sed -n 's/^Port //p' "$folder/sshd_config")
  setsid /usr/sbin/sshd -D -e -f "$folder/sshd_config" >>"$folder/log" 2>&1 </dev/null &
  echo $! >"$folder/pid"
  local end=$((SECONDS + 30))
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    if ! running || [ "$SECONDS" -ge "$end" ]; then
      echo "ssh.sh: sshd does not listen on $port; the end of $folder/log:" >&2
      tail -n 20 "$folder/log" >&2
      return 1
    fi
    sleep 0.1
  done
}

# Those that serve a connection go on by themselves otherwise.
stop() {
  running || return 0
  local pid each
  pid=$(cat "$folder/pid")
  for each in $(ps -o pid= --ppid "$pid"); do
    kill -KILL $(ps -o pid= --ppid "$each") "$each" 2>/dev/null || true
  done
  kill -KILL "$pid"
  rm -f "$folder/pid"
}

case $action in
  start) start && echo "$folder/lab.json" ;;
  stop) stop ;;
  *) echo "usage: ssh.sh start|stop [FOLDER]" >&2 && exit 2 ;;
esac
