#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a job's processes get and may do, with the real programs: niceness, CPUs, limits, environment files, standard
# input, leftovers, output files, progress. As root also for another user, by the system's runner in a mount namespace
# of its own; hostile files are that user's then.

if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null && [ "${1-}" != inside ]; then
    exec unshare -m "$0" inside
fi

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

lacks() { ! contains "$1" "$2" >/dev/null; } # TEXT PART
fails() { ! "$@"; }
schedctl_command=(schedctl --user)
ctl() { "${schedctl_command[@]}" "$@"; }
logs() { ctl logs -q "$1"; }
exits() { # CODE COMMAND…
    local wanted=$1 got=0
    shift
    "$@" >/dev/null 2>&1 || got=$?
    equals "$wanted" "$got"
}
property() { ctl show "$1" -o json | grep -o "\"$2\": *[^,}]*" | head -n 1 | sed 's/^[^:]*: *//; s/^"//; s/"$//'; } # ID NAME
newest() { ctl list-executions -n 1 -o short "$1" | awk '{ print $1; exit }'; } # JOB
message_of() { ctl status "$(newest "$1")"; }
refused() { # JOB WORDS: it never ran, and says why
    ctl start --wait "$1" >/dev/null 2>&1
    contains "$(message_of "$1")" "$2"
}

mkdir "$S/logs" "$S/hostile"
printf 'A=from-file\nB="two words"\n# comment\nPRIORITY=file\n' >"$S/environment"
printf 'A=1\nno assignment here\n' >"$S/hostile/wrong"
mkfifo "$S/hostile/fifo"
ln -s "$S/environment" "$S/hostile/link"
head -c 300000 /dev/zero | tr '\0' '#' >"$S/hostile/huge"
printf 'A=a\0b\n' >"$S/hostile/binary"

common_jobs() {
    cat <<YAML
defaults: {output: {journal: false}}
jobs:
  settings:
    nice: 5
    oom-score: 321
    cpu-affinity: 0
    io-class: idle
    umask: "0027"
    directory: /usr
    stdin: "typed in\n"
    limits: {open-files: 77, core-size: 0}
    environment-file: ["-/no/such/file", $S/environment]
    environment: {PRIORITY: job}
    command: |
      nice; cat /proc/self/oom_score_adj; grep Cpus_allowed_list /proc/self/status | cut -f2; ionice | cut -d: -f1
      umask; pwd; ulimit -n; cat; echo "\$A,\$B,\$PRIORITY"
  wrong: {environment-file: $S/hostile/wrong, command: ["true"]}
  fifo: {environment-file: $S/hostile/fifo, command: ["true"]}
  link: {environment-file: $S/hostile/link, command: ["true"]}
  zero: {environment-file: /dev/zero, command: ["true"]}
  huge: {environment-file: $S/hostile/huge, command: ["true"]}
  binary: {environment-file: $S/hostile/binary, command: ["true"]}
  missing: {environment-file: /no/such/file, command: ["true"]}
  no-such-cpu: {cpu-affinity: 1000, command: ["true"]}
  waits: {left-behind: wait, command: "(until [ -e $S/logs/go ]; do sleep 0.05; done; echo late) & exit 3"}
  limited: {limits: {memory: 512M, tasks: 100}, command: "ulimit -v"}
  rotated:
    output: {file: "$S/logs/rotated", keep-files: 2}
    command: "echo \$JOBSCHED_EXECUTION"
  numbered:
    output: {file: "$S/logs/%n-%i.log", keep-files: 2}
    command: "echo out; echo err >&2"
  no-directory: {output: {file: "$S/logs/none/log"}, command: ["true"]}
  progress:
    command: |
      $programs/schedctl progress 42 "half of it"
      until [ -e $S/logs/progress-go ]; do sleep 0.05; done
      $programs/schedctl progress 99% done
      exit 4
YAML
}

common_jobs >"$S/jobs/jobs.yaml"
scheduler_start
wait_until 20 runner_is_there

check "the settings can be made" ctl start --wait settings
check "and are seen from inside" equals "5
321
0
idle
0027
/usr
77
typed in
from-file,two words,job" "$(logs settings)"

check "a line that is no assignment is named" refused wrong "line 2 is not NAME=value"
check "a FIFO is no environment file" refused fifo "it is not a regular file"
check "nor is a link" refused link "it is a symbolic link"
check "nor a device without end" refused zero "it is not a regular file"
check "nor what is too large" refused huge "it is larger than"
check "nor what is binary" refused binary "line 1 is not NAME=value"
check "one that is missing is said to be" refused missing "cannot read environment file '/no/such/file': No such file"
check "CPUs that there are not are named" refused no-such-cpu "cannot set cpu-affinity 1000"
check "a job that cannot start has no output of its own" equals "" "$(logs wrong)"

