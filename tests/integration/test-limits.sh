#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is missing, and what runs out: programs, shells, directories; processes and file descriptors of the runner and of
# the daemon; ten thousand descriptors inherited, and as many in use. Each fault is one execution's or one client's, says
# what is wrong, and is over when there is room again.
#
# As root the daemon runs as `nobody` here, since no limit on processes binds root.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"
control=$S/run/control
hostile=$programs/tests/support/hostile-client

if [ "$(id -u)" = 0 ]; then
    jobschedd() { exec setpriv --reuid=65534 --regid=65534 --clear-groups "$programs/jobschedd" "$@"; }
    chown -R 65534:65534 "$S"
    # From a shell: setpriv itself has its capabilities until it executes something.
    if ! setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '"$0" --version' "$programs/jobschedd" >/dev/null 2>&1; then
        echo "left out: nobody may not execute $programs/jobschedd"
        finish
    fi
    nobody_writes() { install -o 65534 -g 65534 -m 600 /dev/stdin "$1"; }
else
    nobody_writes() { cat >"$1"; }
fi

ended() { # JOB
    case $(row state "$1") in succeeded | failed | timed-out | cancelled | lost) ;; *) return 1 ;; esac
}
run() { schedctl --user start "$1" >/dev/null && wait_until 20 ended "$1"; }
# The newest run failed to launch, with these words.
fails_with() { # JOB WORDS
    run "$1" && row_is "state, reason" "$1" "failed|launch" && contains "$(row reason_detail "$1")" "$2"
}

printf '#!/no/such/interpreter\n' | nobody_writes "$S/script" && chmod 755 "$S/script"
echo "not a program" | nobody_writes "$S/not-executable"
nobody_writes "$S/jobs/jobs.yaml" <<EOF
defaults: {output: {journal: false}}
jobs:
  probe: {command: ["true"]}
  no-program: {command: [/no/such/program]}
  no-program-in-path: {command: [no-such-program]}
  no-shell: {command: "echo hello", shell: /no/such/shell}
  no-directory: {command: ["true"], directory: /no/such/directory}
  no-interpreter: {command: [$S/script]}
  not-executable: {command: [$S/not-executable]}
  a-directory: {command: [/]}
  unknown-to-the-shell: {command: "no-such-program"}
  another-user: {command: ["true"], user: daemon}
  looks-around: {command: ["ls", "/proc/self/fd"]}
EOF

scheduler_start
wait_until 20 runner_is_there
check "jobs run" daemon_works

check "a missing program is named" fails_with no-program "cannot execute '/no/such/program': No such file"
check "so it is in the PATH" fails_with no-program-in-path "cannot execute 'no-such-program': there is no such program in its PATH"
check "a missing shell is named" fails_with no-shell "cannot execute the shell '/no/such/shell'"
check "a missing directory is named" fails_with no-directory "cannot change to directory '/no/such/directory': No such file"
check "a missing interpreter is a fault" fails_with no-interpreter "cannot execute '$S/script'"
check "so is a file without leave to execute" fails_with not-executable "cannot execute '$S/not-executable': Permission denied"
check "so is a directory" fails_with a-directory "cannot execute '/': Permission denied"
check "what the shell does not find is an exit status" run unknown-to-the-shell
check "as in every shell" row_is "state, reason, exit_code" unknown-to-the-shell "failed|exit-code|127"
check "a private daemon takes no job of another user" contains "$(schedctl --user status another-user)" \
    "'user' is for the system's daemon"
check "schedctl status tells it" contains "$(schedctl --user status no-program)" "/no/such/program"
check "jobs run after all that" daemon_works

# The system's runner, where it cannot be: as an ordinary user, and on a host without the user `jobsched`.
system_runner_refuses() { # WORDS [COMMAND…]
    local words=$1
    shift
    ! bounded 60 env JOBSCHED_RUNNER_DIR="$S/system-runner" "$@" "$programs/jobsched-runner" >"$S/refusal" 2>&1 </dev/null &&
        contains "$(cat "$S/refusal")" "$words"
}
if [ "$(id -u)" != 0 ]; then
    check "the system's runner needs root" system_runner_refuses "must be started as root"
else
    check "the system's runner needs root" system_runner_refuses "must be started as root" \
        setpriv --reuid=65534 --regid=65534 --clear-groups
    getent passwd jobsched >/dev/null ||
        check "the system's runner needs the user jobsched" system_runner_refuses "There is no user 'jobsched'"
fi

# Soft limits only, so that they can be taken back.
as_daemon=()
[ "$(id -u)" != 0 ] || as_daemon=(setpriv --reuid=65534 --regid=65534 --clear-groups)
limit() { "${as_daemon[@]}" prlimit --pid "$1" "$2:"; }
soft_limit() { "${as_daemon[@]}" prlimit --pid "$1" "$2" --output=SOFT --noheadings | xargs; }

