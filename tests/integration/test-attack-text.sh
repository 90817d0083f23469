#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Texts as weapons: control characters and terminal sequences on the way to other people's screens and logs, patterns and
# parameters in paths, headers of mail, options of programs, and values that are huge.

# shellcheck source=tests/support/system-scheduler.sh
. "$(dirname "$0")/../support/system-scheduler.sh"

home=$S/home/ann
esc=$'\e'
cat >"$S/bin/sendmail" <<EOT
#!/bin/sh
{ echo "--- mail of \$(id -u)"; for word; do echo "argument: \$word"; done; cat; echo "--- end"; } >>$S/open-mail/all
EOT
chmod 755 "$S/bin/sendmail"
install -d -m 1777 "$S/open-mail"
touch "$S/open-mail/all"
chmod 666 "$S/open-mail/all"
cat >"$S/jobsched.yaml" <<EOT
sendmail: $S/bin/sendmail
EOT
system_start

# On a terminal nothing but our own colours may come through, and no line may be made that looks like one of ours.
shows_no_escape() { # COMMAND…
    local output
    output=$("$@" 2>&1)
    lacks "$output" "${esc}]" && lacks "$output" "${esc}[2J" && lacks "$output" $'\a' && lacks "$output" $'\r' &&
        lacks "$output" $'\u009b' && lacks "$output" $'\u202e'
}
# `script` gives it a terminal; the pager is cat.
on_terminal() { SYSTEMD_PAGER='' PAGER=cat script -qec "$*" /dev/null | sed 's/\r$//'; }

text='start\e]0;title\a\e[2J\rfake: succeeded\u202eevil\u009b31m'
check "a description with sequences" create_as ann weapon "{command: 'printf \"out\\\\033]0;x\\\\007\\\\033[2J\\\\rfake\\\\n\"; printf \"err\\\\033[2J\\\\n\" >&2; exit 3',
    description: \"$text\", environment: {X: \"$text\"}, tags: [tag]}"
check "it runs" fails ctl_as ann start --wait weapon
id=$(row id ann/weapon)
for verb in "list-jobs" "list-executions" "status ann/weapon" "status $id" "why ann/weapon" "show ann/weapon" "list-timers --all" \
    "audit" "audit --full" "list-dependencies" "status"; do
    # shellcheck disable=SC2086
    check "$verb shows no sequence" shows_no_escape ctl $verb
    check "$verb shows none on a terminal" shows_no_escape on_terminal "$S/bin/schedctl $verb"
done
shows_no_escape_but_returns() { shows_no_escape sh -c '"$@" 2>&1 | tr -d "\r"' sh "$@"; }
check "logs on a terminal" shows_no_escape_but_returns script -qec "$S/bin/schedctl logs ann/weapon" /dev/null
check "logs as data are as they were" contains "$(ctl logs ann/weapon)" "${esc}[2J"
check "cat on a terminal" shows_no_escape on_terminal "$S/bin/schedctl cat ann/weapon"
check "the log of all has no sequence" fails grep -q -e "$esc" -e $'\r' "$S/daemon.log"
check "JSON is JSON" python3 -c 'import json, sys; json.loads(sys.argv[1])' "$(ctl -o json show ann/weapon)"
check "and the list" python3 -c 'import json, sys; json.loads(sys.argv[1])' "$(ctl -o json list-jobs)"

check "a status text" create_as ann progress "{command: 'python3 $home/notify.py; sleep 600'}"
as ann sh -c "cat >$home/notify.py" <<'EOT'
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect(os.environ["NOTIFY_SOCKET"])
s.send(b"STATUS=at work\033]0;x\007\033[2J\rfake\nX_PROGRESS=7"); s.send(b"MAINPID=1\nSTATUS=second"); s.send(b"\377\376\000=")
s.send(b"STATUS=" + b"x" * 5000); s.send(b"STATUS=at work\033]0;x\007\033[2J\rfake")
EOT
check "it runs" ctl_as ann start progress
says_at_work() { contains "$(ctl status ann/progress)" "at work"; }
check "it says something" wait_until 20 says_at_work
check "its text on a terminal" shows_no_escape on_terminal "$S/bin/schedctl status ann/progress"
check "its text in the list" shows_no_escape on_terminal "$S/bin/schedctl list-executions"
check "it is stopped" ctl_as ann stop progress

