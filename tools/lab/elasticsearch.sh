#!/usr/bin/env bash
# An Elasticsearch of its own on 127.0.0.1, for tests and for trying by hand: elasticsearch.sh start|stop|kill [FOLDER]
# Everything lies in FOLDER (default: freezer-elasticsearch in the temp folder): program, data, log, pid, and `url`, which `start` prints as well.
# ES_PORT chooses the port (19200; the next free one is taken too), ES_VERSION the release (8.19.21; 7.17.29 is tried as well); FOLDER remembers both.
# The program is the one that Elastic publishes for tests of plugins: the real server, without the modules for scripts, by-query calls and the root page.
# Needs the packages of install.sh, and the network for the first start of a release.
set -eu
action=${1:-}
folder=${2:-${TMPDIR:-/tmp}/freezer-elasticsearch}
. "$(dirname "$0")/lib.sh"

# It refuses to run as root.
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }

set_up() {
  local version=${ES_VERSION:-8.19.21} port=${ES_PORT:-19200}
  local artifact=org/elasticsearch/distribution/integ-test-zip/elasticsearch/$version/elasticsearch-$version.zip
  local repository=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
  mkdir -p "$folder"
  chmod 711 "$folder"
  [ -e "$repository/$artifact" ] ||
    mvn --quiet --batch-mode -Dmaven.repo.local="$repository" dependency:get -Dtransitive=false \
      -Dartifact="org.elasticsearch.distribution.integ-test-zip:elasticsearch:$version:zip" >"$folder/set-up.log" 2>&1 || { tail -n 20 "$folder/set-up.log" >&2; return 1; }
  unzip -q -o "$repository/$artifact" -d "$folder"
  ln -sfn "elasticsearch-$version" "$folder/program"
  mkdir -p "$folder/data" "$folder/logs"
  cat >"$folder/program/config/elasticsearch.yml" <<CONF
cluster.name: lab
node.name: lab
path.data: $folder/data
path.logs: $folder/logs
network.host: 127.0.0.1
http.port: $port
transport.port: $((port + 1))-$((port + 50))
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: false
CONF
  [ "${version%%.*}" -lt 8 ] || echo "xpack.security.autoconfiguration.enabled: false" >>"$folder/program/config/elasticsearch.yml"
  [ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$folder/elasticsearch-$version" "$folder/data" "$folder/logs"
  echo "http://127.0.0.1:$port" >"$folder/url"
}

start() {
  running && return 0
  [ -e "$folder/url" ] || set_up
  export ES_JAVA_HOME=${ES_JAVA_HOME:-$(printf '%s\n' /usr/lib/jvm/java-17-openjdk-* | head -n 1)} ES_JAVA_OPTS="-Xms512m -Xmx512m" HOME=$folder
  unset JAVA_HOME
  cd /
  touch "$folder/log" "$folder/pid"
  [ "$(id -u)" != 0 ] || chown nobody "$folder/log" "$folder/pid"
  as setsid "$folder/program/bin/elasticsearch" -p "$folder/pid" >>"$folder/log" 2>&1 </dev/null &
  local end=$((SECONDS + 180)) starter=$!
  until curl --silent --fail --output /dev/null --max-time 10 "$(cat "$folder/url")/_cluster/health?wait_for_status=yellow&timeout=9s"; do
    if ! lives "$starter" || [ "$SECONDS" -ge "$end" ]; then
      echo "elasticsearch.sh: it does not answer; the end of $folder/log:" >&2
      tail -n 20 "$folder/log" >&2
      return 1
    fi
    sleep 0.3
  done
}

case $action in
  start)
    start
    cat "$folder/url"
    ;;
  stop) finish ;;
  kill) finish "" KILL ;;
  *) echo "usage: elasticsearch.sh start|stop|kill [FOLDER]" >&2 && exit 2 ;;
esac
