#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Parameters and profiles with the real programs: what a start takes from where, what is refused, what is recorded in
# which revision, over edits, retries and kill -9; what jobs that come after are told; and what schedctl makes of it.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

ctl() { schedctl --user "$@"; }
json_is() { # EXPRESSION WANTED   of the JSON `d` that the last command printed
    equals "$2" "$(python3 -c "import json; d = json.load(open('$S/out')); print($1)")"
}
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
shows() { contains "$(cat "$S/out")" "$1"; } # PART   of what it printed
executions() { ctl -o json list-executions "$@" >"$S/out"; }
profile_is() { # NAME EXPRESSION WANTED
    ctl -o json list-profiles "$1" >"$S/out" && json_is "$2" "$3"
}
has_loaded() { profile_is europe 'd[0]["revision"]' "$1"; } # REVISION
becomes() { # JOB STATE
    wait_until 20 row_is state "$1" "$2" || row_is state "$1" "$2"
}
printed() { ctl logs --no-legend -q "$@"; } # [--attempt=N] JOB

write_jobs() { # REGION   that the profile of the file has
    cat >"$S/jobs/jobs.yaml" <<EOF
defaults: {output: {journal: false}}
jobs:
  greet:
    parameters:
      who: {type: string, default: world}
      n: {type: integer, minimum: 1, required: true}
      region: {type: choice, choices: [eu-1, eu-2], default: eu-1}
    values: {who: ann}
    profile: europe
    command: [/bin/sh, -c, 'echo "\$JOBSCHED_P_WHO \$JOBSCHED_P_N \$JOBSCHED_P_REGION"; echo "\$0"', "arg=\${n}"]
  after-greet: {after: {jobs: [greet]}, command: 'env | grep ^JOBSCHED_PARENT_P_ | sort'}
  again:
    parameters: {n: {type: integer, default: 1}}
    profile: mine
    retry: {attempts: 3, delay: 2s}
    command: 'echo "try \$JOBSCHED_P_N"; test "\$JOBSCHED_ATTEMPT" -ge 3'
templates:
  send:
    description: Send a code
    parameters:
      user-id: {type: integer, minimum: 1, label: User, required: true}
      version: {type: integer, default: 3, hidden: true}
    job: {command: [/bin/echo, "to \${user-id} \${version}"]}
profiles:
  europe: {n: 5, region: $1, unknown: x}
EOF
}
write_jobs eu-1
scheduler_start
wait_until 20 runner_is_there

# --- what there is
check "templates are listed" status_is 0 ctl -o json list-templates
check "with the parameters of each" json_is '[(p["name"], p["required"], p["default"]) for p in d[0]["parameters"]]' \
    "[('user-id', True, None), ('version', False, 3)]"
check "a template is shown" status_is 0 ctl show-template send
check "with the rule of a parameter" shows "an integer of at least 1"
check "without those that are hidden" equals 0 "$(grep -c version "$S/out")"
check "a template is shown with all" status_is 0 ctl show-template --all send
check "also with those that are hidden" shows version
check "a form can be made of it" status_is 0 ctl -o json show-template send
check "by its JSON Schema" json_is '(sorted(d["properties"]), d["required"], d["properties"]["user-id"]["minimum"])' \
    "(['user-id', 'version'], ['user-id'], 1)"
check "there is no other template" status_is 4 ctl show-template nosuch
check "profiles are listed" profile_is europe '(d[0]["origin"], d[0]["revision"], d[0]["values"]["n"], d[0]["used_by"])' \
    "('file', 1, '5', ['greet'])"

# --- starts
check "a start takes the profile of its job" status_is 0 ctl start --wait greet
check "the values arrive" equals "ann 5 eu-1
arg=5" "$(printed greet)"
executions greet
check "they are recorded" json_is 'd[0]["parameters"]' "{'who': 'ann', 'n': 5, 'region': 'eu-1'}"
check "with the revision of the profile" json_is '(d[0]["profile"], d[0]["profile_revision"])' "('europe', 1)"
check "status of an execution that has ended" status_is 3 ctl status 1
check "tells them" shows "Parameters: who=ann n=5 region=eu-1 (profile 'europe', revision 1)"
check "what comes after hears of them" becomes after-greet succeeded
check "as variables" equals "JOBSCHED_PARENT_P_N=5
JOBSCHED_PARENT_P_REGION=eu-1
JOBSCHED_PARENT_P_WHO=ann" "$(printed after-greet)"
# shellcheck disable=SC2016 # nobody is to look at what a value holds
check "-p is the strongest" status_is 0 ctl start --wait greet -p n=7 -p 'who=a b"$(x)${n}'
# shellcheck disable=SC2016
check "and not looked at again" equals 'a b"$(x)${n} 7 eu-1' "$(printed greet | head -n 1)"

check "faults are refused" status_is 1 ctl start greet -p n=0 -p oops=1 -p region=us --profile nosuch
check "all at once: the profile" says "there is no profile 'nosuch'"
check "all at once: the name" says "no parameter 'oops'"
check "all at once: the number" says "parameter 'n' expects an integer of at least 1, not '0'"
check "all at once: the choice" says "'region'"
executions greet
check "nothing is recorded of them" json_is 'len(d)' 2

# --- profiles at run time
check "a profile is made" status_is 0 ctl create-profile mine n=2
check "only once" status_is 1 ctl create-profile mine n=3
check "values by -p" status_is 0 ctl create-profile by-option -p rate=3 --parameter=who=me
check "are values" profile_is by-option 'd[0]["values"]' "{'rate': '3', 'who': 'me'}"
check "also to change them" status_is 0 ctl edit-profile by-option -p rate=4
check "the others stay" profile_is by-option 'd[0]["values"]' "{'rate': '4', 'who': 'me'}"
check "a value needs a name" status_is 2 ctl edit-profile by-option -p rate
check "which is said" says "'rate' is no value for --parameter, which takes NAME=VALUE"

