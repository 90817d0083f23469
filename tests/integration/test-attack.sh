#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Ordinary users against each other and against root, by names: what is not one's own cannot be seen, ordered, taken
# over or even be told from what does not exist.

# shellcheck source=tests/support/system-scheduler.sh
. "$(dirname "$0")/../support/system-scheduler.sh"

cat >"$S/jobsched.yaml" <<'EOT'
allow-queues: [users]
deny-users: [al]
user-limits: {jobs: 20, definition-size: 8K, running: 3}
EOT
cat >"$S/jobs/jobs.yaml" <<'EOT'
jobs:
  of-root: {command: "echo secret-of-root", description: secret-of-root, tags: [secret-tag]}
  ann: {command: "true"}
queues:
  hidden: {slots: 2}
  users: {slots: 2}
templates:
  of-root-user: {job: {command: "id -u", user: root}}
  of-root-credentials: {job: {command: "true", credentials: [x]}}
  of-root-nice: {job: {command: "true", nice: -5}}
  plain: {job: {command: "id -u"}}
EOT
system_start

# What is answered must be the same for what there is and for what there is not, but for the name itself.
same_as_nothing() { # USER NAME METHOD [ARGUMENT…]
    local user=$1 name=$2 method=$3 nothing=nobody/there real none
    shift 3
    case $name in */*) ;; *) nothing=nothing ;; esac
    real=$(call_as "$user" "$method" "string:$name" "$@" | sed "s|$name|NAME|g; s/time=[0-9.]*//")
    none=$(call_as "$user" "$method" "string:$nothing" "$@" | sed "s|$nothing|NAME|g; s/time=[0-9.]*//")
    equals "$none" "$real" && contains "$real" "Error org.jobsched1.NoSuchJob"
}
object_is_hidden() { # USER PATH
    fails as "$1" dbus-send --peer="unix:path=$JOBSCHED_RUNTIME_DIR/control" --print-reply "$2" \
        org.freedesktop.DBus.Properties.GetAll "string:$3"
}

check "ann makes a job" create_as ann mine "command: 'sleep 600'"
check "it is called ann/mine" contains "$(ctl list-jobs)" "ann/mine"
check "it is ann's" contains "$(ctl show ann/mine)" "owner=ann"
check "bob makes one of the same name" create_as bob mine "command: 'echo secret-of-bob'"
check "and another" create_as bob other "command: 'true'"
check "bob runs it" ctl_as bob start --wait mine
bobs=$(row id bob/mine)
check "ann starts hers by its short name" ctl_as ann start mine
anns=$(row id ann/mine)
check "and not bob's" equals 1 "$(query "SELECT count(*) FROM execution WHERE job = 'bob/mine'")"
runs_as_ann() { equals 5001 "$(stat -c %u "/proc/$(row pid ann/mine)")"; }
check "ann runs as ann" wait_until 20 runs_as_ann

check "ann's list has ann's jobs only" equals "ann/mine" "$(ctl_as ann --no-legend -o short list-jobs)"
check "bob's has bob's only" equals "bob/mine bob/other" "$(ctl_as bob --no-legend -o short list-jobs | tr '\n' ' ' | sed 's/ $//')"
check "by no pattern" equals "ann/mine" "$(ctl_as ann --no-legend -o short list-jobs '*' 2>/dev/null)"
check "by no tag" lacks "$(ctl_as ann list-jobs --tag=secret-tag 2>&1)" of-root
check "executions" equals "$anns" "$(ctl_as ann --no-legend -o short list-executions)"
check "audit" lacks "$(ctl_as ann audit)" bob
check "timers" lacks "$(ctl_as ann list-timers --all)" of-root
for queues in "$(call_as ann ListQueues)" "$(ctl_as ann list-queues)"; do
    check "a queue that is offered" contains "$queues" users
    check "no other one" lacks "$queues" hidden
done
check "root sees all" contains "$(ctl list-queues)" hidden
check "status of the daemon" lacks "$(ctl_as ann status)" bob
for word in bob/mine of-root ann/../bob/mine bob/mine/ 'bob%2fmine' ../of-root; do
    for verb in show status why logs cat start stop kill pause resume; do
        check "ann cannot $verb $word" fails ctl_as ann "$verb" "$word"
    done
