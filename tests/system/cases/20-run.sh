# shellcheck shell=bash
# box: main
# Jobs run: at their time, as the right user, recorded, in the journal.

due=$(($(date +%s) + 10)) # time to put it there
put_jobs due <<END
jobs:
  as-alice:
    schedule: {at: "@$due"}
    user: alice
    umask: "0027"
    environment: {GREETING: "good morning"}
    command: |
      date +%s.%N
      id -un; id -gn; pwd; umask
      echo "\$HOME \$USER \$LOGNAME \$SHELL \$GREETING"
      echo "to stderr" >&2
      exit 3
END
check "it has run" wait_until 30 state_is as-alice finished
id=$(property as-alice last_execution)
output=$(ctl logs "$id" -o short 2>&1)
check "not before its time" [ "$(head -n 1 <<<"$output" | cut -d. -f1)" -ge "$due" ]
check "which is recorded" equals "$due" "$(date -d "$(property "$id" due)" +%s)"
check "as its user" contains "$output" $'alice\nalice\n/home/alice\n0027'
check "in a new environment" contains "$output" "/home/alice alice alice /bin/sh good morning"
check "its state is recorded" state_is "$id" failed
check "and its exit code" equals 3 "$(property "$id" exit_code)"
check "the journal has its output by job" contains "$(inside journalctl -o cat JOBSCHED_JOB=as-alice)" "good morning"
check "and by execution and stream" equals "to stderr" \
    "$(inside journalctl -o cat JOBSCHED_EXECUTION="$id" JOBSCHED_STREAM=stderr)"
check "the catalog explains it" contains "$(inside journalctl -x JOBSCHED_JOB=as-alice)" "did not succeed"

put_jobs plain <<END
jobs:
  hello: {command: "echo hello; id -un"}
  root-dir: {command: "pwd", user: root}
  nobody-there: {command: "true", user: nosuchuser}
  daemons-account: {command: "id", user: jobsched}
  no-shell: {command: "true", shell: /bin/nosuchshell}
  no-program: {command: [/nosuchprogram]}
  no-directory: {command: "true", directory: /nosuchdirectory, user: alice}
  chatter: {command: "seq 1 20000"}
  gigabyte: {command: "head -c 1G /dev/zero", output: {journal: false}}
  long: {command: "until [ -e /srv/test/go ]; do sleep 0.05; done; rm /srv/test/go; exit 7", user: bob}
END
check "started by hand as root" contains "$(ctl start --follow hello)" $'hello\nroot'
refused() { # JOB REASON TEXT
    local id
    id=$(job_starts "$1")
    wait_until 30 state_is "$id" failed && equals "$2" "$(property "$id" reason)" && contains "$(ctl status "$id" 2>&1)" "$3"
}
check "a user that is not there is said" refused nobody-there account nosuchuser
check "nothing runs as the daemon's account" refused daemons-account account jobsched
check "a shell that is not there is said" refused no-shell launch nosuchshell
check "a program that is not there is said" refused no-program launch nosuchprogram
check "a directory that is not there is said" refused no-directory launch nosuchdirectory
id=$(job_starts gigabyte)
check "a gigabyte of output does no harm" wait_until 200 state_is "$id" succeeded
check "it is counted" equals 1073741824 "$(property "$id" output_bytes)"

id=$(job_starts chatter)
check "long output is kept in part" eval 'wait_until 30 state_is "$id" succeeded && property "$id" output_truncated | grep -q true'
inside journalctl --sync
check "and shown whole, from the journal" equals "$(seq 1 20000 | md5sum)" "$(ctl -q logs "$id" | md5sum)"
check "its last lines" equals $'19999\n20000' "$(ctl -q logs -n2 "$id")"

# A file that is not root's, or that others may write, is not read.
inside sh -c 'printf "jobs: {evil: {command: id}}\n" >/etc/jobsched.d/evil.yaml; chmod 666 /etc/jobsched.d/evil.yaml'
ctl -q reload
check "a file that everyone may write is refused" contains "$(ctl status 2>&1)" "evil.yaml"
check "and its job is not there" fails ctl show evil
inside sh -c 'chmod 600 /etc/jobsched.d/evil.yaml'
check "one that only root may read is read, without a reload" wait_until 30 ctl -q show evil
inside chown alice /etc/jobsched.d/evil.yaml
ctl -q reload
check "one of another user is refused" contains "$(ctl status 2>&1)" "evil.yaml"
inside rm /etc/jobsched.d/evil.yaml
ctl -q reload
