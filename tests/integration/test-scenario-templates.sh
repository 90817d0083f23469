#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An application offers forms made from templates: people fill them in and watch the progress; what the system needs
# itself is started with the daemon and comes again by itself.

# shellcheck source=tests/support/scenario.sh disable=SC2154 # what it sets
. "$(dirname "$0")/../support/scenario.sh"

echo 'defaults: {output: {journal: false}}' >"$S/jobsched.yaml"
cat >"$S/work" <<EOF
#!/bin/sh
for n in 25 50 75 100; do
    "$programs/schedctl" progress \$n "step \$n of \$JOBSCHED_P_TITLE"
    while [ ! -e "$S/go-\$n" ]; do sleep 0.05; done
done
EOF
chmod +x "$S/work"
cat >"$S/jobs/forms.yaml" <<EOF
templates:
  base:
    description: What all of them have
    parameters:
      title: {type: string, label: Title, help: What it is about, required: true, max-length: 20}
    job: {tags: [form]}
  convert:
    template: base
    description: Convert pictures
    delay: 0s
    parameters:
      quality: {type: integer, minimum: 1, maximum: 100, default: 80, label: Quality}
      format: {type: choice, choices: [png, jpeg], default: png}
      since: {type: date, default: 2026-01-01}
      dry: {type: boolean, default: false}
      engine: {type: string, default: v2, hidden: true}
    job:
      command: [$S/work, "--quality=\${quality}", "--format=\${format}", "--since=\${since}", "--dry=\${dry}", "--engine=\${engine}"]
  janitor:
    description: Cleans up, by itself
    user-triggered: false
    reschedule: true
    delay: 1s
    job: {command: [/bin/echo, cleaned]}
  send-later:
    parameters: {to: {type: string, required: true}}
    delay: 4s
    job: {command: [/bin/echo, "sent to \${to}"]}
EOF
scheduler_start
wait_until 20 runner_is_there

# --- the form ---
check "the templates are offered" equals "base convert janitor send-later" "$(ctl list-templates --output=json | json '" ".join(t["name"] for t in d)')"
check "which ones people may use is told" equals false "$(ctl list-templates --output=json | json '[t["user_triggered"] for t in d if t["name"] == "janitor"][0]')"
schema=$(ctl show-template convert --output=json)
check "a form can be made of the schema" equals 100 "$(json 'd["properties"]["quality"]["maximum"]' <<<"$schema")"
check "with labels" equals Title "$(json 'd["properties"]["title"]["title"]' <<<"$schema")"
check "with what is required" equals '["title"]' "$(json 'd["required"]' <<<"$schema")"
check "people can read it" contains "$(ctl show-template convert)" Quality

# --- filling it in ---
check "what is missing is said" fails_with title ctl create c1 --template convert
check "what is wrong is said" fails_with quality ctl create c1 --template convert -p title=Cats -p quality=101
check "what is too long is said" fails_with title ctl create c1 --template convert -p title=123456789012345678901
check "what is not offered is said" fails_with png ctl create c1 --template convert -p title=Cats -p format=gif
check "what is no date is said" fails_with since ctl create c1 --template convert -p title=Cats -p since=tomorrow
check "nothing was made" has_no_job c1
schedctl --user monitor --output=json >"$S/events" &
monitor=$!
is_told() { ctl -q run -- /bin/true && test -s "$S/events"; }
check "somebody listens" wait_until 20 is_told
check "a job is made" ctl create c1 --template convert -p title=Cats -p quality=90

# --- progress ---
wait_until 20 sh -c "schedctl --user list-executions c1 --state running --no-legend | grep -q ."
progress_is() { equals "$1" "$(ctl list-executions c1 -n 1 --output=json | json 'd["progress"]')"; }
for n in 25 50 75; do
    check "progress is seen: $n" wait_until 20 progress_is "$n"
    touch "$S/go-$n"
done
check "what it does is seen" contains "$(ctl status c1)" "of Cats"
touch "$S/go-100"
c1_succeeded() { last_state_is c1 succeeded; }
check "it succeeds" wait_until 20 c1_succeeded
check "events were told as they came" wait_until 20 grep -q '"job":"c1".*succeeded' "$S/events"
kill "$monitor"
check "its values are in its record" equals 90 "$(ctl list-executions c1 -n 1 --output=json | json 'd["parameters"]["quality"]')"
check "hidden ones too" equals v2 "$(ctl list-executions c1 -n 1 --output=json | json 'd["parameters"]["engine"]')"
check "it has left the list" wait_until 20 has_no_job c1

# --- later ---
check "one that is sent later" ctl create s1 --template send-later -p to=ada
check "it waits" equals 0 "$(query "SELECT count(*) FROM execution WHERE job = 's1' AND state = 'succeeded'")"
s1_succeeded() { last_state_is s1 succeeded; }
check "it is sent" wait_until 20 s1_succeeded
check "with its value" contains "$(ctl logs "$(row id s1)")" "sent to ada"

# --- the system's own ---
cleaned() { [ "$(query "SELECT count(*) FROM execution WHERE job = 'janitor' AND state = 'succeeded'")" -ge "$1" ]; }
check "the janitor came by itself, and again" wait_until 60 cleaned 2
n=$(query "SELECT count(*) FROM execution WHERE job = 'janitor' AND state = 'succeeded'")
scheduler_kill
scheduler_start
check "also after a crash" wait_until 60 cleaned $((n + 2))

finish
