# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP and FTP servers for the tests of `file`: file-server.py DIRECTORY CERTIFICATE KEY; they serve and take DIRECTORY.

Writes "HTTP-PORT FTP-PORT HTTPS-PORT FTPS-PORT" to DIRECTORY/.ports when all listen; ends with its standard input.
HTTP: GET and PUT of files; /to/PATH redirects there, /away/PATH to another host; /status/N answers N; /secret/… wants
user:geheim; what came
with a request is in DIRECTORY/.request. FTP: user:geheim, RETR, STOR, MKD, RNFR and RNTO;
what it was told is in DIRECTORY/.commands.
"""

import base64
import contextlib
import http.server
import os
import pathlib
import socketserver
import ssl
import sys
import threading

TOP = pathlib.Path(sys.argv[1])
AUTHORIZATION = "Basic " + base64.b64encode(b"user:geheim").decode()


class Http(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_request(self):
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        (TOP / ".request").write_text(f"{self.command} {self.path}\n{self.headers}")
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[0] == "to":
            self.answer(302, b"moved", Location="/" + "/".join(parts[1:]))
        elif parts[0] == "away":
            self.answer(302, b"moved", Location=f"http://localhost:{self.server.server_port}/" + "/".join(parts[1:]))
        elif parts[0] == "hang":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"x" * 50000)
            self.rfile.read(1)
        elif parts[0] == "status":
            self.answer(int(parts[1]), b"this is no file")
        elif parts[0] == "secret" and self.headers.get("Authorization") != AUTHORIZATION:
            self.answer(401, b"no")
        elif self.command in ("PUT", "POST"):
            (TOP / parts[-1]).write_bytes(body)
            self.answer(201)
        elif (TOP / parts[-1]).is_file():
            self.answer(200, (TOP / parts[-1]).read_bytes())
        else:
            self.answer(404, b"none")

    do_GET = do_PUT = do_POST = handle_request

    def log_message(self, *arguments):
        pass


class Ftp(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def transfer(self, work):
        self.say("150 go")
        connection, _ = self.data.accept()
        if self.protects:
            connection = self.server.context.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rwb") as stream:
            work(stream)
            stream.flush()
            if self.protects:
                with contextlib.suppress(OSError, ValueError):  # a client that has sent all of it may be gone
                    connection.unwrap()
        self.data.close()
        self.say("226 done")

    def handle(self):
        import socket

        directory, user, old = TOP, None, None
        self.protects = False
        self.say("220 hello")
        for line in self.rfile:
            verb, _, argument = line.decode().strip().partition(" ")
            with open(TOP / ".commands", "a", encoding="utf-8") as commands:
                commands.write(line.decode().strip() + "\n")
            path = directory / argument.lstrip("/")
            if verb == "USER":
                user = argument
                self.say("331 password?")
            elif verb == "PASS":
                good = (user, argument) == ("user", "geheim")
                self.say("230 welcome" if good else "530 no")
            elif verb == "PWD":
                self.say('257 "/"')
            elif verb == "CWD":
                if path.is_dir():
                    directory = path
                self.say("250 there" if path.is_dir() else "550 no such directory")
            elif verb == "MKD":
                path.mkdir()
                self.say(f'257 "{argument}"')
            elif verb == "EPSV":
                self.data = socket.create_server(("127.0.0.1", 0))
                self.say(f"229 ok (|||{self.data.getsockname()[1]}|)")
            elif verb == "SIZE" and path.is_file():
                self.say(f"213 {path.stat().st_size}")
            elif verb == "RETR" and path.is_file():
                self.transfer(lambda stream: stream.write(path.read_bytes()))
            elif verb == "STOR":
                self.transfer(lambda stream: path.write_bytes(stream.read()))
            elif verb == "RNFR" and path.is_file() and path.name != "kept.part":
                old = path
                self.say("350 and then?")
            elif verb == "RNTO" and old:
                old.rename(path)
                self.say("250 done")
            elif verb in ("PBSZ", "PROT"):
                self.protects = self.protects or argument == "P"
                self.say("200 ok")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("200 ok" if verb == "TYPE" else "550 no")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])


def with_tls(server):
    server.socket = Server.context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


def http_server():
    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Http)


def ftp_server():
    return Server(("127.0.0.1", 0), Ftp)


servers = [http_server(), ftp_server(), with_tls(http_server()), with_tls(ftp_server())]
for server in servers:
    threading.Thread(target=server.serve_forever, daemon=True).start()
(TOP / ".ports.new").write_text(" ".join(str(server.server_address[1]) for server in servers) + "\n")
os.rename(TOP / ".ports.new", TOP / ".ports")
sys.stdin.read()
