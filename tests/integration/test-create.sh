#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Jobs that are made at run time with the real programs: create from options, a text, a file of jobs; replace, set,
# rename, enable, disable, delete and what each refuses; what is kept over a restart and kill -9.

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
prints() { # TEXT COMMAND…
    local wanted=$1
    shift
    status_is 0 "$@" && equals "$wanted" "$(cat "$S/out")"
}
says() { contains "$(cat "$S/err")" "$1"; } # what the last command said
json_is() { # EXPRESSION WANTED   of the JSON `d` that the last command printed
    equals "$2" "$(python3 -c "import json; d = json.load(open('$S/out')); print($1)")"
}
job_is() { # JOB EXPRESSION WANTED
    ctl -o json show "$1" >"$S/out" && json_is "$2" "$3"
}
names_are() { prints "$1" ctl -o short list-jobs; } # NAMES, a line each
create_from() { # TEXT ARGUMENT…
    local text=$1
    shift
    printf '%s' "$text" | ctl create "$@"
}

cat >"$S/jobs/jobs.yaml" <<EOF
jobs:
  of-file: {command: [/bin/true]}
EOF
scheduler_start

# --- from options
check "a command is run as it stands" status_is 0 ctl create say --description "with 'quotes': # and * too" \
    --schedule "0 5 * * *" --timezone Europe/Berlin --tag nightly,greeting -- /bin/echo 'a  b' '*' "it's" ''
check "it says what it did" equals "say: created" "$(cat "$S/out")"
check "options are keys" job_is say 'd["description"], d["schedule"], d["timezone"], d["tags"], d["kind"], d["origin"]' \
    "with 'quotes': # and * too ['0 5 * * *'] Europe/Berlin ['nightly', 'greeting'] command runtime"
check "it runs" status_is 0 ctl start --follow say
check "no shell has read it" equals "a  b * it's " "$(cat "$S/out")"
check "the kinds of schedules are guessed" status_is 0 ctl create kinds --schedule 90s --schedule "Mon..Fri 06:00" \
    --cron @daily --every 1h --at "10am Jul 31 2090" -- /bin/true
check "each is one of its schedules" job_is kinds 'len(d["schedule"])' 5
check "a time is one of the job's zone" status_is 0 ctl create far --at 2090-06-01T12:00 --timezone Asia/Tokyo -- /bin/true
check "so it is due" job_is far 'd["next_due"]' 2090-06-01T03:00:00.000000Z
check "a zone is one that there is" status_is 2 ctl create zone --at noon --timezone Mars/Base -- /bin/true
check "a header may be sent twice" status_is 0 ctl create twice --http http://localhost --header 'X-A: b' --header 'X-B: z' \
    --header 'x-a: c' --header 'X-A: d'
check "both are kept" status_is 0 ctl cat twice
check "as a list" contains "$(tr -d '\n' <"$S/out")" "    X-A:      - b      - c      - d    X-B: z"
check "both may go" status_is 0 ctl delete far twice
check "any key is set" status_is 0 ctl create any --set nice=5 --set retry.attempts=2 --set 'tags=[a, b]' --timeout 1h \
    -- /bin/false
check "they are in the definition" status_is 0 ctl cat any
check "the nested one too" contains "$(cat "$S/out")" "  attempts: 2"
check "a job may begin paused" status_is 0 ctl create quiet --paused --every 1s -- /bin/true
check "it is" job_is quiet 'd["state"]' paused
check "a name is there once" status_is 1 ctl create say -- /bin/true
check "which is said" says say
check "names have rules" status_is 1 ctl create 'no way' -- /bin/true
check "no name, no job" status_is 2 ctl create -- /bin/true
check "a time in the past is refused" status_is 1 ctl create past --at 2001-01-01T00:00Z -- /bin/true
check "what is no time is refused" status_is 2 ctl create past --at "half past" -- /bin/true
check "what is no schedule is refused" status_is 1 ctl create bad --schedule "61 * * * *" -- /bin/true
check "a header has a name" status_is 2 ctl create bad --http http://localhost --header nothing
check "a method goes with a URL" status_is 2 ctl create bad --method PUT -- /bin/true
check "a trial makes nothing" status_is 0 ctl create --dry-run trial -- /bin/true
check "and says so" equals "trial: would be created" "$(cat "$S/out")"
check "it is not there" status_is 4 ctl show trial

