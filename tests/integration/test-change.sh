#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs that are made, changed and removed at run time, over D-Bus, by a client that is not ours.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

if ! command -v dbus-daemon >/dev/null || ! command -v busctl >/dev/null; then
    echo "SKIP: no dbus-daemon or no busctl"
    exit 77
fi

dbus-daemon --session --nofork --print-address=3 --nopidfile 3>"$S/bus.address" >"$S/bus.log" 2>&1 &
bus=$!
wait_until 20 [ -s "$S/bus.address" ]
DBUS_SESSION_BUS_ADDRESS=$(cat "$S/bus.address")
export DBUS_SESSION_BUS_ADDRESS

cat >"$S/jobs/probe.yaml" <<'YAML'
jobs:
  probe:
    command: [/bin/true]
YAML

start() {
    jobschedd --user >>"$S/daemon.log" 2>&1 </dev/null &
    daemon_pid=$!
    wait_until 20 schedctl --user --bus list-jobs && wait_until 20 runner_is_there
}

# What a call says goes to $S/reply, and what is wrong with it too.
call() { # METHOD SIGNATURE ARGUMENT…
    bounded 60 busctl --user call org.jobsched1 /org/jobsched1 org.jobsched1.Manager "$@" >"$S/reply" 2>&1
}
reply_has() { contains "$(cat "$S/reply")" "$1"; }
refused() { ! call "$@"; }
field() { schedctl --user show "$1" -p "$2" --value; }
field_is() { equals "$3" "$(field "$1" "$2")"; } # JOB PROPERTY WANTED
is_there() { field "$1" Name >/dev/null 2>&1; }
is_gone() { ! is_there "$1"; }
audit_of() { query "SELECT event || ':' || coalesce(detail, '') FROM audit WHERE job = '$1' ORDER BY id DESC LIMIT 1"; }

check "the daemon is there" start

# --- one job ------------------------------------------------------------------------------------------

check "create" call CreateJob ss nightly $'schedule: "30 2 * * *"\ncommand: [/bin/echo, hello]\n'
check "create: the job's object" reply_has /org/jobsched1/job/nightly
check "create: it is there" field_is nightly Origin runtime
check "create: audited with its definition" contains "$(audit_of nightly)" 'job-added:schedule: "30 2'
check "create: a second time" refused CreateJob ss nightly 'command: [/bin/true]'
check "create: a second time: said" reply_has "already"
check "create: not a definition" refused CreateJob ss other 'comand: [/bin/true]'
check "create: not a definition: said" reply_has "command"
check "create: in the past" refused CreateJob ss other 'schedule: {at: 2020-01-01T00:00:00Z}
command: [/bin/true]'
check "create: in the past: said" reply_has "in-the-past"
check "it can be started" schedctl --user start --wait nightly

check "the source is as it was written" call GetSource s nightly
check "the source is as it was written: text" reply_has 'schedule: \"30 2 * * *\"'
check "replace" call ReplaceJob sst nightly 'command: [/bin/echo, other]' 1
check "replace: revision 2" reply_has "t 2"
check "replace: audited as a difference" contains "$(audit_of nightly)" "-command: [/bin/echo, hello]"
check "replace: another revision was meant" refused ReplaceJob sst nightly 'command: [/bin/true]' 1
check "replace: another revision was meant: said" reply_has "changed meanwhile"

check "a job of a file is not changed" refused ReplaceJob sst probe 'command: [/bin/true]' 0
check "a job of a file is not changed: where it is" reply_has "probe.yaml:2"
check "a job of a file has no source" refused GetSource s probe

# --- over a restart -----------------------------------------------------------------------------------

scheduler_kill
check "after kill -9" start
check "after kill -9 it is there" field_is nightly Revision 2
check "delete" call DeleteJob s nightly
check "delete: it is gone" is_gone nightly
check "delete: audited with what it was" contains "$(audit_of nightly)" "job-deleted:command: [/bin/echo, other]"
check "delete: there is none any more" refused DeleteJob s nightly
check "why still knows it" schedctl --user why nightly

# --- several at once ----------------------------------------------------------------------------------

# A job that the caller cannot see is not there, before anything is tried.
check "several, one of them unknown" refused ChangeJobs 'aa{sv}b' 2 \
    3 kind s create name s one definition s 'command: [/bin/true]' \
    2 kind s delete name s nobody false
check "several, one of them unknown: said" reply_has "There is no job 'nobody'"
check "several: nothing was made" is_gone one
check "several" call ChangeJobs 'aa{sv}b' 3 \
    3 kind s create name s one definition s 'command: [/bin/true]' \
    4 kind s create name s two definition s 'command: [/bin/true]' paused b true \
    3 kind s merge name s one definition s 'timeout: 5s' false
check "several: effects" reply_has '"Effect" s "changed"'
check "several: paused" field_is two State paused
check "rename" call ChangeJobs 'aa{sv}b' 1 3 kind s rename name s one new-name s uno false
check "rename: it has the new name" is_there uno
check "rename: and not the old one" is_gone one
check "a trial" call ChangeJobs 'aa{sv}b' 1 2 kind s delete name s uno true
check "a trial changes nothing" is_there uno
check "an unknown key" refused ChangeJobs 'aa{sv}b' 1 2 kind s delete nam s uno false
check "an unknown key: said" reply_has "Unknown key 'nam' in a change"

# --- once ----------------------------------------------------------------------------------------------

check "run" call ChangeJobs 'aa{sv}b' 1 \
    6 kind s create name s run numbered b true one-shot b true start b true definition s 'command: [/bin/echo, once]' false
name=$(grep -o 'run-[0-9]*' "$S/reply" | head -n 1)
check "run: it has a number" contains "$name" run-
check "run: it leaves when it is over" wait_until 20 is_gone "$name"
check "run: its row is there" row_is state "$name" succeeded
check "run: status knows it" contains "$(schedctl --user status "$name")" "is not in the list any more"
check "run: status as JSON" contains "$(schedctl --user -o json status "$name")" '"succeeded"'
check "run: why knows it" contains "$(schedctl --user why "$name")" "asked for by hand"
check "run: its output is there" contains "$(schedctl --user logs "$name")" once

# --- skip ----------------------------------------------------------------------------------------------

check "nothing to skip" refused SkipJob su uno 1
check "nothing to skip: said" reply_has "no occurrence ahead"
check "skip: a job with a schedule" call CreateJob ss hourly $'schedule: "0 * * * *"\ncommand: [/bin/true]\n'
check "skip" call SkipJob su hourly 2
check "skip: audited" contains "$(audit_of hourly)" "job-changed:the next 2 will be skipped"
scheduler_kill
check "skip: after kill -9" start
check "skip: taken back" call SkipJob su hourly 0

scheduler_stop
kill "$bus"
wait_for "$bus" 60 2>/dev/null
finish
