#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs as they should not be: a gigabyte of output, no ear for SIGTERM, children in sessions of their own, pipes that
# stay open, and a job that kills the very runner. Each ends as it must, with nothing left, and the others go on.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

high_water_kib() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
at_most() { [ "$2" -le "$1" ] || { echo "at most $1 wanted, got $2"; return 1; }; }
ended() { # JOB
    case $(row state "$1") in succeeded | failed | timed-out | cancelled | lost) ;; *) return 1 ;; esac
}
# One run of a job, however it ends.
run() { schedctl --user start "$1" >/dev/null && wait_until "${2:-20}" ended "$1"; }
nobody_sleeps() { equals "" "$(pgrep -fx "sleep $1[.]$$")"; }
leaves_nothing() { wait_until 20 nobody_sleeps "$1"; }

# The sleeps have odd lengths, so that they can be told apart from all others of the host, also of this test.
sed "s/NUMBER/$$/g" >"$S/jobs/jobs.yaml" <<'EOF'
defaults: {output: {journal: false}, kill-timeout: 300ms}
jobs:
  probe: {command: ["true"]}
  gigabyte:
    command: "printf 'first\\000\\377words'; head -c 1073741824 /dev/zero; printf 'last\\000\\376words'"
    output: {journal: false, capture: 4K}
  deaf: {timeout: 3s, command: "trap '' TERM; while :; do sleep 2001.NUMBER; done"}
  deaf-family:
    timeout: 3s
    command: |
      trap '' TERM
      setsid sh -c 'trap "" TERM; (setsid sleep 2002.NUMBER &); sleep 2002.NUMBER; sleep 2002.NUMBER' &
      (setsid sh -c '(setsid sleep 2002.NUMBER &) ; exec sleep 2002.NUMBER' &)
      sleep 2002.NUMBER; sleep 2002.NUMBER; sleep 2002.NUMBER
  crowd:
    timeout: 3s
    command: "i=0; while [ $i -lt 100 ]; do setsid sleep 2003.NUMBER & i=$((i + 1)); done; wait"
  forks-away: {command: "(setsid sleep 2004.NUMBER &); sleep 2004.NUMBER & setsid sleep 2004.NUMBER & echo done"}
  holds-the-pipe: {command: "(setsid sleep 2005.NUMBER &); echo done; exit 3"}
  closes-everything: {command: "exec <&- >&- 2>&-; sleep 0.1; exit 4"}
  stops-itself: {timeout: 1s, command: "kill -STOP $$; sleep 2006.NUMBER"}
  faults: {command: "ulimit -c 0; kill -SEGV $$"}
  asks: {command: "cat; echo answered"}
  looks-around: {command: ["ls", "/proc/self/fd"]}
  kills-the-runner: {command: "kill -KILL $PPID; sleep 2007.NUMBER"}
  endless: {command: "while :; do echo words words words; done", output: {journal: false, capture: 1K}}
EOF

scheduler_start
wait_until 20 runner_is_there
runner=$(runner_pid)

# A gigabyte, of which head and tail are kept, byte by byte.
check "a job prints a gigabyte" run gigabyte 120
check "and succeeds" row_is "state, exit_code" gigabyte "succeeded|0"
schedctl --user --no-legend logs gigabyte >"$S/gigabyte.out" 2>"$S/gigabyte.err"
printf 'first\000\377words' >"$S/first"
printf 'last\000\376words' >"$S/last"
check "the head is kept as it was" cmp "$S/first" <(head -c "$(wc -c <"$S/first")" "$S/gigabyte.out")
check "the tail is kept as it was" cmp "$S/last" <(tail -c "$(wc -c <"$S/last")" "$S/gigabyte.out")
check "all of it was counted" contains "$(schedctl --user list-executions --output=json gigabyte)" \
    "\"output_bytes\":$((1073741824 + $(cat "$S/first" "$S/last" | wc -c)))"
check "what is kept is bounded" at_most 8192 "$(wc -c <"$S/gigabyte.out")"
# (A sanitizer build needs more, and would not pass with a gigabyte either.)
check "the runner's memory is bounded" at_most 300000 "$(high_water_kib "$runner")"
check "the daemon's memory is bounded" at_most 300000 "$(high_water_kib "$daemon_pid")"
echo "high water: runner $(high_water_kib "$runner") KiB, daemon $(high_water_kib "$daemon_pid") KiB"

# These have time to become deaf before their time-out comes, all at once.
check "jobs that do not end" schedctl --user start deaf deaf-family crowd
check "a job that ignores SIGTERM" wait_until 20 ended deaf
check "is killed" row_is "state, reason, signal" deaf "timed-out|timeout|9"
check "with all of it" leaves_nothing 2001
check "a family that ignores SIGTERM" wait_until 20 ended deaf-family
check "is killed too" row_is "state, reason, signal" deaf-family "timed-out|timeout|9"
check "also its detached members" leaves_nothing 2002
check "a crowd of sessions" wait_until 20 ended crowd
check "is stopped by its time-out" row_is "state, reason" crowd "timed-out|timeout"
check "to the last one" leaves_nothing 2003
check "a job that forks away" run forks-away
check "ends with its main process" row_is "state, exit_code" forks-away "succeeded|0"
check "and what it left is killed" leaves_nothing 2004
check "a job whose child keeps the pipe open" run holds-the-pipe
check "ends all the same" row_is "state, exit_code" holds-the-pipe "failed|3"
check "with its output" equals "done" "$(schedctl --user --no-legend logs holds-the-pipe)"
check "and the child is killed" leaves_nothing 2005
check "a job that closes its descriptors" run closes-everything
check "has its exit status" row_is "state, exit_code" closes-everything "failed|4"
check "a job that stops itself" run stops-itself
check "is ended by its time-out" row_is "state, reason" stops-itself "timed-out|timeout"
check "a job that faults" run faults
check "has its signal" row_is "state, reason, signal" faults "failed|signal|11"
check "a job that asks for input" run asks
check "gets none" equals answered "$(schedctl --user --no-legend logs asks)"
check "a job that looks around" run looks-around
check "finds no strange descriptors" equals "0 1 2 3" "$(schedctl --user --no-legend logs looks-around | xargs)"

# With --user a job has the runner's rights: all the more the rest must go on.
check "a job that kills the runner" run kills-the-runner
check "is lost" row_is "state, reason" kills-the-runner "lost|runner-lost"
check "and gone" leaves_nothing 2007
check "a new runner is there" daemon_works

# A writer without end, and a job beside it.
check "a job that prints without end" schedctl --user start endless
check "a job that prints without end runs" wait_until 20 row_is state endless running
check "jobs run beside it" daemon_works
check "it can be stopped" schedctl --user stop endless
check "and ends" wait_until 20 row_is "state, reason" endless "cancelled|operator"
check "the outcome of each is recorded" all_rows_are_closed
finish