done
# What would put a job there tells no more of it: --replace is a kind of change of its own.
put_as_ann() { # NAME
    printf 'jobs: {%s: {command: "true"}}' "$1" >"$S/put.yaml"
    ctl_as ann import --replace --dry-run "$S/put.yaml" 2>&1 | sed "s|$1|NAME|g"
}
check "put bob/mine" equals "$(put_as_ann bob/none)" "$(put_as_ann bob/mine)"
check "it is refused" contains "$(put_as_ann bob/mine)" "Your jobs are called ann/NAME"
check "nothing was started by that" equals 2 "$(query 'SELECT count(*) FROM execution')"
check "nothing is paused by that" lacks "$(ctl list-jobs)" paused
for verb in status show why logs stop kill; do
    check "ann cannot $verb bob's execution" fails ctl_as ann "$verb" "$bobs"
done
for name in bob/mine of-root; do
    check "GetJob $name" same_as_nothing ann "$name" GetJob
    check "GetDefinition $name" same_as_nothing ann "$name" GetDefinition
    check "GetSource $name" same_as_nothing ann "$name" GetSource
    check "Why $name" same_as_nothing ann "$name" Why int64:0 int64:0
    check "PauseJob $name" same_as_nothing ann "$name" PauseJob int64:0
    check "ResumeJob $name" same_as_nothing ann "$name" ResumeJob
    check "DeleteJob $name" same_as_nothing ann "$name" DeleteJob
    check "ReplaceJob $name" same_as_nothing ann "$name" ReplaceJob "string:command: 'true'" uint64:0
done
check "the object of bob's job" object_is_hidden ann /org/jobsched1/job/bob_2fmine org.jobsched1.Job
check "the object of root's job" object_is_hidden ann /org/jobsched1/job/of_2droot org.jobsched1.Job
check "the object of bob's execution" object_is_hidden ann "/org/jobsched1/execution/$bobs" org.jobsched1.Execution
check "nothing in the introspection" lacks "$(as ann dbus-send --peer="unix:path=$JOBSCHED_RUNTIME_DIR/control" \
    --print-reply /org/jobsched1/job org.freedesktop.DBus.Introspectable.Introspect 2>&1)" "bob"
for method in Reload Backup Freeze "Thaw boolean:false" "PauseQueue string:users" "Prune dict:string:variant: boolean:false"; do
    # shellcheck disable=SC2086
    check "ann may not $method" fails call_as ann $method
done

# --- names -----------------------------------------------------------------------------------------------------------
for name in bob/new bob/mine root/new ann/ann/new ann//new /new ann/ ann/.. ann/../bob/new an/n annn/new Ann/new \
    'ann/new job' $'ann/new\njob' 'ann/-new' 'bob/mine ' ann/%2e%2e of-root/x; do
    before=$(query "SELECT count(*) FROM job")
    check "ann cannot make '$name'" fails create_as ann "$name" "command: 'true'"
    check "and has not" equals "$before" "$(query "SELECT count(*) FROM job")"
done
check "of-root is root's still" contains "$(ctl cat of-root)" secret-of-root
check "a job called as one of root's is ann's" create_as ann of-root "command: 'true'"
check "and beside it" contains "$(ctl list-jobs)" "ann/of-root"
check "root's is root's" contains "$(ctl show of-root)" "owner=root"
check "ann means ann's" contains "$(ctl_as ann show of-root)" "name=ann/of-root"
check "one called as a user" create_as bob ann "command: 'true'"
check "is bob's" contains "$(ctl show bob/ann)" "owner=bob"
check "who begins as another is nobody else" fails create_as al ann/x "command: 'true'"

# --- what others' jobs are to mine -----------------------------------------------------------------------------------
for key in 'after: bob/other' 'after: bob/none' 'trigger: {on-success: [bob/other]}' 'trigger: {on-failure: bob/none}'; do
    check "not $key" contains "$(create_as ann refers "{command: 'true', $key}")" "is a job of another user"