# No more processes.
runner=$(runner_pid)
n_processes=$(soft_limit "$runner" --nproc)
check "the runner's limit on processes" limit "$runner" --nproc=1
check "a fork that fails is a fault" fails_with probe "cannot make a process: a limit on the number of processes is reached"
check "the runner lives" kill -0 "$runner"
check "the limit is raised" limit "$runner" "--nproc=$n_processes"
check "jobs run when there is room for processes" daemon_works

# No more descriptors in the runner.
n_files=$(soft_limit "$runner" --nofile)
no_record_is_left() { equals "" "$(find "$S/runner/runs" -name '*.*.*')"; }
check "the runner has forgotten what ended" wait_until 20 no_record_is_left
n_open=$(find "/proc/$runner/fd" -mindepth 1 | wc -l)
check "the runner's limit on descriptors" limit "$runner" "--nofile=$((n_open + 1))"
check "a start without descriptors is a fault" fails_with probe "out of file descriptors"
check "the runner lives on" kill -0 "$runner"
check "the limit on descriptors is raised" limit "$runner" "--nofile=$n_files"
check "jobs run when there are descriptors" daemon_works

# No more descriptors in the daemon.
n_open=$(find "/proc/$daemon_pid/fd" -mindepth 1 | wc -l)
n_daemon_files=$(soft_limit "$daemon_pid" --nofile)
check "the daemon's limit on descriptors" limit "$daemon_pid" "--nofile=$((n_open + 12))"
"$hostile" mute "$control" 60 >"$S/hostile.out" 2>&1 &
mute=$!
check "clients that take all descriptors" wait_until 20 grep -q "ready\|refused" "$S/hostile.out"
check "the daemon says that it turns clients away" wait_until 20 log_has "No file descriptor is left"
kill -KILL "$mute"
wait_for "$mute" 60 2>/dev/null
check "it answers when they are gone" wait_until 20 daemon_answers
check "definitions are read with few descriptors" daemon_works
check "the daemon's limit is raised" limit "$daemon_pid" "--nofile=$n_daemon_files"
check "jobs run then" daemon_works
check "the runner can be killed" runner_kill
check "a runner comes again" daemon_works
scheduler_stop

# Ten thousand descriptors that the daemon inherits: jobs inherit none.
for pid in $(runner_pids); do kill -TERM "$pid" && wait_until 20 [ ! -e "/proc/$pid" ]; done
n_many=10000
[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -gt $((n_many + 100)) ] || n_many=$(($(ulimit -Hn) - 100))
scheduler_launch_with_descriptors() {
    "${as_daemon[@]}" "$hostile" descriptors "$n_many" jobschedd --user --no-bus >>"$S/daemon.log" 2>&1 </dev/null &
    daemon_pid=$!
    wait_until 20 daemon_answers
}
check "a daemon with $n_many inherited descriptors starts" scheduler_launch_with_descriptors
check "jobs run under it" daemon_works
check "a job looks around" run looks-around
check "and finds no strange descriptors" equals "0 1 2 3" "$(schedctl --user --no-legend logs looks-around | xargs)"
check "nor has the runner any" [ "$(find "/proc/$(runner_pid)/fd" -mindepth 1 | wc -l)" -lt 100 ]
scheduler_stop

# As many in use: executions at once.
n_jobs=3000
[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -gt $((n_jobs * 4)) ] || n_jobs=$(($(ulimit -Hn) / 4))
{
    echo "defaults: {output: {journal: false}}"
    echo "jobs:"
    for ((i = 0; i < n_jobs; i++)); do echo "  many-$i: {command: [sleep, \"20000.$$\"]}"; done
} | nobody_writes "$S/jobs/many.yaml"
export JOBSCHED_MAX_RUNNING=$((n_jobs + 100))
scheduler_start
wait_until 20 runner_is_there
state_count() { equals "$2" "$(query "SELECT count(*) FROM execution WHERE job LIKE 'many-%' AND state = '$1'")"; }
check "$n_jobs jobs are started at once" schedctl --user start 'many-*'
check "all of them run" wait_until 600 state_count running "$n_jobs"
echo "with $n_jobs executions: runner $(find "/proc/$(runner_pid)/fd" -mindepth 1 | wc -l) descriptors, $(sed -n 's/^VmRSS:[^0-9]*//p' "/proc/$(runner_pid)/status")"
check "jobs run beside them" daemon_works
scheduler_kill
scheduler_start
check "the next daemon takes them over" wait_until 60 log_has "it knows of $n_jobs executions"
check "jobs run beside them then" daemon_works
check "they are stopped" schedctl --user stop 'many-*'
check "all of them" wait_until 600 state_count cancelled "$n_jobs"
nobody_sleeps() { equals "" "$(pgrep -fx "sleep 20000[.]$$")"; }
check "none is left" wait_until 20 nobody_sleeps
check "jobs run afterwards" daemon_works
finish
