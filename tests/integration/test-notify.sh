#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Telling people, with real programs: a sendmail that keeps what it gets, a web server that answers as it is told,
# commands, restarts, and the worker for HTTP being killed.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

mkdir "$S/mails" "$S/requests" "$S/bin"
cat >"$S/bin/sendmail" <<EOF
#!/bin/sh
[ -e "$S/mail.down" ] && { echo "the queue is full" >&2; exit 75; }
file=\$(mktemp "$S/mails/new.XXXXXX")
{ echo "ARGUMENTS \$*"; cat; } >"\$file"
mv "\$file" "\$file.done"
EOF
chmod +x "$S/bin/sendmail"

# Keeps each request, and answers what the file `answer` says: a status, and after a blank Retry-After.
cat >"$S/server.py" <<'EOF'
import http.server, os, sys

top = sys.argv[1]

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    n = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        Handler.n += 1
        name = f"{top}/requests/{Handler.n:03}"
        with open(name + ".new", "w") as f:
            f.write(f"{self.command} {self.path}\n{self.headers}\n{body.decode()}")
        os.rename(name + ".new", name)
        status, _, retry_after = open(f"{top}/answer").read().strip().partition(" ")
        self.send_response(int(status))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"no")

    do_PUT = do_POST

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(f"{top}/port.new", "w") as f:
    f.write(str(server.server_port))
os.rename(f"{top}/port.new", f"{top}/port")
server.serve_forever()
EOF
echo 200 >"$S/answer"
python3 "$S/server.py" "$S" &
server_pid=$!
clean_up_server() {
    kill "$server_pid"
    clean_up
}
trap clean_up_server EXIT
wait_until 20 [ -e "$S/port" ] || exit 1
url=http://127.0.0.1:$(cat "$S/port")

echo "sendmail: $S/bin/sendmail" >"$S/jobsched.yaml"
echo "mail-from: jobs@example.org" >>"$S/jobsched.yaml"
cat >"$S/jobs/jobs.yaml" <<EOF
defaults: {output: {journal: false}}
jobs:
  probe: {command: ["true"]}
  bad:
    description: Ünicode
    command: "echo 'Subject: x'; echo .; echo the last words >&2; exit 3"
    notify:
      on-failure: [{mail: ops@example.org}]
  fine: {command: ["true"], notify: {on-failure: [{mail: a@example.org}], on-success: [{command: "cat >$S/told; env >$S/env.new; mv $S/env.new $S/env"}]}}
  talks: {command: "echo hello", notify: {on-output: [{mail: owner@example.org}]}}
  slack: {command: "exit 1", notify: {on-failure: [{http: {url: "$url/slack", format: slack}}]}}
  ntfy: {command: "exit 1", notify: {on-failure: [{http: {url: "$url/ntfy", format: ntfy}}]}}
  json: {command: "exit 1", notify: {on-failure: [{http: "$url/json"}]}}
  ping: {command: "echo ping; test ! -e $S/ping.fails", notify: {on-success: [{http: {url: "$url/ping", format: healthchecks}}], on-failure: [{http: {url: "$url/ping", format: healthchecks}}]}}
  own: {command: "echo 'a \"quote\"'; exit 4", notify: {on-failure: [{http: {url: "$url/own", method: PUT, headers: {X-Key: k7}, body: '{"j": "\${job}", "c": "\${exit-code}", "o": "\${output}"}'}}]}}
  flood: {command: "exit 1", max-instances: 100, overlap: allow, notify: {on-failure: [{mail: flood@example.org}]}}
EOF