done
check "a name without a slash is one's own" create_as ann after-root "{command: 'true', after: of-root}"
check "a job that starts another of hers" create_as ann triggers "{command: 'true', trigger: {on-success: [n0]}}"
check "that one" create_as ann n0 "command: 'true'"
check "root's of the same name runs" ctl start --wait of-root
check "and bob's" create_as bob n0 "command: 'true'"
check "hers runs" ctl_as ann start --wait triggers
check "and starts hers" wait_until 20 row_is state ann/n0 succeeded
check "not bob's" equals 0 "$(query "SELECT count(*) FROM execution WHERE job = 'bob/n0'")"
check "what comes after her of-root did not come" equals 0 "$(query "SELECT count(*) FROM execution WHERE job = 'ann/after-root'")"

# --- profiles and templates ------------------------------------------------------------------------------------------
set_as() { # USER PROFILE VALUE
    ctl_as "$1" create-profile "$2" "where=$3"
}
if ctl_as ann help create-profile >/dev/null 2>&1; then
    check "bob makes a profile" set_as bob own secret-of-bob
    check "it is his" contains "$(ctl list-profiles)" bob/own
    check "ann does not see it" lacks "$(ctl_as ann list-profiles)" bob
    check "nor change it" fails set_as ann bob/own of-ann
    check "nor delete it" fails ctl_as ann delete-profile bob/own
    create_as ann borrows "{command: [echo, \"\${where}\"], parameters: {where: {type: string, default: x}}, profile: bob/own}" >/dev/null
    create_as ann takes "{command: [echo, \"\${where}\"], parameters: {where: {type: string, default: x}}}" >/dev/null
    check "nor use it" lacks "$(output_of ann borrows; ctl_as ann show borrows)" secret-of-bob
    check "nor start with it" fails ctl_as ann start --wait takes --profile=bob/own
    check "nothing of it is told" lacks "$(ctl_as ann start takes --profile=bob/own 2>&1; ctl_as ann logs takes 2>&1)" secret-of-bob
    edit_own="$S/bin/schedctl edit-profile own"
    check "root makes one of the same name" ctl create-profile own where=root
    check "root's editor has root's" contains "$(VISUAL="cat" bounded 60 script -qec "$edit_own" /dev/null </dev/null)" "where: root"
    check "bob's has bob's" contains "$(as bob VISUAL=cat timeout 60 script -qec "$edit_own" /dev/null </dev/null)" "where: secret-of-bob"
    check "root makes one" ctl create-profile of-all where=anybody
    check "which is for all" ctl_as ann start --wait takes --profile=of-all
    check "with its values" contains "$(ctl_as ann logs takes 2>&1)" anybody
    check "whether there is one is not told" equals "$(ctl_as ann start takes --profile=bob/none 2>&1 | sed 's/none/X/')" \
        "$(ctl_as ann start takes --profile=bob/own 2>&1 | sed 's/own/X/')"
    check "hers of that name is another" set_as ann own of-ann
    check "root's cannot be made" fails set_as ann root/own of-ann
fi
for key in 'user: root' 'credentials: [x]' 'nice: -5'; do
    check "a template's $key is not hers" contains "$(create_as ann from-root "{template: of-root-${key%%:*}}")" "error"
done
check "a template of root's that gives nothing away is" create_as ann from-root "{template: plain, schedule: '0 0 1 1 *'}"
check "it runs as her" contains "$(output_of ann from-root)" 5001

# --- what is root's to give ------------------------------------------------------------------------------------------
refused() { # DEFINITION PART
    local answer
    answer=$(create_as ann refused "$1") && {
        call_as ann DeleteJob string:refused >/dev/null
        echo "taken: $1"
        return 1
    }
    contains "$answer" "$2"
}
check "user" refused "{command: 'true', user: root}" "'user' is not allowed"
check "group" refused "{command: 'true', group: root}" "'group' is not allowed"
check "groups" refused "{command: 'true', groups: [root]}" "'groups' is not allowed"
check "unit" refused "{command: 'true', unit: {ExecStartPre: /bin/true}}" "'unit' is not allowed"
check "credentials" refused "{command: 'true', credentials: [x]}" "'credentials' is not allowed"
check "nice" refused "{command: 'true', nice: -1}" "may not be negative"
check "oom-score" refused "{command: 'true', oom-score: -1}" "may not be negative"
check "io-class" refused "{command: 'true', io-class: realtime}" "may not be realtime"
check "rlimits" refused "{command: 'true', limits: {open-files: 100000000}}" "ordinary user"
check "priority" refused "{command: 'true', priority: 0}" "ordinary user"
check "wake" refused "{command: 'true', wake: true}" "ordinary user"
check "a queue of others" refused "{command: 'true', queue: io}" "allow-queues"
check "a queue for users" create_as ann queued "{command: 'true', queue: users}"
check "the owner cannot be set by a key" refused "{command: 'true', owner: root}" "owner"
check "a user who is denied" contains "$(create_as al x "command: 'true'")" "may have nothing here"
check "who is not in the group cannot connect" fails ctl_as eve list-jobs

