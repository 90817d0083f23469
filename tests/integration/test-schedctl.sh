#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# schedctl as a user calls it, against a real daemon: every verb, the output formats, the exit codes.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

# What `edit` leaves behind would be here.
mkdir "$S/tmp"
export TMPDIR=$S/tmp

sed "s|LINES-GO|$S/lines.go|; s|AGAIN-GO|$S/again.go|" >"$S/jobs/jobs.yaml" <<'EOF'
jobs:
  good: {description: Ends well, command: [echo, fine], schedule: "30 2 1 1 *", timezone: Europe/Berlin}
  bad: {command: "echo out; echo err >&2; exit 3"}
  killed: {command: "kill -9 $$"}
  long: {command: "echo begin; exec sleep 300"}
  lines: {command: "for i in $(seq 1 40); do echo line $i; [ $i != 20 ] || until [ -e LINES-GO ]; do sleep 0.05; done; done"}
  again: {command: "echo attempt $JOBSCHED_ATTEMPT; [ $JOBSCHED_ATTEMPT != 1 ] || until [ -e AGAIN-GO ]; do sleep 0.05; done; [ $JOBSCHED_ATTEMPT = 3 ]", retry: {attempts: 3, delay: 0}}
  polite: {command: "trap 'exit 0' TERM; while :; do sleep 0.05; done", timeout: 2s}
  beep: {command: "printf 'a\\033]0;title\\007b\\n'"}
  '7': {command: [echo, seven]}
  chatter: {command: "seq 1 20000", output: {journal: false}}
EOF
cat >"$S/jobs/broken.yaml" <<'EOF'
jobs:
  broken:
    comand: [x]
EOF

ctl() { schedctl --user "$@"; }
status_is() { # WANTED COMMAND…
    local wanted=$1 got=0
    shift
    "$@" >"$S/out" 2>"$S/err" </dev/null || got=$?
    [ "$got" = "$wanted" ] || {
        echo "wanted exit $wanted, got $got"
        cat "$S/out" "$S/err"
        return 1
    }
}
out_has() { contains "$(cat "$S/out")" "$1"; }
err_has() { contains "$(cat "$S/err")" "$1"; }
out_is() { equals "$1" "$(cat "$S/out")"; }
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$S/out" "$1"; }
json_is() { equals "$2" "$(json "$1")"; } # EXPRESSION-OVER-d WANTED
last_id() { ctl -o short list-executions "$1" -n1; }
state_of() { ctl show "$1" -p state --value; }
is_running() { [ -n "$(ctl -o short list-executions --state=starting,running "$1")" ]; }

# --- without a daemon ---------------------------------------------------------------------------------

check "no daemon is exit 1" status_is 1 ctl list-jobs
check "no daemon: what to do" err_has "jobschedd --user"
check "unknown verb" status_is 2 ctl lst-jobs
check "the nearest verb" err_has "did you mean 'list-jobs'?"
check "unknown option" status_is 2 ctl list-jobs --outptu=json
check "the nearest option" err_has "did you mean '--output'?"
check "option of another verb" status_is 2 ctl list-jobs --follow
check "missing argument" status_is 2 ctl start
check "too many arguments" status_is 2 ctl reload x
check "start --follow: 125 is schedctl's own" status_is 125 ctl start --follow good
check "version" status_is 0 ctl version
check "version without a daemon" out_has "schedctl "
check "help" status_is 0 ctl --help
check "help of a verb" status_is 0 ctl start --help
check "help of a verb has its options" out_has "--wait"
for shell in bash zsh fish; do
    check "completion $shell" status_is 0 ctl completion "$shell"
done
check "completion of no shell" status_is 2 ctl completion tcsh

check "verify finds faults" status_is 1 ctl verify
check "verify says where" err_has "broken.yaml:3:5: error: unknown key 'comand'"
check "verify a good file" status_is 0 ctl verify "$S/jobs/jobs.yaml"
check "verify a missing file" status_is 1 ctl verify "$S/nothing.yaml"
check "verify as JSON" status_is 1 ctl -o json verify
check "verify counts" json_is 'd["errors"]' 1

