# shellcheck shell=bash
# box: unified
# Limits that bite, by the cgroup of each execution; and what is left behind in it.

put_jobs process <<'END'
jobs:
  eats:
    user: alice
    limits: {memory: 16M}
    command: "head -c 200M /dev/zero | tail -c 200M | wc -c; echo not killed"
  killed: {user: alice, command: "kill -KILL $$"}
  forks:
    user: alice
    limits: {tasks: 8}
    command: "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 30 & done; exit 0"
  shows:
    limits: {memory: 64M, cpu: 50%, tasks: 77, io-weight: 50}
    command: |
      cd "/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)"
      for i in memory.max memory.oom.group cpu.max pids.max io.weight; do [ ! -e $i ] || echo $i $(cat $i); done
  waits:
    user: alice
    left-behind: wait
    # In a session of its own, with a clean environment: the cgroup knows it all the same.
    command: "setsid env -i sh -c 'until [ -e /srv/test/go ]; do sleep 0.05; done; echo late' & exit 5"
  leaves:
    user: alice
    left-behind: leave
    command: "(until [ -e /srv/test/gone ]; do sleep 0.05; done) >/dev/null 2>&1 & echo $!"
END
# Which controllers the host gives the box: under another hierarchy they may be missing.
delegated=/sys/fs/cgroup$(unit_property jobsched-runner.service ControlGroup)
has_controller() { inside cat "$delegated/cgroup.subtree_control" | tr ' ' '\n' | grep -qx "$1"; }
left() { inside find "$delegated" -mindepth 1 -type d -name 'left-*'; }

id=$(job_starts killed)
check "a job that kills itself" wait_until 30 state_is "$id" failed
check "was not short of memory" equals signal "$(property "$id" reason)"
if has_controller memory; then
    id=$(job_starts eats)
    check "a job that takes more memory than it may is killed" wait_until 30 state_is "$id" failed
    check "as a whole, for that reason" equals oom "$(property "$id" reason)"
    check "nothing of it went on" fails contains "$(ctl logs -q "$id")" "not killed"
fi
if has_controller pids; then
    id=$(job_starts forks)
    check "a job cannot make more processes than it may" wait_until 30 state_is "$id" failed
    check "which its shell says" contains "$(ctl logs -q "$id")" fork
fi
id=$(job_starts shows)
check "limits are seen from inside" wait_until 30 state_is "$id" succeeded
output=$(ctl logs -q "$id")
if has_controller memory && has_controller cpu && has_controller pids; then
    check "memory" contains "$output" "memory.max 67108864"
    check "which ends all of it" contains "$output" "memory.oom.group 1"
    check "CPU" contains "$output" "cpu.max 50000 100000"
    check "tasks" contains "$output" "pids.max 77"
else
    echo "the box lacks controllers: $(inside cat "$delegated/cgroup.controllers")"
    check "what is not in force is said" contains "$output" "not in force"
fi

id=$(job_starts waits)
check "what is left behind is waited for" wait_until 30 state_is "$id" running
main_is_gone() { fails inside kill -0 "$(property "$id" pid)"; }
check "when the main process has ended" wait_until 30 main_is_gone
inside systemctl reload jobsched-runner.service
wait_until 30 scheduler_is_up
check "also over a reload of the runner" equals running "$(property "$id" state)"
inside touch /srv/test/go
check "until it has ended" wait_until 30 state_is "$id" failed
check "the main process decides" equals 5 "$(property "$id" exit_code)"
check "the output is whole" contains "$(ctl logs -q "$id")" late

id=$(job_starts leaves)
check "a job that leaves something ends" wait_until 30 state_is "$id" succeeded
pid=$(ctl logs -q "$id" | head -n 1)
check "what it left goes on" inside kill -0 "$pid"
check "in its cgroup" contains "$(left)" left-
inside touch /srv/test/gone
wait_until 30 fails inside kill -0 "$pid"
id=$(job_starts killed)
wait_until 30 state_is "$id" failed
no_left() { equals "" "$(left)"; }
check "which is removed once it is empty" wait_until 30 no_left