mail_to() { grep -lsx -- "To: $1" "$S"/mails/*.done; } # ADDRESS
n_mails_to() { mail_to "$1" | wc -l; }
request_to() { grep -lsE -- "^(POST|PUT) $1\$" "$S"/requests/[0-9]*[0-9]; } # PATH
n_requests_to() { request_to "$1" | wc -l; }
fails() { ! schedctl --user start --wait "$1"; }
mail_has() { grep -qF -- "$2" "$(mail_to "$1" | head -n 1)"; }       # ADDRESS TEXT
request_has() { grep -qF -- "$2" "$(request_to "$1" | tail -n 1)"; } # PATH TEXT
undelivered() { query "SELECT count(*) FROM notification WHERE count > 0"; }
undelivered_is() { equals "$1" "$(undelivered)"; }

scheduler_start
wait_until 20 runner_is_there

# --- mail ------------------------------------------------------------------------------------------------------

check "a job fails" fails bad
check "a mail comes" wait_until 20 mail_to ops@example.org
check "sendmail gets its options" mail_has ops@example.org "ARGUMENTS -oi -t"
check "its subject says what happened" mail_has ops@example.org "] bad failed (exit code 3)"
check "it says from whom" mail_has ops@example.org "From: jobs@example.org"
check "it answers no mail" mail_has ops@example.org "Auto-Submitted: auto-generated"
check "its job is in a header" mail_has ops@example.org "X-Jobsched-Job: bad"
check "it has the output, indented" mail_has ops@example.org "    the last words"
check "what a job writes is no header" test "$(grep -c '^Subject:' "$(mail_to ops@example.org)")" = 1
check "it has the description" mail_has ops@example.org "(=C3=9Cnicode)"
check "it says where to see more" mail_has ops@example.org "schedctl logs 1"
check "output is mailed as cron does" schedctl --user start --wait talks
check "that mail comes" wait_until 20 mail_to owner@example.org
check "it has the output" mail_has owner@example.org "    hello"

# --- command ---------------------------------------------------------------------------------------------------

check "a job succeeds" schedctl --user start --wait fine
check "a command is told" wait_until 20 grep -q JOBSCHED_EVENT=on-success "$S/env"
check "it gets the text" grep -qF "fine succeeded." "$S/told"
check "it gets the job" grep -qx JOBSCHED_JOB=fine "$S/env"
check "a success is no failure" equals 0 "$(n_mails_to a@example.org)"

# --- http ------------------------------------------------------------------------------------------------------

check "Slack is told" fails slack
check "the request comes" wait_until 20 request_to /slack
check "it is Slack's" request_has /slack '{"text":"slack failed (exit code 1).\n'
check "ntfy is told" fails ntfy
check "the request to ntfy comes" wait_until 20 request_to /ntfy
check "it has a title" request_has /ntfy "Title: ntfy failed (exit code 1)"
check "our own document" fails json
check "comes" wait_until 20 request_to /json
check "it is JSON" python3 -c '
import json, sys
text = open(sys.argv[1]).read()
document = json.loads(text[text.index("\n\n") + 2:])
assert document["event"] == "on-failure" and document["execution"]["exit_code"] == 1, document
' "$(request_to /json)"
check "a template of the user's own" fails own
check "is sent" wait_until 20 request_to /own
check "with its method" grep -q "^PUT /own" "$(request_to /own)"
check "with its header" request_has /own "X-Key: k7"
check "expanded, and escaped" request_has /own '{"j": "own", "c": "4", "o": "a \"quote\"\n"}'
check "a check is pinged" schedctl --user start --wait ping
check "at its URL" wait_until 20 request_to /ping
check "with the output" request_has /ping ping
touch "$S/ping.fails"
check "a failure is pinged at once" fails ping
check "at /fail" wait_until 20 request_to /ping/fail
rm "$S/ping.fails"
check "a success is pinged at once, too" schedctl --user start --wait ping
two_pings() { [ "$(n_requests_to /ping)" = 2 ]; }
check "again" wait_until 20 two_pings
check "all was delivered" wait_until 20 undelivered_is 0

# --- what cannot be delivered ----------------------------------------------------------------------------------

scheduler_stop
query "DELETE FROM notification"
echo "500" >"$S/answer"
rm -f "$S"/requests/*
scheduler_start
check "a server that is down" fails json
check "is asked" wait_until 20 request_to /json
check "and the message waits" wait_until 20 undelivered_is 1
status_says() { schedctl --user status | grep -qF -- "$1"; }
check "status says so" wait_until 20 status_says "the server answered 500: no"
check "so does the log" wait_until 20 log_has "could not be delivered: the server answered 500"
scheduler_kill
query "UPDATE notification SET next_try = 0"
echo "200" >"$S/answer"
scheduler_start
check "it is delivered after a kill" wait_until 20 undelivered_is 0
check "once more" equals 2 "$(n_requests_to /json)"

scheduler_stop
query "DELETE FROM notification"
echo "404" >"$S/answer"
scheduler_start
check "who refuses" fails json
given_up() { schedctl --user audit | grep -q notification-lost; }
check "is given up, which the audit log has" wait_until 20 given_up
check "nothing waits" wait_until 20 undelivered_is 0
echo "429 3600" >"$S/answer"
check "who wants to be left alone" fails slack
asked_to_wait() { query "SELECT next_try - created > 3500000000 FROM notification WHERE attempts = 1" | grep -qx 1; }
check "is left alone for that long" wait_until 20 asked_to_wait
echo "200" >"$S/answer"

# The worker is the runner's child.
worker_pid() { pgrep -P "$(runner_pid)" -x jobsched-http; }
check "the worker runs" worker_pid
may_not_gain() { grep -qE '^NoNewPrivs:[[:space:]]*1' "/proc/$(worker_pid)/status"; }
check "it cannot gain privileges" may_not_gain
is_filtered() { grep -qE '^Seccomp:[[:space:]]*2' "/proc/$(worker_pid)/status"; }
case $(uname -m) in
x86_64 | aarch64) check "its system calls are filtered" is_filtered ;;
esac
old_worker=$(worker_pid)
kill -KILL "$old_worker"
rm -f "$S"/requests/*
check "without it a job fails" fails ntfy
query "UPDATE notification SET next_try = 0" 2>/dev/null
scheduler_stop
query "DELETE FROM notification"
scheduler_start
check "the next one" fails ntfy
check "has another worker" wait_until 20 request_to /ntfy
check "which is not the old one" test "$(worker_pid)" != "$old_worker"

# --- floods, expect-within -------------------------------------------------------------------------------------

for _ in 1 2 3 4 5 6 7 8 9 10; do
    schedctl --user start --force flood flood flood flood flood >/dev/null 2>&1 || schedctl --user start flood >/dev/null
done
check "the first of a flood is mailed" wait_until 20 mail_to flood@example.org
check "the others wait for each other" wait_until 20 all_rows_are_closed
check "in one row" equals 1 "$(query "SELECT count(*) FROM notification WHERE job = 'flood'")"
check "there was one mail" equals 1 "$(n_mails_to flood@example.org)"

# Not before: what is deleted above must not be its message.
cat >"$S/jobs/never.yaml" <<EOF
jobs:
  never: {command: ["true"], expect-within: 1s, notify: {on-overdue: [{mail: watch@example.org}]}}
EOF
check "a job is expected" schedctl --user reload
check "a job without a success is overdue" wait_until 20 mail_to watch@example.org
check "says the mail" mail_has watch@example.org "never is overdue: no success since"
is_overdue() { schedctl --user status never | grep -q "it is overdue"; }
check "so does status" is_overdue

finish