# --- names that are no names -----------------------------------------------------------------------------------------
for name in $'x\e[2J' $'x\ny' 'x%n' 'x${y}' '$(id)' '`id`' 'x;id' "x'y" 'x"y' '..' '.' '-x' 'x y' "$(printf 'x%.0s' {1..300})" 'ü'; do
    check "no job of the name '$name'" fails create_as ann "$name" "command: 'true'"
    check "its error shows no sequence" shows_no_escape ctl_as ann start "$name"
done
for zone in ../../../etc/shadow /etc/shadow Europe/../../../etc/shadow 'Europe/Berlin/..' $'UTC\e[2J'; do
    check "no zone '$zone'" fails create_as ann zone "{command: 'true', schedule: '0 0 * * *', timezone: \"$zone\"}"
done

# --- patterns and parameters -----------------------------------------------------------------------------------------
check "a pattern in the output's path" create_as ann 'pattern' "{command: 'echo x', output: {file: '$home/%n-%%-%i.log'}}"
check "it runs" ctl_as ann start --wait pattern
check "the name has no slash there" test -f "$home/ann_pattern-%-$(row id ann/pattern).log"
check "a parameter cannot lead out of a directory" create_as ann lead "{parameters: {p: {type: string, default: '../../open'}},
    command: 'true', output: {file: \"$home/\${p}/x\"}}" || true
ctl_as ann start --wait lead >/dev/null 2>&1
check "nothing was written there" test ! -e "$S/open/x"
check "a string command is not expanded" fails create_as ann shell "{parameters: {p: {type: string}}, command: 'echo \${p}'}"
check "after a shell's -c it is refused" fails create_as ann shell "{parameters: {p: {type: string}}, command: [sh, -c, \"\${p}\"]}"

# --- mail ------------------------------------------------------------------------------------------------------------
for address in '-oQ/tmp' '-X/tmp/log' $'ann@example.org\nBcc: root' 'ann@example.org,-X' '|/bin/sh' '/etc/passwd' 'ann root' \
    "$(printf 'x%.0s' {1..2000})@x"; do
    call_as ann DeleteJob string:mail >/dev/null
    check "no mail to '${address:0:30}'" fails create_as ann mail "{command: 'false', notify: {on-failure: {mail: \"$address\"}}}"
done
check "mail" create_as ann mails "{command: 'printf \"x\\\\r\\\\n.\\\\r\\\\nBcc: root\\\\033[2J\"; exit 1',
    description: \"d\\r\\nBcc: root@example.org\\r\\n\\r\\nbody\", notify: {on-failure: {mail: ann@example.org}}}"
check "it fails" fails ctl_as ann start --wait mails
check "a message is sent" wait_until 20 grep -q -- '--- end' "$S/open-mail/all"
headers=$(sed -n '/^argument:/d; /^---/d; /^\r\{0,1\}$/q; p' "$S/open-mail/all")
check "it has no header of hers" lacks "$headers" "Bcc"
check "its arguments are ours" lacks "$(grep ^argument: "$S/open-mail/all")" "Bcc"
check "it is not sent as root" lacks "$(cat "$S/open-mail/all")" "mail of 0"

# --- what is huge ----------------------------------------------------------------------------------------------------
big() { head -c "$1" /dev/zero | tr '\0' x; }
printf '{command: "true", description: "%s"}' "$(big 60000)" >"$S/definition"
check "60 KB of description" create_as ann big "$(cat "$S/definition")" || true
check "lists of it go on" ctl list-jobs
check "its sentence is bounded" test "$(ctl status ann/big 2>/dev/null | wc -c)" -lt 100000
check "output without end is bounded" create_as ann flood "{command: 'head -c 30000000 /dev/zero | tr \"\\\\0\" y', output: {capture: 64K, journal: false}}"
check "it runs" ctl_as ann start --wait flood
check "64 KB are kept" test "$(ctl logs ann/flood | wc -c)" -lt 80000
check "lines without end" create_as ann lines "{command: 'yes | head -n 200000', output: {journal: false}}"
check "they run" ctl_as ann start --wait lines
check "the daemon lives" ctl list-jobs
check "and is small" test "$(awk '/^VmRSS/ { print $2 }' "/proc/$(pgrep -P "$daemon_pid" -x jobschedd)/status")" -lt 200000

system_stop
finish
