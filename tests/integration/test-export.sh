#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# export and import with the real programs: what goes out comes in again as it was, all of it or nothing.

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
out_has() { contains "$(cat "$S/out")" "$1"; }
names_are() { equals "$1" "$(ctl -o short list-jobs | tr '\n' ' ' | sed 's/ $//')"; } # "NAME NAME…"
same_files() { cmp "$1" "$2" || diff "$1" "$2"; }
delete_all() { ctl -q delete --yes at-5 "$timer" held nulls off plain script timed until; }

cat >"$S/jobs/jobs.yaml" <<EOF
jobs:
  of-file: {command: [/bin/true]}
EOF
scheduler_start
check "nothing at all" status_is 0 ctl export
check "is no jobs" out_has "jobs: {}"

ctl -q create --file - <<'EOF'
jobs:
  plain: {command: [/bin/echo, "a  b", "*", "${x}", 'it''s', "yes", "010"]}
  script:
    command: |
      # a comment in a script stays
      for i in 1 2; do
        echo "$i" # as it is
      done
    environment: {PERCENT: "%n", EMPTY: "", MULTI: "a\nb"}
  timed: {command: [/bin/true], schedule: [{cron: "*/5 * * * *"}, {at: 2090-01-01T00:00:00Z}], tags: [x, y]}
  nulls: {command: [/bin/true], timeout: null}
  off: {command: [/bin/true], enabled: false}
  held: {command: [/bin/true], schedule: {every: 1h}}
  until: {command: [/bin/true], schedule: {every: 1h}}
EOF
ctl pause held
ctl pause until --until 2090-01-01T00:00:00Z
timer=$(ctl -q timer --in 1d -- /bin/true)
ctl -q create --schedule "0 5 * * *" at-5 -- /bin/sleep 1000
ctl pause at-5
ctl -q start at-5 # which says that it runs, not that it is paused
ctl -q create-profile europe region=eu-1 "note=two words"

check "export" status_is 0 ctl export
cp "$S/out" "$S/first.yaml"
check "jobs of files are not in it" equals "" "$(grep of-file "$S/first.yaml")"
check "those for once are" out_has "once:
  $timer: true"
check "one that is only called so is no such" equals 1 "$(grep -c '^  at-5:$' "$S/first.yaml")"
check "a pause of one that runs is in it" out_has "at-5: true"
check "a job that runs by hand, for once, is over" equals "" "$(grep run- "$S/first.yaml")"
check "profiles are" out_has "region: eu-1"
check "pauses are" out_has "held: true"
check "it is YAML as files have it" status_is 0 python3 -c "import yaml; yaml.safe_load(open('$S/first.yaml'))"
check "some by pattern" status_is 0 ctl export 't*' --tag x
check "only those" equals "jobs timed" "$(python3 -c "import yaml; d = yaml.safe_load(open('$S/out')); print(*d, *d['jobs'])")"
check "with those of files" status_is 0 ctl export --all
check "they are in it" out_has "of-file:"
check "no such job" status_is 4 ctl export nothing

check "what is there is in the way" status_is 1 ctl import "$S/first.yaml"
check "which is said" says europe
check "it is replaced if wished" status_is 0 ctl import --replace "$S/first.yaml"
check "and then nothing has changed" equals "" "$(grep -v unchanged "$S/out")"
delete_all
ctl -q delete-profile europe
check "all is gone" names_are "of-file"
check "a trial" status_is 0 ctl import --dry-run "$S/first.yaml"
check "makes nothing" names_are "of-file"
check "import" status_is 0 ctl import "$S/first.yaml"
check "all is back" names_are "at-5 held nulls of-file off plain script timed $timer until"
check "export" status_is 0 ctl export
check "what is for once is so again" contains "$(cat "$S/out")" "$timer: true"
check "it is the same" same_files "$S/first.yaml" "$S/out"
check "it runs as it did" status_is 0 ctl -q start --follow script
check "two lines" equals $'1\n2' "$(cat "$S/out")"

delete_all
ctl -q delete-profile europe
sed 's/- yes-no/&/; s/^  plain:$/  plain:\n    wrong: 1/' "$S/first.yaml" >"$S/bad.yaml"
check "one fault" status_is 1 ctl import "$S/bad.yaml"
check "is named" says "plain: "
check "and nothing is made" names_are "of-file"
check "not the profiles either" equals "" "$(ctl -o short list-profiles)"
sed 's/held: true/held: soon/' "$S/first.yaml" >"$S/bad.yaml"
check "a pause has an end" status_is 1 ctl import "$S/bad.yaml"
check "nothing is made" names_are "of-file"
check "no such file" status_is 1 ctl import "$S/nothing"
ctl -q create-profile europe region=eu-2
sed 's/^  plain:$/  plain:\n    wrong: 1/' "$S/first.yaml" >"$S/bad.yaml"
check "a fault where things are replaced" status_is 1 ctl import --replace "$S/bad.yaml"
check "leaves the profile what it was" contains "$(ctl list-profiles)" "region=eu-2"
ctl -q delete-profile europe
check "standard input will do" status_is 0 sh -c "schedctl --user import - <'$S/first.yaml'"
check "all is back" names_are "at-5 held nulls of-file off plain script timed $timer until"
ctl -q delete --yes held
check "a pause that is over" status_is 0 sh -c "
    printf 'jobs: {held: {command: [/bin/true]}}\npaused: {held: 2020-01-01T00:00:00Z}' | schedctl --user import -"
check "is none" equals idle "$(ctl show -p State --value held)"
ctl -q delete --yes held
printf '# why\nschedule: {every: 1h}\ncommand: [/bin/true]\n' | schedctl --user -q create held
ctl export held >"$S/held.yaml"
check "what was written in another way, with comments" status_is 0 ctl import --replace "$S/held.yaml"
check "is the same" equals "held: unchanged" "$(cat "$S/out")"
printf 'paused: {held: true}\n' >>"$S/held.yaml"
check "a pause of a job that is there" status_is 0 ctl import --replace "$S/held.yaml"
check "is taken" equals true "$(ctl show -p paused --value held)"
finish
