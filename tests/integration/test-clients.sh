#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Clients, many and bad ones: 200 that call at once, those that say nothing, half a message or rubbish, those that
# subscribe or follow and never read, one that dies in the middle; and signals by the thousand. Jobs run all the while,
# none is left out, and memory and descriptors are bounded.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"
control=$S/run/control
hostile=$programs/tests/support/hostile-client
hostile_pids=
memory_kib=150000
# A sanitizer keeps what was freed for a while.
is_sanitized && memory_kib=1000000

# Starts a hostile client and waits until it has done its worst.
attack() { # MODE ARGUMENT…
    : >"$S/hostile.out"
    "$hostile" "$@" >"$S/hostile.out" 2>&1 &
    hostile_pids="$hostile_pids $!"
    wait_until 20 grep -q ready "$S/hostile.out" || { cat "$S/hostile.out"; return 1; }
}
attack_ends() {
    local pid
    for pid in $hostile_pids; do kill -KILL "$pid" && wait "$pid"; done 2>/dev/null
    hostile_pids=
}
n_fds() { find "/proc/$1/fd" -mindepth 1 | wc -l; }
rss_kib() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
at_most() { [ "$2" -le "$1" ] || { echo "at most $1 wanted, got $2"; return 1; }; }
fds_are_back() { at_most "$((fds_before + 8))" "$(n_fds "$daemon_pid")"; }

# `ticker` tells whether every occurrence still has its row.
cat >"$S/jobs/jobs.yaml" <<EOF
defaults: {output: {journal: false}}
jobs:
  probe: {command: ["true"]}
  ticker: {schedule: {every: 1s, start: 2026-01-01T00:00:00.500Z}, command: ["true"]}
  talker: {command: "while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done", kill-timeout: 1s}
  seven: {command: "echo began; until [ -e $S/seven.end ]; do sleep 0.05; done; echo done; exit 7"}
EOF
{
    echo "defaults: {output: {journal: false}}"
    echo "jobs:"
    for ((i = 0; i < 50; i++)); do echo "  crowd-$i: {command: [\"true\"]}"; done
} >"$S/jobs/crowd.yaml"

scheduler_start
wait_until 20 runner_is_there
check "jobs run" daemon_works
fds_before=$(n_fds "$daemon_pid")

# 200 clients at once, reading and writing.
clients_at_once() {
    local i pid failed=0 pids=
    for ((i = 0; i < 50; i++)); do
        schedctl --user list-jobs >"$S/client.$i.1" 2>&1 &
        pids="$pids $!"
        schedctl --user start --wait "crowd-$i" >"$S/client.$i.2" 2>&1 &
        pids="$pids $!"
        schedctl --user list-executions -n 5 --output=json >"$S/client.$i.3" 2>&1 &
        pids="$pids $!"
        schedctl --user status ticker >"$S/client.$i.4" 2>&1 &
        pids="$pids $!"
    done
    for pid in $pids; do
        wait_for "$pid" 150
        case $? in
        0 | 3) ;; # 3: not active
        *) failed=$((failed + 1)) ;;
        esac
    done
    [ "$failed" = 0 ] || { echo "$failed of 200 clients failed"; cat "$S"/client.*.2 | sort | uniq -c | head; return 1; }
}
check "200 clients are served at once" clients_at_once
check "each of their starts has its row" equals 50 \
    "$(query "SELECT count(*) FROM execution WHERE job LIKE 'crowd-%' AND state = 'succeeded'")"

check "300 mute clients" attack mute "$control" 300
check "jobs run beside mute clients" daemon_works
attack_ends
check "600 clients that talk rubbish" attack rubbish "$control" 600
check "jobs run beside clients that talk rubbish" daemon_works
attack_ends
check "200 clients that stop in the middle of a message" attack half "$control" 200
check "jobs run beside them" daemon_works
attack_ends
check "100 strangers at the runner's socket" attack seqpacket "$S/runner/socket" 100
check "jobs run beside them too" daemon_works
attack_ends
check "their descriptors are closed" wait_until 20 fds_are_back

# Signals that nobody reads. A load that makes many of them, then a client that wants to be told.
check "20 subscribers that never read" attack subscribe "$control" 20
for ((round = 0; round < 40; round++)); do schedctl --user start --wait 'crowd-*' >/dev/null 2>&1; done
check "who reads is still told" bounded 60 schedctl --user start --wait probe
check "who never reads is dropped" log_has "does not read them; it is dropped"
check "the daemon stays small beside subscribers that never read" at_most "$memory_kib" "$(rss_kib "$daemon_pid")"
attack_ends
check "their descriptors are closed too" wait_until 20 fds_are_back

# Output that nobody reads, of a job that never stops to write.
check "a job that writes and writes" schedctl --user start talker
check "it runs" wait_until 20 row_is state talker running
check "5 followers that never read" attack follow "$control" "$(row id talker)" 5
check "jobs run beside them all" daemon_works
check "the daemon stays small beside followers that never read" at_most "$memory_kib" "$(rss_kib "$daemon_pid")"
check "the runner stays small beside followers that never read" at_most "$memory_kib" "$(rss_kib "$(runner_pid)")"
check "the job can be stopped" schedctl --user stop talker
check "and ends" wait_until 20 row_is state talker cancelled
attack_ends
check "the followers' descriptors are closed" wait_until 20 fds_are_back

# A client that is killed while it follows: the job goes on.
schedctl --user start --follow seven >"$S/follow.out" 2>&1 &
follower=$!
check "a follower sees output" wait_until 20 grep -q began "$S/follow.out"
kill -KILL "$follower"
wait_for "$follower" 60 2>/dev/null
check "the job goes on without its follower" row_is state seven running
touch "$S/seven.end"
check "and ends with its own status" wait_until 20 row_is "state, exit_code" seven "failed|7"
schedctl --user start --follow seven >"$S/follow.out" 2>&1
check "start --follow has the job's status" equals 7 "$?"

# Signals.
check "a job that runs through it" schedctl --user start talker
for ((i = 0; i < 1000; i++)); do kill -HUP "$daemon_pid"; done
check "1,000 SIGHUPs leave the daemon working" daemon_works
check "and the running job alone" row_is state talker running
schedctl --user kill talker
check "a killed job ends" wait_until 20 row_is "state, reason" talker "failed|signal"

# All the while.
sleepless="SELECT count(*), coalesce(max(started - due), 0) FROM execution WHERE job = 'ticker' AND state = 'succeeded'"
query "$sleepless" | sed 's/|/ ticks, the latest started after µs: /'
check "no occurrence was left out" equals "" "$(query "
    WITH r AS (SELECT due, due_last, lag(due_last) OVER (ORDER BY due) AS previous FROM execution
               WHERE job = 'ticker' AND cause IN ('schedule', 'catch-up') AND state != 'armed')
    SELECT due, previous FROM r WHERE previous IS NOT NULL AND due != previous + 1000000")"
finish