check "calendar" status_is 0 ctl -o json calendar --timezone Europe/Berlin --from 2026-03-28 -n2 "30 2 * * *"
check "calendar: the gap" json_is '[n["utc"] + " " + ",".join(n["notes"]) for n in d["next"]]' \
    "['2026-03-28T01:30:00.000000Z ', '2026-03-29T01:00:00.000000Z gap']"
check "calendar: keys" json_is '",".join(d)' \
    expression,kind,normalized,timezone,description,interval_like,warnings,exhausted,next
check "calendar: each of several" status_is 1 ctl calendar "@daily" "99 * * * *"
check "calendar: JSON for each" status_is 1 ctl -o json calendar "@daily" "1 99 * * *" @reboot
check "calendar: one a line" equals 3 "$(wc -l <"$S/out")"
check "calendar: a fault as JSON" status_is 1 ctl -o json calendar "1 99 * * *"
check "calendar: keys of a fault" json_is '",".join(d) + " " + ",".join(d["error"])' \
    "error code,field,offset,message"
check "calendar: where the fault is" json_is 'd["error"]["offset"]' 2
check "calendar: no such kind" status_is 2 ctl calendar --kind sundial x
check "calendar: no such zone" status_is 2 ctl calendar --timezone Mars/Base "@daily"

# --- lists --------------------------------------------------------------------------------------------

scheduler_start
wait_until 20 runner_is_there

check "without a verb: list-jobs" status_is 0 ctl
check "list-jobs: titles" out_has "JOB"
check "list-jobs: sum" out_has "11 jobs listed."
check "list-jobs --no-legend" status_is 0 ctl list-jobs --no-legend good
check "list-jobs: one line" equals 1 "$(wc -l <"$S/out")"
check "list-jobs: a pattern" status_is 0 ctl -o short list-jobs 'b*'
check "list-jobs: names" out_is "bad
beep
broken"
check "list-jobs --reverse" status_is 0 ctl -o short list-jobs -r 'b*'
check "list-jobs: names backwards" out_is "broken
beep
bad"
check "list-jobs: nothing matches" status_is 0 ctl list-jobs 'zz*'
check "list-jobs: no such job" status_is 4 ctl list-jobs zz
check "list-jobs --state" status_is 0 ctl -o short list-jobs --state=failed-to-load
check "list-jobs: that state" out_is broken
check "list-jobs: no such state" status_is 2 ctl list-jobs --state=idel
check "list-jobs as JSON" status_is 0 ctl -o json list-jobs good
check "JSON: one array, all keys" json_is '",".join(d[0])' \
    name,owner,user,origin,file,line,description,kind,state,enabled,load_error,warnings,schedule,timezone,next_due,next_start,last_due,last_execution,last_state,running,paused,paused_until,queue,priority,template,profile,tags,revision
check "list-jobs as YAML" status_is 0 ctl -o yaml list-jobs good
check "YAML: a list" out_has "- name: good"
check "list-timers" status_is 0 ctl -o json list-timers
check "list-timers: keys" json_is '",".join(d[0])' \
    job,schedule,next_due,next_start,left_seconds,last_due,last_started,passed_seconds
check "list-timers: those with a next start" json_is '[t["job"] for t in d]' "['good']"
check "list-timers --all" status_is 0 ctl -o short list-timers --all --no-legend

# --- status and show ----------------------------------------------------------------------------------

