#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs for once with the real programs: run, at and timer; what at means by a time, beside the real at(1) where that is
# installed and lets us; what becomes of them over kill -9.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

ctl() { schedctl --user "$@"; }
status_is() { # STATUS COMMAND…
    local wanted=$1 status=0
    shift
    "$@" >"$S/out" 2>"$S/err" || status=$?
    equals "$wanted" "$status" || {
        cat "$S/err"
        return 1
    }
}
says() { contains "$(cat "$S/err")" "$1"; }
json_is() { equals "$2" "$(python3 -c "import json; d = json.load(open('$S/out')); print($1)")"; } # EXPRESSION WANTED
is_over() { wait_until 20 row_is state "$1" succeeded || row_is state "$1" succeeded; } # JOB
has_left() { wait_until 20 not_listed "$1" || not_listed "$1"; }
not_listed() { [ -z "$(ctl -o short list-jobs "$1*")" ]; }
at_from() { # SCRIPT ARGUMENT…
    local script=$1
    shift
    printf '%s' "$script" | ctl -o short at "$@" >"$S/out"
}

scheduler_start
wait_until 20 runner_is_there

# --- run
check "run" status_is 3 ctl run -- /bin/sh -c 'echo out; echo err >&2; exit 3'
check "its output is ours" equals out "$(cat "$S/out")"
check "both of them" says err
check "a signal is told" status_is 137 ctl run -- /bin/sh -c 'kill -KILL $$'
check "a good end" status_is 0 ctl run -- /bin/true
check "no such command" status_is 125 ctl run -- /no/such/command
check "no command" status_is 125 ctl run
check "a wrong value" status_is 125 ctl run --set 'nice=heavy' -- /bin/true
check "a wrong option" status_is 125 ctl run --follow -- /bin/true
check "an unknown one" status_is 125 ctl run --folow -- /bin/true
check "what is in braces stays" status_is 0 ctl run -- /bin/echo '${a} $${b} %n'
check "as it was" equals '${a} $${b} %n' "$(cat "$S/out")"
check "it runs here" status_is 0 ctl run -- /bin/pwd
check "in this directory" equals "$PWD" "$(cat "$S/out")"
check "a reader that goes away" equals y "$(bounded 60 schedctl --user -q run -- yes 2>"$S/err" | head -n 1)"
check "ends the command" contains "$(cat "$S/err")" "cancelled (operator)"
check "standard input that is no text" bounded 60 sh -c "
    printf '\377\000' | schedctl --user -q run --stdin -- cat 2>'$S/err'; [ \$? = 125 ]"
check "is told so" contains "$(cat "$S/err")" "no text in UTF-8"
check "standard input" bounded 60 sh -c "echo text | schedctl --user -q run --stdin -- cat >'$S/out'"
check "is the command's" equals text "$(cat "$S/out")"
check "they are recorded" equals run-1 "$(query "SELECT job FROM execution WHERE id = 1")"
check "as asked for by hand" row_is cause run-1 manual
check "they leave the list" has_left run
mkfifo "$S/end"
schedctl --user run -- /bin/sh -c "echo begun; read x <'$S/end'" >"$S/run.out" 2>&1 &
run_pid=$!
begun() { grep -q begun "$S/run.out"; }
check "output comes while it runs" wait_until 20 begun
kill -TERM "$run_pid" # as Ctrl-C, which a shell has its background ignore
wait_for "$run_pid" 60
check "it stops the job" equals 143 "$?"
last_is() { equals "$1" "$(query "SELECT state FROM execution ORDER BY id DESC LIMIT 1")"; }
was_asked() { equals "$1" "$(query "SELECT event FROM audit ORDER BY id DESC LIMIT 1")"; }
check "it was cancelled" last_is cancelled
{
    schedctl --user -q run -- seq 1000000
    echo $? >"$S/status"
} 2>"$S/err" | {
    wait_until 60 last_is succeeded
    cat
} >"$S/out"
check "what its reader did not take" contains "$(cat "$S/err")" "not all of the output came through"
check "is no success" equals 125 "$(cat "$S/status")"
rm "$S/run.out" # which has begun once
schedctl --user run -- /bin/sh -c "trap '' TERM; echo begun; read x <'$S/end'" >"$S/run.out" 2>&1 &
run_pid=$!
check "one that does not care" wait_until 20 begun
kill -TERM "$run_pid"
check "is told to stop" wait_until 20 was_asked execution-stopped
kill -TERM "$run_pid"
wait_for "$run_pid" 60
check "and killed with the second Ctrl-C" equals 137 "$?"