# --- from a text
check "one job" status_is 0 create_from $'# why\ncommand: [/bin/true]\n' text
check "a text needs a name" status_is 2 create_from 'command: [/bin/true]'
check "jobs: has names" status_is 0 create_from 'defaults: {nice: 7, tags: [d]}
jobs:
  one: {command: [/bin/true]}
  two: {command: [/bin/true], nice: 3}
  three: {command: [/bin/true], nice: null}'
check "defaults are below each" prints $'# one\nnice: 7\ntags:\n  - d\ncommand:\n  - /bin/true' ctl cat one
check "null is no default" status_is 0 ctl cat three
check "it is not there" equals "" "$(grep nice "$S/out")"
check "of many all or none" status_is 1 create_from '{jobs: {four: {command: [/bin/true]}, five: {comand: [/bin/true]}}}'
check "the fault has its place" says "five: "
check "the key is named" says "comand"
check "none is there" status_is 4 ctl show four
check "templates are not made so" status_is 1 create_from 'jobs: {}
templates: {a: {job: {}}}'
check "which is said" says "'templates' is not made at run time"
check "YAML has to be right" status_is 1 create_from 'command: [' broken
check "the place is given" says "standard input:2:1: error: "
check "a fault of one job" status_is 1 create_from $'command: [/bin/true]\nnice: 400' nicest
check "has its place in the text" says "nicest: 2:7: error: 'nice' expects"
check "a fault of options" status_is 1 ctl create nicest --every 5min --set nice=400 -- /bin/true
check "has no place: nobody has seen the text" says "nicest: error: 'nice' expects"
check "nor has one of many jobs" status_is 1 create_from 'jobs: {nicest: {command: [/bin/true], nice: 400}}'
check "which are sent one by one" says "nicest: error: 'nice' expects"
check "an empty text is no job" status_is 1 create_from '' empty
printf 'command: [/bin/echo, from a file]\n' >"$S/job.yaml"
check "a file" status_is 0 ctl create filed --file "$S/job.yaml"
check "no such file" status_is 1 ctl create filed2 --file "$S/nothing"
check "a file or options" status_is 2 ctl create filed2 --file "$S/job.yaml" --tag x
check "a job of a file is in the way" status_is 1 create_from 'command: [/bin/true]' of-file