check "status" status_is 0 ctl status
check "status: a fault with its place" out_has "broken.yaml:3:5"
check "status of a job" status_is 0 ctl status good
check "status: the schedule in English" out_has "at 02:30 on day 1 of January"
check "status of a faulty job" status_is 3 ctl status broken
check "status of no job" status_is 4 ctl status zz
check "status of several: the worst" status_is 4 ctl status good broken zz
check "status as JSON" status_is 0 ctl -o json status good
check "status: one object" json_is 'd["name"], len(d["executions"])' "('good', 0)"
check "show" status_is 0 ctl show good
check "show: lines" out_has "description=Ends well"
check "show -p --value" status_is 0 ctl show -p state,description --value good
check "show: the order that was asked for" out_is "idle
Ends well"
check "show of the daemon" status_is 0 ctl show -p RunnerConnected
check "show: its property" out_is "runner_connected=true"
check "show of several is an array" status_is 0 ctl -o json show good bad
check "show: two" json_is 'len(d)' 2
check "show of one is an object" status_is 0 ctl -o json show good
check "show: its name" json_is 'd["name"]' good
check "cat" status_is 0 ctl cat good
check "cat: where it is from" out_has "# good: $S/jobs/jobs.yaml:2"
check "cat: the definition" out_has "Europe/Berlin"
check "cat of no job" status_is 4 ctl cat zz

# --- start --------------------------------------------------------------------------------------------

check "start --wait: succeeded" status_is 0 ctl start --wait good
check "start: the execution's number" out_has "good: execution 1"
check "start --wait: failed" status_is 1 ctl start --wait bad
check "start --wait: in words" err_has "failed (exit-code), exit 3"
check "start --wait of several" status_is 1 ctl start --wait good bad
check "start of no job" status_is 4 ctl start zz
check "start of a faulty job" status_is 1 ctl start broken
check "start --follow: the job's code" status_is 3 ctl start --follow bad
check "start --follow: stdout" out_is out
check "start --follow: stderr" equals err "$(cat "$S/err")"
check "start --follow: a signal" status_is 137 ctl start --follow killed
check "start --follow: no success is not exit 0" status_is 1 ctl start --follow polite
check "start --follow: what it was" err_has "ran into its time-out"
# The first attempt ends when it is followed: what ended before is not told of.
ctl start --follow again >"$S/out" 2>"$S/err" &
follower=$!
check "start --follow: the first attempt" wait_until 20 out_has "attempt 1"
: >"$S/again.go"
wait_for "$follower" 60
check "start --follow: every attempt" equals 0 $?
check "start --follow: every attempt's output" out_is "attempt 1
attempt 2
attempt 3"
again=$(last_id again)
check "status: of what has several attempts" status_is 3 ctl status "$again"
check "status: each attempt by itself" grep -Eq '^ +2 +failed +exit-code .* 1 +10B$' "$S/out"
check "status: the last one too" grep -Eq '^ +3 +succeeded +- .* 0 +10B$' "$S/out"
check "logs --attempt: of each" status_is 0 ctl logs --attempt=2 "$again"
check "logs --attempt: which" out_has ": succeeded, attempt 2 --"
check "logs --attempt: what it wrote" equals "attempt 2" "$(ctl -q logs --attempt=2 "$again")"
check "logs --attempt: one that there is not" status_is 4 ctl logs --attempt=4 "$again"
check "start --follow of two" status_is 125 ctl start --follow good bad
check "start --follow of a job that never was" status_is 125 ctl start --follow zz
check "start as JSON" status_is 0 ctl -o json start --wait good
check "start: the outcome" json_is 'd["job"], d["state"], d["exit_code"]' "('good', 'succeeded', 0)"
check "start short" status_is 0 ctl -o short start --wait good
check "start short: the number" equals "$(last_id good)" "$(cat "$S/out")"

schedctl --user start --follow lines >"$S/follow.out" 2>"$S/follow.err" &
follower=$!
wait_until 20 grep -q 'line 3' "$S/follow.out"
kill -INT "$follower"
wait_for "$follower" 60
check "Ctrl-C: exit 125" equals 125 $?
check "Ctrl-C: the job goes on" contains "$(cat "$S/follow.err")" "goes on as execution"
check "Ctrl-C: it is running" is_running lines
check "a second start is refused" status_is 1 ctl start lines
check "a second start: why" err_has "is active still"
touch "$S/lines.go"
wait_until 20 eval '! is_running lines'

# --- stop, kill, pause --------------------------------------------------------------------------------

