#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Calls that are huge or many: definitions of a MiB and more, lists of changes without end, names and patterns that are
# long. The daemon refuses them with a sentence, stays small, and goes on for the others.

# shellcheck source=tests/support/system-scheduler.sh
. "$(dirname "$0")/../support/system-scheduler.sh"

# A client of the control socket that speaks D-Bus by itself: dbus-send cannot say a(a{sv}).
cat >"$S/bin/changes" <<'EOT'
#!/usr/bin/python3
import os, socket, struct, sys
path, n, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
out = bytearray()
def align(n): out.extend(b"\0" * (-len(out) % n))
def text(t): align(4); b = t.encode(); out.extend(struct.pack("<I", len(b)) + b + b"\0")
def signature(t): out.extend(bytes([len(t)]) + t.encode() + b"\0")
def array(n_align, fill):
    align(4); at = len(out); out.extend(b"\0" * 4); align(n_align); start = len(out); fill(); struct.pack_into("<I", out, at, len(out) - start)
def entry(key, value): align(8); text(key); signature("s"); text(value)
definition = "{command: 'true', description: '" + "x" * size + "'}"
def change(i): array(8, lambda: (entry("kind", "create"), entry("name", "many%d" % i), entry("definition", definition)))
array(4, lambda: [change(i) for i in range(n)])
align(4); out.extend(struct.pack("<I", 0))
body = bytes(out); out = bytearray()
def field(code, sig, value):
    align(8); out.append(code); signature(sig)
    if sig == "g": signature(value)
    else: text(value)
out.extend(struct.pack("<BBBBII", ord("l"), 1, 0, 1, len(body), 1))
array(8, lambda: (field(1, "o", "/org/jobsched1"), field(2, "s", "org.jobsched1.Manager"), field(3, "s", "ChangeJobs"), field(8, "g", "aa{sv}b")))
align(8)
s = socket.socket(socket.AF_UNIX); s.connect(path); s.settimeout(300)
s.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n"); s.recv(4096)
s.sendall(b"BEGIN\r\n")
try:
    s.sendall(bytes(out) + body)
    print(s.recv(1 << 20).decode("latin-1").replace("\0", " "))
except OSError as e:
    print("closed:", e)
EOT
chmod 755 "$S/bin/changes"
system_start
control=$JOBSCHED_RUNTIME_DIR/control
changes_of() { as "$1" "$S/bin/changes" "$control" "$2" "$3"; } # USER NUMBER SIZE
n_jobs() { query "SELECT count(*) FROM job"; }
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$(pgrep -P "$daemon_pid" -x jobschedd)/status"; }
answers() { bounded 200 "$S/bin/schedctl" list-queues; }

check "some at once are taken" contains "$(changes_of ann 3 10)" "many2"
check "three are there" equals 3 "$(n_jobs)"
check "1000 and more are not" contains "$(changes_of ann 1001 10)" "at most 1000 changes"
check "more than one may have are not" contains "$(changes_of bob 1000 10; changes_of bob 1 10)" "many"
check "100,001 are not" lacks "$(changes_of ann 100001 1)" "created"
check "100,000 are not of her" contains "$(changes_of ann 100000 1)" "at most 1000 changes"
check "a definition of 70 KB is not" contains "$(changes_of al 1 70000)" "definition-size"
check "one of 2 MiB is not" lacks "$(changes_of al 1 2000000)" "created"
check "300 of 60 KB are what they are" changes_of al 300 60000
check "150 MiB are dropped" lacks "$(changes_of ann 1 150000000)" "created"
check "nothing of ann's has come by it" equals 3 "$(query "SELECT count(*) FROM job WHERE owner_uid = 5001")"
check "the others are answered" answers
check "the daemon lives" ctl list-jobs
# AddressSanitizer keeps what was freed.
is_sanitized || check "and is not huge" test "$(resident)" -lt 400000
check "a pattern of a MiB" fails ctl_as ann list-jobs "$(head -c 100000 /dev/zero | tr '\0' '*')"
check "patterns that take long to match" bounded 60 "$S/bin/schedctl" list-jobs '*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b'
check "the others are answered still" answers

system_stop
finish
