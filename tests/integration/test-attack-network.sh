#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Requests of ordinary users' jobs to what only this host can reach: by every way to write an address, by names, and by
# the messages of `notify`, which are requests too.

# In a network of its own there is a server outside as well, at an address that is public: it sends her back inside.
if [ -z "${JOBSCHED_TEST_NETWORK-}" ]; then
    export JOBSCHED_TEST_NETWORK=none
    if [ "$(id -u)" = 0 ] && unshare -n ip link set lo up 2>/dev/null; then
        JOBSCHED_TEST_NETWORK=own exec unshare -n "$0" "$@"
    fi
fi

# shellcheck source=tests/support/system-scheduler.sh
. "$(dirname "$0")/../support/system-scheduler.sh"
[ "$JOBSCHED_TEST_NETWORK" != own ] || ip link set lo up

{
    cat /etc/hosts
    echo "127.0.0.1 inside.example"
    echo "169.254.169.254 metadata.example"
    echo "93.184.216.34 outside.example both.example"
    echo "127.0.0.1 both.example"
} >"$S/hosts"
mount --bind "$S/hosts" /etc/hosts

# A server of root's on this host: whoever reaches it leaves a line.
python3 - "$S" <<'EOT' &
import http.server, sys
S = sys.argv[1]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(S + "/hits", "a") as hits: hits.write(self.path + "\n")
        self.send_response(200); self.end_headers(); self.wfile.write(b"secret-of-inside")
    do_POST = do_PUT = do_GET
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("", 0), Handler)
with open(S + "/port.new", "w") as port: port.write(str(server.server_port))
import os; os.rename(S + "/port.new", S + "/port")
server.serve_forever()
EOT
server=$!
wait_until 20 test -s "$S/port"
port=$(cat "$S/port")
touch "$S/hits"
system_start

hits() { grep -c . "$S/hits"; }
check "root's job reaches it" call_as root CreateJob string:inside "string:http: {url: 'http://127.0.0.1:$port/of-root'}"
check "it does" ctl start --wait inside
check "the server has seen it" equals 1 "$(hits)"

number=0
for address in 127.0.0.1 '[::1]' localhost inside.example 127.1 2130706433 0x7f000001 0177.0.0.1 '[::ffff:127.0.0.1]' \
    '[::127.0.0.1]' '[64:ff9b::7f00:1]' 0.0.0.0 '[::]' "$(hostname)" "user@127.0.0.1" 127.0.0.1.; do
    number=$((number + 1))
    create_as ann "request-$number" "http: {url: 'http://$address:$port/by-request', timeout: 50s}" >/dev/null
    bounded 60 "$S/bin/schedctl" start --wait "ann/request-$number" >/dev/null 2>&1
    check "a request to $address" equals 1 "$(hits)"
    check "tells nothing of it" lacks "$(ctl logs "ann/request-$number" 2>&1; ctl show "$(row id "ann/request-$number")" 2>&1)" secret-of-inside
    create_as ann "message-$number" "{command: 'exit 1', notify: {on-failure: {http: 'http://$address:$port/by-message'}}}" >/dev/null
    bounded 60 "$S/bin/schedctl" start --wait "ann/message-$number" >/dev/null 2>&1
done
for address in 169.254.169.254 metadata.example 10.0.0.1 192.168.1.1 100.64.0.1 '[fd00::1]' '[fe80::1]'; do
    number=$((number + 1))
    create_as ann "request-$number" "http: {url: 'http://$address/latest', timeout: 50s}" >/dev/null
    bounded 60 "$S/bin/schedctl" start --wait "ann/request-$number" >/dev/null 2>&1
    check "$address is not asked" contains "$(ctl why "ann/request-$number")" "is not a public one"
done
check "she cannot let herself" contains "$(create_as ann lets "http: {url: 'http://127.0.0.1:$port/', allow-private: true}")" \
    "is for jobs of root only"
