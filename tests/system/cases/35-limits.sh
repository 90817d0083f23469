# shellcheck shell=bash
# box: main
# Limits of a unit truly bite: here systemd has the controllers. And who stops what: daemon, runner, unit.

put_jobs limits <<'END'
jobs:
  eats-memory:
    unit: {MemoryMax: 24M, MemorySwapMax: 0}
    command: [python3, -c, "x = bytearray(200 << 20); print(len(x))"]
  forks:
    unit: {TasksMax: 5}
    command: "for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & done; wait"
  stopped: {command: "until [ -e /srv/test/go ]; do sleep 0.05; done; exit 7"}
  stopped-unit: {unit: {}, command: "until [ -e /srv/test/go ]; do sleep 0.05; done; exit 7"}
END
inside rm -f /srv/test/go
is_over() { fails state_is "$1" running && fails state_is "$1" starting && fails state_is "$1" due; }

id=$(job_starts eats-memory)
check "a job that takes too much memory ends" wait_until 30 is_over "$id"
check "by the kernel's hand" equals 9 "$(property "$id" signal)"
id=$(job_starts forks)
check "a job that makes too many processes ends" wait_until 30 is_over "$id"
check "and hears why" contains "$(ctl logs "$id" -o short 2>&1)" fork

first=$(job_starts stopped)
second=$(job_starts stopped-unit)
wait_until 30 state_is "$first" running
wait_until 30 state_is "$second" running
inside systemctl stop jobschedd.service
check "jobs outlive the daemon's stop" inside systemctl is-active --quiet "jobsched-stopped-unit-$second.service"
inside systemctl start jobschedd.service
check "and are known afterwards" wait_until 30 state_is "$first" running
inside systemctl stop jobsched-runner.service
check "the runner's stop ends its own" wait_until 30 state_is "$first" cancelled
check "by the shutdown of it" equals shutdown "$(property "$first" reason)"
check "a unit goes on without it" inside systemctl is-active --quiet "jobsched-stopped-unit-$second.service"
check "the runner comes back" wait_until 30 scheduler_is_up
inside touch /srv/test/go
check "and hears of its end" wait_until 30 state_is "$second" failed
check "which is the true one" equals 7 "$(property "$second" exit_code)"
inside rm /srv/test/go
