#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A program keeps its jobs here as in a job store: it adds, changes, pauses, resumes, runs and removes them while the
# daemon runs, with rules for what coalesces, how many run at a time and what is too late; all of it survives.

# shellcheck source=tests/support/scenario.sh disable=SC2154 # what it sets
. "$(dirname "$0")/../support/scenario.sh"

echo 'defaults: {output: {journal: false}}' >"$S/jobsched.yaml"
scheduler_start
wait_until 20 runner_is_there

# --- adding ---
check "a job with a cron trigger is added" ctl create report --schedule "30 2 * * *" --description "Nightly report" --tag nightly -- /bin/echo report
check "one with an interval" ctl create beat --every 1h --tag beats -- /bin/echo beat
check "one with a date" ctl create later --at 2099-01-01T00:00:00Z -- /bin/echo later
check "one from YAML on standard input" ctl create many <<'EOF'
schedule: {every: 1s}
command: [/bin/sleep, "2.5"]
overlap: skip
tags: [beats]
EOF
check "a name is taken once" fails_with "report" ctl create report --schedule "0 0 * * *" -- /bin/true
check "the list is what was added" equals "beat later many report" "$(ctl list-jobs --output=json | json '" ".join(j["name"] for j in d)')"
check "a tag selects" equals "beat many" "$(ctl list-jobs --tag beats --output=json | json '" ".join(j["name"] for j in d)')"

# --- changing ---
before=$(ctl show report -p NextDue --value)
check "a job is rescheduled" ctl set report 'schedule=0 3 * * *'
check "its next time is another" [ "$before" != "$(ctl show report -p NextDue --value)" ]
check "it has a new revision" job_is report Revision 2
check "the rest of it is as it was" equals "Nightly report" "$(ctl show report -p Description --value)"
check "a change of an older revision is refused" fails_with "revision" ctl set --if-revision 1 report description=lost
check "it is replaced as a whole" ctl replace report <<'EOF'
schedule: "0 4 * * *"
command: [/bin/echo, replaced]
EOF
check "nothing of the old one is left" equals "" "$(ctl show report -p Description --value)"

# --- at most one at a time ---
overlapped() { [ "$(query "SELECT count(*) FROM execution WHERE job = 'many' AND reason = 'overlap'")" -ge 1 ]; }
check "what is due while it runs is skipped, and recorded" wait_until 20 overlapped
check "two may run if it says so" ctl set many max-instances=2 overlap=allow
two_run() { [ "$(ctl list-executions many --state running --output=json | grep -c .)" -ge 2 ]; }
check "two run" wait_until 20 two_run
check "the job is deleted" ctl delete many
check "it is gone from the list" has_no_job many

# --- pause, resume, run now ---
check "a job is paused" ctl pause beat
check "it has no next start" equals null "$(ctl list-jobs beat --output=json | json 'd["next_start"]')"
check "it runs by hand all the same" ctl start --wait beat
check "it succeeded" last_state_is beat succeeded
check "it is resumed" ctl resume beat
check "it has a next start" [ "$(ctl list-jobs beat --output=json | json 'd["next_start"]')" != null ]

# --- what was missed ---
ctl create coalesced --every 1s --set 'catch-up=latest' -- /bin/true >/dev/null
ctl create each --every 1s --set 'catch-up={policy: all, max: 50}' -- /bin/true >/dev/null
ctl create graceless --every 1s --set 'catch-up={policy: latest, within: 10ms}' -- /bin/true >/dev/null
succeeded() { [ "$(query "SELECT count(*) FROM execution WHERE job = '$1' AND state = 'succeeded'")" -ge 1 ]; }
for job in coalesced each graceless; do wait_until 20 succeeded "$job"; done
scheduler_kill
read -r -t 8 <>"$S/never"
scheduler_start
caught_up() { [ "$(query "SELECT count(*) FROM execution WHERE job = '$1' AND cause = 'catch-up' AND state = 'succeeded'")" -ge "$2" ]; }
check "the jobs are still there" equals "beat coalesced each graceless later report" "$(ctl list-jobs --output=json | json '" ".join(j["name"] for j in d)')"
missed() { [ "$(query "SELECT count(*) FROM execution WHERE job = '$1' AND state = 'missed' AND count >= $2")" = 1 ]; }
check "what was missed is one row" wait_until 20 missed coalesced 3
check "what was missed ran each time" wait_until 20 caught_up each 3
# Not even once where the daemon came so late that the next one was due.
check "coalesced: once only" [ "$(query "SELECT count(*) FROM execution WHERE job = 'coalesced' AND cause = 'catch-up'")" -le 1 ]
ran_since() { [ "$(query "SELECT max(id) FROM execution WHERE job = '$1' AND state = 'succeeded'")" -gt \
    "$(query "SELECT max(id) FROM execution WHERE job = '$1' AND state = 'missed'")" ]; }
check "and it goes on" wait_until 20 ran_since coalesced
check "beyond its grace it is missed, and recorded" wait_until 20 missed graceless 3
check "all three are deleted at once" ctl delete --yes coalesced each graceless

# --- one-shots ---
check "a job for one instant" ctl create once --at "$(date -u -d '+2 seconds' +%FT%TZ)" -- /bin/echo once
wait_until 20 succeeded once
check "it has run" succeeded once
check "it has left the list" wait_until 20 has_no_job once
check "its record stays" equals succeeded "$(ctl list-executions once --output=json | json 'd["state"]')"

# --- moving house ---
check "all is exported" sh -c "schedctl --user export >'$S/all.yaml'"
ctl delete --yes beat later report >/dev/null
check "all is deleted" has_no_job report
check "and imported" ctl import "$S/all.yaml"
check "as it was" equals "replaced" "$(ctl cat report | grep -o replaced | head -n 1)"
check "importing twice is refused" fails_with "already" ctl import "$S/all.yaml"
check "but with --replace" ctl import --replace "$S/all.yaml"

finish