# --- in an editor; Ctrl-C there is for the editor
cat >"$S/editor" <<EOF
#!/bin/sh
cp "\$1" '$S/offered'
kill -INT "\$PPID"
sed -i -f '$S/edits' "\$1"
EOF
chmod +x "$S/editor"
unset VISUAL
fails() { ! "$@"; }
on_terminal() { # ANSWERS COMMAND
    printf "%s" "$1" >"$S/answers"
    EDITOR=$S/editor bounded 60 script -qec "$2" /dev/null <"$S/answers" >"$S/out" 2>&1
}
echo 's/who: .*/who: you/; /^rate:/d' >"$S/edits"
check "a terminal has an editor" on_terminal "" "schedctl --user edit-profile by-option"
check "it shows the values" grep -qx 'rate: "4"' "$S/offered"
check "those that were written are all that there are" profile_is by-option '(d[0]["revision"], d[0]["values"])' \
    "(3, {'who': 'you'})"
check "nothing is changed" on_terminal "" "schedctl --user edit-profile by-option"
check "which is said" shows "'by-option' is unchanged"
echo '$ a rate: [1]' >"$S/edits"
check "what is faulty is not taken" fails on_terminal $'x\n' "schedctl --user edit-profile by-option"
check "the place is named" shows "line 4: 'rate' is a list; a value is expected"
kept=$(sed -n "s/.*what you wrote is in '\(.*\)'.*/\1/p" "$S/out")
check "what was typed is not lost" grep -qxF 'rate: [1]' "$kept"
rm -rf "${kept%/*}"
check "nor is what is there" profile_is by-option 'd[0]["revision"]' 3
check "a profile of a file is not edited here" fails on_terminal "" "schedctl --user edit-profile europe"
echo '$ a rate: 8' >"$S/edits"
check "a new one is written alike" on_terminal "" "schedctl --user create-profile written"
check "and is there" profile_is written 'd[0]["values"]' "{'rate': '8'}"
check "they go" status_is 0 ctl delete-profile by-option written
check "not in the place of a file's" status_is 1 ctl edit-profile europe n=3
check "which is named" says "jobs.yaml:"
check "its name is checked" status_is 1 ctl create-profile 'no good' n=3
check "and its keys" status_is 1 ctl create-profile other N=3
check "a start takes another profile" status_is 0 ctl start --wait greet --profile mine
executions greet
check "which is recorded" json_is '(d[0]["profile"], d[0]["profile_revision"], d[0]["parameters"]["n"])' "('mine', 1, 2)"

# --- revisions
write_jobs eu-2
ctl reload
check "an edit of the file is a new revision" wait_until 20 has_loaded 2
check "no edit is none" ctl reload
check "so that the number stays" has_loaded 2
check "a retry has what its first attempt had" status_is 0 ctl start again
check "it is being tried again" wait_until 20 row_is state again retrying
check "the profile is changed meanwhile" status_is 0 ctl edit-profile mine n=9
scheduler_kill
scheduler_start
check "it goes on after a kill" becomes again succeeded
check "with the old value" equals "try 2" "$(printed --attempt=3 again)"
check "the profile is there after that" profile_is mine '(d[0]["revision"], d[0]["values"])' "(2, {'n': '9'})"
check "an old revision is not changed by accident" status_is 1 ctl edit-profile --if-revision=1 mine n=1
printf 'n: 4\nregion: eu-2\n' >"$S/values"
check "YAML replaces all values" sh -c "schedctl --user edit-profile mine <'$S/values'"
check "with a revision of its own" profile_is mine '(d[0]["revision"], d[0]["values"])' "(3, {'n': '4', 'region': 'eu-2'})"

# --- deletion
check "what a job uses is not deleted" status_is 1 ctl delete-profile mine
check "and the job is named" says "'again'"
check "another may go" status_is 0 ctl create-profile spare a=1
check "prune says what would go" equals spare "$(ctl prune-profiles --dry-run)"
check "for a program too" equals '["spare"]' "$(ctl -o json prune-profiles --dry-run)"
check "and takes it away" equals spare "$(ctl prune-profiles)"
check "there is none of that name" status_is 4 ctl delete-profile spare
ctl -o json audit >"$S/out"
check "each change is audited" json_is 'sorted({e["event"] for e in d if e["event"].startswith("profile")})' \
    "['profile-added', 'profile-changed', 'profile-deleted']"
check "as a difference" json_is '[e["detail"] for e in d if e["event"] == "profile-changed" and "mine" in e["detail"]][-1]' \
    "profile 'mine'
-n: 2
+n: 9"

# --- a profile that is not there
# shellcheck disable=SC2016 # the last line, to sed
sed -i '/^profiles:/,$d' "$S/jobs/jobs.yaml"
ctl reload
check "a job without its profile" status_is 1 ctl start --wait greet
check "says so" says "there is no profile 'europe'"
check "and nothing is recorded" row_is state greet succeeded
echo 'jobs: {caller: {command: [/bin/true], trigger: {on-success: [greet]}}}' >"$S/jobs/caller.yaml"
ctl reload
check "where nobody asks for it" status_is 0 ctl start --wait caller
check "it fails" becomes greet failed
executions -n 1 greet
check "at its launch" json_is 'd[0]["reason"]' launch
check "why" status_is 0 ctl why greet
check "says it too" shows "there is no profile 'europe'"

finish