ctl start --wait long >/dev/null 2>"$S/wait.err" &
waiter=$!
wait_until 20 row_is state long running
has_begun() { contains "$(ctl -o short logs long)" begin; }
check "output so far" wait_until 20 has_begun
check "status of a running execution" status_is 0 ctl status "$(last_id long)"
check "stop by name" status_is 0 ctl stop long
wait_for "$waiter" 60
check "start --wait: cancelled" equals 1 $?
check "stopped" equals cancelled "$(state_of "$(last_id long)")"
check "stop of what is not active" status_is 0 ctl stop long
check "stop of what is not active: said" err_has "No execution of 'long' is active"
check "stop of an ended execution" status_is 0 ctl stop "$(last_id long)"
check "stop of no execution" status_is 4 ctl stop 999999
check "stop of no job" status_is 4 ctl stop zz
check "status of an ended execution" status_is 3 ctl status "$(last_id long)"
check "status: how it ended" out_has "cancelled (operator)"
check "status of no execution" status_is 4 ctl status 999999

ctl -q start long
wait_until 20 row_is state long running
check "kill" status_is 0 ctl kill -s USR1 --kill-whom=main "$(last_id long)"
wait_until 20 eval '! is_running long'
check "killed by that signal" equals 10 "$(ctl show "$(last_id long)" -p signal --value)"
check "kill: the audit row" contains "$(ctl -o json -n1 audit long)" ": signal 10 to its main process"
check "kill: no such signal" status_is 2 ctl kill -s NOPE long
check "kill: no such whom" status_is 2 ctl kill --kill-whom=some long

check "pause" status_is 0 ctl pause 'go*' lines
check "paused" equals paused "$(state_of good)"
check "status of a paused job" status_is 3 ctl status good
check "resume" status_is 0 ctl resume good lines
check "resumed" equals idle "$(state_of good)"
check "pause --until" status_is 0 ctl pause --until=+1h good
check "pause --until: shown" contains "$(ctl status good)" "paused until"
check "pause until a day and a time" status_is 0 ctl pause --until="tomorrow 8:00" good
check "that is tomorrow" contains "$(ctl status good)" "$(date -d tomorrow +%F) 08:00"
check "pause until a time that has passed today" status_is 0 ctl pause --until=0:00 good
check "that is tomorrow, too" contains "$(ctl status good)" "$(date -d tomorrow +%F) 00:00"
check "pause until a day of the week" status_is 0 ctl pause --until=monday good
check "pause until the past" status_is 2 ctl pause --until=-1h good
check "pause until nonsense" status_is 2 ctl pause --until=soon good
ctl resume good

ctl start --wait chatter >/dev/null
check "logs of what was kept in part" status_is 0 ctl -q logs chatter
check "logs: its begin" equals 1 "$(head -n 1 "$S/out")"
check "logs: its end" equals 20000 "$(tail -n 1 "$S/out")"
check "logs: what lies between is left out" eval 'grep -q "bytes" "$S/out"'

id=$(last_id bad)
check "why of an execution" status_is 0 ctl -o json why "$id"
check "why of an execution: which" json_is "d['execution']" "$id"
check "why of an execution: of what job" json_is "d['job']" bad
check "why of an execution of a job" status_is 0 ctl why bad "$id"
check "why of an execution: in words" out_has "asked for by hand"
check "why of an execution of another job" status_is 4 ctl why good "$id"
check "why of an execution of another job: said" err_has "is of job 'bad', not of 'good'"
check "why of no execution" status_is 4 ctl why 999999

check "status: what went wrong" status_is 0 ctl status
check "status: what went wrong, in numbers" eval 'grep -q "In the last day: [0-9]* failed" "$S/out"'

# --- history ------------------------------------------------------------------------------------------

check "list-executions" status_is 0 ctl list-executions bad
check "list-executions: exit and reason" out_has "exit-code"
check "list-executions -n --state" status_is 0 ctl -o json list-executions -n1 --state=failed bad
check "list-executions: keys" json_is '",".join(d[0])' \
    id,job,job_revision,owner,origin,state,reason,cause,requested_by,due,due_last,count,pass,nominal,start_after,queued,started,ended,exit_code,signal,http_status,attempts,pid,host,boot_id,progress,status_text,cpu_seconds,memory_peak_bytes,output_bytes,output_truncated,parameters,profile,profile_revision,result,waiting_for
