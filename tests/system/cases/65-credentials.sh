# shellcheck shell=bash
# box: unified
# Secrets reach the job they are for, in memory, and nothing and nobody else.

secret=credential-of-$RANDOM$RANDOM$RANDOM
hidden=encrypted-of-$RANDOM$RANDOM$RANDOM
store_secret() { # FILE MODE
    inside sh -c "install -d -m 700 $(dirname "$1") && umask 077 && cat >$1 && chmod $2 $1" <<<"$secret"
}
store_secret /etc/jobsched/credentials/own 600
store_secret /etc/credstore/systemds 600
store_secret /etc/jobsched/credentials/readable 644
inside ln -s own /etc/jobsched/credentials/link

put_jobs credentials <<'END'
jobs:
  credentials:
    user: alice
    credentials: [own, systemds]
    command: |
      cd "$CREDENTIALS_DIRECTORY"
      stat -c '%a %U' . own systemds
      stat -f -c %T .
      sha256sum <own; sha256sum <systemds
      until [ -e /srv/test/go ]; do sleep 0.05; done
  credentials-unit:
    user: alice
    unit: {}
    credentials: [own, systemds]
    command: |
      cd "$CREDENTIALS_DIRECTORY"
      sha256sum <own; sha256sum <systemds
      until [ -e /srv/test/go ]; do sleep 0.05; done
  credentials-missing: {credentials: nosuch, command: "true"}
  credentials-missing-unit: {credentials: nosuch, unit: {}, command: "true"}
  credentials-readable: {credentials: readable, command: "true"}
  credentials-link: {credentials: link, command: "true"}
  credentials-encrypted: {credentials: hidden, command: "sha256sum <$CREDENTIALS_DIRECTORY/hidden"}
  credentials-encrypted-unit: {credentials: hidden, unit: {}, command: "sha256sum <$CREDENTIALS_DIRECTORY/hidden"}
  credentials-damaged: {credentials: damaged, command: "true"}
END
digest_of() { sha256sum <<<"$1"; }
directory_is_empty() { equals "" "$(inside ls -A /run/jobsched-runner/credentials)"; }
has_digests() { # ID: the output has both
    equals 2 "$(ctl logs "$1" -o short | grep -cF "$(digest_of "$secret")")"
}
# In no environment, no command line, no record, no database, no log; the files themselves apart.
is_told_nowhere() {
    if inside sh -c 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline' 2>/dev/null | grep -qaF "$1"; then
        echo "it is in an environment or a command line"
        return 1
    fi
    if inside grep -srlaF "$1" /run/jobsched-runner/runs /run/jobsched /var/lib/jobsched /run/systemd/transient; then return 1; fi
    if inside journalctl --no-pager -a -o export | grep -aF "$1"; then return 1; fi
    if ctl show credentials | grep -F "$1"; then return 1; fi
}

inside rm -f /srv/test/go
id=$(job_starts credentials)
check "a job has its credentials" wait_until 30 has_digests "$id"
output=$(ctl logs "$id" -o short)
check "in a directory and files of its user alone" contains "$output" $'500 alice\n400 alice\n400 alice\n'
check "in memory" contains "$output" tmpfs
check "while it runs they are told nowhere" is_told_nowhere "$secret"
inside systemctl reload jobsched-runner.service
wait_until 30 scheduler_is_up
check "they are kept over a reload of the runner" fails directory_is_empty
inside touch /srv/test/go
check "it ends" wait_until 30 state_is "$id" succeeded
check "and they are gone" directory_is_empty
inside rm /srv/test/go

id=$(job_starts credentials)
wait_until 30 has_digests "$id"
inside kill -KILL "$(unit_property jobsched-runner.service MainPID)"
check "a runner that is killed comes back" wait_until 30 scheduler_is_up
check "and has taken them away" directory_is_empty

id=$(job_starts credentials-unit)
check "a unit has its credentials" wait_until 30 has_digests "$id"
check "they are told nowhere, either" is_told_nowhere "$secret"
inside touch /srv/test/go
check "it ends, too" wait_until 30 state_is "$id" succeeded
inside rm /srv/test/go

refused_for() { # JOB TEXT...
    local id job=$1
    id=$(job_starts "$job")
    wait_until 30 state_is "$id" failed && equals launch "$(property "$id" reason)" || return 1
    shift
    while [ $# -gt 0 ]; do
        contains "$(ctl status "$id" 2>&1 | tr -s '\n ' ' ')" "$1" || return 1
        shift
    done
}
check "one that is missing is named, and where it was looked for" refused_for credentials-missing "'nosuch'" /etc/jobsched/credentials /etc/credstore
check "also for a unit" refused_for credentials-missing-unit "'nosuch'" /etc/jobsched/credentials
check "one that others may read is not used" refused_for credentials-readable "others may read it"
check "a symbolic link is not followed" refused_for credentials-link "symbolic link"

store_encrypted() { # with the host's key: there is no TPM here
    inside sh -c 'install -d -m 700 /etc/credstore.encrypted && systemd-creds encrypt --with-key=host --name=hidden - /etc/credstore.encrypted/hidden' \
        <<<"$hidden"
}
if store_encrypted >"$T/creds.out" 2>&1; then
    check "an encrypted one is decrypted" contains "$(ctl start --follow credentials-encrypted)" "$(digest_of "$hidden")"
    check "for a unit by systemd" contains "$(ctl start --follow credentials-encrypted-unit)" "$(digest_of "$hidden")"
    check "what was encrypted is told nowhere" is_told_nowhere "$hidden"
else
    echo "  systemd-creds cannot encrypt here: $(tail -n 1 "$T/creds.out")"
fi
inside sh -c 'install -d -m 700 /etc/credstore.encrypted && echo nonsense >/etc/credstore.encrypted/damaged'
check "what cannot be decrypted is said" refused_for credentials-damaged "cannot decrypt the credential" damaged
check "nothing is left of it all" directory_is_empty
