#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Queues with the real programs: who waits and for what, by priority, over a pause and kill -9; slots and limits of the
# settings, also when they change; and what list-queues, pause-queue, resume-queue, status and why say.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

ctl() { schedctl --user "$@"; }
json_is() { # EXPRESSION WANTED   of the JSON `d` that the last command printed
    equals "$2" "$(python3 -c "import json; d = json.load(open('$S/out')); print($1)")"
}
status_is() { # STATUS COMMAND…
    local wanted=$1 status=0
    shift
    "$@" >"$S/out" 2>"$S/err" || status=$?
    equals "$wanted" "$status" || {
        cat "$S/err"
        return 1
    }
}
queue_is() { # QUEUE SLOTS USED WAITING PAUSED
    ctl -o json list-queues "$1" >"$S/out" && json_is '[d[0][k] for k in ("slots", "used", "waiting", "paused")]' "[$2, $3, $4, $5]"
}
queue_becomes() { wait_until 20 queue_is "$@" || queue_is "$@"; }
becomes() { # JOB STATE
    wait_until 20 row_is state "$1" "$2" || row_is state "$1" "$2"
}
# Each job runs until somebody writes to its pipe.
release() { bounded 60 sh -c "echo >'$S/end-$1'"; }

for job in low middle urgent other; do mkfifo "$S/end-$job"; done
cat >"$S/jobsched.yaml" <<EOF
queues: {io: {slots: 1}}
EOF
cat >"$S/jobs/jobs.yaml" <<EOF
defaults: {output: {journal: false}, schedule: {startup: true}}
jobs:
  low: {command: "read x <$S/end-low", queue: io, priority: 90}
  middle: {command: "read x <$S/end-middle", queue: io}
  urgent: {command: "read x <$S/end-urgent", queue: io, priority: 1}
  other: {command: "read x <$S/end-other", queue: net}
EOF

scheduler_start
check "the most urgent one has the slot" becomes urgent running
check "another queue is not held up" becomes other running
check "the others wait" queue_becomes io 1 1 2 False
check "list-queues" status_is 0 ctl -o json list-queues
check "list-queues has its keys in their order" json_is '",".join(d[0])' "name,slots,used,waiting,paused"
check "list-queues is by name" json_is '[q["name"] for q in d]' "['io', 'net']"
check "list-queues as a table" status_is 0 ctl list-queues
check "list-queues has its columns" equals "QUEUE SLOTS USED WAITING STATE" "$(head -n 1 "$S/out" | tr -s ' ' | sed 's/ $//')"
check "list-queues of one that is not there" status_is 4 ctl list-queues nothing
check "list-queues with a pattern" status_is 0 ctl list-queues 'x*'
check "a row says what it waits for" row_is "state, waiting_for, reason_detail" middle "waiting|queue|waiting for a slot of queue 'io' (1 of 1 in use)"
check "status: what waits, and what for" status_is 0 ctl status
check "status: each with its queue" grep -q "Waiting: middle: .*slot of queue" "$S/out"
check "status of the job" status_is 0 ctl status middle
check "status says it" contains "$(cat "$S/out")" "queue 'io'"
check "status of the execution" status_is 0 ctl status "$(row id middle)"
check "status of the execution says it" contains "$(cat "$S/out")" "queue 'io'"
check "why" status_is 0 ctl why middle
check "why says it" contains "$(cat "$S/out")" "queue 'io'"

check "pause-queue" status_is 0 ctl pause-queue io
check "it is paused" queue_is io 1 1 2 True
check "status" status_is 0 ctl status
check "status says so" contains "$(cat "$S/out")" "'io' is paused; 2 executions wait"
check "what runs can end" release urgent
check "and ends" becomes urgent succeeded
check "nothing new starts" queue_becomes io 1 0 2 True
check "pause-queue of a paused one" status_is 1 ctl pause-queue io
check "pause-queue of one that is not there" status_is 4 ctl pause-queue nett
check "the nearest is named" contains "$(cat "$S/err")" "did you mean 'net'?"

release other
check "another queue has ended" becomes other succeeded
scheduler_kill
sed -i 's/schedule: {startup: true}/schedule: []/' "$S/jobs/jobs.yaml"
scheduler_start
check "a pause outlives kill -9" queue_becomes io 1 0 2 True
check "resume-queue" status_is 0 ctl resume-queue io
check "the most urgent one that waits goes first" becomes middle running
check "the last one waits" queue_becomes io 1 1 1 False
check "audit" status_is 0 ctl -o json audit
check "the audit log has the events" json_is '[e["event"] for e in d if "queue" in e["event"]]' "['queue-resumed', 'queue-paused']"
check "the audit log names the queue" json_is '[e["detail"] for e in d if "queue" in e["event"]][0]' "queue 'io'"

scheduler_kill
scheduler_start
check "what runs over kill -9 has its slot" queue_becomes io 1 1 1 False
echo "queues: {io: {slots: 2}}" >"$S/jobsched.yaml"
check "more slots" status_is 0 ctl reload
check "more slots let others in" queue_becomes io 2 2 0 False
check "it runs" becomes low running
release middle
release low
check "all slots are free in the end" queue_becomes io 2 0 0 False

finish
