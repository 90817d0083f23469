#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A steady load: RATE executions a second for SECONDS, each with 4 KiB of output, every fifth fails once and is tried
# again. Says how many there were, how they ended, and what memory daemon and runner had, a line every tenth of the time.
#
#   builddir=build tests/bench/load-steady.sh [SECONDS [RATE]]     600 seconds, 50 a second
#
# A retry that the next occurrence overtakes (superseded) is no failure: on a slow machine there are some.
#
# Exit 1 if an execution is not accounted for, or if memory went on growing: more at the end than at the second tenth by
# over a half and 8 MiB.

# shellcheck source=tests/support/scheduler.sh disable=SC2154
. "$(dirname "$0")/../support/scheduler.sh"

seconds=${1:-600}
rate=${2:-50}

cat >"$S/job.sh" <<'END'
#!/bin/sh
# The fifth of five fails the first time.
head -c 2048 /dev/zero | tr '\0' x
echo
head -c 2048 /dev/zero | tr '\0' y >&2
[ "$(($1 % 5))" -ne 0 ] || [ "$JOBSCHED_ATTEMPT" -gt 1 ]
END
chmod +x "$S/job.sh"

{
    printf 'defaults: {output: {journal: false, capture: 2K}, keep: {executions: 100}, retry: {attempts: 3, delay: 200ms}}\njobs:\n'
    for ((i = 0; i < rate; i++)); do
        printf '  j%d: {schedule: {every: 1s, start: "2026-01-01T00:00:00.%03dZ"}, command: [%s, "%d"]}\n' \
            "$i" $((i * 1000 / rate)) "$S/job.sh" "$i"
    done
} >"$S/jobs/load.yaml"

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; } # PID  KiB
counts() { query "SELECT coalesce(sum(state = 'succeeded'), 0) || ' ' || coalesce(sum(state = 'failed'), 0) || ' ' ||
    coalesce(sum(state = 'skipped'), 0) || ' ' || count(*) || ' ' || coalesce(max(id), 0) FROM execution"; }

scheduler_start
wait_until 20 runner_is_there
daemon=$daemon_pid
runner=$(schedctl --user -o json status | sed -n 's/.*"runner_pid": *\([0-9]*\).*/\1/p')

printf '%8s %12s %12s %12s %10s\n' second executions "daemon KiB" "runner KiB" "store KiB"
begin=$(date +%s)
early_daemon=0 early_runner=0
for ((tenth = 1; tenth <= 10; tenth++)); do
    read -r -t $((seconds / 10)) <>"$S/never" || true
    read -r _ _ _ _ last <<<"$(counts)"
    now_daemon=$(resident "$daemon") now_runner=$(resident "$runner")
    [ "$tenth" = 2 ] && early_daemon=$now_daemon early_runner=$now_runner
    printf '%8s %12s %12s %12s %10s\n' $(($(date +%s) - begin)) "$last" "$now_daemon" "$now_runner" \
        "$(du -k "$JOBSCHED_STATE_DIR/jobsched.db" 2>/dev/null | cut -f1)"
done
rm "$S/jobs/load.yaml"
all_ended() { [ "$(query "SELECT count(*) FROM execution WHERE state IN ('armed', 'waiting', 'starting', 'running', 'retrying')")" = 0 ]; }
wait_until 60 all_ended || echo "some executions have not ended"

read -r succeeded failed skipped kept last <<<"$(counts)"
retried=$(query "SELECT count(*) FROM execution WHERE attempts > 1")
echo "$last executions in $seconds s; of the $kept that are kept $succeeded succeeded ($retried of them at the second try)," \
    "$failed failed, $skipped were skipped"

query "SELECT 'not well: ' || id || ' ' || job || ' ' || state || ' ' || coalesce(reason, '') || ' ' || coalesce(reason_detail, '') ||
    ', ' || attempts || ' attempts' FROM execution WHERE state NOT IN ('succeeded', 'cancelled') AND reason != 'superseded' LIMIT 10"

grown() { [ "$2" -gt $(($1 * 3 / 2 + 8192)) ]; }
status=0
if grown "$early_daemon" "$now_daemon" || grown "$early_runner" "$now_runner"; then
    echo "memory went on growing"
    status=1
fi
if [ "$last" -lt $((seconds * rate * 9 / 10)) ] || [ "$failed" -gt 0 ]; then
    echo "not all executions that were asked for are accounted for"
    status=1
fi
exit "$status"