check "list-executions --since" status_is 0 ctl -o short list-executions --since=+1h
check "list-executions: none in the future" out_is ""
check "list-executions: newest first" equals "$(ctl -o short list-executions | sort -rn)" \
    "$(ctl -o short list-executions)"
check "a job that is named like a number" status_is 0 ctl start --wait '[7]'
check "logs" status_is 0 ctl logs bad
check "logs: a title and both streams" contains "$(sort "$S/out" | tr '\n' ' ')" "err out"
check "logs --output=short" status_is 0 ctl -o short logs lines -n 2
check "logs: the last lines" out_is "line 39
line 40"
check "logs as JSON" status_is 0 ctl -o json logs good
check "logs: a piece" json_is 'd["job"], d["stream"], d["text"]' "('good', 'stdout', 'fine\n')"
check "logs into a pipe are as they were" contains "$(ctl start --wait beep >/dev/null; ctl -o short logs beep | od -c)" "033"
check "logs of no job" status_is 4 ctl logs zz
check "logs -f of an execution that has ended" status_is 0 bounded 60 schedctl --user -o short logs -f "$(last_id bad)"
check "logs -f: all of it" contains "$(sort "$S/out" | tr '\n' ' ')" "err out"

schedctl --user -o short logs -f lines >"$S/logs.out" 2>&1 &
follower=$!
wait_until 20 grep -q 'line 40' "$S/logs.out"
ctl -q start lines
wait_until 20 eval '[ "$(grep -c "line 40" "$S/logs.out")" = 2 ]'
check "logs -f goes on with the next execution" equals 2 "$(grep -c '^line 7$' "$S/logs.out")"
kill -INT "$follower"
wait_for "$follower" 60
check "logs -f: exit 0 on Ctrl-C" equals 0 $?

check "why" status_is 0 ctl -o json why bad
check "why: keys" json_is '",".join(d)' \
    job,time,scheduled,due,when,state,reason,text,blockers,execution,previous_due,next_due
check "why: the outcome" json_is 'd["state"], d["reason"]' "('failed', 'exit-code')"
check "why at another time" status_is 4 ctl why good "2026-03-01 05:00"
check "why: the neighbours" out_has "Next: "
check "why at nonsense" status_is 2 ctl why good soon
check "why of no job" status_is 4 ctl why zz

check "audit" status_is 0 ctl -o json audit -n1 bad
check "audit: keys" json_is '",".join(d[0])' id,time,event,job,user,uid,origin,detail
check "audit --full" status_is 0 ctl audit --full good
check "audit: the whole definition" out_has "    description: Ends well"

# --- definitions --------------------------------------------------------------------------------------

check "reload says the faults" status_is 1 ctl reload
check "reload: with their place" err_has "broken.yaml:3:5"

cat >"$S/editor" <<'EOF'
#!/bin/sh
sed -i "$EDIT" "$1"
EOF
chmod +x "$S/editor"
export EDITOR=$S/editor
unset VISUAL
chmod 0640 "$S/jobs/jobs.yaml"
check "edit a job" env EDIT='s/Ends well/Ends very well/' schedctl --user edit good
check "edit: in force" equals "Ends very well" "$(ctl show good -p description --value)"
check "edit: the mode stays" equals 640 "$(stat -c %a "$S/jobs/jobs.yaml")"
check "edit: a fault is not saved" status_is 1 env EDIT='s/^  good/  good: x\n  good/' schedctl --user edit good
check "edit: the fault with the file's name" err_has "$S/jobs/jobs.yaml:"
check "edit: the file is as it was" equals 1 "$(grep -c good "$S/jobs/jobs.yaml")"
check "edit, again" bash -c "echo Q | EDIT='s/comand/commund/' schedctl --user edit broken || true"
check "edit: saved all the same" grep -q commund "$S/jobs/broken.yaml"
check "edit: no change" env EDIT='s/x/x/' schedctl --user edit good
check "edit of no job" status_is 4 ctl edit zz
check "edit: nothing is left behind" equals "" "$(find "$S/jobs" -name '*.yaml.*'; find "$TMPDIR" -name 'schedctl-edit-*')"
check "edit a new file" env EDIT='' EDITOR="printf 'jobs:\n  new: {command: [\"true\"]}\n' >" schedctl --user edit "$S/jobs/new.yaml"
check "edit: the new job" wait_until 20 schedctl --user show new
rm "$S/jobs/broken.yaml"
check "reload without faults" status_is 0 ctl reload

