#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The system's scheduler as containers start it, `jobsched-runner --with-daemon` as root, and what other users
# can do to it. In a mount namespace of its own, where the accounts of the package exist.

if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
    echo "skipped: only root can start it, in a mount namespace of its own"
    exit 77
fi
[ "${1-}" = inside ] || exec unshare -m "$0" inside

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

chmod 755 "$S"
grep -v '^jobsched:' /etc/passwd >"$S/passwd"
echo "jobsched:x:4990:4990::/nonexistent:/usr/sbin/nologin" >>"$S/passwd"
grep -v '^jobsched' /etc/group >"$S/group"
printf 'jobsched:x:4990:\njobsched-ctl:x:4991:jobsched\n' >>"$S/group"
mount --bind "$S/passwd" /etc/passwd
mount --bind "$S/group" /etc/group
mkdir -m 711 "$JOBSCHED_RUNNER_DIR"
install -d -o 4990 -g 4990 -m 755 "$JOBSCHED_RUNTIME_DIR"
install -d -o 4990 -g 4990 -m 700 "$JOBSCHED_STATE_DIR"
install -d -m 755 "$S/bin"
install "$programs/jobschedd" "$programs/jobsched-runner" "$programs/schedctl" "$S/bin"
cat >"$S/jobs/jobs.yaml" <<'YAML'
jobs:
  of-root: {command: "echo root-only"}
  of-nobody:
    command: "id -u; id -G; env; cat /proc/self/oom_score_adj; ls /proc/self/fd | wc -l; grep CapEff /proc/self/status"
    user: nobody
YAML
echo 'jobs: {private: {command: /bin/true}}' >"$S/jobs/private.yaml"
chmod 600 "$S/jobs/private.yaml"

SECRET_OF_ROOT=1 "$S/bin/jobsched-runner" --with-daemon="$S/bin/jobschedd" >"$S/daemon.log" 2>&1 </dev/null &
daemon_pid=$!
ctl() { "$S/bin/schedctl" "$@"; }
system_answers() { ctl list-jobs; }
as_member() { setpriv --reuid=65534 --regid=65534 --groups=4991 "$S/bin/schedctl" "$@"; }
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$S/bin/schedctl" "$@"; }
lacks() { ! contains "$1" "$2" >/dev/null; } # TEXT PART
fails() { ! "$@"; }
runner_is_connected() { ctl show -p RunnerConnected --value | grep -qx true; }
wait_until 20 system_answers && wait_until 20 runner_is_connected || cat "$S/daemon.log"

check "the daemon is not root" equals 4990 "$(stat -c %u "/proc/$(pgrep -P "$daemon_pid" -x jobschedd)")"
check "the control socket is its group's" equals "660 jobsched-ctl" "$(stat -c '%a %G' "$JOBSCHED_RUNTIME_DIR/control")"
check "the runner's socket is the daemon's" equals "600 jobsched" "$(stat -c '%a %U' "$JOBSCHED_RUNNER_DIR/socket")"
check "outcomes are root's" equals "700 root" "$(stat -c '%a %U' "$JOBSCHED_RUNNER_DIR/runs")"

# A container may not have the capability to give.
if [ $((0x$(awk "/^CapBnd/ { print \$2 }" /proc/self/status) & 4)) != 0 ]; then
    check "the daemon reads what only root may" ctl show private
    check "and has no other capability" equals 0000000000000004 \
        "$(awk '/^CapEff/ { print $2 }' "/proc/$(pgrep -P "$daemon_pid" -x jobschedd)/status")"
fi

check "a job of another user runs" ctl start --wait of-nobody
output=$(ctl logs of-nobody)
check "it is that user" contains "$output" $'\n65534\n65534\n'
check "it has that user's home" contains "$output" "LOGNAME=nobody"
check "it inherits nothing of root's" lacks "$output" "SECRET_OF_ROOT"
check "it inherits no settings" lacks "$output" "JOBSCHED_RUNNER_DIR"
check "it has no descriptors but its own" contains "$output" $'\n4\n'
check "it has no capabilities" contains "$output" "CapEff:	0000000000000000"
check "a job of root runs" ctl start --wait of-root

check "who is not in the group cannot connect" fails as_nobody list-jobs
check "a member of the group can" as_member list-jobs
check "but sees no job of others" lacks "$(as_member list-jobs)" of-root
check "nor their executions" lacks "$(as_member list-executions)" of-root
check "nor that anything was done" lacks "$(as_member audit)" of-root
for order in "show of-root" "cat of-root" "logs of-root" "why of-root" "start of-root" "pause of-root" \
    "stop 1" "kill 1" "reload" "backup $S/copy"; do
    # shellcheck disable=SC2086
    check "a member may not: $order" fails as_member $order
done
check "nothing was started by that" equals 2 "$(query 'SELECT count(*) FROM execution')"

kill -TERM "$daemon_pid"
wait_for "$daemon_pid" 60
check "it ends as it should" equals 0 $?
daemon_pid=
finish
