#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The disk and what is on it: full, read-only, damaged, from the future, taken by another daemon. The daemon says what
# is wrong and what to do, changes no file that it does not understand, starts no job that it cannot record, and goes
# on by itself when the disk takes data again.
#
# The parts with a full disk need a small file system (tmpfs), thus root; without it they are left out.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

is_mounted=
clean_up_disk() {
    rm -f "$S/state/ballast" "$S/runner/ballast" # so that the daemon can stop in peace
    scheduler_stop
    [ -z "$is_mounted" ] || umount -l "$S/state" "$S/runner"
    clean_up
}
trap clean_up_disk EXIT

cat >"$S/jobs/jobs.yaml" <<EOF
defaults: {output: {journal: false}}
jobs:
  probe: {command: ["true"]}
  mark: {command: "echo \$JOBSCHED_EXECUTION >>$S/marks"}
  waits: {command: "until [ -e $S/waits.end ]; do sleep 0.05; done; echo the end; exit 7"}
  ticker:
    schedule: {every: 1s, start: 2026-01-01T00:00:00Z}
    command: "echo \$JOBSCHED_EXECUTION >>$S/ticks"
EOF
touch "$S/marks" "$S/ticks"

# Starts a daemon that is expected to give up, and keeps what it said.
refuses() { # PART-OF-THE-MESSAGE [COMMAND…]
    local part=$1 r
    shift
    bounded 60 "$@" jobschedd --user --no-bus >"$S/refusal" 2>&1 </dev/null
    r=$?
    cat "$S/refusal"
    [ "$r" != 0 ] && [ "$r" != 124 ] && grep -qF -- "$part" "$S/refusal"
}

# --- damaged, newer, foreign, taken ---------------------------------------------------------------------------

database=$S/state/jobsched.db
scheduler_start
wait_until 20 runner_is_there
check "jobs run" daemon_works
check "a second daemon is refused" refuses "Another jobschedd runs already"
check "a second daemon with another runtime directory is refused" \
    refuses "is in use by another jobschedd (process $daemon_pid)" env JOBSCHED_RUNTIME_DIR="$S/run2"
check "the first one goes on" daemon_works
scheduler_stop
query "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
cp "$database" "$S/good.db"

wrecked() { # FACT MESSAGE
    cp "$database" "$S/wrecked.db"
    check "$1 is refused" refuses "$2"
    check "$1 is named" grep -qF "$database" "$S/refusal"
    check "$1 stays as it was" cmp "$database" "$S/wrecked.db"
    rm -f "$database" "$database"-*
    cp "$S/good.db" "$database"
}
sqlite3 "$database" "PRAGMA user_version = 9999"
wrecked "a database of a newer version" "was made by a newer version of jobsched"
dd if=/dev/urandom of="$database" bs=100 count=1 conv=notrunc 2>/dev/null
wrecked "a database without a header" "It was not changed"
# Behind the header every page of the schema and of the tables is nonsense.
dd if=/dev/urandom of="$database" bs=512 seek=1 count=60 conv=notrunc 2>/dev/null
wrecked "a damaged database" "is damaged"
truncate -s 5000 "$database"
wrecked "a cut off database" "is damaged"
echo "Dear diary" >"$database"
wrecked "a text file" "It was not changed"
rm "$database" && sqlite3 "$database" "CREATE TABLE recipe (name TEXT)"
wrecked "another program's database" "is a database of another program"
rm "$database" && mkdir "$database"
check "a directory in its place is refused" refuses "$database"
rmdir "$database" && cp "$S/good.db" "$database"
scheduler_start
check "the daemon works with the good copy" daemon_works
scheduler_stop

# --- as an ordinary user: what may not be written -------------------------------------------------------------

if [ "$(id -u)" = 0 ]; then
    as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
else
    as_nobody=(env)
fi
N=$S/nobody
mkdir "$N" "$N/jobs" "$N/state" "$N/run" "$N/runner"
chmod 755 "$S"
[ "$(id -u)" != 0 ] || chown -R 65534:65534 "$N"
as_nobody+=(env "JOBSCHED_CONFIG_FILE=$N/jobsched.yaml" "JOBSCHED_CONFIG_PATH=$N/jobs" "JOBSCHED_STATE_DIR=$N/state"
    "JOBSCHED_RUNTIME_DIR=$N/run" "JOBSCHED_RUNNER_DIR=$N/runner" "HOME=$N")
# (Where nobody may not reach the build directory there is nothing to try.)
if "${as_nobody[@]}" sh -c '"$0" --version' "$programs/jobschedd" >/dev/null 2>&1; then
    chmod 500 "$N/state"
    check "a state directory without leave to write is refused" refuses "$N/state" "${as_nobody[@]}"
    check "with a reason" grep -q "may not be opened\|Permission denied" "$S/refusal"
    chmod 700 "$N/state" && chmod 500 "$N/run"
    check "so is such a runtime directory" refuses "$N/run" "${as_nobody[@]}"
    chmod 700 "$N/run"
