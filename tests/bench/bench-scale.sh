#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 100,000 jobs, in one file and in a file each: time from the start until they are in force (with an empty and with
# a full database), memory, lists, one change among them, a job that is due while all are listed, and what daemon and
# runner do while nothing is due.
#
#   builddir=build tests/bench/bench-scale.sh [JOBS] [one|files]...

# shellcheck source=tests/support/scheduler.sh disable=SC2154
. "$(dirname "$0")/../support/scheduler.sh"

n=${1:-100000}
[ $# -eq 0 ] || shift
stamp=$programs/tests/bench/stamp
mkdir "$S/stamps.d"

pause() { read -r -t "$1" <>"$S/never"; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
row() { printf '  %-46s %s\n' "$1" "$2"; }

body='{description: Number %d, schedule: "%d %d 1 1 *", command: [/bin/true], timeout: 1h}'
make_jobs() { # one|files
    local i
    rm -rf "$S/jobs" "$S/state"
    mkdir "$S/jobs"
    [ "$1" = files ] || echo "jobs:" >"$S/jobs/all.yaml"
    # shellcheck disable=SC2059 # the format is ours
    for ((i = 0; i < n; i++)); do
        if [ "$1" = files ]; then
            printf "jobs: {job-%d: $body}\n" $i $i $((i % 60)) $((i % 24)) >"$S/jobs/$i.yaml"
        else
            printf "  job-%d: $body\n" $i $i $((i % 60)) $((i % 24))
        fi
    done >>"$S/jobs.one"
    [ "$1" = files ] || cat "$S/jobs.one" >>"$S/jobs/all.yaml"
    rm "$S/jobs.one"
}

number_of_jobs() { schedctl --user show -p Jobs --value; }
all_are_there() { [ "$(number_of_jobs)" -ge "$n" ]; }
memory_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
time_of() { # COMMAND…
    local begin
    begin=$(now_ms)
    "$@" >/dev/null
    echo "$(($(now_ms) - begin)) ms"
}

start_and_load() { # TEXT
    local begin
    begin=$(now_ms)
    scheduler_launch
    wait_until 120 all_are_there
    row "start until all are in force, $1" "$(($(now_ms) - begin)) ms"
    wait_until 20 runner_is_there
}

extra_is_there() { schedctl --user show extra; }
add_one() {
    local begin
    begin=$(now_ms)
    echo "jobs: {extra: {command: [/bin/true]}}" >"$S/jobs/zz.yaml"
    wait_until 30 extra_is_there
    row "one new file until it is in force" "$(($(now_ms) - begin)) ms"
}

# The daemon may not be kept from its work by whoever lists everything.
due_while_listing() {
    local due i
    due=$(($(date +%s) + 3))
    {
        echo "jobs:"
        for ((i = 0; i < 4; i++)); do
            echo "  at-$i: {schedule: {at: \"@$((due + i))\"}, command: [$stamp, $S/stamps.d/stamps]}"
        done
    } >"$S/jobs/zz.yaml"
    while [ "$(date +%s)" -le $((due + 3)) ]; do schedctl --user list-jobs --output=json >/dev/null; done
    pause 0.5
    row "lateness of 4 jobs, due while all are listed" "$(od -An -v -t d8 -w8 "$S/stamps.d/stamps" |
        awk '{ printf "%.0f ", $1 % 1000000 / 1000 } END { print "ms" }')"
    rm "$S/stamps.d/stamps" "$S/jobs/zz.yaml"
    pause 1
}

switches() { awk '/ctxt_switches/ { n += $2 } END { print n }' /proc/"$1"/task/*/status; }
idle() {
    local runner before_daemon before_runner
    runner=$(runner_pid)
    pause 3
    before_daemon=$(switches "$daemon_pid")
    before_runner=$(switches "$runner")
    pause 10
    row "context switches in 10 s with nothing due" \
        "daemon $(($(switches "$daemon_pid") - before_daemon)), runner $(($(switches "$runner") - before_runner))"
}

measure() { # one|files
    local empty_kb=$2
    echo "$n jobs, $([ "$1" = one ] && echo "one file" || echo "a file each")"
    make_jobs "$1"
    start_and_load "empty database"
    pause 2
    row "memory of the daemon" "$(($(memory_kb "$daemon_pid") / 1024)) MB"
    scheduler_stop
    start_and_load "full database"
    row "memory of the daemon" "$(awk -v kb="$(memory_kb "$daemon_pid")" -v empty="$empty_kb" -v n="$n" \
        'BEGIN { printf "%.0f MB, %.2f KB a job", kb / 1024, (kb - empty) / n }')"
    row "list-jobs" "$(time_of schedctl --user list-jobs)"
    row "list-jobs --output=json" "$(time_of schedctl --user list-jobs --output=json)"
    add_one
    due_while_listing
    idle
    scheduler_stop
}

scheduler_start
empty_kb=$(memory_kb "$daemon_pid")
scheduler_stop
echo "no jobs: $((empty_kb / 1024)) MB"
[ $# -gt 0 ] || set -- one files
for layout; do measure "$layout" "$empty_kb"; done
