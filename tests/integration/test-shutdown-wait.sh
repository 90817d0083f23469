#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A daemon that is told to end while a job runs: by default the job goes on without it; with `shutdown-wait` it starts
# nothing more and sees the end, unless it is told twice.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

ctl() { schedctl --user "$@"; }
becomes() { # JOB STATE
    wait_until 20 row_is state "$1" "$2" || row_is state "$1" "$2"
}
release() { bounded 60 sh -c "echo >'$S/end'"; }
lives() { kill -0 "$daemon_pid" && ! has_ended "$daemon_pid"; }
ends_well() {
    wait_for "$daemon_pid" 60
    equals 0 $?
}
starts() { ctl start runs && becomes runs running; }

mkfifo "$S/end"
cat >"$S/jobs/jobs.yaml" <<EOT
defaults: {output: {journal: false}}
jobs:
  runs: {command: "read x <$S/end"}
  other: {command: "true"}
EOT

scheduler_start
check "the runner is there" wait_until 20 runner_is_there
check "a job runs" starts
kill -TERM "$daemon_pid"
check "without a wait the daemon ends" ends_well
check "the job runs on" row_is state runs running
echo 'shutdown-wait: 1h' >"$S/jobsched.yaml"
scheduler_start
check "the next one has it" row_is state runs running

kill -TERM "$daemon_pid"
check "with a wait it says so" wait_until 20 log_has "Nothing new is started; waiting for 1 executions to end"
check "and lives" lives
check "it starts nothing" contains "$(ctl start other 2>&1)" "is being stopped"
check "it still tells what there is" contains "$(ctl list-jobs)" running
check "the job can end" release
check "then the daemon ends" ends_well
check "and has seen it" row_is state runs succeeded

scheduler_start
check "the runner is there again" wait_until 20 runner_is_there
check "the job runs again" starts
kill -TERM "$daemon_pid"
check "it waits" wait_until 20 sh -c "[ \"\$(grep -c 'Nothing new is started' '$S/daemon.log')\" = 2 ]"
kill -TERM "$daemon_pid"
check "a second signal ends it" ends_well
check "the job runs on" row_is state runs running
check "it can end" release
scheduler_start
check "the next one hears of it" becomes runs succeeded

scheduler_stop
finish
