#!/usr/bin/env bash
# An S3 server of its own on 127.0.0.1, for tests and for trying by hand: s3.sh start|stop [FOLDER]
# It is moto, which knows conditional writes and object lock, and holds all in memory; Swift's S3 is started by swift.sh.
# Everything lies in FOLDER (default: freezer-s3 in the temp folder): its log, and s3.rc with ENDPOINT, ACCESS_KEY and SECRET_KEY.
# S3_PORT chooses the port (15100). moto is no Debian package: it is installed by pip into MOTO_FOLDER (default: freezer-moto in the temp folder), once.
set -eu
version=5.2.5
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-s3}
. "$(dirname "$0")/lib.sh"
moto=${MOTO_FOLDER:-${TMPDIR:-/tmp}/freezer-moto}

# Several test files may start at once: the first installs.
install_moto() {
  mkdir -p "$moto"
  (
    flock 9
    [ -e "$moto/$version" ] && exit 0
    /usr/bin/python3 -m venv "$moto/venv"
    "$moto/venv/bin/pip" install --quiet --disable-pip-version-check "moto[s3,server]==$version" >&2
    touch "$moto/$version"
  ) 9>"$moto/lock"
}

start() {
  running && return 0
  install_moto
  mkdir -p "$folder"
  local port=${S3_PORT:-15100}
  launch "" "$moto/venv/bin/python" "$moto/venv/bin/moto_server" -H 127.0.0.1 -p "$port"
  await "" 60 answers "http://127.0.0.1:$port/"
  printf "export ENDPOINT='http://127.0.0.1:%s' ACCESS_KEY='lab' SECRET_KEY='lab-secret'\n" "$port" >"$folder/s3.rc"
}

case $action in
  start)
    start
    echo "$folder/s3.rc"
    ;;
  stop) finish ;;
  *) echo "usage: s3.sh start|stop [FOLDER]" >&2 && exit 2 ;;
esac