# --- at
in_two_hours=$(date -d '2 hours' '+%H:%M:00')
check "at" status_is 0 ctl at 'now + 2 hours' -- /bin/echo hi
check "it says when" contains "$(cat "$S/out")" "job at-"
job=$(sed 's/^job \(at-[0-9]*\) at .*/\1/' "$S/out")
in_two_hours="$in_two_hours $(date -d '2 hours' '+%H:%M:00')" # a minute may have passed
check "the hour is right" contains "$in_two_hours" "$(awk '{ print $7 }' "$S/out")"
check "it is in the list" status_is 0 ctl -o json show "$job"
check "it is one" json_is 'd["kind"], d["origin"], d["state"]' "command runtime idle"
check "it is cancelled" status_is 0 ctl delete "$job"
check "it is gone" status_is 4 ctl show "$job"
cd "$S/jobs" || exit 1
umask 027
export FOR_AT='two
lines "and" ${x} $$'
at_from 'pwd; umask; echo "$FOR_AT"; echo "${TERM-none}"' now
job=$(cat "$S/out")
cd - >/dev/null || exit 1
umask 022
check "now is now" is_over "$job"
check "directory, umask and environment are kept" status_is 0 ctl -q logs "$job"
check "as they were" contains "$(cat "$S/out")" "$S/jobs
0027
two
lines \"and\" \${x} \$\$
none"
check "it leaves the list" has_left "$job"
check "the cause is told" row_is cause "$job" timer
printf 'echo from a file\n' >"$S/script"
check "a script of a file" status_is 0 ctl -o short at -f "$S/script" now
job=$(cat "$S/out")
check "it runs" is_over "$job"
check "batch waits for the load" status_is 0 ctl -o short at --batch tomorrow -- /bin/true
check "by a condition" status_is 0 ctl cat "$(cat "$S/out")"
check "the load is in it" contains "$(cat "$S/out")" "load-below: 1.5"
check "mail" status_is 0 ctl -o short at -m tomorrow -- /bin/true
check "to whoever asked" status_is 0 ctl cat "$(cat "$S/out")"
check "at its end" contains "$(cat "$S/out")" "mail: $(id -un)"
check "a stamp" status_is 0 ctl -o json at -t 209001020304 -- /bin/true
check "is a time" json_is 'd["due"]' 2090-01-02T03:04:00.000000Z
check "what has passed is refused" status_is 1 ctl at -t 200001010000 -- /bin/true
check "and so is what is no time" status_is 2 ctl at half past ten -- /bin/true
check "nothing to do" status_is 1 ctl at -f /dev/null tomorrow
check "no time" status_is 2 ctl at -- /bin/true

# Minutes pass between the two, so each is asked until they agree.
oracle_agrees() { # TIME
    local id wanted got
    for _ in 1 2 3; do
        at -f /dev/null $1 2>&1 | sed -n 's/^job \([0-9]*\) at \(.*\)/\1 \2/p' >"$S/at.out"
        read -r id wanted <"$S/at.out" && atrm "$id"
        got=$(ctl at --dry-run "$1" -- /bin/true | sed 's/^would be job .* at //')
        [ "$wanted" != "$got" ] || return 0
    done
    equals "$wanted" "$got"
}
trial=$(command -v at >/dev/null && at -f /dev/null now + 1 day 2>&1 | sed -n 's/^job \([0-9]*\) at .*/\1/p')
if [ -n "$trial" ]; then
    while read -r text; do
        check "at(1) means the same by '$text'" oracle_agrees "$text"
    done <<'EOF'
now + 2 hours
now + 5 min
now + 3 weeks
now + 1 month
now + 1 year
23:59
0001
12am
noon
midnight
teatime
4pm + 3 days
noon tomorrow + 2 weeks
10am Jul 31
10am July 31 2090
31 Jul
Jan 1
tomorrow
9:00 tomorrow
1am tomorrow
monday
9:30 sunday
next week
next friday
next month
next year
8:00 next week
113090
9am 11/30/2090
30.11.90
2090-01-05
10:00 2090-01-05
11 pm utc tomorrow
noon - 1 hour
now + 100 days
EOF
    atrm "$trial"
fi

# --- timer
check "timer" status_is 0 ctl timer --in 1h30m -- /bin/true
timer=$(cat "$S/out")
check "it prints its id" equals "timer-" "${timer%%[0-9]*}"
check "it tells what is left" status_is 0 ctl timer "$timer"
is_about() { [ "$1" -le 5400 ] && [ "$1" -gt 5300 ]; }
check "in seconds" is_about "$(cat "$S/out")"
check "the number is enough" status_is 0 ctl timer "${timer#timer-}"
check "in JSON" status_is 0 ctl -o json timer "$timer"
check "with its due time" json_is '0 < d["left_seconds"] <= 5400 and d["name"] == "'"$timer"'" and d["due"].endswith("Z")' True
check "it is cancelled" status_is 0 ctl timer --cancel "$timer"
check "once" status_is 4 ctl timer --cancel "$timer"
check "then it is none" status_is 4 ctl timer "$timer"
check "a moment" status_is 0 ctl timer --in 10ms -- /bin/echo tick
timer=$(cat "$S/out")
check "it runs" is_over "$timer"
check "it leaves the list" has_left "$timer"
check "nothing is left" status_is 0 ctl timer "$timer"
check "zero seconds" equals 0 "$(cat "$S/out")"
check "a timer has a time" status_is 2 ctl timer -- /bin/true
check "one" status_is 2 ctl timer --in 1h --at noon -- /bin/true
check "that is a time" status_is 2 ctl timer --in soon -- /bin/true
check "and an action" status_is 1 ctl timer --in 1h
check "at understands words here too" status_is 0 ctl timer --at 'tomorrow 9:00' -- /bin/true

# --- what stays
check "one that is due while nobody is there" status_is 0 ctl timer --in 1s -- /bin/true
timer=$(cat "$S/out")
scheduler_kill
scheduler_start
check "it runs once" is_over "$timer"
check "no more" equals 1 "$(query "SELECT count(*) FROM execution WHERE job = '$timer'")"
check "the others are there" status_is 0 ctl -o short list-jobs 'timer-*'
finish
