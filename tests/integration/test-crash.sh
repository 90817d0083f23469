#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon is killed (SIGKILL) again and again under load. Afterwards every occurrence has exactly one row, none ran
# twice, and what was running has its true exit status.
#
# JOBSCHED_TEST_KILLS says how often (default 150), JOBSCHED_TEST_SEED repeats a run.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

n_kills=${JOBSCHED_TEST_KILLS:-150}
RANDOM=${JOBSCHED_TEST_SEED:-$$}
echo "seed ${JOBSCHED_TEST_SEED:-$$}, $n_kills kills"

# Each run leaves one line, by one write(2) in append mode: what really ran, whatever the database says.
{
    echo "defaults: {catch-up: {policy: latest, within: 1h}, output: {journal: false}}"
    echo "jobs:"
    for i in 1 2 3 4 5 6 7 8; do
        echo "  short-$i:"
        echo "    schedule: {every: 1s, start: 2026-01-01T00:00:00.${i}00Z}"
        echo "    command: 'echo \"\$JOBSCHED_JOB \$JOBSCHED_SCHEDULED_TIME \$JOBSCHED_EXECUTION\" >>$S/ran'"
    done
    for i in 1 2; do
        echo "  long-$i:"
        echo "    schedule: {every: 3s, start: 2026-01-01T00:00:00Z}"
        echo "    command: 'echo \"\$JOBSCHED_JOB \$JOBSCHED_SCHEDULED_TIME \$JOBSCHED_EXECUTION\" >>$S/ran; sleep 1; exit 7'"
    done
} >"$S/jobs/load.yaml"

scheduler_start
for ((i = 0; i < n_kills; i++)); do
    # From the first instruction of a start-up to well into the load.
    read -r -t "0.$(printf '%03d' $((RANDOM % 250)))" <>"$S/never"
    scheduler_kill
    scheduler_launch
done

# Every row is closed within the time of a long job once nothing new comes.
wait_until 60 daemon_answers
rm "$S/jobs/load.yaml"
check "what was running is finished under the last daemon" wait_until 60 all_rows_are_closed
scheduler_stop

check "the database is sound" equals ok "$(query 'PRAGMA integrity_check')"

check "no occurrence ran twice" equals "" "$(cut -d' ' -f1,2 "$S/ran" | sort | uniq -d)"

check "no occurrence has two rows" equals "" "$(query "
    SELECT job, due, count(*) FROM execution WHERE cause IN ('schedule', 'catch-up') GROUP BY job, due HAVING count(*) > 1")"

# The rows of a job, laid end to end, are its grid without a hole: each begins one period after the last one's end.
check "every occurrence has a row" equals "" "$(query "
    WITH r AS (
        SELECT job, id, due, due_last, count,
               CASE WHEN job LIKE 'long%' THEN 3000000 ELSE 1000000 END AS period,
               lag(due_last) OVER (PARTITION BY job ORDER BY due) AS previous
        FROM execution WHERE cause IN ('schedule', 'catch-up') AND state != 'armed')
    SELECT job, id, due, previous, count FROM r
    WHERE previous IS NOT NULL AND due != previous + period
       OR due_last != due + (count - 1) * period")"

check "what ran says so, and nothing else does" equals "" "$(
    diff <(cut -d' ' -f3 "$S/ran" | sort -n) \
        <(query "SELECT id FROM execution WHERE started IS NOT NULL AND state != 'lost' ORDER BY id"))"

check "exit statuses are the true ones" equals "" "$(query "
    SELECT id, job, state, reason, exit_code FROM execution WHERE started IS NOT NULL
    AND NOT (job LIKE 'long%' AND state = 'failed' AND exit_code = 7 AND reason = 'exit-code'
          OR job LIKE 'short%' AND state = 'succeeded' AND exit_code = 0)")"

check "nothing is lost when only the daemon dies" equals 0 "$(query "SELECT count(*) FROM execution WHERE state = 'lost'")"

query "SELECT state, coalesce(reason, ''), count(*), sum(count) FROM execution GROUP BY 1, 2"
finish
