# What the scripts of this folder share; each sources it after it has set `folder`, where all of its server lies.
# A program is known by a name: its process id is in NAME.pid and what it prints in NAME.log; the only one of a script has none: pid and log.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
here=$(cd "$(dirname "$0")" && pwd)

file_of() { echo "$folder/${1:+$1.}$2"; }

# A process that ended and that nobody reaped is none.
lives() { [ -e "/proc/$1" ] && [ "$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)" != Z ]; }

# gone PID: waits until it is, for a minute.
gone() { for _ in $(seq 1200); do lives "$1" || return 0; sleep 0.05; done; }

# running [NAME]
running() {
  local file
  file=$(file_of "${1:-}" pid)
  [ -s "$file" ] && lives "$(cat "$file")"
}

# launch NAME COMMAND...: starts a program that outlives this script, unless it runs.
launch() {
  local name=$1
  shift
  running "$name" && return 0
  setsid "$@" >>"$(file_of "$name" log)" 2>&1 </dev/null &
  echo $! >"$(file_of "$name" pid)"
}

# await NAME SECONDS COMMAND...: until the command succeeds, which says that the program is up; fails once that has ended or the time is over.
await() {
  local name=$1 end=$((SECONDS + $2)) begun=$SECONDS
  shift 2
  until "$@" >/dev/null 2>&1; do
    # Where a program writes its process id itself, that comes a moment later.
    if { [ "$SECONDS" -gt "$((begun + 1))" ] && ! running "$name"; } || [ "$SECONDS" -ge "$end" ]; then
      echo "$(basename "$0"): ${name:-it} does not answer; the end of $(file_of "$name" log):" >&2
      tail -n 20 "$(file_of "$name" log)" >&2
      return 1
    fi
    sleep 0.1
  done
}

# Two ways to ask whether it is up: answers URL [OPTIONS OF CURL], listens PORT.
answers() { curl --silent --output /dev/null --max-time 10 "$@"; }
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }

# finish [NAME] [SIGNAL]: ends a program, and waits until it is gone.
finish() {
  running "${1:-}" || return 0
  local file pid
  file=$(file_of "${1:-}" pid)
  pid=$(cat "$file")
  kill -"${2:-TERM}" "$pid"
  gone "$pid"
  rm -f "$file"
}

# A password that needs no quotes anywhere and looks like no option; nobody else may read what is made with it.
password() { head -c 12 /dev/urandom | basenc --base16; }
