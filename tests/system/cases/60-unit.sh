# shellcheck shell=bash
# box: unified
# Jobs with `unit:` are transient units of systemd, and outlive daemon and runner.

put_jobs unit <<'END'
jobs:
  unit-plain:
    user: alice
    umask: "0027"
    environment: {GREETING: "100%n $HOME"}
    stdin: "typed"
    unit: {ProtectSystem: strict, PrivateTmp: true}
    command: |
      id -un; id -gn; pwd; umask; echo "$GREETING"; cat; echo
      touch /etc/nothing 2>/dev/null || echo "read-only"
      sed -n 's/^0:://p' /proc/self/cgroup
      printf 'a\0b\377\n'
      echo "to stderr" >/dev/stderr
      exit 3
  unit-list: {unit: {}, command: [id, -un], user: bob}
  unit-no-program: {unit: {}, command: [/nosuchprogram]}
  unit-no-directory: {unit: {}, command: [/bin/true], directory: /nosuchdirectory}
  unit-condition: {unit: {Requisite: nosuch.service}, command: [/bin/true]}
  unit-refused:
    unit:
      Nice: 5
      Slice: not-a-slice.service
    command: [/bin/true]
  unit-long: {unit: {}, user: bob, command: "echo begins; until [ -e /srv/test/go ]; do sleep 0.05; done; echo ends; exit 7"}
  unit-stubborn: {unit: {}, timeout: 3s, kill-timeout: 300ms, command: "trap '' TERM; while :; do sleep 0.1; done"}
  unit-child:
    unit: {}
    command: "setsid sh -c 'trap \"\" TERM HUP; echo $$ >/srv/test/child; sleep 600' & until [ -s /srv/test/child ]; do sleep 0.05; done; exit 4"
END
units() { inside systemctl list-units 'jobsched-unit-*' --all --no-legend --plain; }
no_units() { equals "" "$(units)"; }
go() { inside touch /srv/test/go; }
ends_with_seven() { # ID
    go
    wait_until 30 state_is "$1" failed && equals 7 "$(property "$1" exit_code)" && inside rm /srv/test/go
}

id=$(job_starts unit-plain)
check "a job runs as a unit" wait_until 30 state_is "$id" failed
check "with its exit code" equals 3 "$(property "$id" exit_code)"
output=$(ctl logs "$id" -o short 2>&1 | tr '\0\377' '?!')
check "as its user, in its directory, with its umask" contains "$output" $'alice\nalice\n/home/alice\n0027'
check "without expansion of its environment" contains "$output" '100%n $HOME'
check "with its standard input" contains "$output" typed
check "in the sandbox that was asked for" contains "$output" read-only
check "in a cgroup of its own" contains "$output" "/system.slice/jobsched-unit-plain-$id.service"
check "its standard error is its own" contains "$output" "to stderr"
check "the journal has it by job, execution and stream" equals "to stderr" \
    "$(inside journalctl -o cat JOBSCHED_EXECUTION="$id" JOBSCHED_STREAM=stderr)"
check "CPU time is recorded" fails equals "" "$(property "$id" cpu_seconds)"
check "a program is looked for in the job's PATH" equals bob "$(ctl start --follow unit-list)"
check "systemd forgets what was acknowledged" wait_until 30 no_units

says() { # JOB TEXT
    local id
    id=$(job_starts "$1")
    wait_until 30 state_is "$id" failed && equals launch "$(property "$id" reason)" && contains "$(ctl status "$id" 2>&1)" "$2"
}
check "a program that is not there is said" says unit-no-program 203/EXEC
check "a directory that is not there is said" says unit-no-directory 200/CHDIR
check "a unit that it needs is not there" says unit-condition "line 18: Requisite: Unit nosuch.service not found"
check "what systemd refuses is said with line and key" says unit-refused "line 22: Slice"

id=$(job_starts unit-long)
wait_until 30 state_is "$id" running
check "it is stopped by hand" ctl stop "$id"
check "which is recorded" wait_until 30 state_is "$id" cancelled
check "by the operator" equals operator "$(property "$id" reason)"
id=$(job_starts unit-stubborn)
check "one that does not stop at its time-out is killed" wait_until 30 state_is "$id" timed-out
check "with SIGKILL" equals 9 "$(property "$id" signal)"
id=$(job_starts unit-child)
check "the main process decides" wait_until 30 state_is "$id" failed
check "by its exit code, also here" equals 4 "$(property "$id" exit_code)"
check "what it left behind is killed" wait_until 30 fails inside sh -c 'kill -0 "$(cat /srv/test/child)"'
id=$(job_starts unit-long)
wait_until 30 state_is "$id" running
inside systemctl stop "jobsched-unit-long-$id.service"
check "a unit that somebody else stops is cancelled" wait_until 30 state_is "$id" cancelled
check "and says so" contains "$(ctl status "$id")" "systemctl stop"

id=$(job_starts unit-long)
wait_until 30 state_is "$id" running
pid=$(property "$id" pid)
inside systemctl restart jobschedd.service
check "it outlives a restart of the daemon" wait_until 30 scheduler_is_up
inside systemctl restart jobsched-runner.service
check "and of the runner" wait_until 30 scheduler_is_up
inside systemctl reload jobsched-runner.service
check "and a reload" wait_until 30 scheduler_is_up
inside systemctl daemon-reexec
inside kill -KILL "$(unit_property jobsched-runner.service MainPID)"
check "and a kill" wait_until 30 scheduler_is_up
check "all the time the same process" equals "$pid" "$(unit_property "jobsched-unit-long-$id.service" MainPID)"
check "it is known to run" state_is "$id" running
check "its true exit status is recorded" ends_with_seven "$id"
check "what it wrote at the end is there" contains "$(ctl logs "$id" -o short)" ends

id=$(job_starts unit-long)
wait_until 30 state_is "$id" running
inside systemctl stop jobsched-runner.service jobsched-runner.socket
check "it outlives the runner" inside kill -0 "$(unit_property "jobsched-unit-long-$id.service" MainPID)"
go
has_ended() { equals failed "$(unit_property "jobsched-unit-long-$1.service" SubState)"; }
check "it ends" wait_until 30 has_ended "$id"
inside systemctl start jobsched-runner.socket
check "what ended without a runner" wait_until 30 state_is "$id" failed
check "has its true exit status" equals 7 "$(property "$id" exit_code)"
inside rm /srv/test/go
check "nothing of it all is left" wait_until 30 no_units
