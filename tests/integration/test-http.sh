#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The http action against a real server: what is sent, what is expected, what is kept, and what becomes of a request when
# anything ends in the middle. Run by `make check-integration`; $builddir says where the programs are.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"
support=${srcdir:-.}/tests/support
server_pids=()

# What it was asked for is in $S/NAME/requests.
server_start() { # NAME ARGUMENT…
    local name=$1
    shift
    mkdir "$S/$name"
    : >"$S/$name/requests"
    python3 "$support/http-server.py" "$S/$name" "$@" &
    server_pids+=($!)
    wait_until 20 [ -e "$S/$name/port" ]
}
port_of() { cat "$S/$1/port"; } # NAME
# The port of a server that chose it by itself and tells nobody.
listens_on() { # PID
    python3 - "$1" <<'EOF'
import os, sys
process = "/proc/" + sys.argv[1]
sockets = {os.readlink(f"{process}/fd/{fd}") for fd in os.listdir(process + "/fd")}
for line in open(process + "/net/tcp").readlines()[1:]:
    address, state, inode = (line.split()[i] for i in (1, 3, 9))
    if state == "0A" and f"socket:[{inode}]" in sockets:
        print(int(address.partition(":")[2], 16))
EOF
}

stop_all() {
    local pid
    for pid in "${server_pids[@]}"; do
        kill "$pid" 2>/dev/null
    done
    clean_up
}
trap stop_all EXIT

ctl() { schedctl --user "$@"; }
# The newest execution of a job ended so: STATE, REASON, status.
outcome_is() { row_is "state || '|' || ifnull(reason, '') || '|' || ifnull(http_status, '')" "$1" "$2"; }
outcome() { # JOB OUTCOME
    ctl start --wait "$1" >/dev/null 2>&1
    outcome_is "$1" "$2"
}
message() { contains "$(row "json_extract(result, '\$.message')" "$1")" "$2"; } # JOB PART
result_is() { row_is "json_extract(result, '$2')" "$1" "$3"; }                  # JOB PATH WANTED
asked() { tail -n 1 "$S/$1/requests" | python3 -c "import json, sys; print(eval('r' + sys.argv[1], {'r': json.load(sys.stdin)}))" "$2"; }
asked_is() { equals "$3" "$(asked "$1" "$2")"; } # SERVER ['path'] WANTED
worker_pid() { pgrep -P "$(runner_pid)" -x jobsched-http; }
is_asked() { grep -q "$2" "$S/$1/requests"; } # SERVER PATH

export OPENSSL_CONF=/dev/null
certificate() { # NAME SUBJECT OPTION…
    local name=$1 subject=$2
    shift 2
    openssl req -quiet -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$S/$name.key" -out "$S/$name.csr" \
        -subj "$subject" 2>/dev/null || openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -keyout "$S/$name.key" -out "$S/$name.csr" -subj "$subject" -config /etc/ssl/openssl.cnf 2>/dev/null
    openssl x509 -req -in "$S/$name.csr" -out "$S/$name.crt" -days 3 "$@" 2>/dev/null
}
certificate ca /CN=test-ca -signkey "$S/ca.key" -extfile <(echo basicConstraints=critical,CA:TRUE)
certificate server /CN=localhost -CA "$S/ca.crt" -CAkey "$S/ca.key" -CAcreateserial \
    -extfile <(echo subjectAltName=DNS:localhost,IP:127.0.0.1)
certificate client /CN=ann -CA "$S/ca.crt" -CAkey "$S/ca.key" -CAcreateserial