# --- monitor, backup, the daemon's end ----------------------------------------------------------------

schedctl --user -o json monitor 'goo*' >"$S/monitor.out" 2>&1 &
monitor=$!
wait_until 20 eval 'ctl -q start --wait good; grep -q succeeded "$S/monitor.out"'
kill -INT "$monitor"
wait_for "$monitor" 60
check "monitor: exit 0 on Ctrl-C" equals 0 $?
check "monitor: the change" grep -q '"event":"execution-changed","job":"good"' "$S/monitor.out"
check "monitor: only what was asked for" eval '! grep -q "\"job\":\"bad\"" "$S/monitor.out"'

check "backup" status_is 0 ctl backup "$S/backup.db"
check "backup: a database" equals ok "$(sqlite3 -batch "$S/backup.db" 'PRAGMA integrity_check')"
check "backup: for its owner" equals 600 "$(stat -c %a "$S/backup.db")"
check "backup into nowhere" status_is 1 ctl backup "$S/nowhere/backup.db"
check "backup to standard output" eval 'ctl backup - >"$S/second.db" && [ -s "$S/second.db" ]'

rm "$S/lines.go"
schedctl --user start --follow lines >"$S/again.out" 2>"$S/again.err" &
follower=$!
wait_until 20 grep -q 'line 3' "$S/again.out"
schedctl --user -o short logs -f lines >"$S/logs.out" 2>"$S/logs.err" &
reader=$!
schedctl --user -o short logs -f "$(last_id lines)" >"$S/one.out" 2>"$S/one.err" &
one=$!
wait_until 20 grep -q 'line 3' "$S/logs.out"
wait_until 20 grep -q 'line 3' "$S/one.out"
scheduler_kill
scheduler_start
touch "$S/lines.go"
wait_for "$follower" 60
check "kill -9 of the daemon: --follow ends as the job does" equals "0 jobschedd went away; waiting for it, the job goes on." \
    "$? $(cat "$S/again.err")"
check "kill -9 of the daemon: each line once" equals "$(seq -f 'line %.0f' 40)" "$(cat "$S/again.out")"
wait_for "$one" 60
check "kill -9 of the daemon: logs -f of an execution ends with it" equals "0 $(seq -f 'line %.0f' 40)" \
    "$? $(cat "$S/one.out")"
ctl -q start lines
wait_until 20 eval '[ "$(grep -c "line 40" "$S/logs.out")" = 2 ]'
check "kill -9 of the daemon: logs -f of a job goes on" equals "$(seq -f 'line %.0f' 40; seq -f 'line %.0f' 40)" \
    "$(cat "$S/logs.out")"
kill -INT "$reader"
wait_for "$reader" 60
check "kill -9 of the daemon: logs -f says so" equals "0 jobschedd went away; waiting for it, the job goes on." \
    "$? $(cat "$S/logs.err")"

# --- over a bus ---------------------------------------------------------------------------------------

check "--bus without a bus" status_is 1 ctl --bus list-jobs
check "--bus without a bus: said" err_has "cannot reach the session bus"
if command -v dbus-daemon >/dev/null; then
    scheduler_stop
    dbus-daemon --session --nofork --print-address=3 --nopidfile 3>"$S/bus.address" >"$S/bus.log" 2>&1 &
    bus=$!
    wait_until 20 [ -s "$S/bus.address" ]
    DBUS_SESSION_BUS_ADDRESS=$(cat "$S/bus.address")
    export DBUS_SESSION_BUS_ADDRESS
    check "--bus without a daemon" status_is 1 ctl --bus list-jobs
    check "--bus without a daemon: said" err_has "jobschedd is not on the session bus"
    jobschedd --user >>"$S/daemon.log" 2>&1 </dev/null &
    daemon_pid=$!
    check "--bus" wait_until 20 schedctl --user --bus list-jobs
    wait_until 20 runner_is_there
    check "--bus: start --wait" status_is 0 ctl --bus start --wait good
    check "--bus: start --follow" status_is 3 ctl --bus start --follow bad
    scheduler_stop
    kill "$bus"
    wait_for "$bus" 60 2>/dev/null
    unset DBUS_SESSION_BUS_ADDRESS
    scheduler_start
