#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Requests of ordinary users' jobs to what only this host can reach: by every way to write an address, by names, and by
# the messages of `notify`, which are requests too.

# shellcheck source=tests/support/system-scheduler.sh
. "$(dirname "$0")/../support/system-scheduler.sh"

{
    cat /etc/hosts
    echo "127.0.0.1 inside.example"
    echo "169.254.169.254 metadata.example"
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
    create_as ann "request-$number" "http: {url: 'http://$address:$port/by-request', timeout: 5s}" >/dev/null
    bounded 30 "$S/bin/schedctl" start --wait "ann/request-$number" >/dev/null 2>&1
    check "a request to $address" equals 1 "$(hits)"
    check "tells nothing of it" lacks "$(ctl logs "ann/request-$number" 2>&1; ctl show "$(row id "ann/request-$number")" 2>&1)" secret-of-inside
    create_as ann "message-$number" "{command: 'exit 1', notify: {on-failure: {http: 'http://$address:$port/by-message'}}}" >/dev/null
    bounded 30 "$S/bin/schedctl" start --wait "ann/message-$number" >/dev/null 2>&1
done
for address in 169.254.169.254 metadata.example 10.0.0.1 192.168.1.1 100.64.0.1 '[fd00::1]' '[fe80::1]'; do
    number=$((number + 1))
    create_as ann "request-$number" "http: {url: 'http://$address/latest', timeout: 5s}" >/dev/null
    bounded 30 "$S/bin/schedctl" start --wait "ann/request-$number" >/dev/null 2>&1
    check "$address is not asked" contains "$(ctl why "ann/request-$number")" "is not a public one"
done
check "she cannot let herself" contains "$(create_as ann lets "http: {url: 'http://127.0.0.1:$port/', allow-private: true}")" \
    "is for jobs of root only"
check "nor by a proxy" contains "$(create_as ann proxies "http: {url: 'http://example.org/', proxy: 'http://127.0.0.1:$port', timeout: 5s}"
    ctl_as ann start --wait proxies 2>&1; ctl_as ann why proxies 2>&1)" "not"
check "messages were tried" wait_until 20 log_has "is not a public one, which is all that this job may reach; again in"
check "nothing has come but root's" equals /of-root "$(sort -u "$S/hits")"
check "her own command may, as she may" contains "$(create_as ann curl "command: 'python3 -c \"import urllib.request as r; print(r.urlopen(\\\"http://127.0.0.1:$port/by-command\\\").status)\"'" >/dev/null
    output_of ann curl)" 200

kill "$server"
wait "$server" 2>/dev/null
system_stop
finish