# --- changes
check "set" prints "any: changed" ctl set any nice=6 retry.delay=1min description=
check "it is merged" status_is 0 ctl cat any
check "what was there stays" contains "$(cat "$S/out")" "  attempts: 2"
check "what is new is there" contains "$(cat "$S/out")" "  delay: 1min"
check "one due by a cron line" status_is 0 ctl create moved --cron "0 0 1 1 *" -- /bin/true
check "is due at intervals" status_is 0 ctl set moved 'schedule={every: 1h}'
check "and no more by the line" job_is moved 'd["schedule"]' "['every 1h']"
check "or at a time" status_is 0 ctl set moved schedule.at=2090-06-01T12:00Z
check "which is all" job_is moved 'd["schedule"]' "['at 2090-06-01T12:00:00Z']"
check "then it goes" status_is 0 ctl delete moved
check "a wrong value changes nothing" status_is 1 ctl set any nice=heavy
check "YAML has to be right" status_is 2 ctl set any 'tags=[a'
check "nothing to set" status_is 2 ctl set any
check "set does not end a pause" status_is 0 ctl set quiet nice=1
check "it is paused" job_is quiet 'd["state"]' paused
check "the revision is asked for" status_is 0 ctl -o json show any
revision=$(python3 -c "import json; print(json.load(open('$S/out'))['revision'])")
check "with the right one" status_is 0 ctl set any nice=7 --if-revision "$revision"
check "with the old one" status_is 1 ctl set any nice=8 --if-revision "$revision"
check "nothing was lost" status_is 0 ctl cat any
check "nice is 7" contains "$(cat "$S/out")" "nice: 7"
check "jobs of files are changed there" status_is 1 ctl set of-file nice=1
check "the file is named" says "jobs.yaml"
check "disable" prints "kinds: changed" ctl disable kinds
check "it is" job_is kinds 'd["state"]' disabled
check "enable" prints "kinds: changed" ctl enable kinds
check "it is" wait_until 20 job_is kinds 'd["state"]' idle
check "replace" status_is 0 ctl replace say -- /bin/echo new
check "it is another" prints new ctl start --follow say
check "nothing to replace" status_is 4 ctl replace nothing -- /bin/true
check "rename" status_is 0 ctl rename say speak
check "the history goes along" status_is 0 ctl -o json list-executions speak
check "both runs" json_is 'len(d)' 2
check "the old name is free" status_is 4 ctl show say
check "a name that is taken" status_is 1 ctl rename speak any
check "delete" prints "speak: deleted" ctl delete speak
check "once" status_is 4 ctl delete speak
check "not those of files" status_is 1 ctl delete of-file
check "it is audited" status_is 0 ctl -o json audit
check "with a difference" json_is 'any(e["event"] == "job-changed" and "+nice: 7" in e["detail"] for e in d)' True

# --- edit
edits() { # SED-EXPRESSION… ARGUMENT…   an editor that does one after the other, each time it is started
    printf '%s\n' "$@" >"$S/edits"
}
cat >"$S/editor" <<EOF
#!/bin/sh
sed -n 1p '$S/edits' >'$S/edit' && sed -i 1d '$S/edits' && sed -i -f '$S/edit' "\$1"
EOF
chmod +x "$S/editor"
export EDITOR=$S/editor
unset VISUAL
edits 's/why/because/'
check "edit" status_is 0 ctl edit text
check "the source is changed" contains "$(ctl export text; ctl cat text)" "/bin/true"
check "its comment is kept" contains "$(query "SELECT source FROM job WHERE name = 'text'")" "# because"
edits 's/nothing/else/'
check "nothing edited" status_is 0 ctl edit text
check "is said" says "'text' is unchanged"
edits 's/command/comand/' 's/comand/command/; s/because/twice/'
check "a fault is told, and edited again" status_is 0 sh -c 'echo e | schedctl --user edit text'
check "with its line" says "comand"
check "the second time was good" contains "$(query "SELECT source FROM job WHERE name = 'text'")" "# twice"
edits 's/command/comand/'
check "or left alone" status_is 1 sh -c 'echo x | schedctl --user edit text'
kept=$(sed -n "s/.*what you wrote is in '\(.*\)'.*/\1/p" "$S/err")
check "what was typed is not lost" contains "$(cat "$kept")" "comand: [/bin/true]"
rm -rf "${kept%/*}"
check "the job is as it was" contains "$(ctl cat text)" "command:"
printf '#!/bin/sh\nschedctl --user set text nice=9 >/dev/null; sed -i s/twice/thrice/ "$1"\n' >"$S/slow-editor"
chmod +x "$S/slow-editor"
check "a change by somebody else meanwhile is not lost" status_is 1 sh -c "echo x | EDITOR='$S/slow-editor' schedctl --user edit text"
kept=$(sed -n "s/.*what you wrote is in '\(.*\)'.*/\1/p" "$S/err")
rm -rf "${kept%/*}"
check "it is there" contains "$(ctl cat text)" "nice: 9"

