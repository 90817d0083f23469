# shellcheck shell=bash
# box: unified
# With cgroup v2 each execution has a cgroup of its own, out of which nothing escapes.

inside systemd-sysusers
inside systemd-tmpfiles --create jobsched.conf
inside systemctl daemon-reload
inside systemctl reload dbus
put_nothing() { inside systemctl enable --now jobschedd.service; }
check "it starts" put_nothing
check "it runs" wait_until 30 scheduler_is_up
check "the runner has cgroups" equals true "$(ctl show --value --property runner_cgroup)"

put_jobs cgroup <<'END'
jobs:
  escapes:
    user: alice
    kill-timeout: 1s
    # In a session of its own, with a clean environment, deaf to every signal, and adopted by init.
    command: |
      setsid env -i sh -c '(trap "" TERM HUP INT; echo $$ >/srv/test/left; while :; do sleep 0.1; done) & ' </dev/null >/dev/null 2>&1
      until [ -e /srv/test/left ]; do sleep 0.05; done
      exit 4
  slow: {command: "cat /proc/self/cgroup; until [ -e /srv/test/go ]; do sleep 0.05; done; exit 7"}
  stubborn:
    timeout: 1s
    kill-timeout: 500ms
    command: |
      trap "" TERM
      (trap "" TERM; while :; do sleep 0.1; done) &
      while :; do sleep 0.1; done
END
delegated=$(unit_property jobsched-runner.service ControlGroup)
# .control is systemd's, for ExecReload=.
cgroups() { inside find "/sys/fs/cgroup$delegated" -mindepth 1 -type d ! -name supervisor ! -name .control; }
no_cgroups() { equals "" "$(cgroups)"; }

id=$(job_starts escapes)
check "the main process decides" wait_until 30 state_is "$id" failed
check "by its exit code" equals 4 "$(property "$id" exit_code)"
check "what it left behind is killed" wait_until 30 fails inside sh -c 'pgrep -u alice .'
check "its cgroup is gone" wait_until 30 no_cgroups

id=$(job_starts stubborn)
check "a job that does not stop is killed" wait_until 30 state_is "$id" timed-out
check "with all that it started" wait_until 30 no_cgroups

id=$(job_starts slow)
wait_until 30 state_is "$id" running
check "the job is in its cgroup" contains "$(cgroups)" /
check "below the runner's" contains "$(inside cat "/proc/$(property "$id" pid)/cgroup")" "$delegated/"
inside systemctl reload jobsched-runner.service
wait_until 30 scheduler_is_up
check "it is kept over a reload of the runner" contains "$(cgroups)" /
inside touch /srv/test/go
check "and ends with its status" wait_until 30 state_is "$id" failed
check "which is recorded" equals 7 "$(property "$id" exit_code)"
check "the cgroup is removed then" wait_until 30 no_cgroups
check "CPU time is recorded" fails equals "" "$(property "$id" cpu_seconds)"

inside rm /srv/test/go
id=$(job_starts slow)
wait_until 30 state_is "$id" running
pid=$(property "$id" pid)
inside kill -KILL "$(unit_property jobsched-runner.service MainPID)"
check "a killed runner comes back" wait_until 30 scheduler_is_up
check "and its execution is lost" wait_until 30 state_is "$id" lost
check "and gone" wait_until 30 fails inside kill -0 "$pid"
