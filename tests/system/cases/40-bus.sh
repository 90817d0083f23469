# shellcheck shell=bash
# box: main
# Who may do what, on the bus and on the control socket, with polkit and without.

put_jobs bus <<END
jobs:
  of-root: {command: "true", description: "Nobody else's"}
  waits: {command: "until [ -e /srv/test/bus ]; do sleep 0.05; done; exit 5", user: alice}
END

bus_call() { # MEMBER [SIGNATURE ARGUMENT...]
    inside busctl call org.jobsched1 /org/jobsched1 org.jobsched1.Manager "$@"
}
introspect() { inside busctl introspect org.jobsched1 "$1"; }
check "the manager introspects" contains "$(introspect /org/jobsched1)" StartJob
check "a job does" contains "$(introspect /org/jobsched1/job/of_2droot)" /etc/jobsched.d/bus.yaml
check "root may call" contains "$(bus_call StartJob 'sa{sv}' of-root 0)" "t "
check "schedctl goes over the bus" contains "$(ctl --bus list-jobs)" of-root
check "the name is the daemon's account only" fails as alice \
    busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus RequestName su org.jobsched1 0

inside systemctl stop jobschedd.service
check "a call starts the service" contains "$(bus_call GetJob s of-root)" of_2droot
check "by its unit" unit_is_active jobschedd.service
wait_until 30 scheduler_is_up

contains_job() { contains "$(as_alice list-jobs 2>&1)" "$1"; }
as_alice() { as alice schedctl --no-pager "$@"; }
check "a user without the group goes over the bus" as_alice list-jobs
check "others' jobs are not listed" fails contains "$(as_alice list-jobs 2>&1)" of-root
check "nor are they there" contains "$(as_alice start of-root 2>&1)" "no such job"
inside sh -c 'mkdir -p /etc/polkit-1/rules.d; cat >/etc/polkit-1/rules.d/05-view.rules; systemctl restart polkit' <<'END'
polkit.addRule(function(action, subject) {
    if (action.id == "org.jobsched1.view")
        return polkit.Result.YES;
});
END
check "where the host lets them, they are" wait_until 30 contains_job of-root
check "and cannot open the socket" fails as alice sh -c 'exec 3<>/dev/null; test -w /run/jobsched/control'
check "polkit is there" wait_until 30 unit_is_active polkit.service
denied() { # COMMAND...
    local text
    if text=$("$@" 2>&1 </dev/null); then
        echo "allowed: $text"
        return 1
    fi
    grep -qi 'not allowed\|may not\|denied\|authenti' <<<"$text" || {
        echo "refused, but with: $text"
        return 1
    }
}
check "polkit does not let a user start root's job" denied as_alice start of-root
check "nor see its definition" denied as_alice cat of-root
check "nor reload" denied as_alice reload
check "nor back up the database" denied as_alice backup /home/alice/copy.db
inside sh -c 'mkdir -p /etc/polkit-1/rules.d; cat >/etc/polkit-1/rules.d/10-test.rules; systemctl restart polkit' <<'END'
polkit.addRule(function(action, subject) {
    if (action.id == "org.jobsched1.run" && subject.user == "alice")
        return polkit.Result.YES;
});
END
check "a rule of polkit lets that user" contains "$(as_alice start --wait of-root 2>&1; echo "status $?")" "status 0"
check "and the audit log has the user's name" contains "$(ctl audit of-root 2>&1)" alice
check "nobody else" denied as bob schedctl --no-pager start of-root
check "and nothing else" denied as_alice pause of-root

inside usermod -a -G jobsched-ctl bob
check "a member of the group connects to the socket" contains "$(as bob schedctl --no-pager list-jobs 2>&1)" of-root
check "which grants nothing more" denied as bob schedctl --no-pager start of-root

inside sh -c 'rm /etc/polkit-1/rules.d/10-test.rules /etc/polkit-1/rules.d/05-view.rules; systemctl mask --runtime --now polkit.service'
check "without polkit others' jobs cannot be started" contains "$(as_alice start of-root 2>&1)" "no such job"
check "nor seen" fails contains "$(as_alice list-jobs 2>&1)" of-root
check "root may do all" contains "$(ctl start --wait of-root 2>&1; echo "status $?")" "status 0"
inside systemctl unmask --runtime polkit.service

# What stops comes in the order of a shutdown: the runner first, and the daemon records it.
id=$(job_starts waits)
wait_until 30 state_is "$id" running
inside systemctl stop jobschedd.service jobsched-runner.service jobsched-runner.socket
check "both have stopped well" equals "success success" \
    "$(unit_property jobschedd.service Result) $(unit_property jobsched-runner.service Result)"
inside systemctl start jobschedd.service
check "they start again" wait_until 30 scheduler_is_up
check "what ran at the shutdown is cancelled" state_is "$id" cancelled
check "for that reason" equals shutdown "$(property "$id" reason)"
