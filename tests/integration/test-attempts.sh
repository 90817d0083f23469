#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Attempts one by one, with real programs: what status and logs show of a job that fails twice.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

cat >"$S/jobs/jobs.yaml" <<'EOF'
defaults: {output: {journal: false}}
jobs:
  flaky: {command: "echo try $JOBSCHED_ATTEMPT; test $JOBSCHED_ATTEMPT = 3 || exit $JOBSCHED_ATTEMPT", retry: {attempts: 5, delay: 0}}
  later: {command: "echo once; exit 7", retry: {attempts: 5, delay: 1h}}
EOF

ctl() { schedctl --user "$@"; }
id_of() { ctl -o short list-executions "$1" -n1; }
state_is() { [ "$(ctl show "$(id_of "$1")" -p state --value)" = "$2" ]; }
status_is() { # WANTED COMMAND…
    local wanted=$1 got=0
    shift
    "$@" >"$S/out" 2>"$S/err" || got=$?
    equals "$wanted" "$got"
}
out_has() { contains "$(cat "$S/out")" "$1"; }
err_has() { contains "$(cat "$S/err")" "$1"; }
json_is() { # EXPRESSION-OVER-d WANTED
    equals "$2" "$(python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$S/out" "$1")"
}

scheduler_start
wait_until 20 runner_is_there

check "a job that fails twice succeeds in the end" status_is 0 ctl start --wait flaky
flaky=$(id_of flaky)
check "status" status_is 3 ctl status "$flaky"
for word in ATTEMPT failed exit-code succeeded "try 3"; do
    check "status shows $word" out_has "$word"
done
check "status as JSON" status_is 3 ctl -o json status "$flaky"
check "each attempt is there" json_is '[(a["attempt"], a["state"], a["exit_code"]) for a in d["each_attempt"]]' \
    "[(1, 'failed', 1), (2, 'failed', 2), (3, 'succeeded', 0)]"
check "what is not known is null" json_is '[a["signal"] for a in d["each_attempt"]]' "[None, None, None]"
check "the fixed key is a number" json_is 'd["attempts"]' 3
for n in 1 2 3; do
    check "logs of attempt $n" status_is 0 ctl -o short logs "$flaky" --attempt="$n"
    check "attempt $n wrote its own" equals "try $n" "$(cat "$S/out")"
done
check "logs of an attempt that there is not" status_is 4 ctl logs "$flaky" --attempt=9
check "it is said how many there are" err_has "xecution $flaky has no attempt 9: there were 3 so far"

check "a job that waits for its next attempt" ctl start later
check "it is retrying" wait_until 20 state_is later retrying
later=$(id_of later)
check "status of it" status_is 0 ctl status "$later"
check "when it is tried again" out_has "is tried again at "
check "stopping it" status_is 0 ctl stop "$later"
check "it is not tried again" wait_until 20 state_is later cancelled

finish
