# shellcheck shell=bash
# box: main
# An ordinary user's own instance: in a session, with and without the units, and with no systemd around it.

in_session() { box exec-as alice bash -c "$1"; }
inside install -d -o alice -g alice /home/alice/.config /home/alice/.config/jobsched.d
inside sh -c 'cat >/home/alice/.config/jobsched.d/mine.yaml; chown alice: /home/alice/.config/jobsched.d/mine.yaml' <<'END'
jobs:
  mine: {command: "id -un; echo from $JOBSCHED_JOB"}
  unit: {unit: {PrivateTmp: false}, credentials: key, command: "id -un; cat $CREDENTIALS_DIRECTORY/key; sed -n s/^0:://p /proc/self/cgroup"}
  keyed: {credentials: key, command: "stat -c %a $CREDENTIALS_DIRECTORY; cat $CREDENTIALS_DIRECTORY/key"}
  often: {schedule: {every: 1s}, command: [/bin/true]}
END
inside runuser -u alice -- sh -c 'umask 077; mkdir -p ~/.config/jobsched/credentials; echo "of alice" >~/.config/jobsched/credentials/key'
inside loginctl enable-linger alice

check "without units the daemon starts its runner" contains "$(in_session '
    jobschedd --user >/tmp/user.log 2>&1 &
    for ((i = 0; i < 600; i++)); do schedctl --user show 2>&1 | grep -qx runner_connected=true && break; sleep 0.05; done
    schedctl --user --no-pager start --follow mine; echo "status $?"
    kill %1; wait; pkill -u alice -x jobsched-runner' 2>&1)" $'alice\nfrom mine\nstatus 0'

check "with units it is started by systemd" contains "$(in_session '
    systemctl --user enable --now jobschedd.service && systemctl --user is-active jobschedd.service' 2>&1)" active
check "it answers" wait_until 30 in_session 'schedctl --user --no-pager -q show'
check "and runs the user's jobs" contains "$(in_session 'schedctl --user --no-pager start --follow mine; echo "status $?"' 2>&1)" \
    $'alice\nfrom mine\nstatus 0'
check "its runner is the unit's" contains "$(in_session 'systemctl --user is-active jobsched-runner.service' 2>&1)" active
check "a credential of the user's own" contains "$(in_session 'schedctl --user --no-pager start --follow keyed' 2>&1)" $'500\nof alice'
check "a unit of the user's service manager" contains "$(in_session 'schedctl --user --no-pager start --follow unit' 2>&1)" $'alice\nof alice\n'
check "by its schedule, too" wait_until 30 in_session 'schedctl --user --no-pager list-executions often --state=succeeded -o short | grep -q .'
check "it lives on after the session, with lingering" contains \
    "$(in_session 'schedctl --user --no-pager list-executions often -o short | wc -l; systemctl --user is-active jobschedd')" active
check "on the user's bus" contains "$(in_session 'busctl --user call org.jobsched1 /org/jobsched1 org.jobsched1.Manager GetJob s mine' 2>&1)" /job/mine
check "the journal has its output, for the user" contains "$(in_session 'journalctl --user -o cat JOBSCHED_JOB=mine' 2>&1)" "from mine"
check "another user cannot reach it" fails as bob test -r /run/user/3001/jobsched/control
in_session 'systemctl --user disable --now jobschedd.service jobsched-runner.service jobsched-runner.socket' >/dev/null 2>&1
inside loginctl disable-linger alice
