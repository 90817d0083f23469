#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The runner is killed (SIGKILL): with nothing to do, with running executions, together with the daemon, and again and
# again under load. What it ran is `lost` and gone, what had ended keeps its outcome, and nothing runs twice.
#
# JOBSCHED_TEST_KILLS says how often under load (default 40), JOBSCHED_TEST_SEED repeats a run.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

n_kills=${JOBSCHED_TEST_KILLS:-40}
RANDOM=${JOBSCHED_TEST_SEED:-$$}
echo "seed ${JOBSCHED_TEST_SEED:-$$}, $n_kills kills"

cat >"$S/jobs/manual.yaml" <<EOF
defaults: {output: {journal: false}}
jobs:
  probe: {command: ["true"]}
  long: {command: "echo \$\$ >$S/long.pid; setsid sleep 1001.$$ & echo \$! >$S/child.pid; sleep 1002.$$"}
  counted: {command: "echo \$JOBSCHED_EXECUTION >>$S/counted"}
  ends: {command: "echo begun >$S/ends.begun; until [ -e $S/ends.now ]; do sleep 0.05; done; echo last words; exit 7"}
EOF

# A zombie is gone too: it waits for an init that does not reap.
is_gone() {
    local pid
    pid=$(cat "$1") && { [ ! -d "/proc/$pid" ] || grep -q '^State:.*Z' "/proc/$pid/status"; }
}
kill_runner() {
    local pid
    pid=$(runner_pid) && [ "$pid" -gt 0 ] && kill -KILL "$pid"
}
runner_is_another() { # PID
    local pid
    pid=$(runner_pid) && [ "$pid" -gt 0 ] && [ "$pid" != "$1" ]
}
start_long() {
    rm -f "$S/long.pid" "$S/child.pid"
    schedctl --user start long && wait_until 20 test -s "$S/child.pid" && wait_until 20 row_is state long running
}

scheduler_start
wait_until 20 runner_is_there

# Nothing runs.
before=$(runner_pid)
kill_runner
check "a new runner comes when an idle one was killed" wait_until 20 runner_is_another "$before"
check "the daemon says that the runner is gone" log_has "The connection to the runner is gone"
check "jobs run after an idle runner was killed" daemon_works

# Something runs.
check "a long job runs" start_long
before=$(runner_pid)
kill_runner
check "a new runner comes when a busy one was killed" wait_until 20 runner_is_another "$before"
check "what ran is lost" wait_until 20 row_is "state, reason" long "lost|runner-lost"
check "its processes are gone" wait_until 20 is_gone "$S/long.pid"
check "its children are gone" wait_until 20 is_gone "$S/child.pid"
check "the log names what is lost" wait_until 20 log_has "'long'"
check "jobs run after a busy runner was killed" daemon_works
check "what was lost can be started again" start_long
schedctl --user stop long
check "and stopped" wait_until 20 row_is "state, reason" long "cancelled|operator"

# Both die at once.
check "a long job runs again" start_long
before=$(runner_pid)
kill -KILL "$before" "$daemon_pid"
scheduler_kill
scheduler_start
check "what ran is lost when both were killed" wait_until 20 row_is "state, reason" long "lost|runner-lost"
check "nothing of it is left" wait_until 20 is_gone "$S/child.pid"
check "jobs run after both were killed" daemon_works

# The outcome is told to nobody: the daemon is dead when the job ends, then the runner dies too.
check "a job that will end" schedctl --user start ends
check "it runs" wait_until 20 test -e "$S/ends.begun"
check "it is recorded as running" wait_until 20 row_is state ends running
before=$(runner_pid)
scheduler_kill
touch "$S/ends.now"
outcome_is_kept() { grep -rqF "last words" "$S/runner/runs"; }
check "the runner keeps the outcome" wait_until 20 outcome_is_kept
kill -KILL "$before"
scheduler_start
check "an outcome outlives daemon and runner" wait_until 20 row_is "state, reason, exit_code" ends "failed|exit-code|7"
check "so does the output" contains "$(schedctl --user logs ends 2>&1)" "last words"
no_record_is_left() { equals "" "$(find "$S/runner/runs" -name '*.*.*')"; }
check "what is acknowledged is removed" wait_until 20 no_record_is_left

