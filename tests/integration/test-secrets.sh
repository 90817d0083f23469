#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Secret parameters with the real programs: a value reaches the job as a credential and nothing else. It is looked for
# in the database, the logs, the audit, what D-Bus gives out, environments and arguments of all processes; it is kept
# over restarts and kill -9 as long as something names it, and no longer.

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
says() { contains "$(cat "$S/err")" "$1"; } # PART   of what the last command complained of
becomes() { # JOB STATE
    wait_until 20 row_is state "$1" "$2" || row_is state "$1" "$2"
}
n_secrets() { find "$JOBSCHED_STATE_DIR/secrets" -type f | wc -l; }
keeps() { [ "$(n_secrets)" = "$1" ]; } # NUMBER
becomes_kept() { wait_until 20 keeps "$1" || equals "$1" "$(n_secrets)"; }
# Where a value must not be. The runner's own files are what keeps it.
is_nowhere() { # VALUE
    local found
    found=$(
        grep -alF -- "$1" "$JOBSCHED_STATE_DIR"/jobsched.db* "$S/daemon.log"
        grep -alF -- "$1" /proc/[0-9]*/environ 2>/dev/null
        for process in "$daemon_pid" $(runner_pids); do
            tr '\0' ' ' <"/proc/$process/cmdline" | grep -F -- "$1"
        done
        for what in list-jobs list-executions audit list-profiles; do
            ctl -o json "$what" | grep -oF -- "$1"
        done
        ctl show pin 2>/dev/null | grep -F -- "$1"
        ctl cat '*' 2>/dev/null | grep -F -- "$1"
    )
    equals '' "$found"
}

# Credentials are kept in memory only.
memory=$(mktemp -d /dev/shm/jobsched-test.XXXXXX) || exit 1
[ "$(stat -f -c %T "$memory")" = tmpfs ] || {
    echo "/dev/shm is no memory here: secrets cannot be given to jobs"
    rmdir "$memory"
    exit 77
}
export JOBSCHED_RUNNER_DIR=$memory/runner
trap 'clean_up; rm -rf "$memory"' EXIT

mkfifo "$S/end"
cat >"$S/jobs/jobs.yaml" <<EOF
defaults: {output: {journal: false}}
jobs:
  pin:
    parameters: {pin: {type: secret, min-length: 4}, n: {type: integer, default: 1}}
    command: 'cat "\$CREDENTIALS_DIRECTORY/parameter.pin" | tr a-z A-Z; echo; env | grep -c JOBSCHED_P_PIN; read x <$S/end'
  again:
    parameters: {pin: {type: secret}}
    retry: {attempts: 2, delay: 3s}
    command: 'tr a-z A-Z <"\$CREDENTIALS_DIRECTORY/parameter.pin"; test "\$JOBSCHED_ATTEMPT" = 2'
EOF
scheduler_start
wait_until 20 runner_is_there

# --- a start
check "a start takes a secret" status_is 0 ctl start pin -p pin=abcd-one-secret
check "it is running" becomes pin running
check "the runner keeps it" becomes_kept 1
check "for nobody else to read" equals "600 700" "$(stat -c %a "$JOBSCHED_STATE_DIR"/secrets/* "$JOBSCHED_STATE_DIR/secrets" | tr '\n' ' ' | sed 's/ $//')"
check "nobody tells it" is_nowhere abcd-one-secret
check "it is shown masked" contains "$(ctl -o json list-executions pin)" '"pin":"***"'
check "it goes on" bounded 60 sh -c "echo >'$S/end'"
check "the job has ended" becomes pin succeeded
check "it had the secret, and not as a variable" equals "ABCD-ONE-SECRET
0" "$(ctl logs -q --no-legend pin)"
check "it is not kept any longer" becomes_kept 0
check "nobody tells it afterwards" is_nowhere abcd-one-secret
check "a rule holds for secrets" status_is 1 ctl start pin -p pin=xyz
check "without saying the value" equals 0 "$(grep -c xyz "$S/err")"
check "nothing is kept of that" keeps 0

# --- over a kill, between attempts
check "a job that is tried again" status_is 0 ctl start again -p pin=abcd-two-secret
check "waits for that" becomes again retrying
scheduler_kill
check "what it needs is kept meanwhile" keeps 1
scheduler_start
check "it goes on" becomes again succeeded
check "with the same secret" equals ABCD-TWO-SECRET "$(ctl logs --attempt=2 -q --no-legend again)"
check "which goes with it" becomes_kept 0