id=$(ctl start -o short waits)
is_in_state() { equals "$2" "$(property "$1" state)"; } # ID STATE
check "what is left behind is waited for" wait_until 20 is_in_state "$id" running
touch "$S/logs/go"
check "until it has ended" wait_until 20 is_in_state "$id" failed
check "with its output" contains "$(logs waits)" late
check "the main process still decides" equals 3 "$(property "$id" exit_code)"

ctl start --wait limited >/dev/null
if [ "$(ctl show --value --property runner_cgroup)" = true ]; then
    check "limits are the cgroup's" equals unlimited "$(logs limited)"
else
    check "memory is limited by process" contains "$(logs limited 2>&1)" 524288
    check "which a remark says" contains "$(logs limited 2>&1)" "limits.tasks not in force"
fi

# --- output files -------------------------------------------------------------------------------------

for _ in 1 2 3 4; do ctl start --wait rotated >/dev/null; done
id=$(newest rotated)
check "the newest output is in the file" equals "$id" "$(cat "$S/logs/rotated")"
check "older ones are numbered" equals "$((id - 1)) $((id - 2))" "$(cat "$S/logs/rotated.1") $(cat "$S/logs/rotated.2")"
check "and as many as are wanted" fails test -e "$S/logs/rotated.3"
for _ in 1 2 3; do ctl start --wait numbered >/dev/null; done
id=$(newest numbered)
check "of a pattern the newest stay" equals "$S/logs/numbered-$((id - 1)).log $S/logs/numbered-$id.log" "$(echo "$S"/logs/numbered-*)"
check "with both streams" equals "err out" "$(sort "$S/logs/numbered-$id.log" | xargs)"
check "the file is not for everybody" equals 640 "$(stat -c %a "$S/logs/numbered-$id.log")"
check "a missing directory is said to be" refused no-directory \
    "cannot write to its output file '$S/logs/none/log': No such file or directory"

# --- progress -----------------------------------------------------------------------------------------

