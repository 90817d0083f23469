# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the integration tests in shell: the system's scheduler as containers start it, and ordinary users beside it: ann,
# bob, al (whose name begins ann's) and eve, who is not in the group of the control socket. In a mount namespace, where
# these accounts exist; only root can run it, others skip.
#
#   . tests/support/system-scheduler.sh   (first thing; ends the script with 77 where it cannot run)
#   system_start                          starts the runner, which starts the daemon; waits until it answers
#   as USER COMMAND…                      runs a program as one of them
#   ctl VERB…                             schedctl as root;  ctl_as USER VERB…  as one of them
#   call_as USER METHOD ARGUMENT…         a method of the Manager on the control socket, as dbus-send has arguments
#   create_as USER NAME DEFINITION        CreateJob

if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
    echo "skipped: only root can start it, in a mount namespace of its own"
    exit 77
fi
[ "${1-}" = inside ] || exec unshare -m "$0" inside

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

chmod 755 "$S"
accounts='ann:5001 bob:5002 al:5003 eve:5004'
grep -v '^\(jobsched\|jobsched-http\|ann\|bob\|al\|eve\):' /etc/passwd >"$S/passwd"
grep -v '^\(jobsched\|ann\|bob\|al\|eve\)' /etc/group >"$S/group"
printf '%s\n' jobsched:x:4990:4990::/nonexistent:/usr/sbin/nologin \
    jobsched-http:x:4992:4992::/nonexistent:/usr/sbin/nologin >>"$S/passwd"
printf 'jobsched:x:4990:\njobsched-ctl:x:4991:jobsched,ann,bob,al\njobsched-http:x:4992:\n' >>"$S/group"
for account in $accounts; do
    echo "${account%:*}:x:${account#*:}:${account#*:}::$S/home/${account%:*}:/bin/sh" >>"$S/passwd"
    echo "${account%:*}:x:${account#*:}:" >>"$S/group"
    install -d -o "${account#*:}" -g "${account#*:}" -m 700 "$S/home/${account%:*}"
done
chmod 755 "$S/home"
mount --bind "$S/passwd" /etc/passwd && mount --bind "$S/group" /etc/group || exit 1
mkdir -m 711 "$JOBSCHED_RUNNER_DIR"
install -d -o 4990 -g 4990 -m 755 "$JOBSCHED_RUNTIME_DIR"
install -d -o 4990 -g 4990 -m 700 "$JOBSCHED_STATE_DIR"
install -d -m 755 "$S/bin"
for program in jobschedd jobsched-runner jobsched-http schedctl; do install "$programs/$program" "$S/bin"; done

system_answers() { ctl list-jobs; }
system_runner_is_there() { ctl show -p RunnerConnected --value | grep -qx true; }
system_start() {
    "$S/bin/jobsched-runner" --with-daemon="$S/bin/jobschedd" >>"$S/daemon.log" 2>&1 </dev/null &
    daemon_pid=$!
    wait_until 20 system_answers || {
        cat "$S/daemon.log"
        exit 1
    }
    wait_until 20 system_runner_is_there || {
        cat "$S/daemon.log"
        exit 1
    }
}
uid_of() { id -u "$1"; }
as() { # USER COMMAND…
    local user=$1
    shift
    (
        cd / && exec setpriv --reuid="$user" --regid="$user" --init-groups \
            env -i PATH="$PATH" HOME="$S/home/$user" LC_ALL=C.UTF-8 TZ=UTC \
            JOBSCHED_RUNTIME_DIR="$JOBSCHED_RUNTIME_DIR" "$@"
    )
}
ctl() { "$S/bin/schedctl" "$@"; }
ctl_as() { # USER VERB…
    local user=$1
    shift
    as "$user" "$S/bin/schedctl" "$@"
}
call_as() { # USER METHOD ARGUMENT…
    local user=$1 method=$2
    shift 2
    as "$user" dbus-send --peer="unix:path=$JOBSCHED_RUNTIME_DIR/control" --print-reply --reply-timeout=60000 \
        /org/jobsched1 "org.jobsched1.Manager.$method" "$@" 2>&1
}
create_as() { call_as "$1" CreateJob "string:$2" "string:$3"; } # USER NAME DEFINITION
fails() { ! "$@"; }
lacks() { ! contains "$1" "$2" >/dev/null || { echo "it has: $2"; return 1; }; } # TEXT PART
# The output of a job that its owner starts, to the end.
output_of() { # USER JOB
    ctl_as "$1" start --wait "$2" >"$S/out" 2>&1
    ctl_as "$1" logs "$2" 2>&1
}
system_stop() {
    kill -TERM "$daemon_pid"
    wait_for "$daemon_pid" 60
    check "it ends as it should" equals 0 $?
    daemon_pid=
}
