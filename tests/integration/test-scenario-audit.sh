#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody has to answer for what is scheduled: who added, changed, deleted, paused, resumed and ran what by hand, and
# what exactly was changed.

# shellcheck source=tests/support/scenario.sh disable=SC2154 # what it sets
. "$(dirname "$0")/../support/scenario.sh"

echo 'defaults: {output: {journal: false}}' >"$S/jobsched.yaml"
scheduler_start
wait_until 20 runner_is_there
me=$(id -un)

events() { ctl audit "$@" --output=json | json '" ".join(e["event"] for e in (d if isinstance(d, list) else [d]))'; }
detail() { ctl audit "$1" -n 1 --output=json | json 'd["detail"]'; }

check "a job is added" ctl create ledger --schedule "0 1 * * *" -- /bin/echo ledger
check "that is noted" equals job-added "$(events ledger)"
check "with who did it" equals "$me" "$(ctl audit ledger --output=json | json 'd["user"]')"
check "and what it is" contains "$(detail ledger)" "/bin/echo"
check "it is changed" ctl set ledger 'schedule=0 2 * * *'
check "that is noted" equals "job-changed job-added" "$(events ledger)"
check "as what went" contains "$(detail ledger)" "-  cron: \"0 1 * * *\""
check "and what came" contains "$(detail ledger)" "+schedule: 0 2"
check "paused" ctl pause ledger
check "resumed" ctl resume ledger
check "run by hand" ctl start --wait ledger
check "all of it is noted" equals "execution-started job-resumed job-paused job-changed job-added" "$(events ledger)"
check "with the execution" [ "$(row id ledger)" -gt 0 ]
check "a long one is run" ctl create long -- /bin/sleep 600
check "by hand" ctl start long
check "stopped" ctl stop long
check "killed or stopped is noted" equals "execution-stopped execution-started job-added" "$(events long)"
check "history is deleted" ctl prune --all ledger
check "that is noted too" contains "$(events)" history-deleted
check "a configuration is made" ctl create-profile p a=1
check "changed" ctl edit-profile p a=2
check "deleted" ctl delete-profile p
check "that is noted" contains "$(events)" "profile-deleted profile-changed profile-added"
check "renamed" ctl rename ledger book
check "what was noted stays" contains "$(events ledger)" job-changed
check "deleted" ctl delete --yes book
check "with its whole definition" contains "$(ctl audit book --output=json | json '[e["detail"] for e in (d if isinstance(d, list) else [d]) if e["event"] == "job-deleted"][0]')" /bin/echo
check "frozen and thawed" sh -c "schedctl --user freeze && schedctl --user thaw"
check "that is noted" contains "$(events)" "thawed frozen"
n=$(ctl audit --output=json | grep -c .)
scheduler_kill
scheduler_start
check "nothing of it is lost in a crash" equals "$n" "$(ctl audit --output=json | grep -c .)"
check "by time" equals "" "$(ctl audit --until 2000-01-01T00:00:00Z --no-legend)"

finish
