#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Conditions with the real programs: files that appear, change and vanish, a command that changes its mind, another job,
# the machine's load; what is skipped and why; and what is left when nobody waits any more.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

ctl() { schedctl --user "$@"; }
becomes() { # JOB "STATE|REASON|…" [COLUMNS]
    wait_until 90 row_is "${3:-state}" "$1" "$2" || row_is "${3:-state}" "$1" "$2"
}
says() { # TEXT COMMAND…
    local text=$1
    shift
    contains "$("$@" 2>&1)" "$text"
}
waits() { becomes "$1" "waiting|condition" "state, waiting_for"; } # JOB
path_watchers() { pgrep -f -- "--path-watcher .* $S/" | wc -l; }
three_watchers() { [ "$(path_watchers)" -ge 3 ]; }
one_watcher() { equals 1 "$(path_watchers)"; }
no_watchers() { equals 0 "$(path_watchers)"; }

mkdir "$S/place"
touch "$S/place/gone-later"
cat >"$S/jobs/jobs.yaml" <<EOF
defaults: {output: {journal: false}, schedule: {startup: true}, command: ["true"]}
jobs:
  appears: {conditions: {path-exists: $S/place/a/b/file, wait: 10min}}
  vanishes: {conditions: {path-exists: "!$S/place/gone-later", wait: 10min}}
  changes: {conditions: {path-changed: $S/place/changed, wait: 10min}}
  missing: {conditions: {path-exists: [$S/place/gone-later, $S/place/nowhere]}}
  busy: {conditions: {load-below: 1000000, cpu-pressure-below: 100%, wait: 1min}}
  memory: {conditions: {memory-available: 1K}}
  greedy: {conditions: {memory-available: 1000T}}
  asks: {conditions: {command: "test -e $S/place/yes || { echo not yet; exit 3; }", wait: 10min}}
  asks-once: {conditions: {command: ["false"]}}
  no-program: {conditions: {command: [/no/such/program]}}
  stubborn: {conditions: {command: "trap '' TERM; echo \$\$ >$S/place/pid; setsid sleep 1000 & sleep 1000", wait: 10min}}
  long: {command: "read x <$S/end"}
  after-long: {conditions: {not-running: [long], wait: 10min}}
  survives: {schedule: {boot: true}, conditions: {path-exists: $S/place/late, wait: 10min}}
  brief: {conditions: {path-exists: $S/place/nowhere, wait: 1s}}
EOF
mkfifo "$S/end"
scheduler_start

check "what holds starts" becomes memory succeeded
[ ! -r /proc/pressure/cpu ] || check "so it is with load and pressure" becomes busy succeeded
check "memory that nobody has" becomes greedy "skipped|condition|memory-available" "state, reason, condition"
check "it says how much there is" contains "$(row reason_detail greedy)" "of memory is available, less than 1000T"
check "a path that is not there" becomes missing skipped
check "it says which" equals "'$S/place/nowhere' does not exist" "$(row reason_detail missing)"
check "a command that says no" becomes asks-once skipped
check "it says its status" equals "the command exited with status 1" "$(row reason_detail asks-once)"
check "a command that there is not" becomes no-program skipped
check "it says that" contains "$(row reason_detail no-program)" "cannot execute '/no/such/program'"
check "a wait that is over" becomes brief skipped
check "it was for its path" equals "'$S/place/nowhere' does not exist" "$(row reason_detail brief)"

for job in appears vanishes changes asks after-long; do
    check "$job waits" waits "$job"
done
check "status says for what" says "'$S/place/gone-later' exists" ctl status vanishes
check "why says it too" says "gone-later" ctl why vanishes
check "the reason has the condition's name" says "condition:path-exists" ctl status vanishes
check "paths are watched" wait_until 20 three_watchers

mkdir -p "$S/place/a/b"
touch "$S/place/a/b/file"
check "a path that appears, part by part" becomes appears succeeded
rm "$S/place/gone-later"
check "a path that vanishes" becomes vanishes succeeded
echo new >"$S/place/changed"
check "a path that changes" becomes changes succeeded
touch "$S/place/yes"
check "a command that changes its mind" becomes asks succeeded
bounded 60 sh -c "echo >'$S/end'"
check "another job that ends" becomes after-long succeeded

check "only one is watched yet" wait_until 20 one_watcher
check "a command that does not end" wait_until 20 test -s "$S/place/pid"
stubborn=$(cat "$S/place/pid")
check "is waited for" waits stubborn
ctl stop stubborn >/dev/null
check "it is let go" becomes stubborn cancelled
check "and killed" wait_until 20 sh -c "! kill -0 $stubborn 2>/dev/null"

# The runner forgets what a dead daemon asked for, and the next daemon asks again.
check "another waits" waits survives
since=$(row waiting_since survives)
scheduler_kill
check "without the daemon nothing is watched" wait_until 20 no_watchers
scheduler_start
check "it waits after kill -9" waits survives
check "as long as before" equals "$since" "$(row waiting_since survives)"
touch "$S/place/late"
check "and starts" becomes survives succeeded

scheduler_stop
no_sanitizer_complains
finish