check "outside of a job there is nobody to tell" fails env -u NOTIFY_SOCKET schedctl progress 5
check "which it says" contains "$(env -u NOTIFY_SOCKET schedctl progress 5 2>&1)" "within a job of jobsched only"
check "only numbers are a progress" exits 2 schedctl progress half
check "up to a hundred" exits 2 schedctl progress 101
id=$(ctl start -o short progress)
has_progress() { equals "$2" "$(property "$id" progress)"; }
check "progress is recorded" wait_until 20 has_progress "$id" 42
check "with its text" equals "half of it" "$(property "$id" status_text)"
check "status shows a bar" contains "$(ctl status "$id")" "42%"
check "also that of the job" contains "$(ctl status progress)" "half of it"
socket=$(echo "$S"/runner/notify/*-"$id".1)
check "the socket is its user's" equals "600 $(id -u)" "$(stat -c '%a %u' "$socket")"
scheduler_kill
scheduler_start
check "a new daemon knows it too" wait_until 20 has_progress "$id" 42
touch "$S/logs/progress-go"
check "it ends as its process does" wait_until 20 is_in_state "$id" failed
check "with the last word" equals "99 done" "$(property "$id" progress) $(property "$id" status_text)"
check "and the socket is gone" wait_until 20 [ ! -e "$socket" ]
scheduler_stop
runners_stop

# --- a thousand writers, and one of gigabytes ---------------------------------------------------------

if ! is_sanitized; then
    {
        echo "defaults: {output: {journal: false, capture: 8K}, max-instances: 1000, overlap: allow}"
        echo "jobs:"
        for i in $(seq 1000); do echo "  w$i: {command: 'head -c 3000000 /dev/zero'}"; done
        echo "  gigabytes: {command: 'head -c 3221225472 /dev/zero'}"
    } >"$S/jobs/jobs.yaml"
    scheduler_start
    wait_until 20 runner_is_there
    ctl start 'w*' >/dev/null
    ctl start --wait gigabytes >/dev/null
    check "gigabytes are counted" equals 3221225472 "$(property "$(newest gigabytes)" output_bytes)"
    none_left() { equals "" "$(ctl list-executions -o short --state=waiting,starting,running)"; }
    check "all thousand have ended" wait_until 200 none_left
    check "and succeeded" equals 1000 "$(ctl list-executions -o short --state=succeeded -n 5000 'w[0-9]*' | wc -l)"
    peak() { awk '/^VmHWM/ { print $2 }' "/proc/$1/status"; }
    runner=$(runner_pid)
    echo "peaks: runner $(peak "$runner") KiB, daemon $(peak "$daemon_pid") KiB;" \
        "database $(du -k "$S/state" | tail -n 1 | cut -f1) KiB"
    check "the runner stays small" test "$(peak "$runner")" -lt 200000
    check "so does the daemon" test "$(peak "$daemon_pid")" -lt 300000
    check "and the database" test "$(du -k "$S/state" | tail -n 1 | cut -f1)" -lt 100000
    scheduler_stop
    runners_stop
fi
[ "${1-}" = inside ] || finish

# --- another user, by root's runner -------------------------------------------------------------------

chmod 755 "$S"
grep -v '^jobsched:' /etc/passwd >"$S/passwd"
echo "jobsched:x:4990:4990::/nonexistent:/usr/sbin/nologin" >>"$S/passwd"
grep -v '^jobsched' /etc/group >"$S/group"
printf 'jobsched:x:4990:\njobsched-ctl:x:4991:jobsched\n' >>"$S/group"
mount --bind "$S/passwd" /etc/passwd
mount --bind "$S/group" /etc/group
rm -rf "$JOBSCHED_RUNNER_DIR" "$JOBSCHED_RUNTIME_DIR" "$JOBSCHED_STATE_DIR"
mkdir -m 711 "$JOBSCHED_RUNNER_DIR"
install -d -o 4990 -g 4990 -m 755 "$JOBSCHED_RUNTIME_DIR"
install -d -o 4990 -g 4990 -m 700 "$JOBSCHED_STATE_DIR"
install -d -m 755 "$S/bin"
install "$programs/jobschedd" "$programs/jobsched-runner" "$programs/schedctl" "$S/bin"
install -d -o 65534 -g 65534 -m 755 "$S/nobody"
echo 'SECRET=of-root' >"$S/secret"
chmod 600 "$S/secret"
mkdir -m 700 "$S/private"
mkdir "$S/small"
mount -t tmpfs -o size=256k,mode=777 none "$S/small"
cat >"$S/jobs/jobs.yaml" <<YAML
defaults: {user: nobody, output: {journal: false}}
jobs:
  privileged:
    nice: -5
    io-class: realtime
    io-priority: 3
    limits: {open-files: 5000}
    command: "nice; ionice; ulimit -n; id -u"
  secret: {environment-file: $S/secret, command: ["true"]}
  private: {output: {file: $S/private/log}, command: ["true"]}
  its-own: {output: {file: "$S/nobody/%n.log"}, command: "echo hello"}
  full: {output: {file: $S/small/log}, command: "head -c 1000000 /dev/zero; exit 3"}
  progress: {command: "$S/bin/schedctl progress 7 'as nobody'; ls -ln \$NOTIFY_SOCKET | cut -c1-10; exit 0"}
  waits-for-go: {command: "until [ -e $S/nobody/go ]; do sleep 0.05; done"}
YAML
"$S/bin/jobsched-runner" --with-daemon="$S/bin/jobschedd" >"$S/daemon.log" 2>&1 </dev/null &
daemon_pid=$!
schedctl_command=("$S/bin/schedctl")
system_answers() { ctl list-jobs; }
runner_is_connected() { ctl show -p RunnerConnected --value | grep -qx true; }
wait_until 20 system_answers && wait_until 20 runner_is_connected || cat "$S/daemon.log"

ctl start --wait privileged >/dev/null
if contains "$(message_of privileged)" "not permitted" >/dev/null; then
    echo "left out: root may not do it here either: $(message_of privileged | grep permitted)"
else
    check "root gives what a user could not take" equals "-5
realtime: prio 3
5000
65534" "$(logs privileged)"
fi
check "the user's rights are what counts for environment files" refused secret "cannot read environment file '$S/secret': Permission denied"
check "and for output files" refused private "cannot write to its output file '$S/private/log': Permission denied"
check "its own are its own" ctl start --wait its-own
check "and written by it" equals "65534 640 hello" "$(stat -c '%u %a' "$S/nobody/its-own.log") $(cat "$S/nobody/its-own.log")"
ctl start --wait full >/dev/null 2>&1
check "on a full disk the job goes on" equals 3 "$(property "$(newest full)" exit_code)"
check "and what was not written is told of" contains "$(logs full 2>&1 | tr -d '\0')" "bytes were not written to the output file: No space left on device"
ctl start --wait progress >/dev/null
check "progress comes from another user too" equals "7 as nobody" \
    "$(property "$(newest progress)" progress) $(property "$(newest progress)" status_text)"
check "by a socket of its own" equals "srw-------" "$(logs progress | tail -n 1)"
id=$(ctl start -o short waits-for-go)
there() { test -S "$(echo "$JOBSCHED_RUNNER_DIR"/notify/*-"$id".1)"; }
wait_until 20 there
stranger() { NOTIFY_SOCKET=$(echo "$JOBSCHED_RUNNER_DIR"/notify/*-"$id".1) setpriv --reuid=1 --regid=1 --clear-groups "$S/bin/schedctl" progress 99 stranger; }
check "a stranger cannot speak for it" fails stranger
check "and nothing has changed" fails contains "$(ctl status "$id")" stranger
touch "$S/nobody/go"
umount "$S/small"
finish