check "nor by a proxy" contains "$(create_as ann proxies "http: {url: 'http://example.org/', proxy: 'http://127.0.0.1:$port', timeout: 50s}"
    ctl_as ann start --wait proxies 2>&1; ctl_as ann why proxies 2>&1)" "not"
check "messages were tried" wait_until 20 log_has "A message was given up after 1 attempt: on-failure by http"
check "nothing has come but root's" equals /of-root "$(sort -u "$S/hits")"
# --- sent back from outside ------------------------------------------------------------------------------------
outside_start() {
    unshare -n sleep 900 &
    outside=$!
    is_outside() { [ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$outside/ns/net")" ]; }
    wait_until 20 is_outside || return 1
    ip link add inside0 type veth peer name outside0 netns "$outside"
    ip addr add 93.184.216.1/24 dev inside0
    ip link set inside0 up
    nsenter -t "$outside" -n sh -c 'ip addr add 93.184.216.34/24 dev outside0 && ip link set outside0 up && ip link set lo up'
    nsenter -t "$outside" -n python3 - "$S" <<'EOT' &
import http.server, os, sys, urllib.parse
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, to = self.path.partition("?")
        self.send_response(int(path.strip("/") or 200))
        if to: self.send_header("Location", urllib.parse.unquote(to))
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_POST = do_PUT = do_GET
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("", 8080), Handler)
open(sys.argv[1] + "/outside", "w").close()
server.serve_forever()
EOT
    outside_server=$!
    wait_until 20 test -e "$S/outside"
}
if [ "$JOBSCHED_TEST_NETWORK" = own ] && outside_start; then
    send() { # NAME URL
        create_as ann "$1" "{retry: {attempts: 3, delay: 1ms}, http: {url: '$2', redirects: 3, timeout: 50s, body: x, method: PUT}}" >/dev/null
        bounded 60 "$S/bin/schedctl" start --wait "ann/$1" >/dev/null 2>&1
    }
    send outside http://outside.example:8080/200
    check "a public address is reached" row_is "state || http_status" ann/outside succeeded200
    number=0
    for target in "http://127.0.0.1:$port/" "http://127.1:$port/" "http://[::ffff:127.0.0.1]:$port/" "http://[::1]:$port/" \
        "http://localhost:$port/" "http://93.184.216.1:$port/" http://169.254.169.254/latest "http://0:$port/" \
        "http://[64:ff9b::7f00:1]:$port/"; do
        for status in 302 307; do
            number=$((number + 1))
            send "sent-$number" "http://outside.example:8080/$status?$target"
            check "sent to $target by $status she comes nowhere" contains "$(ctl why "ann/sent-$number")" "is not a public one"
            check "and tries it once" row_is "state || attempts" "ann/sent-$number" failed1
        done
    done
    for target in file:///etc/shadow "gopher://127.0.0.1:$port/_GET%20/by-gopher" "dict://127.0.0.1:$port/by-dict" \
        "ftp://127.0.0.1:$port/by-ftp" "scp://127.0.0.1/x" "//127.0.0.1:$port/by-party"; do
        number=$((number + 1))
        send "sent-$number" "http://outside.example:8080/302?$target"
        check "nor to $target" row_is "state || reason" "ann/sent-$number" failedlaunch
    done
    send both "http://both.example:$port/by-both"
    check "of two addresses the one inside is left out" contains "$(ctl why ann/both)" "127.0.0.1 is not a public one"
    check "and the other may answer the next time" row_is "state || attempts" ann/both failed3
    kill "$outside_server" "$outside"
    wait "$outside_server" "$outside" 2>/dev/null
    check "nothing of it has come inside" equals /of-root "$(sort -u "$S/hits")"
else
    echo "without a network of its own: what a server outside can do is left out"
fi

check "her own command may, as she may" contains "$(create_as ann curl "command: 'python3 -c \"import urllib.request as r; print(r.urlopen(\\\"http://127.0.0.1:$port/by-command\\\").status)\"'" >/dev/null
    output_of ann curl)" 200

kill "$server"
wait "$server" 2>/dev/null
system_stop
finish
