# shellcheck shell=bash
# box: main
# What `make install` has put there is whole, and systemd takes it.

check "the account and the group are made" inside systemd-sysusers
check "the account exists" inside getent passwd jobsched
check "the account may connect to its control socket" contains "$(inside id -nG jobsched)" jobsched-ctl
check "the directories are made" inside systemd-tmpfiles --create jobsched.conf
check "the runner's directory is root's" equals "711 root root" "$(inside stat -c '%a %U %G' /run/jobsched-runner)"
check "its records are root's alone" equals "700 root root" "$(inside stat -c '%a %U %G' /run/jobsched-runner/runs)"
check "the state is the daemon's alone" equals "700 jobsched jobsched" "$(inside stat -c '%a %U %G' /var/lib/jobsched)"
check "the catalog is taken" inside journalctl --update-catalog
check "systemd reads the units" inside systemctl daemon-reload
check "the bus reads its policy" inside systemctl reload dbus

for unit in jobschedd.service jobsched-runner.service jobsched-runner.socket; do
    check "system unit $unit has no fault" equals "" "$(inside systemd-analyze verify "/usr/lib/systemd/system/$unit" 2>&1)"
    check "user unit $unit has no fault" equals "" "$(inside env XDG_RUNTIME_DIR=/run systemd-analyze --user verify "/usr/lib/systemd/user/$unit" 2>&1)"
done
check "the daemon's exposure is below 2.0" inside systemd-analyze security --no-pager --threshold=19 jobschedd.service
inside systemd-analyze security --no-pager jobschedd.service | tail -n 1

check "schedctl finds no fault in an empty configuration" ctl verify
check "the examples are right" inside sh -c 'schedctl verify /usr/share/doc/jobsched/examples/*.yaml'
check "enabled and started" inside systemctl enable --now jobschedd.service
check "the daemon, and by its first connection the runner, run" wait_until 30 scheduler_is_up
check "the socket of the runner is the daemon's" equals "600 jobsched" "$(inside stat -c '%a %U' /run/jobsched-runner/socket)"
check "the control socket is for its group" equals "660 jobsched jobsched-ctl" \
    "$(inside stat -c '%a %U %G' /run/jobsched/control)"
check "the daemon runs as its user" equals jobsched "$(inside ps -o user= -p "$(unit_property jobschedd.service MainPID)")"
check "and with one capability" contains \
    "$(inside grep CapEff "/proc/$(unit_property jobschedd.service MainPID)/status")" 0000000000000004
check "schedctl status shows nothing wrong" contains "$(ctl status)" "running (system)"
check "it is started at boot" equals enabled "$(inside systemctl is-enabled jobschedd.service)"
check "and so is its runner's socket" equals enabled "$(inside systemctl is-enabled jobsched-runner.socket)"