# --- of a job that was made
cat >"$S/made.yaml" <<EOF
# the pin is abcd-three-secret
parameters: {pin: {type: secret}}
values: {pin: abcd-three-secret}
command: 'tr a-z A-Z <"\$CREDENTIALS_DIRECTORY/parameter.pin"'
EOF
check "a job is made with a secret" status_is 0 ctl create made --file="$S/made.yaml"
check "the runner keeps that" keeps 1
check "nobody else has it" is_nowhere abcd-three-secret
check "the job has it" status_is 0 ctl start --wait made
check "as it was given" equals ABCD-THREE-SECRET "$(ctl logs -q --no-legend made)"
ctl cat made | sed 1d >"$S/read.yaml"
check "what is read can be written again" status_is 0 ctl replace made --file="$S/read.yaml"
check "it stands for the same" keeps 1
check "the job has it still" status_is 0 ctl start --wait made
check "and nothing else" equals ABCD-THREE-SECRET "$(ctl logs -q --no-legend made)"
check "its id is of no use to another job" status_is 0 ctl create thief --file="$S/read.yaml"
check "which has something else" status_is 0 ctl start --wait thief
check "the id itself" equals 1 "$(ctl logs -q --no-legend thief | grep -cE '^[0-9A-F]{32}$')"
check "it goes" status_is 0 ctl delete --yes thief
check "with what was its own" becomes_kept 1

# --- under another name, out and in again
check "the job is renamed" status_is 0 ctl rename made other
check "it starts" status_is 0 ctl start --wait other
check "with its secret" equals ABCD-THREE-SECRET "$(ctl logs -q --no-legend other)"
check "and back" status_is 0 ctl rename other made
check "which is kept once" becomes_kept 1
check "it is exported" status_is 0 ctl export made
cp "$S/out" "$S/export.yaml"
check "a message names the secret" says "the value of 'pin' is a secret, which stays here"
check "the file does not have it" equals 0 "$(grep -c abcd-three-secret "$S/export.yaml")"
check "the job itself understands it" status_is 0 ctl import --replace "$S/export.yaml"
check "and is as it was" status_is 0 ctl start --wait made
check "with what it had" equals ABCD-THREE-SECRET "$(ctl logs -q --no-legend made)"
check "a job has another name in the file" sed -i 's/^  made:/  copy:/' "$S/export.yaml"
check "that one does not" status_is 1 ctl import "$S/export.yaml"
check "and says what is missing" says "parameter 'pin' expects the secret itself"
check "what is shown in the place of a secret" status_is 1 ctl start made -p 'pin=***'
check "is none" says "'***' is shown in the place of one"
check "nothing of this is kept" becomes_kept 1

runner=$(runner_pid)
scheduler_kill
kill -KILL "$runner"
scheduler_start
wait_until 20 runner_is_there
check "after a kill of the daemon and its runner it is there" keeps 1
check "a change of it" status_is 0 ctl set made values.pin=abcd-four-secret
check "replaces it" becomes_kept 1
check "nobody tells that one" is_nowhere abcd-four-secret
check "the job has the new one" status_is 0 ctl start --wait made
check "only" equals ABCD-FOUR-SECRET "$(ctl logs -q --no-legend made)"

# --- what is lost, and what nobody names
rm -f "$JOBSCHED_STATE_DIR"/secrets/*
check "without what is kept the job fails" status_is 1 ctl start --wait made
check "and says which it is" contains "$(ctl why made)" "the value of the secret parameter 'pin' is not kept here any more"
store=$(query "SELECT value FROM meta WHERE key = 'uuid'")
echo orphan >"$JOBSCHED_STATE_DIR/secrets/$store.00112233445566778899aabbccddeeff"
echo other >"$JOBSCHED_STATE_DIR/secrets/00000000000000000000000000000000.00112233445566778899aabbccddeeff"
scheduler_stop
scheduler_start
check "one that nobody names goes when the daemon connects" becomes_kept 1
check "those of another database stay" grep -qx other "$JOBSCHED_STATE_DIR"/secrets/*

finish
