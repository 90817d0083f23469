# shellcheck shell=bash
# box: main
# Ordinary users make jobs of their own over the system bus, with polkit to be asked.

make_as() { # USER NAME DEFINITION
    as "$1" busctl call org.jobsched1 /org/jobsched1 org.jobsched1.Manager CreateJob ss "$2" "$3" 2>&1
}
schedctl_as() { # USER VERB...
    local user=$1
    shift
    as "$user" schedctl --no-pager --bus "$@" 2>&1
}

check "alice makes a job" contains "$(make_as alice mine "command: 'id -un; cat /etc/shadow; sleep 600'")" alice_2fmine
check "bob one of the same name" contains "$(make_as bob mine "command: 'id -un'")" bob_2fmine
check "alice starts hers" contains "$(schedctl_as alice start mine)" "alice/mine: execution"
alice_ran() { contains "$(schedctl_as alice logs mine)" alice; }
check "it runs as alice" wait_until 30 alice_ran
check "and reads no more than alice" contains "$(schedctl_as alice logs mine)" "Permission denied"
check "it has a cgroup of its own" fails contains "$(inside cat "/proc/$(inside pgrep -u alice -x sleep)/cgroup")" user.slice
check "alice sees hers only" equals "alice/mine" "$(schedctl_as alice --no-legend -o short list-jobs)"
check "bob sees his only" equals "bob/mine" "$(schedctl_as bob --no-legend -o short list-jobs)"
for verb in show status why logs cat start stop kill pause resume; do
    check "bob cannot $verb alice's" grep -qi 'no such job\|there is no job' <(schedctl_as bob "$verb" alice/mine)
done
check "bob's properties of alice's job" fails as bob busctl introspect org.jobsched1 /org/jobsched1/job/alice_2fmine org.jobsched1.Job
check "bob cannot take alice's name" contains "$(make_as bob alice/other "command: 'true'")" "Access denied"
check "nor root's account" contains "$(make_as bob other "{command: 'true', user: root}")" "not allowed"
check "nor freeze" contains "$(schedctl_as bob freeze)" "may not manage"
check "alice makes a profile" schedctl_as alice create-profile own where=secret-of-alice
check "bob does not see it" fails contains "$(schedctl_as bob list-profiles)" alice
for order in "edit-profile alice/own where=x" "delete-profile alice/own"; do
    # shellcheck disable=SC2086
    check "bob cannot $order" contains "$(schedctl_as bob $order)" "not yours"
done
check "alice deletes it" schedctl_as alice delete-profile own
check "a request of alice's" contains "$(make_as alice asks "http: {url: 'http://127.0.0.1:9/', timeout: 5s}")" alice_2fasks
check "reaches no address of this host" contains "$(schedctl_as alice start --wait asks; schedctl_as alice why asks)" "not a public one"
check "bob sees no queue that he may not use" equals "" "$(schedctl_as bob --no-legend -o short list-queues)"
inside sh -c 'mkdir -p /etc/polkit-1/rules.d; cat >/etc/polkit-1/rules.d/10-test.rules; systemctl restart polkit' <<'END'
polkit.addRule(function(action, subject) {
    if (action.id == "org.jobsched1.manage-own" && subject.user == "bob")
        return polkit.Result.NO;
});
END
denies_bob() { contains "$(make_as bob other "command: 'true'")" "Access denied"; }
check "a rule of polkit takes it from bob" wait_until 30 denies_bob
check "and not from alice" contains "$(schedctl_as alice stop mine; schedctl_as alice status mine)" alice/mine
inside sh -c 'rm /etc/polkit-1/rules.d/10-test.rules; systemctl restart polkit'
check "the audit log has who it was" contains "$(ctl audit alice/mine)" alice
