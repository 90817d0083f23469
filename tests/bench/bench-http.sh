#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Timers for web-hooks to a local server, each with a durable begin and outcome: 2,000 due in one second, and 10,000
# over ten seconds, beside a bare curl_multi loop in the same run, which records nothing.
#
#   builddir=build tests/bench/bench-http.sh [ROUNDS]
#
# The two take turns, so that what else the machine does meets both. The server notes when each request came.

# shellcheck source=tests/support/scheduler.sh disable=SC2154
. "$(dirname "$0")/../support/scheduler.sh"

rounds=${1:-3}
floor=$programs/tests/bench/http-floor
stamps=$S/stamps

if [ -w /dev/shm ]; then
    JOBSCHED_RUNNER_DIR=$(mktemp -d /dev/shm/jobsched-bench.XXXXXX) || exit 1
fi
"$programs/tests/bench/http-server" "$S/port" "$stamps" &
server_pid=$!
trap 'kill "$server_pid"; clean_up; rm -rf "$JOBSCHED_RUNNER_DIR"' EXIT
wait_until 10 [ -s "$S/port" ] || exit 1
url=http://127.0.0.1:$(cat "$S/port")/

in_seconds() { echo $(($(date +%s) + $1)); }
all_came() { [ "$(stat -c %s "$stamps" 2>/dev/null || echo 0)" -ge $((8 * $1)) ]; }
all_are_recorded() { [ "$(query "SELECT count(*) FROM execution WHERE state = 'succeeded'")" -ge "$1" ]; }

# Each arrival against the due time that has its place in the order: milliseconds, one a line, sorted.
take_lateness() { # SECOND OVER N OUT
    od -An -v -t d8 -w8 "$stamps" | sort -n | awk -v due="$1" -v over="$2" -v n="$3" \
        '{ printf "%.3f\n", ($1 - due * 1000000000) / 1000000 - over * 1000 * (NR - 1) / n }' | sort -n >"$4"
    : >"$stamps"
}
percentiles() { # FILE
    awk '{ v[NR] = $1 } END { printf "%9.2f %9.2f %9.2f", v[int((NR + 1) / 2)], v[int(NR * 0.99 + 0.999)], v[NR] }' "$1"
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

timers() { # SECOND OVER N ROUND
    echo "jobs:"
    awk -v due="$1" -v over="$2" -v n="$3" -v round="$4" -v url="$url" 'BEGIN { for (i = 0; i < n; i++)
        printf "  t-%d-%d-%d: {schedule: {at: \"@%.6f\"}, http: {url: \"%s\"}, output: {journal: false}}\n",
            n, round, i, due + over * i / n, url }'
}

n_done=0
play() { # N OVER
    local round due
    for ((round = 0; round < rounds; round++)); do
        due=$(in_seconds 2)
        "$floor" "$due" "$2" "$1" "$url" || exit 1
        take_lateness "$due" "$2" "$1" "$S/floor-$1-$round"

        due=$(in_seconds 6)
        timers "$due" "$2" "$1" "$round" >"$S/timers.yaml"
        schedctl --user import "$S/timers.yaml" >/dev/null || exit 1
        [ "$(date +%s)" -lt "$due" ] || echo "(the timers were made too late)"
        n_done=$((n_done + $1))
        wait_until $((30 + $2)) all_came "$1" || echo "not all of $1 requests came"
        wait_until 30 all_are_recorded "$n_done" || echo "not all of $1 are recorded"
        take_lateness "$due" "$2" "$1" "$S/jobsched-$1-$round"
        query "SELECT (max(ended) - $due * 1000000) / 1000.0 FROM execution WHERE job LIKE 't-$1-$round-%'" >>"$S/recorded-$1"
    done
}

report() { # N OVER
    local who round
    for who in floor jobsched; do
        for ((round = 0; round < rounds; round++)); do
            printf '%-7s %-9s %s\n' "$1" "$who" "$(percentiles "$S/$who-$1-$round")"
        done
    done
    [ "$2" != 0 ] || for ((round = 0; round < rounds; round++)); do
        echo "$(tail -n 1 "$S/floor-$1-$round") $(tail -n 1 "$S/jobsched-$1-$round")"
    done | awk -v n="$1" '{ print $1 / $2; f[NR] = n / $1 * 1000; j[NR] = n / $2 * 1000 }
        END { for (i = 1; i <= NR; i++) printf "        round %d: floor %.0f, jobsched %.0f requests/s\n", i, f[i], j[i] > "/dev/stderr" }' |
        median | sed 's/^/        rate, jobsched : floor = /'
    echo "        the last outcome ms after the due time: $(tr '\n' ' ' <"$S/recorded-$1")"
}

scheduler_start
wait_until 20 runner_is_there

echo "lateness of requests in ms, $rounds rounds"
printf '%-7s %-9s %9s %9s %9s\n' "due" "" "p50" "p99" "max"
play 2000 0
report 2000 0
play 10000 10
report 10000 10
