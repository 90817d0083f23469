#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How late jobs start: 1, 100 and 1,000 due at one second, every begin and outcome durable, beside the machine's
# floor (a timerfd + posix_spawn loop that starts the same program as often) in the same run.
#
# Then how many executions a second are kept up with full recording, beside posix_spawn + wait, and beside
# APScheduler with its jobs in SQLite where that is installed.
#
#   builddir=build tests/bench/bench-start.sh [ROUNDS]
#
# The two take turns, so that what else the machine does meets both. As on a real host, the runner's directory is
# on a tmpfs (if there is one) and the database on a disk. Nothing looks on while jobs start.

# shellcheck source=tests/support/scheduler.sh disable=SC2154
. "$(dirname "$0")/../support/scheduler.sh"

rounds=${1:-5}
stamp=$programs/tests/bench/stamp
floor=$programs/tests/bench/floor
stamps=$S/stamps.d/stamps
mkdir "$S/stamps.d"

if [ -w /dev/shm ]; then
    JOBSCHED_RUNNER_DIR=$(mktemp -d /dev/shm/jobsched-bench.XXXXXX) || exit 1
    trap 'clean_up; rm -rf "$JOBSCHED_RUNNER_DIR"' EXIT
fi

pause() { read -r -t "$1" <>"$S/never"; }
pause_until() { # SECOND
    pause "$(awk -v until="$1" -v now="$(date +%s%N)" 'BEGIN { s = until - now / 1e9; if (s < 0.01) s = 0.01; print s }')"
}
in_seconds() { echo $(($(date +%s) + $1)); }

# Milliseconds after the second, one a line; beside them goes that of the last to start.
take_stamps() { # SECOND OUT
    od -An -v -t d8 -w8 "$stamps" | awk -v due="$1" '{ printf "%.3f\n", ($1 - due * 1000000) / 1000 }' |
        sort -n | tee -a "$2" | tail -n 1 >>"$2.last"
    rm -f "$stamps"
}
percentiles() { # FILE
    sort -n "$1" | awk '{ v[NR] = $1 } END {
        printf "%9.2f %9.2f %9.2f", v[int((NR + 1) / 2)], v[int(NR * 0.99 + 0.999)], v[NR] }'
}
median_ratio() { # FILE FILE   line by line
    paste "$1" "$2" | awk '{ print $1 / $2 }' | sort -n |
        awk '{ v[NR] = $1 } END { printf "%.2f (%.2f to %.2f)", v[int((NR + 1) / 2)], v[1], v[NR] }'
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

job_line() { # NAME SECOND
    echo "  $1: {schedule: {at: \"@$2\"}, command: [$stamp, $stamps]}"
}
write_jobs() { # lines of jobs on standard input
    {
        printf 'defaults: {output: {journal: false}}\njobs:\n'
        cat
    } >"$S/jobs/.new"
    mv "$S/jobs/.new" "$S/jobs/bench.yaml"
}

# One by one there is no burst to wait for: they take turns second by second.
one_at_a_time() { # ROUNDS
    local first i
    first=$(in_seconds 3)
    for ((i = 0; i < $1; i++)); do job_line "at-$((first + 2 * i))" $((first + 2 * i)); done | write_jobs
    for ((i = 0; i < $1; i++)); do
        pause_until "$((first + 2 * i)).5"
        take_stamps $((first + 2 * i)) "$S/jobsched-1"
        "$floor" at $((first + 2 * i + 1)) 1 "$stamp" "$stamps"
        take_stamps $((first + 2 * i + 1)) "$S/floor-1"
    done
}

all_started() { # N
    [ "$(stat -c %s "$stamps" 2>/dev/null || echo 0)" -ge $((8 * $1)) ]
}

burst() { # N
    local due i
    due=$(in_seconds 2)
    "$floor" at "$due" "$1" "$stamp" "$stamps"
    take_stamps "$due" "$S/floor-$1"

    due=$(in_seconds 3)
    for ((i = 0; i < $1; i++)); do job_line "at-$due-$i" "$due"; done | write_jobs
    pause_until $((due + 1))
    wait_until 30 all_started "$1" || echo "not all of $1 jobs have started"
    pause 0.3
    take_stamps "$due" "$S/jobsched-$1"
}

report() { # N
    local who
    for who in floor jobsched; do
        printf '%-6s %-9s %s %17s\n' "$1" "$who" "$(percentiles "$S/$who-$1")" "$(median "$S/$who-$1.last")"
    done
    printf '%-6s %-9s last to start, jobsched : floor = %s\n' "" "" \
        "$(median_ratio "$S/jobsched-$1.last" "$S/floor-$1.last")"
}

# What is asked for and cannot be kept up is skipped, and recorded as skipped.
demand() { # EXECUTIONS-A-SECOND
    local first last begin end i
    for ((i = 0; i < $1 / 10; i++)); do
        printf '  r%d: {schedule: {every: 100ms, start: "2026-01-01T00:00:00.%03dZ"}, command: [%s]}\n' "$i" $((i % 100)) "$stamp"
    done | write_jobs
    pause 1.5
    first=$(query "SELECT count(*) FROM execution WHERE state = 'succeeded'")
    begin=$(date +%s%N)
    pause 4
    last=$(query "SELECT count(*) FROM execution WHERE state = 'succeeded'")
    end=$(date +%s%N)
    awk -v n=$((last - first)) -v ns=$((end - begin)) -v asked="$1" \
        'BEGIN { printf "  jobsched, %5d asked for   %6.0f executions/s\n", asked, n / (ns / 1e9) }'
    rm "$S/jobs/bench.yaml"
    pause 0.7
}

scheduler_start
wait_until 20 runner_is_there

echo "start lateness in ms, $rounds rounds (one job: $((2 * rounds)))"
printf '%-6s %-9s %9s %9s %9s %17s\n' "due" "" "p50" "p99" "max" "last, median"
one_at_a_time $((2 * rounds))
report 1
for n in 100 1000; do
    for ((round = 0; round < rounds; round++)); do burst "$n"; done
    report "$n"
done

echo
echo "sustained: each execution with a durable begin and outcome, beside bare posix_spawn + wait"
"$floor" rate 2000 "$stamp" | sed 's/^/  floor, /'
for n in 500 1000 2000 4000; do demand "$n"; done

# Debian's python3-apscheduler and python3-sqlalchemy; not needed for anything else.
if /usr/bin/python3 -c 'import apscheduler, sqlalchemy' 2>/dev/null; then
    for n in 200 500 1000; do
        rm -f "$S"/peer.db*
        bounded 60 /usr/bin/python3 "$(dirname "$0")/peer-apscheduler.py" "$S/peer.db" "$stamp" "$n" 4 2>/dev/null | sed 's/^/  /'
    done
else
    echo "  APScheduler is not installed (python3-apscheduler, python3-sqlalchemy): no comparison"
fi
