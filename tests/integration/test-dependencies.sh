#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs that wait for each other, with real processes: joins, gates and triggers, what they are told of each other, the
# daemon killed while they run, and how schedctl shows all of it.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

cat >"$S/jobs/jobs.yaml" <<END
defaults: {output: {journal: false}}
jobs:
  dump: {command: "test ! -e $S/hold || read -r line <$S/hold; exit 0"}
  check-disk: {command: "exit \$(cat $S/code)"}
  report:
    command: "env | grep ^JOBSCHED_PARENT_ | sort >$S/report.new; mv $S/report.new $S/report"
    after: [dump, check-disk]
  alarm: {command: "echo alarm >>$S/alarm", after: {jobs: check-disk, when: failure}}
  first: {command: ["true"], trigger: {on-success: second, on-failure: alarm}}
  second: {command: "env | grep ^JOBSCHED_PARENT_ | sort >$S/second.new; mv $S/second.new $S/second"}
  gated: {schedule: {every: 1s, start: 2026-01-01T00:00:00Z}, command: ["true"], after: {jobs: opener, wait: 1h}}
  opener: {command: ["true"]}
  lonely: {command: ["true"], after: nobody}
END
echo 0 >"$S/code"

ctl() { schedctl --user "$@"; }
ran() { equals "$2" "$(query "SELECT count(*) FROM execution WHERE job = '$1' AND state = 'succeeded'")"; } # JOB TIMES
state_of() { equals "$2" "$(ctl show "$1" -p State --value)"; } # JOB STATE

scheduler_start
wait_until 20 runner_is_there

# A join: the start comes with the end of the last, and is told of all.
check "the first of two starts nothing" ctl start --wait --quiet check-disk
check "the second does" ctl start --wait --quiet dump
check "the join has run" wait_until 20 ran report 1
check "its cause" row_is "cause" report dependency
check "its due time is the end of the last" \
    equals 1 "$(query "SELECT d.due = p.ended AND d.parent = p.id FROM execution d, execution p WHERE d.job = 'report' AND p.job = 'dump'")"
check "what it is told: the parent" contains "$(cat "$S/report")" "JOBSCHED_PARENT_JOB=dump"
check "what it is told: how that ended" contains "$(cat "$S/report")" "JOBSCHED_PARENT_EXIT_CODE=0"
check "what it is told: all that it came after" contains "$(cat "$S/report")" "JOBSCHED_PARENT_JOBS=dump check-disk"
check "what it is told: their executions" contains "$(cat "$S/report")" \
    "JOBSCHED_PARENT_EXECUTIONS=$(row id dump) $(row id check-disk)"

# A failure is what another one waits for.
echo 3 >"$S/code"
ctl start --wait --quiet check-disk
check "the failure has started the alarm" wait_until 20 test -s "$S/alarm"
check "and nothing else" ran report 1

# trigger.
check "a job that triggers" ctl start --wait first
check "has started the other" wait_until 20 test -s "$S/second"
check "which knows by whom" contains "$(cat "$S/second")" "JOBSCHED_PARENT_JOB=first"
check "a start by hand has no parent" ctl start --wait second
check "and is not told of one" equals "" "$(cat "$S/second")"

# A gate.
check "what is gated waits" wait_until 20 state_of gated waiting
check "and says for what" equals dependency "$(query "SELECT waiting_for FROM execution WHERE job = 'gated' AND state = 'waiting'")"
ctl start --wait --quiet opener
check "the gate opens" wait_until 20 ran gated 1

# How it is shown.
check "a predecessor that there is not blocks" state_of lonely blocked
check "the log says which" log_has "there is no job 'nobody'"
check "the tree" equals "report
|-dump (succeeded now)
\`-check-disk (failed now, which does not count)" \
    "$(LC_ALL=C ctl list-dependencies report 2>&1 | sed 's/^[^ ]* //; s/ \([0-9.]*[a-z]* \)*ago/ now/g; s/waiting/succeeded now/')"
check "the tree of what is missing" contains "$(ctl list-dependencies lonely)" "└─nobody (no such job)"
check "the other way round" contains "$(ctl list-dependencies --reverse check-disk)" "─alarm (after failure)"
check "all trees" contains "$(ctl list-dependencies)" "second"
check "no such job" equals 4 "$(ctl list-dependencies nothing >/dev/null 2>&1; echo $?)"
check "the edges as JSON" equals "after success done" \
    "$(ctl list-dependencies second -o json | python3 -c 'import json, sys
d = json.load(sys.stdin)[0]
print("after" if d["job"] == "second" else d["job"], d["when"], "done" if d["kind"] == "trigger" else d["kind"])')"
check "status tells what it comes after" contains "$(ctl status report)" "After: dump"
check "status tells what is missing" contains "$(ctl status lonely)" "nobody (no such job)"
check "status tells what it triggers" contains "$(ctl status first)" "second on success"
check "why tells what a blocked job lacks" contains "$(ctl why lonely)" "there is no job 'nobody'"
check "what is gated waits again" wait_until 20 state_of gated waiting
check "why tells what a job waits for" contains "$(ctl why gated)" "opener"

# The daemon is killed while the last predecessor runs; its end is heard of by the next one.
echo 0 >"$S/code"
mkfifo "$S/hold"
ctl start --wait --quiet check-disk
held=$(ctl start dump -o short)
check "the predecessor runs" wait_until 20 row_is state dump running
n_before=$(query "SELECT count(*) FROM execution WHERE job = 'report'")
scheduler_kill
echo go >"$S/hold"
scheduler_start
check "the join comes after the restart" wait_until 20 ran report $((n_before + 1))
check "once" equals $((n_before + 1)) "$(query "SELECT count(*) FROM execution WHERE job = 'report'")"
check "and knows its parent" contains "$(cat "$S/report")" "JOBSCHED_PARENT_EXECUTION=${held##* }"

# Paused, it remembers.
rm "$S/hold"
ctl pause report
ctl start --wait --quiet dump
ctl start --wait --quiet check-disk
check "a paused job does not start" equals $((n_before + 1)) "$(query "SELECT count(*) FROM execution WHERE job = 'report'")"
ctl resume report
check "and once it is resumed, it does" wait_until 20 ran report $((n_before + 2))

finish
