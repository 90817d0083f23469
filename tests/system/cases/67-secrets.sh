# shellcheck shell=bash
# box: unified
# The values of secret parameters reach jobs of systemd's units and of ordinary users, and nobody else.

value=value-of-$RANDOM$RANDOM$RANDOM
digest=$(printf %s "$value" | sha256sum | cut -d ' ' -f 1)

put_jobs secrets <<'END'
templates:
  digest:
    parameters:
      pin: {type: secret, min-length: 4, required: true}
      where: {type: string, default: nowhere}
    job:
      command: |
        sha256sum <"$CREDENTIALS_DIRECTORY/parameter.pin"
        stat -c '%a %U' "$CREDENTIALS_DIRECTORY/parameter.pin"
        echo "where: $JOBSCHED_P_WHERE"
        until [ -e /srv/test/go ]; do sleep 0.05; done
jobs:
  secret-unit: {template: digest, user: alice, unit: {}}
END
schedctl_as() { # USER VERB...
    local user=$1
    shift
    as "$user" schedctl --no-pager --bus "$@" 2>&1
}
wrote() { contains "$(ctl logs -q --no-legend "$1")" "$2"; } # ID|JOB TEXT
# In no environment, no command line, no unit, no record, no database, no log; where the runner keeps it apart.
is_nowhere() { # VALUE
    local found
    found=$(
        inside sh -c 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline' 2>/dev/null | grep -aoF "$1"
        inside grep -srlaF "$1" /run/jobsched-runner/runs /run/jobsched /var/lib/jobsched /run/systemd/transient
        inside systemctl show 'jobsched-*' | grep -F "$1"
        inside journalctl --no-pager -a -o export | grep -aoF "$1"
        ctl -o json list-executions | grep -oF "$1"
    )
    equals "" "$found"
}

# --- a unit, with a credential behind the parameter, and with a value
inside sh -c 'install -d -m 700 /etc/jobsched/credentials && umask 077 && cat >/etc/jobsched/credentials/pin' <<<"$value"
check "a profile may name a credential" ctl -q create-profile with-pin 'pin=${credential:pin}' where=profile
inside rm -f /srv/test/go
id=$(ctl -q start secret-unit -o short --profile with-pin)
check "a job of a unit has it" wait_until 10 wrote "$id" "$(sha256sum <<<"$value" | cut -d ' ' -f 1)"
check "as a file of its user" wrote "$id" "400 alice"
check "what else the profile has is a variable" wrote "$id" "where: profile"
inside touch /srv/test/go
check "it ends" wait_until 10 state_is "$id" succeeded
inside rm -f /srv/test/go
inside sh -c 'cat >/srv/test/made.yaml' <<END
template: digest
user: alice
unit: {}
values: {pin: $value}
END
check "a job of a unit is made with a value" contains "$(ctl create secret-made --file /srv/test/made.yaml)" created
inside rm /srv/test/made.yaml
id=$(job_starts secret-made)
check "it has that" wait_until 10 wrote "$id" "$digest"
check "which is told nowhere else while it runs" is_nowhere "$value"
inside systemctl restart jobschedd.service
check "the daemon is there again" wait_until 20 scheduler_is_up
inside touch /srv/test/go
check "it ends, too" wait_until 10 state_is "$id" succeeded
check "a rename keeps it" contains "$(ctl rename secret-made secret-other)" changed
id=$(job_starts secret-other)
check "under the other name" wait_until 10 wrote "$id" "$digest"
check "and it is told nowhere afterwards" is_nowhere "$value"

# --- ordinary users
inside sh -c 'umask 077; cat >/home/alice/made.yaml; chown alice: /home/alice/made.yaml' <<END
template: digest
profile: place
values: {pin: $value}
END
check "alice makes a profile" contains "$(schedctl_as alice create-profile place where=alices)" "revision 1"
check "and a job with a secret" contains "$(schedctl_as alice create hers --file /home/alice/made.yaml)" created
inside rm /home/alice/made.yaml
check "it runs" contains "$(schedctl_as alice start hers)" "alice/hers: execution"
check "with the secret" wait_until 10 wrote alice/hers "$digest"
check "and her profile" wrote alice/hers "where: alices"
check "hers alone" wrote alice/hers "400 alice"
check "it is told nowhere" is_nowhere "$value"
check "a credential of root is not hers to name" contains \
    "$(schedctl_as alice create thief --template digest -p 'pin=${credential:pin}')" "cannot be a credential"
check "a profile of hers may name one" contains "$(schedctl_as alice create-profile mine 'pin=${credential:pin}')" "revision 1"
check "and a job of hers use it" contains "$(schedctl_as alice create another --template digest --profile mine)" created
check "but it is not given to that" fails schedctl_as alice start another --wait
check "which says so" contains "$(schedctl_as alice why another)" "credentials of the host are for jobs of root only"
check "bob does not see her profile" fails contains "$(schedctl_as bob list-profiles)" place
check "nor change it" contains "$(schedctl_as bob edit-profile alice/place where=bobs)" "is not yours"
schedctl_as bob create his --template digest -p pin=1234 --profile alice/place >"$T/his.out"
check "nor use it" contains "$(schedctl_as bob start his)" "there is no profile 'alice/place'"
inside rm -f /srv/test/go
for job in secret-other alice/hers alice/another bob/his; do ctl -q delete --yes "$job"; done
check "the runner keeps none of it afterwards" wait_until 10 \
    inside sh -c '! ls -A /var/lib/jobsched-runner/secrets | grep -q .'
