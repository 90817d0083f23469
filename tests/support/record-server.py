#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A web server for the tests: keeps each request, and answers as its path says.

    record-server.py DIRECTORY

DIRECTORY/port gets its port of 127.0.0.1, DIRECTORY/requests one JSON object a line: method, path, headers, body,
time. /status/NNN answers with that status, /json with {"state": "ready", "items": [1, 2]}, /slow/SECONDS after so
many seconds, everything else with 200 and the body that it got.
"""

import http.server
import json
import os
import sys
import threading
import time

top = sys.argv[1]
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def keep(self, body):
        record = {"method": self.command, "path": self.path, "headers": dict(self.headers.items()),
                  "body": body.decode("utf-8", "replace"), "time": time.time()}
        with lock, open(f"{top}/requests", "a", encoding="utf-8") as requests:
            requests.write(json.dumps(record) + "\n")

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.keep(body)
        kind, _, rest = self.path.lstrip("/").partition("/")
        status, content = 200, body
        if kind == "status":
            status = int(rest.partition("/")[0])
        elif kind == "json":
            content = b'{"state": "ready", "items": [1, 2]}'
        elif kind == "slow":
            time.sleep(float(rest))
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

    def log_message(self, format, *arguments):
        pass


# Many come at once: one that the kernel turns away comes again seconds later.
http.server.ThreadingHTTPServer.request_queue_size = 1024
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(f"{top}/port.new", "w", encoding="ascii") as file:
    file.write(f"{server.server_port}\n")
os.rename(f"{top}/port.new", f"{top}/port")
server.serve_forever()
