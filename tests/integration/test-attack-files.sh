#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An ordinary user's jobs against files that are not theirs: by every key that names one, by links, by other kinds of
# files, and by changing what a path means between a look and its use.

# shellcheck source=tests/support/system-scheduler.sh
. "$(dirname "$0")/../support/system-scheduler.sh"

private=$S/private
install -d -m 700 "$private"
install -d -m 755 "$S/open"
home=$S/home/ann
echo "SECRET=of-root" >"$private/secret.env"
printf 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:secret-of-root\nDTSTART:20260101T000000Z\nDTEND:20270101T000000Z\nEND:VEVENT\nEND:VCALENDAR\n' >"$private/secret.ics"
echo "SECRET=of-root" >"$S/open/secret.env"
chmod 600 "$S/open/secret.env"
echo "as it was" >"$S/open/log"
chmod 644 "$S/open/log"
as ann ln -s "$S/open/secret.env" "$home/link.env"
as ann ln -s "$private" "$home/link.dir"
as ann ln -s "$S/open/log" "$home/link.log"
as ann mkfifo "$home/pipe"
as ann mkdir "$home/real.dir"
cat >"$S/jobsched.yaml" <<'EOT'
user-limits: {starts-per-minute: 100000}
EOT
system_start

# Each attempt is a job that prints its environment and where it is; none may show what is root's.
attack() { # KEY VALUE
    local output
    call_as ann DeleteJob string:attack >/dev/null
    output=$(create_as ann attack "{command: 'env; pwd; cat', timeout: 10s, $1: $2}") || {
        lacks "$output" of-root
        return
    }
    output=$(bounded 60 "$S/bin/schedctl" start --wait ann/attack 2>&1)
    output+=$(ctl logs ann/attack 2>&1; ctl why ann/attack; ctl show ann/attack)
    lacks "$output" "of-root"
}
log_is_whole() { equals "as it was" "$(cat "$S/open/log")"; }

for path in "$S/open/secret.env" "$private/secret.env" "$home/link.env" "$home/link.dir/secret.env" "$home/pipe" "$home" \
    /proc/1/environ /dev/zero /etc/shadow "$home/../../open/secret.env" "-$S/open/secret.env"; do
    check "environment-file: $path" attack environment-file "'$path'"
done
for path in "$private" "$home/link.dir" /proc/1/root/root; do
    check "directory: $path" attack directory "'$path'"
done
for path in "$S/open/log" "$home/link.log" "$home/link.dir/new" "$S/open/new" "$home/pipe" "$home" /proc/self/mem \
    "$home/%n/../../open/log" "$home/real.dir/../link.log"; do
    check "output: $path" attack output "{file: '$path'}"
    check "the log is as it was" log_is_whole
    check "nothing is new" test ! -e "$S/open/new"
    check "nor there" test ! -e "$private/new"
done
check "a file of hers is written" attack output "{file: '$home/mine-%n.log'}"
check "as her" equals 5001 "$(stat -c %u "$home"/mine-*.log)"

# --- what only its existence would tell ------------------------------------------------------------------------------
condition_of() { # PATH
    call_as ann DeleteJob string:looks >/dev/null
    create_as ann looks "{command: 'true', conditions: {path-exists: '$1'}}" >/dev/null
    ctl_as ann start --wait looks >/dev/null 2>&1
    row "state, reason" ann/looks
}
check "path-exists looks as her" equals "$(condition_of "$private/nothing")" "$(condition_of "$private/secret.env")"
check "and sees what she may" contains "$(condition_of "$S/open/log")" succeeded
calendar() { create_as ann calendar "{schedule: '0 0 * * *', command: 'true', except: {ics: '$1'}}" |
    sed "s|$1|FILE|g; s/time=[0-9.]*//"; }
check "an ics that only root may read is as one that is not there" equals \
    "$(calendar "$private/nothing.ics")" "$(call_as ann DeleteJob string:calendar >/dev/null; calendar "$private/secret.ics")"
check "nothing of it is told" lacks "$(ctl_as ann status 2>&1; ctl_as ann cat calendar 2>&1)" secret-of-root

# --- what runs as whom -----------------------------------------------------------------------------------------------
check "a condition's command is hers" create_as ann asks \
    "{command: 'true', conditions: {command: 'id -u >$home/condition.uid'}}"
check "it is asked" ctl_as ann start --wait asks
check "as ann" equals 5001 "$(cat "$home/condition.uid")"
check "a hostile environment" create_as ann hostile "{command: '$home/show', environment: {LD_PRELOAD: /nowhere.so,
    LD_AUDIT: /nowhere.so, PATH: $home/bin, IFS: x, BASH_ENV: $home/evil, ENV: $home/evil, X: '() { :;}; touch $S/open/new',
    GCONV_PATH: $home, HOME: /root, SHELL: $home/evil}}"
