#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Definitions as nobody should write them: fifty megabytes of YAML, good and bad; binary rubbish, FIFOs, devices, links to
# nowhere, files that others may write; and a directory of 100,000 files that comes while the daemon works, changes and
# goes. Each fault is reported with its file, and the jobs of all other files run on.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

n_files=${JOBSCHED_TEST_FILES:-$(is_sanitized && echo 20000 || echo 100000)}
high_water_kib() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
at_most() { [ "$2" -le "$1" ] || { echo "at most $1 wanted, got $2"; return 1; }; }
n_jobs_is() { equals "$1" "$(schedctl --user list-jobs --no-legend | wc -l)"; }
knows() { schedctl --user show -p Name "$1"; }
forgets() { ! knows "$1"; }
now_usec() { echo "${EPOCHREALTIME/./}"; }

cat >"$S/jobs/good.yaml" <<EOF
defaults: {output: {journal: false}}
jobs:
  probe: {command: ["true"]}
  ticker: {schedule: {every: 1s, start: 2026-01-01T00:00:00Z}, command: ["true"]}
EOF
scheduler_start
wait_until 20 runner_is_there
check "jobs run" daemon_works

# --- one bad file each ------------------------------------------------------------------------------------------

faults=0
# The file is in place; the reload says that it is bad and names it; the probe still runs.
is_refused() { # FILE WORDS
    if schedctl --user reload >"$S/reload.out" 2>&1; then
        echo "no fault was reported"
        return 1
    fi
    cat "$S/reload.out"
    grep -qF "$1" "$S/reload.out" && grep -qE "$2" "$S/reload.out"
}
bad() { # FACT FILE WORDS
    check "$1 is refused" is_refused "$2" "$3"
    check "jobs run beside it ($1)" daemon_works
    rm -rf "$S/jobs/$2"
    faults=$((faults + 1))
}
head -c 200000 /dev/urandom >"$S/jobs/rubbish.yaml"
bad "binary rubbish" rubbish.yaml "rubbish.yaml"
printf 'jobs:\n  a: {command: "true\\0false"}\0\n' >"$S/jobs/nul.yaml"
bad "a NUL byte" nul.yaml "nul.yaml"
{
    echo "a: &a [x, x, x, x, x, x, x, x, x, x]"
    for c in b c d e f g h i; do
        p=$(printf '%b' "\\$(printf '%03o' $(($(printf '%d' "'$c") - 1)))")
        echo "$c: &$c [*$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p]"
    done
} >"$S/jobs/bomb.yaml"
bad "an alias bomb" bomb.yaml "bomb.yaml"
head -c 100000 /dev/zero | tr '\0' '[' >"$S/jobs/deep.yaml"
bad "100,000 open brackets" deep.yaml "deep"
mkfifo "$S/jobs/fifo.yaml"
bad "a FIFO" fifo.yaml "fifo.yaml.*regular"
ln -s /dev/zero "$S/jobs/device.yaml"
bad "a device" device.yaml "device.yaml"
ln -s "$S/jobs/loop.yaml" "$S/jobs/loop.yaml"
bad "a link to itself" loop.yaml "loop.yaml"
ln -s /no/such/file "$S/jobs/dangling.yaml"
bad "a link to nowhere" dangling.yaml "dangling.yaml"
mkdir "$S/jobs/directory.yaml"
bad "a directory" directory.yaml "directory.yaml"
echo "jobs: {theirs: {command: [id]}}" >"$S/jobs/theirs.yaml" && chmod 666 "$S/jobs/theirs.yaml"
bad "a file that others may write" theirs.yaml "theirs.yaml.*writ"
printf 'jobs:\n  a: {comand: [id]}\n  b: {command: [id], schedule: "61 * * * *"}\n' >"$S/jobs/typos.yaml"
check "two faults of a file are reported" is_refused "typos.yaml:2:" "command"
check "both of them" grep -q "typos.yaml:3:" "$S/reload.out"
rm "$S/jobs/typos.yaml"

# --- fifty megabytes --------------------------------------------------------------------------------------------

head -c 52428800 /dev/zero | tr '\0' '[' >"$S/jobs/big.yaml"
bad "50 MB of brackets" big.yaml "big.yaml"
head -c 70000000 /dev/zero | tr '\0' 'a' >"$S/jobs/big.yaml"
bad "70 MB of one letter" big.yaml "big.yaml"
yes '  - {}' | head -c 52428800 >"$S/jobs/big.yaml"
bad "50 MB of what is no mapping of jobs" big.yaml "big.yaml"
{
    echo "jobs:"
    seq 1 25000 | sed "s/.*/  job-&: {command: [echo, $(head -c 2000 /dev/zero | tr '\0' x)]}/"
} >"$S/jobs/big.yaml"
from=$(now_usec)
schedctl --user reload >"$S/reload.out" 2>&1
echo "$(wc -c <"$S/jobs/big.yaml") bytes of good YAML: reload after $((($(now_usec) - from) / 1000)) ms, daemon at most $(high_water_kib "$daemon_pid") KiB"
check "50 MB of good jobs are loaded" n_jobs_is 25002
check "jobs run beside 50 MB of jobs" daemon_works
rm "$S/jobs/big.yaml"
check "a file that is removed takes its jobs along" wait_until 200 n_jobs_is 2
check "jobs run after all the bad files ($faults)" daemon_works

# --- 100,000 files ----------------------------------------------------------------------------------------------

# They come while the daemon looks, one by one.
mkdir "$S/many"
(cd "$S/jobs" && for ((i = 0; i < n_files; i++)); do echo "jobs: {many-$i: {command: [id]}}" >"many-$i.yaml"; done)
from=$(now_usec)
check "$n_files files that come one by one are seen to the last" wait_until 200 knows "many-$((n_files - 1))"
echo "$n_files files: the last loaded $((($(now_usec) - from) / 1000)) ms after it was written"
check "all of them are seen" wait_until 200 n_jobs_is $((n_files + 2))
check "jobs run beside them" daemon_works
from=$(now_usec)
check "a reload of all of them" schedctl --user reload
echo "$n_files files: reload after $((($(now_usec) - from) / 1000)) ms, daemon $(sed -n 's/^VmRSS:[^0-9]*//p' "/proc/$daemon_pid/status")"
echo "jobs: {many-7: {command: [id], description: changed}}" >"$S/jobs/.new" && mv "$S/jobs/.new" "$S/jobs/many-7.yaml"
is_changed() { contains "$(schedctl --user status many-7)" "changed"; }
check "a change of one file is seen" wait_until 20 is_changed
scheduler_kill
from=$(now_usec)
scheduler_launch
check "a daemon starts with $n_files files" wait_until 200 daemon_answers
echo "$n_files files: a start answers after $((($(now_usec) - from) / 1000)) ms"
check "and has their jobs" n_jobs_is $((n_files + 2))
check "and runs jobs" daemon_works
(cd "$S/jobs" && find . -name 'many-*.yaml' -delete)
check "files that go take their jobs along" wait_until 200 forgets many-7
check "all of them" wait_until 200 n_jobs_is 2
check "jobs run in the end" daemon_works
check "no occurrence was left out" equals "" "$(query "
    WITH r AS (SELECT due, due_last, lag(due_last) OVER (ORDER BY due) AS previous FROM execution
               WHERE job = 'ticker' AND cause IN ('schedule', 'catch-up') AND state != 'armed')
    SELECT due, previous FROM r WHERE previous IS NOT NULL AND due != previous + 1000000")"
query "SELECT count(*), max(started - due) / 1000 FROM execution WHERE job = 'ticker' AND state = 'succeeded'" |
    sed 's/|/ ticks meanwhile, the latest started after ms: /'
finish
