# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the integration tests in shell: a private `jobschedd --user` with its runner, in a directory of its own.
#
#   . tests/support/scheduler.sh      (run by `make check-integration`; $builddir says where the programs are)
#   scheduler_start                   starts the daemon and waits until it answers
#   check "a fact" COMMAND…           counts a fact as passed if the command succeeds
#   bounded SECONDS COMMAND…          instead of `timeout`
#   wait_for PID SECONDS              the exit status of a background process, which is bound to end
#   finish                            prints "N passed, N failed" and exits
#
# Everything is stopped and removed at the end, also when the test fails.

set -u
exec </dev/null # whatever we were started with: some programs behave in another way without one
programs=$(cd "${builddir:-.}" && pwd) || exit 1
PATH=$programs:$PATH
n_passed=0
n_failed=0
daemon_pid=

# Without it "$S/run" would be /run, for tests that remove what they have made.
S=$(mktemp -d "${TMPDIR:-/tmp}/jobsched-test.XXXXXX") || exit 1
export JOBSCHED_CONFIG_FILE=$S/jobsched.yaml
export JOBSCHED_CONFIG_PATH=$S/jobs
export JOBSCHED_STATE_DIR=$S/state
export JOBSCHED_RUNTIME_DIR=$S/run
export JOBSCHED_RUNNER_DIR=$S/runner
export JOBSCHED_RUNNER=$programs/jobsched-runner
export HOME=$S LC_ALL=C.UTF-8 TZ=UTC
unset DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_STATE_HOME
mkdir "$S/jobs" || exit 1

# What tests/run-limited says when it has to end us.
note() { # FACT
    [ -z "${JOBSCHED_TEST_NOTES:-}" ] || echo "$1" >"$JOBSCHED_TEST_NOTES/fact"
}

is_sanitized() { grep -qF __asan_init "$programs/jobschedd"; }

check() { # FACT COMMAND…
    local fact=$1
    note "$fact"
    shift
    if "$@" >"$S/check.out" 2>&1; then
        n_passed=$((n_passed + 1))
    else
        n_failed=$((n_failed + 1))
        echo "FAILED: $fact: $*"
        sed 's/^/    /' "$S/check.out" | head -n 30
    fi
}

equals() { # WANTED GOT
    [ "$1" = "$2" ] || {
        printf 'wanted: %s\ngot:    %s\n' "$1" "$2"
        return 1
    }
}

contains() { # TEXT PART
    case $1 in
    *"$2"*) return 0 ;;
    esac
    printf 'wanted a text with: %s\ngot:                %s\n' "$2" "$1"
    return 1
}

# Waits for a condition that no event tells of; fails after the deadline.
wait_until() { # SECONDS COMMAND…
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        read -r -t 0.02 <>"$S/never" || true
    done
}

# Ends a command of ours that takes too long: 124. `timeout` alone sends SIGCONT behind its signal, also to one that it
# was sent itself; that takes away the SIGSTOP by which LeakSanitizer halts a process at its end, and waits for ever.
bounded() { timeout --foreground --kill-after=10 "$@"; } # SECONDS COMMAND…

# A zombie has ended too, also where the shell does not collect it by itself: when it ends on a signal.
has_ended() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }

# The exit status of a background process that is about to end; one that does not is killed and complained of.
wait_for() { # PID SECONDS
    if ! wait_until "$2" has_ended "$1"; then
        echo "FAILED: process $1 has not ended after $2 s: $(tr '\0' ' ' <"/proc/$1/cmdline")," \
            "which waits in $(cat "/proc/$1/wchan")"
        n_failed=$((n_failed + 1))
        kill -KILL "$1"
    fi
    wait "$1"
}

daemon_answers() { schedctl --user list-jobs; }
# Nothing where there is no runner: `kill 0` would be for whoever runs the tests.
runner_pid() { schedctl --user show -p RunnerPid --value | grep -vx 0; }
runner_is_there() { [ -n "$(runner_pid)" ]; }
runner_kill() {
    local pid
    wait_until 20 runner_is_there && pid=$(runner_pid) && kill -KILL "$pid"
}

scheduler_launch() { # OPTION…   without waiting for it
    jobschedd --user --no-bus "$@" >>"$S/daemon.log" 2>&1 </dev/null &
    daemon_pid=$!
}

scheduler_start() { # OPTION…
    scheduler_launch "$@"
    wait_until 20 daemon_answers || {
        echo "jobschedd does not answer:"
        cat "$S/daemon.log"
        exit 1
    }
}

scheduler_stop() {
    [ -n "$daemon_pid" ] || return 0
    kill -TERM "$daemon_pid" 2>/dev/null
    wait_for "$daemon_pid" 60 2>/dev/null
    daemon_pid=
}

scheduler_kill() {
    kill -KILL "$daemon_pid" 2>/dev/null
    wait "$daemon_pid" 2>/dev/null
    daemon_pid=
}

# The runners of this directory: a detached one is nobody's child. A process may vanish while it is looked at.
runner_pids() {
    local pid
    for pid in $(pgrep -f '^jobsched-runner.*--user'); do
        grep -qzxF "JOBSCHED_RUNNER_DIR=$JOBSCHED_RUNNER_DIR" "/proc/$pid/environ" && echo "$pid"
    done 2>/dev/null
}

log_has() { grep -qF -- "$1" "$S/daemon.log"; }
# The row of a time to come is written ahead of it, and is no execution yet.
row() { # COLUMNS JOB   of the newest execution of a job
    query "SELECT $1 FROM execution WHERE job = '$2' AND state != 'armed' ORDER BY id DESC LIMIT 1"
}
row_is() { equals "$3" "$(row "$1" "$2")"; } # COLUMNS JOB WANTED

# No row is open, and none waits for its time.
all_rows_are_closed() {
    equals 0 "$(query "SELECT count(*) FROM execution WHERE state IN ('armed', 'waiting', 'starting', 'running')")"
}

# Jobs still run: the daemon lives, and a manual start ends well. It needs a job `probe` with `command: [/bin/true]`.
daemon_works() {
    kill -0 "$daemon_pid" && wait_until 20 runner_is_there && schedctl --user start --wait probe
}

query() { sqlite3 -batch "$JOBSCHED_STATE_DIR/jobsched.db" "$1"; }

runners_stop() {
    local pid
    for pid in $(runner_pids); do
        kill -TERM "$pid" 2>/dev/null
        wait_until 20 [ ! -e "/proc/$pid" ] || kill -KILL "$pid" 2>/dev/null
    done
}

clean_up() {
    scheduler_stop
    runners_stop
    rm -rf "$S"
}
mkfifo "$S/never" || exit 1
[ -z "${JOBSCHED_TEST_NOTES:-}" ] || ln -s "$S/daemon.log" "$JOBSCHED_TEST_NOTES/log"
trap clean_up EXIT

# What a sanitizer build says of daemon and runner, leaks at their end included.
no_sanitizer_complains() {
    ! grep -E -A 30 'ERROR: (Address|Leak)Sanitizer|runtime error:|Assertion .* failed' "$S/daemon.log"
}

finish() {
    scheduler_stop
    runners_stop
    [ ! -e "$S/daemon.log" ] || check "daemon and runner end without a complaint" no_sanitizer_complains
    if [ "$n_failed" -gt 0 ]; then
        echo "--- the daemon's log:"
        tail -n 60 "$S/daemon.log"
    fi
    echo "$n_passed passed, $n_failed failed"
    [ "$n_failed" = 0 ]
    exit
}
