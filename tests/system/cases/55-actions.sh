# shellcheck shell=bash
# box: main
# A site's own kind of action under the system's units: who describes it, who runs it, and who may not put one there.

put_program() { # TEXT OF THE SCRIPT
    inside sh -c 'install -d -m 755 /etc/jobsched/actions && cat >/etc/jobsched/actions/.new && chmod 755 /etc/jobsched/actions/.new &&
        mv /etc/jobsched/actions/.new /etc/jobsched/actions/whoami'
}
put_program <<'END'
#!/bin/sh
if [ "$1" = --describe ]; then
    echo "{\"name\": \"whoami\", \"description\": \"described by $(id -un), $(ls /etc/jobsched/credentials 2>&1 | wc -l) lines\"}"
    exit 0
fi
printf '{"user": "%s", "groups": "%s", "capabilities": "%s"}' "$(id -un)" "$(id -Gn)" "$(sed -n 's/^CapEff:.//p' /proc/self/status)"
END
put_jobs actions <<'END'
jobs:
  action-alice: {user: alice, whoami: {}}
  action-root: {whoami: {}}
END

action_is() { contains "$(ctl list-actions -o json "$1")" "$2"; } # KIND PART
job_result() { ctl show --value --property result "$1"; }         # ID
has_result() { # JOB PART
    local id
    id=$(job_starts "$1")
    wait_until 30 state_is "$id" succeeded && contains "$(job_result "$id")" "$2"
}

check "a site's own kind is found" wait_until 30 action_is whoami '"description"'
check "it was asked without any privilege" action_is whoami 'described by jobsched-http'
check "those that come with jobsched describe themselves there, too" wait_until 30 action_is sql '"builtin"'
check "it runs as the job's user" wait_until 30 has_result action-alice '"user":"alice"'
check "without capabilities" has_result action-alice '"capabilities":"0000000000000000"'
check "or as root, if that is the job's" has_result action-root '"user":"root"'

inside chown alice /etc/jobsched/actions/whoami
check "one that belongs to a user is not executed" eval 'id=$(job_starts action-root) && wait_until 30 state_is "$id" failed'
check "and that is said" wait_until 30 action_is whoami 'does not belong to root'
inside rm /etc/jobsched/actions/whoami
inside rm /etc/jobsched.d/actions.yaml
ctl -q reload
