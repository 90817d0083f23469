#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A service is asked to call back later: a timer for a web-hook gives an id; with it one asks how many seconds are
# left, or takes it back. Each calls once, whatever happens to the daemon.

# shellcheck source=tests/support/scenario.sh disable=SC2154 # what it sets
. "$(dirname "$0")/../support/scenario.sh"

echo 'defaults: {output: {journal: false}}' >"$S/jobsched.yaml"
web_start
scheduler_start
wait_until 20 runner_is_there

id=$(ctl timer --in 1h30m --http "$url/hour")
check "a timer gives an id" [ -n "$id" ]
left=$(ctl timer "$id")
check "the seconds left are told" [ "$left" -gt 5300 ]
check "and are not more than asked for" [ "$left" -le 5400 ]
check "as JSON" [ "$(ctl timer "$id" --output=json | json 'int(d["left_seconds"])')" -le 5400 ]
check "it is taken back" ctl delete "$id"
check "it is not known any more" fails_with "$id" ctl timer "$id"

id=$(ctl timer --in 1s --http "$url/hook" --method POST --data '{"a": 1}')
check "it calls" wait_until 20 requests_are /hook 1
timer_is_done() { last_state_is "$id" succeeded; }
check "its record says so" wait_until 20 timer_is_done
check "what is due has no time left" equals 0 "$(ctl timer "$id")"
check "the body arrived" contains "$(cat "$S/requests")" '{\"a\": 1}'
check "the server can tell a repetition" contains "$(cat "$S/requests")" Idempotency-Key

check "its id is appended" ctl create appended --at "$(date -u -d '+1 second' +%FT%TZ)" --set 'http={url: "'"$url"'/timer", append-id: job}'
check "it calls with it" wait_until 20 requests_are /timer/appended 1

failing=$(ctl timer --in 1s --http "$url/status/503")
timer_failed() { last_state_is "$failing" failed; }
check "what the server refuses has failed" wait_until 20 timer_failed
check "with its status" equals 503 "$(row http_status "$failing")"
check "one that takes any answer" ctl create any --at "$(date -u -d '+1 second' +%FT%TZ)" --set 'http={url: "'"$url"'/status/404", expect-status: any}'
any_succeeded() { last_state_is any succeeded; }
check "any answer will do if it says so" wait_until 20 any_succeeded

# --- many, and a crash in their midst ---
now=$(date +%s)
for ((i = 0; i < 300; i++)); do
    echo "  hook-$i: {schedule: {at: \"@$((now + 6 + i % 6))\"}, http: {url: \"$url/many/$i\"}}"
done | { echo "jobs:"; cat; } >"$S/many.yaml"
check "300 are made at once" ctl import "$S/many.yaml"
scheduler_kill
scheduler_start
some_came() { [ "$(requests /many/)" -ge 60 ]; }
check "they call" wait_until 200 some_came
scheduler_kill
scheduler_start
all_came() { [ "$(requests /many/)" -ge 300 ]; }
check "all of them call" wait_until 200 all_came
count_by_state() { query "SELECT state, reason, reason_detail, count(*) FROM execution WHERE job LIKE 'hook-%' GROUP BY 1, 2, 3"; }
all_are_recorded() { equals 300 "$(query "SELECT count(*) FROM execution WHERE job LIKE 'hook-%' AND state = 'succeeded'")"; }
check "each is recorded" wait_until 200 all_are_recorded
count_by_state
check "none called twice" requests_are /many/ 300
check "the list is empty again" wait_until 20 has_no_job 'hook-*'

finish
