# shellcheck shell=bash
# box: unified-host
# The host goes down: in order, and by a cut of its power. /var/lib/jobsched is kept over both.

begin() {
    inside systemd-sysusers
    inside systemd-tmpfiles --create jobsched.conf
    # Both options bring back the boot id of the real host, which the container has one of its own instead of.
    inside sh -c 'mkdir -p /run/systemd/system/jobschedd.service.d && printf "[Service]\nProtectKernelTunables=no\nProtectControlGroups=no\n" \
        >/run/systemd/system/jobschedd.service.d/boot-id.conf'
    inside systemctl daemon-reload
    inside systemctl reload dbus
    put_host_jobs
    inside systemctl enable --now jobschedd.service
    wait_until 30 scheduler_is_up
}
put_host_jobs() {
    inside sh -c 'cat >/etc/jobsched.d/host.yaml' <<'END'
jobs:
  at-boot: {schedule: {boot: 1s}, command: "echo booted"}
  endless: {command: "while :; do sleep 0.1; done", kill-timeout: 1s}
  endless-unit: {unit: {}, command: "while :; do sleep 0.1; done", kill-timeout: 1s}
  steady: {schedule: {every: 1s, start: "2026-01-01T00:00:00Z"}, command: [/bin/true], catch-up: latest}
END
}
last_of() { property "$(property "$1" last_execution)" "$2"; } # JOB KEY

check "the first boot" begin
has_booted() { equals succeeded "$(last_of at-boot state)"; }
check "a boot job waits for its delay and runs" wait_until 30 has_booted
first=$(property at-boot last_execution)
id=$(job_starts endless)
wait_until 30 state_is "$id" running
unit=$(job_starts endless-unit)
wait_until 30 state_is "$unit" running
box down >/dev/null 2>&1
check "the second boot" box_start unified-host
check "the scheduler comes up" begin
check "what ran at the shutdown is cancelled" state_is "$id" cancelled
check "by the shutdown" equals shutdown "$(property "$id" reason)"
check "so is what ran as a unit" state_is "$unit" cancelled
check "by the shutdown, too" equals shutdown "$(property "$unit" reason)"
ran_again() { ! equals "$first" "$(property at-boot last_execution)"; }
check "the boot job runs once more" wait_until 30 ran_again

id=$(job_starts endless)
wait_until 30 state_is "$id" running
unit=$(job_starts endless-unit)
wait_until 30 state_is "$unit" running
box crash >/dev/null 2>&1
check "the third boot, after a crash" box_start unified-host
check "the scheduler comes up again" begin
check "what ran is lost" wait_until 30 state_is "$id" lost
check "with the host" equals host-down "$(property "$id" reason)"
check "and so is the unit" state_is "$unit" lost
query() { # SQL
    inside python3 -c 'import sqlite3, sys
for row in sqlite3.connect("/tmp/copy.db").execute(sys.argv[1]): print(*row)' "$1"
}
ctl backup /tmp/copy.db
check "the database is sound" equals ok "$(query 'PRAGMA integrity_check')"
check "no occurrence has two rows" equals "" "$(query "SELECT job, due, pass, count(*) FROM execution
    WHERE cause <> 'manual' GROUP BY 1, 2, 3 HAVING count(*) > 1")"
check "and none is without one" equals "" "$(query "SELECT id, due - previous FROM (SELECT id, due, lag(due_last) OVER (ORDER BY due)
    AS previous FROM execution WHERE job = 'steady') WHERE due - previous <> 1000000")"
