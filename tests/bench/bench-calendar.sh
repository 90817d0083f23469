#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How many requests a second `schedctl calendar --batch` answers, beside programs that do no more than read the same
# lines of JSON and write them again.
#
#   builddir=build tests/bench/bench-calendar.sh [REQUESTS]
#
# What is compared is CPU time, since other things may run beside us; the best of three counts.

set -eu
PATH=$(cd "${builddir:-.}" && pwd):$PATH
n=${1:-200000}
S=$(mktemp -d "${TMPDIR:-/tmp}/jobsched-bench.XXXXXX")
trap 'rm -rf "$S"' EXIT

# COUNT   requests of that many times each
write_requests() {
    awk -v n="$2" -v count="$1" 'BEGIN {
        split("30 2 * * *|*/15 9-17 * * mon-fri|0 0 29 2 *|@daily|0 12 * * 5#2|Mon..Fri *-*-* 06:00:00|90s", text, "|")
        split("Europe/Berlin America/New_York Australia/Lord_Howe UTC", zone, " ")
        for (i = 0; i < n; i++)
            printf "{\"id\":%d,\"expression\":\"%s\",\"timezone\":\"%s\",\"from\":\"2026-%02d-%02dT%02d:30:00Z\",\"count\":%d}\n",
                i, text[i % 7 + 1], zone[int(i / 7) % 4 + 1], i % 12 + 1, i % 28 + 1, i % 24, count
    }' >"$S/requests"
}

# Seconds of CPU time, the best of three.
seconds_of() { # COMMAND…
    for _ in 1 2 3; do
        { TIMEFORMAT='%U %S'; time "$@" <"$S/requests" >"$S/answers"; } 2>&1
    done | awk '{ s = $1 + $2; if (NR == 1 || s < best) best = s } END { print best }'
}
copy_python() { python3 -c 'import json, sys
for line in sys.stdin: sys.stdout.write(json.dumps(json.loads(line)) + "\n")'; }

row() { # WHAT SECONDS N
    awk -v what="$1" -v s="$2" -v n="$3" -v own="$own" \
        'BEGIN { printf "%-44s %12.0f %10.2f %8.2f\n", what, n / s, s / n * 1e6, s / own }'
}
printf '%-44s %12s %10s %8s\n' WHAT "PER SECOND" "us EACH" RATIO
for count in 1 100; do
    requests=$((count == 1 ? n : n / 20))
    write_requests "$count" "$requests"
    own=$(seconds_of schedctl calendar --batch)
    cp "$S/answers" "$S/kept"
    [ "$(wc -l <"$S/answers")" = "$requests" ] || { echo "not every request was answered" >&2; exit 1; }
    row "schedctl calendar --batch, count $count" "$own" "$requests"
    row "  python3 json, copying the requests" "$(seconds_of copy_python)" "$requests"
    ! command -v jq >/dev/null || row "  jq -c ., copying the requests" "$(seconds_of jq -c .)" "$requests"
    mv "$S/kept" "$S/requests"
    row "  python3 json, copying the answers" "$(seconds_of copy_python)" "$requests"
done