server_start plain
server_start tls "$S/server.crt" "$S/server.key"
server_start mutual "$S/server.crt" "$S/server.key" "$S/ca.crt"
plain_port=$(port_of plain)
tls_port=$(port_of tls)
u=http://127.0.0.1:$plain_port
t=https://localhost:$tls_port
m=https://localhost:$(port_of mutual)
printf 'file content' >"$S/body.txt"
ln -s "$S/body.txt" "$S/link.txt"
mkdir -p "$S/.config/jobsched/credentials"
chmod 700 "$S/.config/jobsched/credentials"
echo s3cr3t >"$S/.config/jobsched/credentials/token"
printf 'two\nlines' >"$S/.config/jobsched/credentials/torn"
cp "$S/client.crt" "$S/.config/jobsched/credentials/client-crt"
cp "$S/client.key" "$S/.config/jobsched/credentials/client-key"
chmod 600 "$S"/.config/jobsched/credentials/*

# Version 2, which the server in Python does not speak.
nghttpd=$(command -v nghttpd || PATH=/usr/sbin command -v nghttpd)
if [ -n "$nghttpd" ]; then
    mkdir "$S/h2"
    echo two >"$S/h2/file"
    "$nghttpd" --htdocs="$S/h2" --address=127.0.0.1 0 "$S/server.key" "$S/server.crt" >/dev/null 2>&1 &
    h2_pid=$!
    server_pids+=("$h2_pid")
    h2_listens() { [ -n "$(listens_on "$h2_pid")" ]; }
    wait_until 20 h2_listens
    h2_port=$(listens_on "$h2_pid")
    cat >"$S/jobs/h2.yaml" <<EOF
jobs:
  h2: {http: {url: "https://localhost:$h2_port/file", ca: $S/ca.crt, expect-body: "^two"}}
  h2-post: {http: {url: "https://localhost:$h2_port/file", ca: $S/ca.crt, http-version: 2-only, method: PUT, body: {text: abc}}}
  h1: {http: {url: "https://localhost:$h2_port/file", ca: $S/ca.crt, http-version: 1.1}}
EOF
fi

cat >"$S/jobs/http.yaml" <<EOF
jobs:
  probe: {command: [/bin/true]}
  get: {http: {url: "$u/echo?x=1#part", query: {a: "b c&d", list: [one, two]}, headers: {X-One: "1", X-Empty: ""}}}
  text: {http: {url: "$u/echo", body: "a text"}}
  json: {http: {url: "$u/echo", body: {json: {a: 1, b: [true, null, "q\"\$\${x}"], "k\$\${y}": 1.50}}}}
  form: {http: {url: "$u/echo", method: PUT, body: {form: {a: "b c", d: "é"}}}}
  multi: {http: {url: "$u/echo", body: {multipart: {field: value, upload: {file: $S/body.txt, type: text/x-y}}}}}
  file: {http: {url: "$u/echo", body: {file: $S/body.txt, type: text/plain}}}
  nofile: {http: {url: "$u/echo", body: {file: $S/none.txt}}}
  linkfile: {http: {url: "$u/echo", body: {file: $S/link.txt}}}
  fifofile: {http: {url: "$u/echo", body: {file: $S/never}}}
  headers: {http: {url: "$u/echo", headers: {Idempotency-Key: mine, User-Agent: me}}}
  append: {http: {url: "$u/echo/?q=1", append-id: job}}
  append-id: {http: {url: "$u/echo", append-id: execution}}
  bearer: {http: {url: "$u/status/200", auth: {bearer: "\${credential:token}"}, headers: {X-Key: "k=\${credential:token};"}}}
  torn: {http: {url: "$u/echo", headers: {X-Key: "\${credential:torn}"}}}
  torn-body: {http: {url: "$u/echo", body: "\${credential:torn}"}}
  nocred: {http: {url: "$u/echo", body: "\${credential:none}"}}
  basic: {http: {url: "$u/basic", auth: {basic: {user: ann, password: secret}}}}
  digest: {http: {url: "$u/digest", auth: {digest: {user: ann, password: secret}}, redirects: 1}}
  parameter: {parameters: {who: {type: string, default: "x\"y"}}, http: {url: "$u/echo", body: {json: {who: "\${who}"}}, headers: {X-Who: "\${who}"}}}
  none: {http: {url: "$u/status/204"}}
  bad: {http: {url: "$u/status/503"}}
  any: {http: {url: "$u/status/503", expect-status: any}}
  codes: {http: {url: "$u/status/404", expect-status: [200-203, 404]}}
  match: {http: {url: "$u/text", expect-body: "^Gr.+e$"}}
  mismatch: {http: {url: "$u/text", expect-body: "nothing like it"}}
  values: {http: {url: "$u/json", expect-json: {status: ok, count: 3, items.0.id: 7, /items/0: {id: 7}}}}
  wrong: {http: {url: "$u/json", expect-json: {count: 4}}}
  missing: {http: {url: "$u/json", expect-json: {items.1: 4}}}
  nojson: {http: {url: "$u/text", expect-json: {a: 1}}}
  binary: {http: {url: "$u/binary"}}
  redirect: {http: {url: "$u/redirect?/text"}}
  follow: {http: {url: "$u/redirect?/text", redirects: 2}}
  loop: {http: {url: "$u/loop", redirects: 3}}
  put-moved: {http: {url: "$u/redirect?/echo", method: PUT, body: kept, redirects: 1}}
  put-see: {http: {url: "$u/see?/echo", method: PUT, body: kept, redirects: 1}}
  delete-see: {http: {url: "$u/see?/echo", method: DELETE, redirects: 1}}
  post-moved: {http: {url: "$u/redirect?/echo", body: kept, redirects: 1}}
  nothing: {http: {url: "$u/echo", method: POST}}
  packed: {http: {url: "$u/gzip", expect-json: {status: ok}, expect-body: '"ok"'}}
  bomb: {http: {url: "$u/bomb", response-max: 100K}}
  umlaut: {http: {url: "http://grüße.invalid/"}}
  follow-secret: {http: {url: "$u/redirect?/text", redirects: 2, headers: {X-Key: "\${credential:token}"}}}
  astray: {http: {url: "$u/redirect?http://localhost:$plain_port/astray", redirects: 2, headers: {X-Key: "\${credential:token}"}}}
  astray-body: {http: {url: "$u/redirect?http://localhost:$plain_port/astray", redirects: 2, body: "\${credential:token}"}}
  elsewhere: {http: {url: "$u/redirect?http://localhost:$plain_port/text", redirects: 2, headers: {X-Key: open}}}
  escape: {http: {url: "$u/redirect?file:///etc/passwd", redirects: 3}}
  huge: {http: {url: "$u/huge", response-max: 100K}}
  cut: {http: {url: "$u/cut"}}
  slow: {http: {url: "$u/slow", timeout: 300ms}}
  job-timeout: {timeout: 300ms, http: {url: "$u/slow"}}
  drip: {http: {url: "$u/drip", timeout: 3s}}
  refused: {http: {url: "http://127.0.0.1:1/"}}
  unknown: {http: {url: "http://nothing.invalid/"}}
  unsaved: {http: {url: "$u/json", save: []}}
  private: {http: {url: "$u/echo", allow-private: false}}
  private-name: {http: {url: "http://localhost:$plain_port/echo", allow-private: false}}
  private-mapped: {http: {url: "http://[::ffff:127.0.0.1]:$plain_port/echo", allow-private: false}}
  private-decimal: {http: {url: "http://2130706433:$plain_port/echo", allow-private: false}}
  private-proxy: {http: {url: "http://192.0.2.7/", proxy: "$u", allow-private: false}}
  proxied: {http: {url: "http://nothing.invalid/echo", proxy: "$u"}}
  untrusted: {http: {url: "$t/echo"}}
  trusted: {http: {url: "$t/echo", ca: $S/ca.crt}}
  unverified: {http: {url: "$t/echo", verify: false}}
  misnamed: {http: {url: "https://127.0.0.2:$tls_port/echo", ca: $S/ca.crt}}
  mutual: {http: {url: "$m/echo", ca: $S/ca.crt, certificate: $S/client.crt, key: $S/client.key}}
  mutual-credential: {http: {url: "$m/echo", ca: $S/ca.crt, certificate: "\${credential:client-crt}", key: "\${credential:client-key}"}}
  unmutual: {http: {url: "$m/echo", ca: $S/ca.crt}}
  retried: {retry: {attempts: 2, delay: 1ms}, http: {url: "$u/status/500"}}
  denied: {retry: {attempts: 3, delay: 1ms}, http: {url: "$u/echo", allow-private: false}}
  hold: {http: {url: "$u/slow"}, kill-timeout: 1h}
  to-file: {http: {url: "$u/text"}, output: {file: $S/out.txt}}
EOF
scheduler_start
wait_until 20 runner_is_there

check "a request is answered" outcome get 'succeeded||200'
check "its query is encoded, and the fragment stays here" asked_is plain "['query']" 'x=1&a=b%20c%26d&list=one&list=two'
check "its headers are sent" asked_is plain "['headers']['x-one']" 1
check "an empty one too" asked_is plain "['headers']['x-empty']" ''
check "the execution is named" asked_is plain "['headers']['x-jobsched-execution']" "$(row id get)"
check "in the key of its store, too" contains "$(asked plain "['headers']['idempotency-key']")" "-$(row id get)"
check "its status is with the attempt" equals 200 "$(query "SELECT http_status FROM attempt WHERE execution_id = $(row id get)")"
check "schedctl shows the answer" contains "$(ctl status "$(row id get)")" 'HTTP 200, version 1.1, from 127.0.0.1:'
check "schedctl logs shows the body" contains "$(ctl logs get)" '"path": "/echo"'
check "the result has headers" result_is get '$.headers.content-type' application/json
check "a text is posted" outcome text 'succeeded||200'
check "as it is" asked_is plain "['body']" 'a text'
check "by POST" asked_is plain "['method']" POST
check "a value is posted" outcome json 'succeeded||200'
check "as JSON" asked_is plain "['body']" '{"a":1,"b":[true,null,"q\"${x}"],"k$${y}":1.50}'
check "a form is put" outcome form 'succeeded||200'
check "encoded" asked_is plain "['body']" 'a=b%20c&d=%C3%A9'
check "by PUT" asked_is plain "['method']" PUT
check "parts are posted" outcome multi 'succeeded||200'
check "with the file in them" contains "$(asked plain "['body']")" 'file content'
check "and its type" contains "$(asked plain "['body']")" 'text/x-y'
check "a file is posted" outcome file 'succeeded||200'
check "as it is in there" asked_is plain "['body']" 'file content'
check "a file that is missing fails" outcome nofile 'failed|launch|'
check "and a sentence says so" message nofile "cannot read '$S/none.txt': No such file or directory"
check "a link is none" outcome linkfile 'failed|launch|'
check "nor is a fifo" outcome fifofile 'failed|launch|'
check "headers of one's own win" outcome headers 'succeeded||200'
check "over the key" asked_is plain "['headers']['idempotency-key']" mine
check "the job's name is put behind the path" outcome append 'succeeded||200'
check "before the query" asked_is plain "['path']" /echo/append
check "the execution's number too" outcome append-id 'succeeded||200'
check "with a slash" asked_is plain "['path']" "/echo/$(row id append-id)"
check "a credential is put in" outcome bearer 'succeeded||200'
check "as the token" asked_is plain "['headers']['authorization']" 'Bearer s3cr3t'
check "and within a text" asked_is plain "['headers']['x-key']" 'k=s3cr3t;'
check "one with a line break is none for a header" outcome torn 'failed|launch|'
check "and it is not told" message torn "'X-Key' has a line break in it"
check "for a body it is good" outcome torn-body 'succeeded||200'
check "a credential that is missing fails" outcome nocred 'failed|launch|'
check "basic" outcome basic 'succeeded||200'
check "digest" outcome digest 'succeeded||200'
check "its second request is no redirection" result_is digest '$.redirects' 0
check "a parameter is put in" outcome parameter 'succeeded||200'
check "and cannot leave its string" asked_is plain "['body']" '{"who":"x\"y"}'
check "no content is good" outcome none 'succeeded||204'
check "a status that is not expected fails" outcome bad 'failed|http-status|503'
check "any is good if it is said" outcome any 'succeeded||503'
check "codes and ranges" outcome codes 'succeeded||404'
check "the body matches" outcome match 'succeeded||200'
check "the body does not match" outcome mismatch 'failed|result-check|200'
check "values are as expected" outcome values 'succeeded||200'
check "a value is not" outcome wrong 'failed|result-check|200'
check "and a sentence says so" message wrong "'count' of the answer is 3, not 4"
check "a value is missing" outcome missing 'failed|result-check|200'
check "the answer is no JSON" outcome nojson 'failed|result-check|200'
check "what is no text is kept" outcome binary 'succeeded||200'
check "in base64" result_is binary '$.body-base64' 'AP/+gA=='
check "no redirect is followed" outcome redirect 'failed|http-status|302'
check "unless it is allowed" outcome follow 'succeeded||200'
check "and is counted" result_is follow '$.redirects' 1
check "but not for ever" outcome loop 'failed|launch|302'
check "nor to a file" outcome escape 'failed|launch|302'
check "a body goes with its method" outcome put-moved 'succeeded||200'
check "which is not another one" asked_is plain "['method'] + ' ' + r['body']" 'PUT kept'
check "303 is followed" outcome put-see 'succeeded||200'
check "by GET" asked_is plain "['method'] + ' ' + r['body']" 'GET '
check "whatever was asked for" outcome delete-see 'succeeded||200'
check "by GET, too" asked_is plain "['method']" GET
check "so is a POST that was redirected" outcome post-moved 'succeeded||200'
check "as browsers do" asked_is plain "['method'] + ' ' + r['body']" 'GET '
check "a POST of nothing" outcome nothing 'succeeded||200'
check "has no type" asked_is plain "['headers'].get('content-type')" None
check "a packed answer is unpacked" outcome packed 'succeeded||200'
check "and kept so" result_is packed '$.body' '{"status": "ok"}'
check "as far as its bound" outcome bomb 'succeeded||200'
check "which is that of what is unpacked" result_is bomb '$.body-size' 102400
check "a name with letters of any script is looked up" outcome umlaut 'failed|launch|'
check "as what it is in the DNS" message umlaut 'Could not resolve host'
check "a credential goes where the host sends it" outcome follow-secret 'succeeded||200'
check "but not to another host" outcome astray 'failed|launch|302'
check "as is said" message astray 'redirected to another host'
check "nor in a body" outcome astray-body 'failed|launch|302'
check "it has heard nothing" [ "$(grep -cF '"path": "/astray"' "$S/plain/requests")" = 0 ]
check "what is no secret may" outcome elsewhere 'succeeded||200'
if [ -n "$nghttpd" ]; then
    check "version 2 is spoken over TLS" outcome h2 'succeeded||200'
    check "as the result says" result_is h2 '$.http-version' 2
    check "with a body too" outcome h2-post 'succeeded||200'
    check "a server that speaks no other is not understood in version 1.1" outcome h1 'failed|launch|'
else
    echo "nghttpd is not there: version 2 of HTTP is left out"
fi
check "an answer is read so far" outcome huge 'succeeded||200'
check "and cut" result_is huge '$.truncated' 1
check "one that is cut off fails" outcome cut 'failed|launch|200'
check "a request times out" outcome slow 'timed-out|timeout|'
check "by the job's time-out, too" outcome job-timeout 'timed-out|timeout|'
check "also while the answer drips" outcome drip 'timed-out|timeout|200'
check "nobody is there" outcome refused 'failed|launch|'
check "nor has that name" outcome unknown 'failed|launch|'
check "and a sentence says so" message unknown 'Could not resolve host'
check "nothing is saved if that is said" outcome unsaved 'succeeded||200'
check "of the body" result_is unsaved '$.body' ''
for job in private private-name private-mapped private-decimal private-proxy; do
    check "an address of this host is not reached: $job" outcome "$job" 'failed|launch|'
    check "and a sentence says so: $job" message "$job" 'is not a public one'
done
check "a proxy is used" outcome proxied 'succeeded||200'
check "whose request has the whole URL" asked_is plain "['path']" http://nothing.invalid/echo
check "a certificate of nobody is not trusted" outcome untrusted 'failed|launch|'
check "one of a CA that the job names is" outcome trusted 'succeeded||200'
check "nobody looks if that is said" outcome unverified 'succeeded||200'
check "another name is none" outcome misnamed 'failed|launch|'
check "the client has a certificate" outcome mutual 'succeeded||200'
check "that the server knows" contains "$(asked mutual "['certificate']['subject']")" ann
check "also from credentials" outcome mutual-credential 'succeeded||200'
check "without one it stays outside" outcome unmutual 'failed|launch|'
check "where it may not go it does not try again" outcome denied 'failed|launch|'
check "whatever its retry says" row_is attempts denied 1
check "a retry has the same key" outcome retried 'failed|http-status|500'
check "for the server" equals 1 "$(grep '"/status/500"' "$S/plain/requests" | grep -o 'idempotency-key": "[^"]*' | sort -u | wc -l)"
check "the body goes to the output file" outcome to-file 'succeeded||200'
check "whole" equals Grüße "$(cat "$S/out.txt")"
check "a secret is in no log" bash -c "! grep -aF s3cr3t '$S/daemon.log'"
check "nor in the database" bash -c "! grep -aF s3cr3t '$S/state/'*"

hold_is_under_way() { is_asked plain '"/slow"' && row_is state hold running; }
begin_hold() {
    : >"$S/plain/requests"
    ctl start hold >/dev/null
    wait_until 20 hold_is_under_way
}
check "a request is under way" begin_hold
check "it is stopped" ctl stop hold
check "at once, whatever its kill-timeout" wait_until 20 outcome_is hold 'cancelled|operator|'
check "another one is" begin_hold
check "a signal ends it" ctl kill --signal=TERM hold
check "as it would a process" wait_until 20 outcome_is hold 'failed|signal|'

check "a request is under way over a reload" begin_hold
old_worker=$(worker_pid)
kill -USR2 "$(runner_pid)"
check "the runner works again" wait_until 20 daemon_works
check "the worker is the same" equals "$old_worker" "$(worker_pid)"
check "the request goes on" row_is state hold running
check "and can be stopped" ctl stop hold
check "as before" wait_until 20 outcome_is hold 'cancelled|operator|'

check "a request is under way when the worker dies" begin_hold
kill -KILL "$(worker_pid)"
check "it is lost" wait_until 20 outcome_is hold 'lost|runner-lost|'
check "and a sentence says so" message hold 'the worker for HTTP died'
check "the next one has another worker" outcome get 'succeeded||200'

check "a request is under way when the worker hangs" begin_hold
check "the daemon is killed in the middle" scheduler_kill
scheduler_start
check "and takes the request up again" wait_until 20 row_is state hold running
wait_until 20 runner_is_there
runner_kill
check "with the runner the request is lost" wait_until 30 outcome_is hold 'lost|runner-lost|'
check "and another runner works" wait_until 30 daemon_works
check "with a worker of its own" outcome get 'succeeded||200'
finish
