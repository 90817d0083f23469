#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Orders to many jobs, and lists of some: by name, kind, tag, owner, state and time, in pieces, on trial, with a question
# on a terminal and without one.

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
names_are() { # "NAME NAME…" OPTION…   of list-jobs
    local wanted=$1
    shift
    status_is 0 ctl -o short list-jobs "$@" && equals "$wanted" "$(tr '\n' ' ' <"$S/out" | sed 's/ $//')"
}
jobs_of_executions_are() { # "NAME NAME…" OPTION…   each once
    local wanted=$1
    shift
    status_is 0 ctl -o json list-executions "$@" &&
        equals "$wanted" "$(python3 -c "import json; print(*sorted({e['job'] for e in json.load(open('$S/out'))}))")"
}
# What a person at a terminal answers, to a command of one line.
on_terminal() { # ANSWER COMMAND
    script -qec "$2" /dev/null <<<"$1" >"$S/out" 2>&1
}

scheduler_start
ctl create -q --file - <<EOF
defaults: {output: {journal: false}, schedule: {at: 2090-01-01T00:00:00Z}}
jobs:
  backup-a: {command: [/bin/true], tags: [nightly, disk]}
  backup-b: {command: [/bin/false], tags: [nightly]}
  mail-a: {command: [/bin/true], tags: [weekly], schedule: {at: 2080-01-01T00:00:00Z}}
  mail-b: {command: [/bin/true], schedule: null}
EOF

check "by tag" names_are "backup-a backup-b" --tag nightly
check "by one of two tags" names_are "backup-a mail-a" --tag disk,weekly
check "tags are patterns" names_are "backup-a backup-b mail-a" --tag '*ly'
check "by kind" names_are "backup-a backup-b mail-a mail-b" --kind command
check "by another kind" names_are "" --kind http,sql
check "by owner" names_are "backup-a backup-b mail-a mail-b" --owner "$(id -un)"
check "by number" names_are "backup-a backup-b mail-a mail-b" --owner "$(id -u)"
check "by another owner" names_are "" --owner 12345
check "nobody is called so" status_is 1 ctl list-jobs --owner nobody-is-called-so
check "which is said" says "give the number"
check "by name and tag" names_are "backup-b" --tag nightly backup-b 'mail-*'
check "by the next start" names_are "mail-a" --until 2085-01-01
check "and from then" names_are "backup-a backup-b" --since 2085-01-01
check "timers, too" status_is 0 ctl -o short list-timers --until 2085-01-01
check "one" equals mail-a "$(cat "$S/out")"
check "the first" names_are "backup-a backup-b" -n 2
check "the next" names_are "mail-a mail-b" -n 2 --cursor backup-b
check "there is no template" names_are "" --template 't*'

check "start by tag" status_is 1 ctl start --wait --tag nightly
check "start by name" status_is 0 ctl start --wait mail-a
check "executions by tag" jobs_of_executions_are "backup-a backup-b" --tag nightly
check "by state, too" jobs_of_executions_are "backup-b" --tag nightly --state failed
check "by number" jobs_of_executions_are "backup-a mail-a" --id 1,3
check "by kind" jobs_of_executions_are "" --kind http
check "behind one" jobs_of_executions_are "backup-a" --cursor 2
check "a number it is" status_is 2 ctl list-executions --cursor backup-a
check "ids are numbers" status_is 2 ctl list-executions --id x

check "pause on trial" status_is 0 ctl pause --tag nightly --dry-run
check "it says whom" equals $'Would pause backup-a\nWould pause backup-b' "$(cat "$S/out")"
check "it was a trial" names_are "" --state paused
check "pause by tag" status_is 0 ctl pause --tag nightly
check "they are" names_are "backup-a backup-b" --state paused
check "resume by state" status_is 0 ctl resume --state paused
check "they are" names_are "" --state paused
check "nothing chooses" status_is 2 ctl pause
check "nothing is so" status_is 4 ctl pause --tag none
check "looked at by tag" status_is 0 ctl status --tag nightly
check "both are shown" contains "$(cat "$S/out")" backup-b
check "that is a list" status_is 0 sh -c "schedctl --user -o json show --tag nightly --state idle |
    python3 -c 'import json, sys; assert [j[\"name\"] for j in json.load(sys.stdin)] == [\"backup-a\", \"backup-b\"]'"
check "definitions by tag" status_is 0 ctl -o short cat --tag nightly
check "what does not run by tag is no error to stop" status_is 0 ctl stop --tag nightly
check "nothing says what to stop" status_is 2 ctl stop
check "a trial is judged by the daemon" status_is 1 ctl set --tag nightly --dry-run nice=400
check "it says what is wrong" says "from -20 to 19"
check "what would change" status_is 0 ctl set --tag nightly --dry-run nice=4
check "is said" equals $'backup-a: would be changed\nbackup-b: would be changed' "$(cat "$S/out")"
check "set by tag" status_is 0 ctl set --tag nightly nice=4
check "both" equals $'backup-a: changed\nbackup-b: changed' "$(cat "$S/out")"
check "what would not change" status_is 0 ctl set --tag nightly --dry-run nice=4
check "is said, too" equals $'backup-a: unchanged\nbackup-b: unchanged' "$(cat "$S/out")"
check "disable by pattern" status_is 0 ctl disable 'backup-*'
check "they are" names_are "backup-a backup-b" --state disabled

ctl -q run --tag once -- /bin/true >/dev/null 2>&1
check "executions of a job that has gone, by its tag" jobs_of_executions_are "run-5" --tag once
check "and by its kind" jobs_of_executions_are "backup-a backup-b mail-a run-5" --kind command

check "history on trial" status_is 0 ctl -o short prune --tag nightly --all --dry-run
check "two rows" equals 2 "$(cat "$S/out")"
check "history by number" status_is 0 ctl -o short prune --id 3 --all --yes
check "one row" equals 1 "$(cat "$S/out")"
check "history of a kind" status_is 0 ctl -o short prune --kind command --all --yes
check "three rows" equals 3 "$(cat "$S/out")"

check "a pattern deletes nothing without a terminal" status_is 2 ctl delete 'backup-*'
check "it says how" says "--yes goes on"
check "nor do options" status_is 2 ctl delete --tag nightly
check "on trial" status_is 0 ctl delete --dry-run --tag nightly
check "it says whom" equals $'backup-a: would be deleted\nbackup-b: would be deleted' "$(cat "$S/out")"
check "all are there" names_are "backup-a backup-b mail-a mail-b"
check "no is no" equals 1 "$(on_terminal n "schedctl --user delete 'backup-*'"; echo $?)"
check "it was asked" contains "$(cat "$S/out")" "Delete these 2 jobs? [y/N]"
check "all are there" names_are "backup-a backup-b mail-a mail-b"
check "yes is yes" on_terminal y "schedctl --user delete 'backup-*'"
check "they are gone" names_are "mail-a mail-b"
check "names need no question" status_is 0 ctl delete mail-a
check "--yes is for the others" status_is 0 ctl delete --kind command --yes
check "nothing is left" names_are ""
finish
