#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An ordinary user's file and sql actions against what is not theirs: by path, by link, out of `root:`, by parameters.

# shellcheck source=tests/support/system-scheduler.sh
. "$(dirname "$0")/../support/system-scheduler.sh"

home=$S/home/ann
install -d -m 755 "$S/actions" "$S/open"
for action in sql file; do install "$programs/jobsched-$action" "$S/actions/$action"; done
export JOBSCHED_ACTION_PATH=$S/actions
install -d -m 700 "$S/private"
echo secret-of-root | tee "$S/private/file" >"$S/open/secret"
chmod 600 "$S/open/secret"
echo "as it was" >"$S/open/file"
chmod 644 "$S/open/file"
as ann sh -c "ln -s $S/open/secret $home/link; ln -s $S/open/file $home/link.out; ln -s $S/open $home/link.dir; mkdir $home/root; \
    ln -s / $home/root/up; echo mine >$home/mine"
system_start
for key in file sql; do check "$key is there" wait_until 20 log_has "takes jobs with the key '$key'"; done

# Whatever is answered: nothing of root's is told, nothing of root's is another.
attempt() { # DEFINITION
    call_as ann DeleteJob string:attempt >/dev/null
    create_as ann attempt "$1" >"$S/answer"
    bounded 60 "$S/bin/schedctl" start --wait ann/attempt >>"$S/answer" 2>&1
    { ctl logs ann/attempt; ctl why ann/attempt; ctl show "$(row id ann/attempt)"; } >>"$S/answer" 2>&1
    lacks "$(cat "$S/answer" "$home"/taken* 2>/dev/null)" secret-of-root && equals "as it was" "$(cat "$S/open/file")" &&
        equals 600 "$(stat -c %a "$S/open/secret")" && equals "file secret" "$(ls "$S/open" | tr '\n' ' ' | sed 's/ $//')"
}
check "what is hers is read" create_as ann reads "file: {from: $home/mine}"
check "it works" ctl_as ann start --wait reads
check "and tells it" contains "$(ctl logs ann/reads 2>&1; ctl show "$(row id ann/reads)")" mine
for from in "$S/open/secret" "$S/private/file" "$home/link" "$home/link.dir/secret" /etc/shadow "file://$S/open/secret" \
    "$home/../../open/secret" "/proc/1/environ"; do
    check "read $from" attempt "file: {from: '$from'}"
    check "copy $from" attempt "file: {from: '$from', to: $home/taken}"
done
for to in "$S/open/file" "$home/link.out" "$S/open/new" "$home/link.dir/new" "$S/private/new" "file://$S/open/new" \
    "$home/../../open/new" "/etc/cron.d/evil"; do
    check "write $to" attempt "file: {content: evil, to: '$to'}"
    check "copy to $to" attempt "file: {from: $home/mine, to: '$to', mode: '0666', owner: root}"
done
check "nothing is in /etc/cron.d" test ! -e /etc/cron.d/evil
for path in ../mine "$home/root/up/etc/hostname" "$home/mine" "$home/root/up$home/mine" "$home/root/../mine" /etc/hostname; do
    check "out of root: $path" attempt "file: {root: $home/root, from: '$path', to: $home/taken-root}"
    check "nothing was taken" test ! -e "$home/taken-root"
done
check "delete" attempt "file: {operation: delete, from: '$S/open/file'}"
check "by a parameter" attempt "{parameters: {p: {type: string, default: '../../open/secret'}}, file: {from: \"$home/\${p}\"}}"
for database in "$S/state/jobsched.db" "$S/open/secret" "$S/private/file"; do
    check "sql: $database" attempt "sql: {connection: 'Driver=SQLite3;Database=$database', statement: 'SELECT * FROM meta'}"
done
check "sql writes as her" attempt "sql: {connection: 'Driver=SQLite3;Database=$S/open/new', statement: 'CREATE TABLE x (y)'}"
check "sql attaches as her" attempt "sql: {connection: 'Driver=SQLite3;Database=$home/own.db', statement: \"ATTACH '$S/open/new2' AS x\"}"
check "a credential of root's" fails create_as ann takes "sql: {connection: \"\${credential:root-dsn}\", statement: 'SELECT 1'}"
check "the programs run as her" lacks "$(ctl audit 2>&1)" "uid 0, control"
check "the daemon lives" ctl list-jobs

system_stop
finish
