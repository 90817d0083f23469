#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The samples of contrib/actions as a site's own kinds: chat against an HTTP server, redis against redis-server,
# log-message with a logger(1) that writes down what it is given.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

# Credentials are handed over in memory only.
memory=$(mktemp -d /dev/shm/jobsched-test.XXXXXX) || exit 1
export JOBSCHED_RUNNER_DIR=$memory/runner

for program in redis-server jq /usr/bin/python3; do
    command -v "$program" >/dev/null || {
        echo "skipped: there is no $program"
        rm -rf "$memory"
        exit 77
    }
done

mkdir -p "$S/actions" "$S/bin" "$S/.config/jobsched/credentials"
export JOBSCHED_ACTION_PATH=$S/actions
install -m 0755 "${srcdir:-.}"/contrib/actions/* "$S/actions/"

# --- the servers ---------------------------------------------------------------------------------------------
redis-server --port 0 --unixsocket "$S/redis.sock" --requirepass s3cret --save '' --dir "$S" >"$S/redis.log" 2>&1 &
redis_pid=$!
cat >"$S/hook.py" <<'EOF'
import http.server, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with open(sys.argv[1] + "/posted", "a") as file:
            file.write(self.path + " " + body + "\n")
        self.send_response(403 if "forbidden" in body else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
with open(sys.argv[1] + "/port.new", "w") as file:
    file.write(str(server.server_port))
import os
os.rename(sys.argv[1] + "/port.new", sys.argv[1] + "/port")
server.serve_forever()
EOF
/usr/bin/python3 "$S/hook.py" "$S" >"$S/hook.log" 2>&1 &
hook_pid=$!
stop_servers() {
    kill "$redis_pid" "$hook_pid" 2>/dev/null
    wait "$redis_pid" "$hook_pid" 2>/dev/null
}
trap 'stop_servers; clean_up; rm -rf "$memory"' EXIT
wait_until 20 [ -e "$S/port" ] && wait_until 20 [ -S "$S/redis.sock" ] || {
    echo "the servers do not start"
    cat "$S/redis.log" "$S/hook.log"
    exit 1
}
printf '#!/bin/sh\nprintf "%%s|" "$@" >>"%s/logged"\n' "$S" >"$S/bin/logger"
chmod 755 "$S/bin/logger"
(umask 077 && printf 's3cret\n' >"$S/.config/jobsched/credentials/redis" &&
    printf 'http://127.0.0.1:%s/hooks/T0K3N\n' "$(cat "$S/port")" >"$S/.config/jobsched/credentials/hook")

cat >"$S/jobs/jobs.yaml" <<EOF
jobs:
  say:          {chat: {url: "\${credential:hook}", text: "Über \"7\"", channel: "#team"}}
  say-wrong:    {chat: {url: "\${credential:hook}", text: forbidden}}
  say-nowhere:  {chat: {url: "http://127.0.0.1:1/", text: x}}
  remember:     {environment: {PATH: "$S/bin:/usr/bin:/bin"}, log-message: {text: "it's \$(done)", priority: notice}}
  insert:       {redis: {operation: insert, key: "user:7", values: {name: Ada, note: "a b"}, host: $S/redis.sock, password: "\${credential:redis}"}}
  insert-other: {redis: {operation: insert, key: "user:8", values: {name: Bob}, host: $S/redis.sock, password: "\${credential:redis}"}}
  update:       {redis: {operation: update, key: "user:7", values: {name: Eve}, host: $S/redis.sock, password: "\${credential:redis}"}}
  get:          {redis: {operation: get, pattern: "user:*", host: $S/redis.sock, password: "\${credential:redis}"}}
  delete:       {redis: {operation: delete, key: "user:7", host: $S/redis.sock, password: "\${credential:redis}"}}
  wrong-pass:   {redis: {operation: get, pattern: "*", host: $S/redis.sock, password: wrong}}
  nowhere:      {redis: {operation: get, pattern: "*", host: $S/none.sock}}
  no-key:       {redis: {operation: delete, host: $S/redis.sock, password: "\${credential:redis}"}}
EOF

loaded() { schedctl --user list-jobs --state=failed-to-load --output=short | grep -q . && return 1; log_has "'redis'"; }
runs() { schedctl --user start --wait "$1"; }
fails() { ! schedctl --user start --wait "$1"; }
says() { row_is reason_detail "$1" "$2"; }

scheduler_start
check "all samples are found, and their jobs loaded" wait_until 60 loaded
check "the list names them" equals "chat log-message redis" "$(schedctl --user list-actions --output=short | xargs)"
check "and says what one takes" contains "$(schedctl --user list-actions redis)" "operation: choice, required, choices"

# --- chat ----------------------------------------------------------------------------------------------------
check "a message is posted" runs say
check "as JSON, to the secret address" equals '/hooks/T0K3N {"text": "\u00dcber \"7\"", "channel": "#team"}' "$(cat "$S/posted")"
check "what the server refuses is a failure" fails say-wrong
check "with its status" says say-wrong "the server answered 403 Forbidden"
check "no server is a failure" fails say-nowhere
check "the address is a secret to everybody" eval '! grep -r T0K3N "$S/state" "$S/daemon.log"'

# --- log-message ---------------------------------------------------------------------------------------------
check "a message is logged" runs remember
check "just as it is" equals "--priority|user.notice|--tag|jobsched|--|it's \$(done)|" "$(cat "$S/logged")"
check "its result says so" row_is "result -> 'priority'" remember '"notice"'

# --- redis ---------------------------------------------------------------------------------------------------
check "a record is inserted" runs insert
check "and another one" runs insert-other
check "one that exists is not" fails insert
check "and that is said" says insert "the key 'user:7' exists already"
check "it is updated" runs update
check "they are found by their pattern" runs get
check "with all their fields" row_is "result -> 'records'" get \
    '{"user:7":{"name":"Eve","note":"a b"},"user:8":{"name":"Bob"}}'
check "one is deleted" runs delete
check "once" fails delete
check "and that is said" says delete "there is no key 'user:7'"
check "one that is missing is not updated" fails update
check "and that is said" says update "there is no key 'user:7'"
check "a wrong password is a failure" fails wrong-pass
check "in the server's words" contains "$(row reason_detail wrong-pass)" "the server refuses: WRONGPASS"
check "no server is a failure" fails nowhere
check "what the operation needs is told" fails no-key
check "by its name" says no-key "delete needs 'key'"

finish