fi

# --- history ------------------------------------------------------------------------------------------

rows_of() { ctl -o short list-executions "$1" | wc -l; }
for _ in 1 2 3; do ctl start --wait good >/dev/null; done
before=$(rows_of good)
check "status: how many succeeded" status_is 0 ctl status good
check "status: in words" out_has "succeeded (100%)"
check "status: how long" out_has "in the middle, 95% within"
check "status: as JSON" status_is 0 ctl -o json status good
check "status: rate" json_is "d['statistics']['success_rate']" 1.0
check "prune: says what it wants" status_is 2 ctl prune
check "prune: says what it wants, in words" err_has "nothing says what is to be deleted"
check "prune: a wrong age" status_is 2 ctl prune --older-than=x
check "prune --dry-run" status_is 0 ctl prune good --keep=1 --dry-run
check "prune --dry-run: how many" out_is "$((before - 1)) executions would be deleted."
check "prune --dry-run deletes nothing" equals "$before" "$(rows_of good)"
check "prune: by age" status_is 0 ctl prune good --older-than=1d
check "prune: nothing is so old" out_is "0 executions were deleted."
check "prune: what stays" err_has "with --all"
check "prune: by state" status_is 0 ctl -o short prune good --state=failed
check "prune: none of that state" out_is 0
check "prune --keep" status_is 0 ctl -o json prune good --keep=2
check "prune --keep: how many" json_is "d['executions']" "$((before - 2))"
check "prune --keep: the newest stay" equals 2 "$(rows_of good)"
check "prune: the last one stays" status_is 0 ctl prune good
check "prune: one" out_is "1 execution was deleted."
check "prune --all" status_is 0 ctl prune good --all
check "prune --all: the last one, too" equals 0 "$(rows_of good)"
check "prune: in the audit log" eval 'ctl -o json audit good | grep -q history-deleted'
check "a job without history runs on" status_is 0 ctl start --wait good
check "prune on a terminal asks" eval \
    'echo n | script -qec "schedctl --user prune good --all" /dev/null | grep -q "Delete 1 execution with output and all?"'
check "prune: no is no" equals 1 "$(rows_of good)"

# --- as a person sees it ------------------------------------------------------------------------------

check "no colour into a pipe" eval '! ctl list-jobs | grep -q "$(printf "\033")"'
check "colour when asked for" eval 'ctl --color=always list-executions bad | grep -q "$(printf "\033")"'
check "on a terminal: glyphs, colour, cut to its width" eval \
    'TERM=xterm COLUMNS=60 SCHEDCTL_PAGER=cat script -qec "schedctl --user list-jobs" /dev/null | grep -q "○.*…"'
check "on a terminal: NO_COLOR" eval \
    '! TERM=xterm NO_COLOR=1 SCHEDCTL_PAGER= script -qec "schedctl --user list-jobs" /dev/null | grep -q "$(printf "\033")"'
check "on a terminal: through a pager" eval \
    'TERM=xterm SCHEDCTL_PAGER="sed s/^/paged:/" script -qec "schedctl --user list-jobs" /dev/null | grep -q "^paged:"'
check "on a terminal: no title of the window" eval \
    'TERM=xterm SCHEDCTL_PAGER=cat script -qec "schedctl --user -o short logs beep" /dev/null | grep -qF "\\x1b]0;title\\x07"'
check "a full disk is no success" status_is 1 bash -c 'schedctl --user list-jobs >/dev/full'

finish
