#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A site's own kinds of actions, with a real daemon and runner: found, described once, replaced and removed while the
# daemon runs and while it does not; and what their jobs say meanwhile.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

mkdir "$S/site" "$S/own"
export JOBSCHED_ACTION_PATH=$S/site:$S/own

# A kind that takes a text, and counts how often it was asked what it takes.
program() { # DIRECTORY NAME PARAMETER   in one step, as a package does it
    cat >"$S/$2.new" <<EOF
#!/bin/sh
if [ "\$1" = --describe ]; then
    echo asked >>"$S/$2.asked"
    echo '{"name": "$2", "description": "Test of $2", "parameters": {"$3": {"type": "string", "required": true}}}'
    exit 0
fi
exec sed -n 's/.*"$3":"\\([^"]*\\)".*/{"message":"said \\1"}/p'
EOF
    chmod 755 "$S/$2.new"
    mv "$S/$2.new" "$1/$2"
}
asked() { wc -l <"$S/$1.asked"; }
state_of() { schedctl --user list-jobs --output=json "$1" | sed -n 's/.*"state": *"\([^"]*\)".*/\1/p'; }
state_is() { equals "$2" "$(state_of "$1")"; }
runs() { schedctl --user start --wait "$1"; }
said() { contains "$(row result "$1")" "$2"; }

cat >"$S/jobs/a.yaml" <<'EOF'
jobs:
  greeting:
    parameters: {whom: {type: string, default: world}}
    greet: {text: "hello $${x}"}
EOF

# --- a job before its kind -----------------------------------------------------------------------------------
scheduler_start
check "a kind that nobody does is an unknown key" log_has "a.yaml:4:5: error: unknown key 'greet'"
check "its job has failed to load" state_is greeting failed-to-load
program "$S/own" greet text
check "it is loaded by itself when its program is there" wait_until 20 state_is greeting idle
check "it runs" runs greeting
check "its result is kept" said greeting 'said hello ${x}'
check "its program was asked once" equals 1 "$(asked greet)"

# --- a restart -----------------------------------------------------------------------------------------------
scheduler_stop
scheduler_start
check "after a restart the job is there at once" state_is greeting idle
check "and runs" runs greeting
check "and nobody was asked again" equals 1 "$(asked greet)"

# --- another program in its place ----------------------------------------------------------------------------
program "$S/site" greet words
check "a site's program hides the other, and is asked" wait_until 20 log_has "unknown key 'text'"
check "the last good version stays in force" state_is greeting idle
cat >"$S/jobs/a.yaml" <<'EOF'
jobs:
  greeting:
    greet: {words: good day}
EOF
check "what it takes can be used" wait_until 20 runs greeting
check "its result is that of the new one" wait_until 20 eval 'runs greeting && said greeting "said good day"'
scheduler_stop
program "$S/site" greet text
scheduler_start
check "one that was replaced meanwhile is asked" wait_until 20 log_has "unknown key 'words'"
rm "$S/site/greet"
program "$S/own" greet words
check "without the site's program the other is back" wait_until 20 eval 'runs greeting && said greeting "said good day"'

# --- programs that are at fault ------------------------------------------------------------------------------
printf '#!/bin/sh\necho "no such file" >&2; exit 3\n' >"$S/own/broken"
chmod 755 "$S/own/broken"
cat >"$S/jobs/b.yaml" <<'EOF'
jobs:
  of-broken:
    broken: {}
EOF
check "one that cannot describe itself is told of with its own words" wait_until 20 \
    log_has "cannot be used: asked to --describe itself it ended with exit code 3: no such file"
check "its job says so" wait_until 20 log_has "b.yaml:3:5: error: the action program 'broken' cannot be used"
printf '#!/bin/sh\necho "{\\"name\\":\\"broken\\"}"\n' >"$S/own/broken"
check "when it is mended its job is loaded" wait_until 20 state_is of-broken idle
chmod 777 "$S/own"
check "where others may write nothing is executed" eval '! runs of-broken'
check "and the reason is told" contains "$(row reason_detail of-broken)" "is writable by everyone"
chmod 755 "$S/own"
check "an end without a result is none" row_is result of-broken '{"message":"'"$(row reason_detail of-broken)"'"}'
printf '#!/bin/sh\n[ "$1" = --describe ] && echo "{\\"name\\":\\"broken\\"}" && exit\necho "{"\n' >"$S/own/broken"
check "a result that is none is a failure" wait_until 20 eval '! runs of-broken && row_is reason of-broken result-check'
printf '#!/bin/sh\n[ "$1" = --describe ] && echo "{\\"name\\":\\"broken\\"}" && exit\necho "{\\"message\\":\\"all gone\\"}"; exit 4\n' \
    >"$S/own/broken"
check "a failure's own sentence is shown" wait_until 20 eval '! runs of-broken && row_is reason_detail of-broken "all gone"'
rm "$S/own/broken"
check "without its program a job cannot run" wait_until 20 eval '! runs of-broken'
check "and says why" contains "$(row reason_detail of-broken)" "there is no program of that name"

# --- without a daemon ----------------------------------------------------------------------------------------
scheduler_stop
cat >"$S/jobs/b.yaml" <<'EOF'
jobs:
  good: {greet: {words: x}}
  bad: {greet: {word: x}}
  of-slow: {slow: {}}
EOF
printf '#!/bin/sh\nexec sleep 1000\n' >"$S/own/slow"
printf '#!/bin/sh\ntouch "%s/was-run"\n' "$S" >"$S/own/open"
chmod 755 "$S/own/slow"
chmod 777 "$S/own/open"
found=$(schedctl --user verify 2>&1)
check "verify asks the programs itself" contains "$found" "b.yaml:3:17: error: unknown key 'word'; did you mean 'words'?"
check "it does not wait for ever" contains "$found" "asked to --describe itself it did not answer in time"
check "it runs nothing that others may write" [ ! -e "$S/was-run" ]
check "what is right has no fault" eval '! grep -q "b.yaml:2" <<<"$found"'

rm "$S/jobs/b.yaml"
install -m 755 "$programs/jobsched-file" "$S/own/file"
if [ -x "$programs/jobsched-sql" ]; then
    install -m 755 "$programs/jobsched-sql" "$S/own/sql"
    check "the example with all kinds is right" schedctl verify "${srcdir:-.}/etc/examples/actions.yaml"
fi

finish
