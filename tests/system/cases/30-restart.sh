# shellcheck shell=bash
# box: main
# Executions outlive the daemon, and the runner's upgrade; what is lost is called lost.

go() { as bob touch /srv/test/go; }
ends_with_seven() { # ID
    go
    wait_until 30 state_is "$1" failed && equals 7 "$(property "$1" exit_code)"
}
is_running() { state_is "$1" running; }

id=$(job_starts long)
wait_until 30 is_running "$id"
pid=$(property "$id" pid)
check "the daemon is restarted during a run" inside systemctl restart jobschedd.service
check "it is back" wait_until 30 scheduler_is_up
check "the job runs on" inside kill -0 "$pid"
check "and is known to run" is_running "$id"
check "its true exit status is recorded" ends_with_seven "$id"

id=$(job_starts long)
wait_until 30 is_running "$id"
daemon=$(unit_property jobschedd.service MainPID)
inside kill -KILL "$daemon"
check "killed, the daemon comes back by itself" wait_until 30 scheduler_is_up
check "it is another one" fails equals "$daemon" "$(unit_property jobschedd.service MainPID)"
check "the job is known to run" is_running "$id"
check "its true exit status is recorded after kill -9" ends_with_seven "$id"

# The job ends while there is no daemon.
id=$(job_starts long)
wait_until 30 is_running "$id"
pid=$(property "$id" pid)
inside systemctl stop jobschedd.service
go
wait_until 30 fails inside kill -0 "$pid"
inside systemctl start jobschedd.service
check "what ended without a daemon" wait_until 30 state_is "$id" failed
check "has its true exit status too" equals 7 "$(property "$id" exit_code)"

id=$(job_starts long)
wait_until 30 is_running "$id"
runner=$(unit_property jobsched-runner.service MainPID)
check "the runner is reloaded during a run" inside systemctl reload jobsched-runner.service
check "it is the same process" equals "$runner" "$(unit_property jobsched-runner.service MainPID)"
check "the daemon is connected again" wait_until 30 scheduler_is_up
check "the job is known to run after a reload of the runner" is_running "$id"
check "its true exit status is recorded after a reload of the runner" ends_with_seven "$id"
check "the runner is still that process" equals "$runner" "$(unit_property jobsched-runner.service MainPID)"

id=$(job_starts long)
wait_until 30 is_running "$id"
pid=$(property "$id" pid)
inside kill -KILL "$runner"
check "killed, the runner comes back" wait_until 30 scheduler_is_up
check "what it ran is lost" wait_until 30 state_is "$id" lost
check "with the reason" equals runner-lost "$(property "$id" reason)"
check "nothing of it is left" wait_until 30 fails inside kill -0 "$pid"
check "the journal says so" contains "$(inside journalctl -o cat MESSAGE_ID=f5ab5f0e2d6a4b0c9a6bb6f7d7a2c007)" runner
check "and jobs run again" contains "$(ctl start --follow hello)" hello

inside kill -KILL "$(unit_property jobsched-runner.service MainPID)"
check "a runner killed without executions comes back, too" wait_until 30 scheduler_is_up

daemon=$(unit_property jobschedd.service MainPID)
inside sh -c "for i in \$(seq 500); do kill -HUP $daemon; done"
check "a storm of SIGHUP is survived" wait_until 30 instance_answers
check "by the same daemon" equals "$daemon" "$(unit_property jobschedd.service MainPID)"
check "systemctl reload works" inside systemctl reload jobschedd.service

inside sh -c 'mkdir -p /run/systemd/system/jobschedd.service.d && printf "[Service]\nWatchdogSec=2s\nTimeoutAbortSec=200ms\n" \
    >/run/systemd/system/jobschedd.service.d/watchdog.conf && systemctl daemon-reload && systemctl restart jobschedd.service'
check "the daemon feeds a watchdog" wait_until 30 scheduler_is_up
daemon=$(unit_property jobschedd.service MainPID)
inside kill -STOP "$daemon"
is_replaced() { ! equals "$daemon" "$(unit_property jobschedd.service MainPID)" && scheduler_is_up; }
check "one that hangs is replaced" wait_until 30 is_replaced
inside sh -c 'rm -r /run/systemd/system/jobschedd.service.d && systemctl daemon-reload && systemctl restart jobschedd.service'
check "it has a watchdog from its unit" equals 3min "$(unit_property jobschedd.service WatchdogUSec)"
wait_until 30 scheduler_is_up