# It lives, and does not answer: stopped as a debugger does it.
runner=$(runner_pid)
kill -STOP "$runner"
schedctl --user start counted >/dev/null 2>&1 &
starter=$!
check "the daemon answers beside a runner that hangs" wait_until 20 daemon_answers
check "a start waits for it" wait_until 20 row_is state counted starting
scheduler_kill
scheduler_start
check "so does the next daemon" wait_until 20 daemon_answers
kill -CONT "$runner"
wait_for "$starter" 60 2>/dev/null
check "what the runner was told it runs" wait_until 20 row_is "state, exit_code" counted "succeeded|0"
check "once" equals 1 "$(wc -l <"$S/counted")"
check "jobs run with the runner that hung" daemon_works

# Again and again under load.
{
    echo "defaults: {catch-up: {policy: latest, within: 1h}, output: {journal: false}}"
    echo "jobs:"
    for i in 1 2 3 4 5 6; do
        echo "  short-$i:"
        echo "    schedule: {every: 1s, start: 2026-01-01T00:00:00.${i}00Z}"
        echo "    command: 'echo \"\$JOBSCHED_JOB \$JOBSCHED_SCHEDULED_TIME \$JOBSCHED_EXECUTION\" >>$S/ran'"
    done
    for i in 1 2; do
        echo "  slow-$i:"
        echo "    schedule: {every: 2s, start: 2026-01-01T00:00:00Z}"
        echo "    command: 'echo \"\$JOBSCHED_JOB \$JOBSCHED_SCHEDULED_TIME \$JOBSCHED_EXECUTION\" >>$S/ran; setsid sleep 1003.$$; :'"
        echo "    timeout: 1s"
    done
} >"$S/jobs/load.yaml"
touch "$S/ran"
wait_until 20 test -s "$S/ran"
for ((i = 0; i < n_kills; i++)); do
    read -r -t "0.$(printf '%03d' $((RANDOM % 400)))" <>"$S/never"
    for pid in $(runner_pids); do kill -KILL "$pid"; done
    if [ $((i % 10)) = 9 ]; then
        scheduler_kill
        scheduler_launch
    fi
done
wait_until 60 daemon_answers
check "a runner is there in the end" wait_until 20 runner_is_there
# The load goes on: what a killed runner left open is judged, and new occurrences run.
newest=$(query "SELECT max(id) FROM execution")
runs_again() { [ "$(query "SELECT count(*) FROM execution WHERE id > $newest AND state = 'succeeded'")" -gt 3 ]; }
check "the load goes on after the last kill" wait_until 60 runs_again
rm "$S/jobs/load.yaml"
check "every row is closed in the end" wait_until 60 all_rows_are_closed
nothing_is_left() { equals "" "$(pgrep -fx "sleep 100[123][.]$$")"; }
check "no process of a lost job is left" wait_until 20 nothing_is_left
check "no occurrence ran twice" equals "" "$(cut -d' ' -f1,2 "$S/ran" | sort | uniq -d)"
check "no occurrence has two rows" equals "" "$(query "
    SELECT job, due, count(*) FROM execution WHERE cause IN ('schedule', 'catch-up') GROUP BY job, due HAVING count(*) > 1")"
check "what ran has a row that was begun" equals "" "$(
    cut -d' ' -f3 "$S/ran" | sort >"$S/ran.ids"
    query "SELECT id FROM execution WHERE started IS NOT NULL OR state = 'lost'" | sort >"$S/begun.ids"
    comm -23 "$S/ran.ids" "$S/begun.ids")"
check "what succeeded ran" equals "" "$(
    query "SELECT id FROM execution WHERE job LIKE 'short%' AND state = 'succeeded'" | sort | comm -23 - "$S/ran.ids")"
check "each row ends as it may" equals "" "$(query "
    SELECT id, job, state, reason, exit_code FROM execution WHERE job LIKE 's%'
    AND NOT (job LIKE 'short%' AND state = 'succeeded' AND exit_code = 0
          OR job LIKE 'slow%' AND state = 'timed-out'
          OR state = 'lost' AND reason = 'runner-lost'
          OR state IN ('skipped', 'missed'))")"
scheduler_stop
check "the database is sound" equals ok "$(query 'PRAGMA integrity_check')"
query "SELECT state, coalesce(reason, ''), count(*), sum(count) FROM execution GROUP BY 1, 2"
finish