# --- root imports -----------------------------------------------------------------------------------------------------
# What root makes again of an ordinary user's is that user's again: nobody gets root's rights by an import.
owner_is() { equals "$1" "$(ctl show -p Owner --value "$2")"; }
ctl_as bob -q create once -- /usr/bin/id -u
ctl export bob/once >"$S/bobs.yaml"
for how in '' --replace; do
    check "bob deletes what he calls by its short name" ctl_as bob delete once
    check "root makes it again ${how:-anew}" ctl import $how "$S/bobs.yaml"
    check "it is bob's" owner_is bob bob/once
    check "it runs as bob" equals "$(uid_of bob)" "$(ctl -q start --follow bob/once)"
done
check "root makes a job for bob" ctl create bob/for -- /bin/true
check "it is bob's" owner_is bob bob/for
check "not for nobody" fails ctl create nosuch/for -- /bin/true

# --- how much --------------------------------------------------------------------------------------------------------
check "a definition that is too long" contains \
    "$(create_as ann long "{command: 'true', description: $(printf 'x%.0s' {1..9000})}")" "definition-size"
check "nor is one that becomes too long" create_as ann grows "command: 'true'"
for i in 1 2 3; do ctl_as ann set grows "description=$(printf 'x%.0s' {1..3000})" "environment.V$i=$(printf 'x%.0s' {1..2500})" >"$S/grows" 2>&1; done
check "it says so as well" contains "$(cat "$S/grows")" "definition-size"
check "nor a profile" set_as ann grown "$(printf 'x%.0s' {1..5000})"
check "that becomes too long" contains "$(ctl_as ann edit-profile grown "more=$(printf 'x%.0s' {1..5000})" 2>&1)" "definition-size"
check "it is deleted" ctl_as ann delete-profile grown
check "and the job" ctl_as ann delete grows
bomb=$(head -c 6000 /dev/urandom | od -An -tx1 | tr -d ' \n' | tr 0-7 a | tr 8-9a-f b | head -c 7000)
check "an expression that never ends is given up" contains "$(create_as ann bomb \
    "{command: 'true', parameters: {p: {type: string, pattern: '.*a.{400}c|.*b.{400}c', default: $bomb}}}")" "matches"
check "the others are answered" bounded 60 "$S/bin/schedctl" list-jobs
for i in {1..30}; do create_as bob "n$i" "command: 'true'" >/dev/null; done
check "too many jobs" equals 20 "$(query "SELECT count(*) FROM job WHERE owner_uid = 5002 AND removed IS NULL")"
check "it says so" contains "$(create_as bob n31 "command: 'true'")" "You have 20 jobs and may have 20"
check "others are not concerned" create_as ann n1 "command: 'true'"
check "three run" ctl_as ann start mine --force
check "three" ctl_as ann start mine --force
check "a fourth does not" contains "$(ctl_as ann start mine --force 2>&1)" "user-limits"
check "its row says why" row_is "state, reason" ann/mine "skipped|user-limit"
check "root's do" ctl start --wait of-root
check "aliases are bounded" fails create_as ann bomb 'a: &a [x,x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
environment: {A: *d}'
check "depth is bounded" fails create_as ann deep "command: $(printf '[%.0s' {1..3000})"
check "the daemon lives" ctl list-jobs
check "ann stops hers" ctl_as ann stop mine

system_stop
finish
