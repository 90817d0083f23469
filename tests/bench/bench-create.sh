#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs that are made over D-Bus, singly and in one batch, beside what a durable row and an empty call cost; then the
# memory of timers that are pending, and the time until they are in force after a restart.
#
#   builddir=build tests/bench/bench-create.sh [JOBS] [PENDING]

# shellcheck source=tests/support/scheduler.sh disable=SC2154
. "$(dirname "$0")/../support/scheduler.sh"

n=${1:-10000}
pending=${2:-100000}
create=$programs/tests/bench/create
timer='schedule: {at: 2099-01-01T00:00:00Z}
command: [/usr/bin/curl, -s, https://example.org/hook]'

row() { printf '  %-46s %s\n' "$1" "$2"; }
memory_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
number_of_jobs() { schedctl --user show -p Jobs --value; }
are_there() { [ "$(number_of_jobs)" -ge "$1" ]; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

scheduler_start
empty=$(memory_kb "$daemon_pid")
echo "$n jobs over the control socket:"
"$create" "$JOBSCHED_RUNTIME_DIR/control" "$JOBSCHED_STATE_DIR/floor.db" "$n" "$timer" || exit 1
scheduler_stop
rm -rf "$JOBSCHED_STATE_DIR"

# Each of the three ways makes a third.
echo "$pending timers pending:"
scheduler_start
"$create" "$JOBSCHED_RUNTIME_DIR/control" "$JOBSCHED_STATE_DIR/floor.db" "$((pending / 3 + 1))" "$timer" >/dev/null || exit 1
row "memory of each" "$((($(memory_kb "$daemon_pid") - empty) * 1024 / pending)) bytes"
scheduler_stop
begin=$(now_ms)
scheduler_launch
wait_until 120 are_there "$pending"
row "start until all are in force" "$(($(now_ms) - begin)) ms"
row "memory of each, after a restart" "$((($(memory_kb "$daemon_pid") - empty) * 1024 / pending)) bytes"