as ann sh -c "mkdir $home/bin; printf '#!/bin/sh\nid -u >>$home/evil.uids\n' | tee $home/evil >$home/bin/id; \
    printf '#!/bin/sh\n/usr/bin/id -u\n' >$home/show; chmod +x $home/evil $home/show $home/bin/id"
check "it runs" ctl_as ann start --wait hostile
check "as ann" contains "$(ctl_as ann logs hostile)" 5001
check "whatever of hers was run by it was she" lacks "$(cat "$home/evil.uids" 2>/dev/null)" "^0"
check "the runner loads nothing of hers" fails grep -v "ann/hostile" "$S/daemon.log" -e nowhere.so
check "nothing is new" test ! -e "$S/open/new"
check "a variable of ours cannot be set" fails create_as ann ours "{command: 'true', environment: {JOBSCHED_RUN: x}}"
check "set-uid programs are those of the host" create_as ann privileges "command: 'grep -E ^Cap /proc/self/status; cat /proc/self/oom_score_adj'"
check "no capability is inherited" lacks "$(output_of ann privileges | grep -E 'Cap(Inh|Prm|Eff|Amb)')" "[1-9a-f]"

# --- another's job, while it runs ------------------------------------------------------------------------------------
check "bob runs a job" create_as bob long "{command: 'echo \$NOTIFY_SOCKET; exec sleep 600'}"
check "it is started" ctl_as bob start long
tells_socket() { ctl_as bob logs long | grep notify; }
check "it tells its socket" wait_until 20 tells_socket
socket=$(tells_socket)
check "its socket for progress is bob's" fails as ann python3 -c "
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect(sys.argv[1]); s.send(b'STATUS=by ann')" "$socket"
for directory in "$JOBSCHED_RUNNER_DIR" "$JOBSCHED_RUNNER_DIR/runs" "$JOBSCHED_RUNNER_DIR/notify" "$JOBSCHED_RUNNER_DIR/credentials" \
    "$JOBSCHED_STATE_DIR"; do
    check "ann cannot list $directory" fails as ann ls "$directory"
done
check "nor read the database" fails as ann cat "$JOBSCHED_STATE_DIR/jobsched.db"
check "bob's process is not hers to signal" fails as ann kill -0 "$(row pid bob/long)"
check "bob ends it" ctl_as bob stop long

# --- between the look and the use ------------------------------------------------------------------------------------
# A loop changes what the paths mean, as fast as it can, while jobs start that use them.
as ann sh -c "echo MINE=1 >$home/own.env; touch $home/own.log; mkdir $home/own.dir"
as ann python3 - "$home" "$S/open" "$private" <<'EOT' &
import os, sys, time
home, open_, private = sys.argv[1:]
pairs = [("race.env", home + "/own.env", open_ + "/secret.env"), ("race.log", home + "/own.log", open_ + "/log"),
         ("race.dir", home + "/own.dir", private)]
end = time.monotonic() + 60
while time.monotonic() < end and not os.path.exists(home + "/stop"):
    for name, mine, theirs in pairs:
        for target, kind in ((mine, "link"), (theirs, "link"), (mine, "file")):
            new = home + "/." + name
            try:
                if kind == "link":
                    os.symlink(target, new)
                elif os.path.isdir(target):
                    continue
                else:
                    os.link(target, new)
                os.rename(new, home + "/" + name)
            except OSError:
                try:
                    os.unlink(new)
                except OSError:
                    pass
EOT
swapper=$!
check "a job on ground that moves" create_as ann race "{command: 'env; pwd; cat $home/race.env 2>/dev/null', max-instances: 50,
    overlap: allow, environment-file: ['-$home/race.env'], output: {file: '$home/race.log'}, timeout: 20s}"
check "and another" create_as ann race-dir "{command: 'ls; cat secret.env', directory: '$home/race.dir', max-instances: 50, overlap: allow}"
for _ in {1..40}; do
    ctl_as ann start race race-dir >/dev/null 2>&1
done
check "each comes to an end" wait_until 300 all_rows_are_closed
as ann touch "$home/stop"
wait "$swapper"
races=$(query "SELECT count(*) FROM execution WHERE job IN ('ann/race', 'ann/race-dir')")
check "all of them ended" test "$races" -ge 70
all_output() { for id in $(query "SELECT id FROM execution WHERE job LIKE 'ann/race%'"); do ctl logs "$id" 2>&1; done; }
check "none showed what is root's" lacks "$(all_output)" "of-root"
check "nor is it in a file of hers" fails grep -rqs of-root "$home" --exclude='link*' --exclude='race*'
check "the log is as it was" log_is_whole
check "root's file is root's" equals "0 600" "$(stat -c '%u %a' "$S/open/secret.env")"

system_stop
finish
