#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# freeze and thaw with the real programs: what starts and what does not, over kill -9, and who says so.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

ctl() { schedctl --user "$@"; }
status_is() { # STATUS COMMAND…
    local wanted=$1 status=0
    shift
    "$@" >"$S/out" 2>"$S/err" || status=$?
    equals "$wanted" "$status" || {
        cat "$S/err"
        return 1
    }
}
becomes() { # JOB STATE
    wait_until 20 row_is state "$1" "$2" || row_is state "$1" "$2"
}
has_succeeded() { [ "$(query "SELECT count(*) FROM execution WHERE job = '$1' AND state = 'succeeded'")" -gt 0 ]; } # JOB
rows_are() { # JOB WANTED
    equals "$2" "$(query "SELECT count(*) FROM execution WHERE job = '$1'")"
}
rows_are_more() { [ "$(query "SELECT count(*) FROM execution WHERE job = '$1'")" -gt "$2" ]; } # JOB THAN
says_frozen() { # FILE
    contains "$(cat "$1")" "$([ "$1" = "$S/out" ] && echo 'FROZEN since' || echo 'frozen since')"
}
another_is_due() { [ "$(date +%s)" -gt $((frozen + 2)) ]; } # of those by the second
release() { bounded 60 sh -c "echo >'$S/end'"; }

mkfifo "$S/end"
cat >"$S/jobs/jobs.yaml" <<EOT
defaults: {output: {journal: false}}
jobs:
  runs: {command: "read x <$S/end", trigger: {on-success: [triggered]}}
  triggered: {command: "true"}
  often: {schedule: {every: 1s}, command: "true", catch-up: none}
  dropped: {schedule: {every: 1s}, command: "true"}
  hourly: {schedule: "17 3 * * *", command: "true"}
EOT

scheduler_start
check "the runner is there" wait_until 20 runner_is_there
check "nothing is frozen" status_is 1 ctl thaw
check "thaw says so" contains "$(cat "$S/err")" "not frozen"
check "a job runs" status_is 0 ctl start runs
check "it runs" becomes runs running
check "those by schedule run" wait_until 20 has_succeeded often
check "freeze" status_is 0 ctl freeze
frozen=$(date +%s)
check "freeze again" status_is 1 ctl freeze
check "it says since when" contains "$(cat "$S/err")" "frozen already, since"

check "status" status_is 0 ctl status
check "its first line says it" contains "$(head -n 1 "$S/out")" "FROZEN since"
check "status in colour" status_is 0 ctl --color=always status
check "it is red" contains "$(head -n 1 "$S/out")" $'\e[0;1;31m'
check "status for programs" contains "$(ctl -o json status)" '"frozen":"20'
check "the property" contains "$(ctl show -p Frozen)" "frozen=20"
for verb in list-jobs list-timers list-executions list-queues audit; do
    check "$verb" status_is 0 ctl "$verb"
    check "$verb says it" says_frozen "$S/err"
    check "$verb quietly" status_is 0 ctl -q "$verb"
    check "$verb says nothing then" equals "" "$(cat "$S/err")"
done
check "the log" wait_until 20 log_has "All jobs are frozen by"
check "list-timers has the next due time" contains "$(ctl list-timers hourly 2>/dev/null)" "03:17:00"
check "without a next start" contains "$(ctl -o json list-timers hourly 2>/dev/null)" '"next_start":null'
check "start is refused" status_is 1 ctl start often
check "with a sentence" contains "$(cat "$S/err")" "Job 'often' is not started: all jobs have been frozen since"
check "start --force too" status_is 1 ctl start --force often
check "why" status_is 0 ctl why often
check "why says it" contains "$(cat "$S/out")" "frozen since"

check "what runs can end" release
check "and ends" becomes runs succeeded
check "what it triggers waits" becomes triggered waiting
often=$(query "SELECT count(*) FROM execution WHERE job = 'often'")

scheduler_kill
scheduler_start
check "frozen after kill -9" status_is 0 ctl status
check "status says it" says_frozen "$S/out"
check "the log too" log_has "have been frozen since"
wait_until 20 another_is_due
check "nothing was decided meanwhile" rows_are often "$often"
check "what is triggered waits still" row_is state triggered waiting

check "thaw" status_is 0 ctl thaw
check "what was triggered runs" becomes triggered succeeded
check "those by schedule go on" wait_until 20 rows_are_more often "$often"
check "nothing is said any more" status_is 0 ctl list-jobs
check "list-jobs says nothing" equals "" "$(cat "$S/err")"
check "both are audited" equals "thawed frozen" "$(ctl -o json audit | python3 -c "
import json, sys
print(' '.join(e['event'] for e in json.load(sys.stdin) if e['event'] in ('frozen', 'thawed')))")"

check "freeze once more" status_is 0 ctl freeze
frozen=$(date +%s)
wait_until 20 another_is_due
check "thaw --skip-missed" status_is 0 ctl thaw --skip-missed
check "what was held back is one row" contains \
    "$(query "SELECT state, reason, count > 1 FROM execution WHERE job = 'dropped'")" "skipped|frozen|1"
check "it is audited" contains "$(ctl -n 1 audit)" "what was held back is skipped"

scheduler_stop
finish