# --- templates
cat >"$S/jobs/templates.yaml" <<'EOF'
templates:
  greet:
    parameters:
      who: {type: string, required: true, label: Whom, help: a name}
      how: {type: choice, choices: [hello, bye], required: true}
      mark: {type: string, default: "!"}
    job:
      command: [/bin/echo, "${how} ${who}${mark}"]
  count:
    parameters:
      times: {type: integer, minimum: 1, maximum: 9, required: true}
      word: {type: string, pattern: "[a-c]+", max-length: 3, required: true}
    job:
      command: [/bin/echo, "${times} ${word}"]
EOF
check "a template comes" status_is 0 ctl reload
check "values are needed" status_is 1 ctl create greeting --template greet -p who=you --every 1d
check "which is missing is said" says how
check "values by options" status_is 0 ctl create greeting --template greet -p who=you -p how=hello --every 1d
check "it runs" status_is 0 ctl -q start --follow greeting
check "with them" equals "hello you!" "$(cat "$S/out")"
check "it is of that template" job_is greeting 'd["template"]' greet
check "which can be asked for" prints greeting ctl -o short list-jobs --template 'gr*'
check "no such template" status_is 1 ctl create greeting2 --template none --every 1d
printf 'me\nperhaps\nbye\n' >"$S/answers"
on_terminal() { bounded 60 script -qec "$1" /dev/null <"$S/answers" >"$S/out" 2>&1; } # COMMAND
check "a person is asked" on_terminal "schedctl --user create asked --template greet --every 1d"
check "by the label" contains "$(cat "$S/out")" "Whom (a name) ["
check "until it is one of the choices" equals 2 "$(grep -o 'how \[hello, bye\]' "$S/out" | wc -l)"
check "it runs" status_is 0 ctl -q start --follow asked
check "with the answers" equals "bye me!" "$(cat "$S/out")"
printf '0\nx\n7\nabcd\nabd\nabc\n' >"$S/answers"
check "answers are checked" on_terminal "schedctl --user create counted --template count --every 1d"
check "by the rules of the template" contains "$(cat "$S/out")" "parameter 'times' expects an integer from 1 to 9, not '0'"
check "each again" contains "$(cat "$S/out")" "parameter 'word' expects a text of at most 3 characters that matches [a-c]+, not 'abd'"
check "it runs" status_is 0 ctl -q start --follow counted
check "with the last ones" equals "7 abc" "$(cat "$S/out")"
check "nobody is asked for what a profile gives that is still to come" status_is 0 ctl create later --template count --profile coming
check "which is said" says "there is no profile 'coming'; it cannot start before there is"
ctl -q delete asked greeting counted later

completes() { # WORD…   what bash offers for the last one
    # shellcheck disable=SC2016 # it is bash's that is started
    bash -c 'eval "$(schedctl completion bash)"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _schedctl 2>/dev/null
        echo "${COMPREPLY[*]}"' bash schedctl --user "$@"
}
check "the shell knows the templates" equals "count greet" "$(completes create x --template = '')"
check "by their beginning" equals greet "$(completes create x --template = gr)"
check "and their parameters" equals "times= word=" "$(completes create x --template = count -p '')"
check "after another one" equals "who=" "$(completes create --template greet x -p how = bye -p w)"
ctl -q create-profile night mark=.
check "and profiles" equals night "$(completes start any --profile = n)"
ctl delete-profile night

# --- what stays
names=$(ctl -o short list-jobs)
scheduler_kill
scheduler_start
check "kill -9 takes nothing away" names_are "$names"
check "definitions are as they were" status_is 0 ctl cat any
check "nice is 7" contains "$(cat "$S/out")" "nice: 7"
check "so is the pause" job_is quiet 'd["state"]' paused
check "they run" status_is 0 ctl start --wait text
schedctl --user -q create gone --schedule "0 5 * * *" -- /bin/true
schedctl --user -q start --wait gone
schedctl --user -q delete gone
check "a deleted job is not due again" contains "$(schedctl --user -o json why gone)" '"next_due":null'
finish