else
    echo "left out: nobody may not execute $programs/jobschedd"
fi

# --- full -----------------------------------------------------------------------------------------------------

[ "$(id -u)" = 0 ] && mount -t tmpfs -o size=4m,mode=700 jobsched-test "$S/state" 2>/dev/null && is_mounted=1
if [ -z "$is_mounted" ]; then
    echo "left out: a full disk, since no tmpfs can be mounted here"
    finish
fi
for pid in $(runner_pids); do kill -TERM "$pid" && wait_until 20 [ ! -e "/proc/$pid" ]; done
mount -t tmpfs -o size=1m,mode=700 jobsched-test "$S/runner"
# A new database numbers its executions from 1 again.
: >"$S/ticks"
: >"$S/marks"

fill() { cat /dev/zero >"$1/ballast" 2>/dev/null; true; }
ticked_since() { [ "$(wc -l <"$S/ticks")" -gt "$1" ]; }

scheduler_start
wait_until 20 runner_is_there
check "jobs run on a small disk" daemon_works
check "one that waits" schedctl --user start waits
check "runs" wait_until 20 row_is state waits running

fill "$S/state"
check "the daemon says that the disk is full" wait_until 20 log_has "file system is full"
touch "$S/waits.end"
n=$(wc -l <"$S/ticks")
schedctl --user start mark >"$S/start.out" 2>&1 &
starter=$!
# What was begun before may end; then nothing can be recorded, so nothing starts.
check "the daemon answers with a full disk" wait_until 20 daemon_answers
read -r -t 2.5 <>"$S/never"
check "what cannot be recorded is not started" equals "" "$(cat "$S/marks")"
n_ticks_full=$(($(wc -l <"$S/ticks") - n))
check "occurrences neither, beyond those written ahead" [ "$n_ticks_full" -le 3 ]
check "the daemon lives" kill -0 "$daemon_pid"
rm "$S/state/ballast"
check "the daemon says that the disk takes data again" wait_until 20 log_has "can be written again"
check "a job that ended meanwhile has its true outcome" wait_until 20 row_is "state, exit_code" waits "failed|7"
wait_for "$starter" 60
check "who asked to start a job was told" [ -s "$S/start.out" ]
n=$(wc -l <"$S/ticks")
check "occurrences go on" wait_until 20 ticked_since "$n"
check "jobs run again" daemon_works
rows_of_ticker="SELECT due, due_last, lag(due_last) OVER (ORDER BY due) AS previous FROM execution
                WHERE job = 'ticker' AND cause IN ('schedule', 'catch-up') AND state != 'armed'"
check "no occurrence is without a row" equals "" \
    "$(query "WITH r AS ($rows_of_ticker) SELECT * FROM r WHERE previous IS NOT NULL AND due != previous + 1000000")"
check "no occurrence ran twice" equals "" "$(sort "$S/ticks" | uniq -d)"

# The runner's directory. A job that ends would give back the page that its record had.
schedctl --user pause ticker
no_record_is_left() { equals "" "$(find "$S/runner/runs" -name '*.*.*')"; }
check "the runner has no record left" wait_until 20 no_record_is_left
fill "$S/runner"
schedctl --user start --wait probe >"$S/start.out" 2>&1
check "a run that the runner cannot note is not started" row_is "state, reason" probe "failed|launch"
check "and says why" contains "$(query "SELECT reason_detail FROM execution WHERE job = 'probe' ORDER BY id DESC LIMIT 1")" \
    "the runner's directory: No space left"
rm "$S/runner/ballast"
check "jobs run again when there is space" daemon_works
rm -f "$S/waits.end"
check "one that waits, again" schedctl --user start waits
check "runs, again" wait_until 20 row_is state waits running
fill "$S/runner"
touch "$S/waits.end"
check "an outcome that does not fit on the disk is told all the same" wait_until 20 row_is "state, exit_code" waits "failed|7"
check "with its output" contains "$(schedctl --user logs waits)" "the end"
rm "$S/runner/ballast"

# A start with a full disk: it may give up, or wait for space.
scheduler_stop
fill "$S/state"
jobschedd --user --no-bus >"$S/refusal" 2>&1 </dev/null &
daemon_pid=$!
check "a daemon that starts on a full disk says so" wait_until 20 grep -q "is full" "$S/refusal"
scheduler_kill
rm "$S/state/ballast"
scheduler_start
check "and starts when there is space" daemon_works
scheduler_stop
check "the database is sound" equals ok "$(query 'PRAGMA integrity_check')"
finish
