#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server for the tests of the http action: http-server.py DIRECTORY [CERTIFICATE KEY [CLIENT-CA]]

Writes its port to DIRECTORY/port, and each request as a line of JSON to DIRECTORY/requests. What it answers is said by
the path:

  /status/N        with status N
  /echo            the request as JSON
  /json            {"status": "ok", "count": 3, "items": [{"id": 7}]}
  /text            a text in UTF-8
  /binary          bytes that are no text
  /gzip            the same JSON, packed unasked
  /bomb            8 MiB of nothing, packed
  /redirect?TO     302 to TO
  /see?TO          303 to TO
  /loop            302 to itself
  /slow            nothing for a minute
  /drip            a byte each tenth of a second
  /huge            64 MiB
  /cut             less than its Content-Length says
  /basic           401, and 200 for ann:secret
  /digest          the same with digest
"""
import gzip
import hashlib
import http.server
import json
import os
import ssl
import sys
import threading
import time
import urllib.parse

directory = sys.argv[1]
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: without it, the second waits for the client to acknowledge the first.
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def give(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def read_body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def any(self):
        body = self.read_body()
        path, _, query = self.path.partition("?")
        facts = {
            "method": self.command,
            "path": path,
            "query": query,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode("utf-8", "backslashreplace"),
            "client": list(self.client_address),
        }
        if isinstance(self.connection, ssl.SSLSocket):
            facts["certificate"] = self.connection.getpeercert() or None
        with lock, open(directory + "/requests", "a", encoding="utf-8") as log:
            log.write(json.dumps(facts) + "\n")
        word = urllib.parse.urlparse(path).path.split("/")[1]  # a proxy gets the whole URL
        getattr(self, "do_" + word, self.unknown)(path, query, facts)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = any

    def unknown(self, path, query, facts):
        self.give(404, b"no such thing\n")

    def do_status(self, path, query, facts):
        self.give(int(path.split("/")[2]), b"")

    def do_echo(self, path, query, facts):
        self.give(200, json.dumps(facts).encode(), Content_Type="application/json", X_Twice="1")

    def do_json(self, path, query, facts):
        self.give(200, b'{"status": "ok", "count": 3, "items": [{"id": 7}]}', Content_Type="application/json")

    def do_text(self, path, query, facts):
        self.give(200, "Grüße\n".encode(), Content_Type="text/plain; charset=utf-8")

    def do_binary(self, path, query, facts):
        self.give(200, b"\x00\xff\xfe\x80")

    def do_redirect(self, path, query, facts):
        self.give(302, Location=urllib.parse.unquote(query))

    def do_see(self, path, query, facts):
        self.give(303, Location=urllib.parse.unquote(query))

    def do_gzip(self, path, query, facts):
        self.give(200, gzip.compress(b'{"status": "ok"}'), Content_Encoding="gzip")

    def do_bomb(self, path, query, facts):
        self.give(200, gzip.compress(bytes(8 << 20)), Content_Encoding="gzip")

    def do_loop(self, path, query, facts):
        self.give(302, Location="/loop")

    def do_slow(self, path, query, facts):
        self.rfile.read(1)  # until the client goes

    def do_drip(self, path, query, facts):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while True:
            self.wfile.write(b".")
            time.sleep(0.1)

    def do_huge(self, path, query, facts):
        self.send_response(200)
        self.send_header("Content-Length", str(64 << 20))
        self.end_headers()
        for _ in range(64):
            self.wfile.write(b"x" * (1 << 20))

    def do_cut(self, path, query, facts):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def do_basic(self, path, query, facts):
        good = facts["headers"].get("authorization") == "Basic YW5uOnNlY3JldA=="
        self.give(200 if good else 401, b"in\n" if good else b"", WWW_Authenticate='Basic realm="x"')

    def do_digest(self, path, query, facts):
        given = facts["headers"].get("authorization", "")
        if not given.startswith("Digest "):
            return self.give(401, WWW_Authenticate='Digest realm="x", nonce="n", qop="auth"')
        fields = dict(part.strip().split("=", 1) for part in given[7:].split(","))
        fields = {name: value.strip('"') for name, value in fields.items()}
        first = hashlib.md5(b"ann:x:secret").hexdigest()
        second = hashlib.md5(f"{self.command}:{path}".encode()).hexdigest()
        wanted = ":".join([first, "n", fields["nc"], fields["cnonce"], "auth", second])
        good = fields["response"] == hashlib.md5(wanted.encode()).hexdigest()
        return self.give(200 if good else 403, b"in\n" if good else b"")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        pass  # clients that go away are what some tests are about


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    if len(sys.argv) > 4:
        context.load_verify_locations(sys.argv[4])
        context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
with open(directory + "/port.new", "w", encoding="utf-8") as port:
    port.write(str(server.server_address[1]))
os.rename(directory + "/port.new", directory + "/port")
server.serve_forever()
