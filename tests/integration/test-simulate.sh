#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `schedctl simulate`: jobs of files and of a running daemon, played through a day.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

cat >"$S/jobs/jobs.yaml" <<'EOJ'
jobs:
  backup: {schedule: "30 2 * * *", timezone: Europe/Berlin, command: [/bin/true]}
  often: {schedule: "*/10 * * * *", command: [/bin/true]}
  weekly: {schedule: {calendar: "Mon 06:00"}, command: [/bin/true], except: [{dates: ["2026-03-30"]}]}
  never: {schedule: "* * * * *", command: [/bin/true], enabled: false}
EOJ
mkdir "$S/more"
cat >"$S/more/other.yaml" <<'EOJ'
jobs:
  other: {schedule: "0 12 * * *", command: [/bin/true], timeout: 10min}
EOJ
cat >"$S/more/broken.yaml" <<'EOJ'
jobs:
  broken: {shedule: "0 12 * * *", command: [/bin/true]}
EOJ

ctl() { schedctl --user "$@"; }
status_is() { # WANTED COMMAND…
    local wanted=$1 got=0
    shift
    "$@" >"$S/out" 2>"$S/err" || got=$?
    [ "$got" = "$wanted" ] || {
        echo "wanted exit $wanted, got $got"
        cat "$S/out" "$S/err"
        return 1
    }
}
out_has() { contains "$(cat "$S/out")" "$1"; }
err_has() { contains "$(cat "$S/err")" "$1"; }
json_is() { # EXPRESSION-OVER-d WANTED
    equals "$2" "$(python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$S/out" "$1")"
}
starts='" ".join("%s=%d" % (j["job"], j["starts"]) for j in d["jobs"])'
day="--from=2026-03-29T00:00:00 --until=2026-03-30T12:00:00"

# --- files --------------------------------------------------------------------------------------------

# shellcheck disable=SC2086 # several words
{
    check "the configuration, without a daemon" status_is 0 ctl -o json simulate $day
    check "it is said that there is no daemon" err_has "jobschedd does not answer"
    check "each job has its starts" json_is "$starts" "backup=2 never=0 often=217 weekly=0"
    check "a gap is noted" json_is '[e["notes"] for e in d["events"] if e["job"] == "backup"]' "[['gap'], []]"
    check "exceptions are told" json_is \
        '[(e["reason"], e["due"], e["count"]) for e in d["events"] if e["job"] == "weekly"]' \
        "[('excepted', '2026-03-30T06:00:00.000000Z', 1)]"
    check "events are in order" json_is \
        '(lambda t: t == sorted(t))([e["start"] for e in d["events"] if e["start"]])' True
    check "hours" json_is 'd["hours"][1]' "{'begin': '2026-03-29T01:00:00.000000Z', 'starts': 7, 'most': 2}"
    check "the peak" json_is '(d["most"], d["most_at"])' "(2, '2026-03-29T01:00:00.000000Z')"
    check "one that takes too long" status_is 0 ctl -o json simulate $day --duration=1min,often=25min
    check "overlap skips" json_is '[(j["starts"], j["overlap"]) for j in d["jobs"] if j["job"] == "often"]' "[(73, 144)]"
    check "some jobs only" status_is 0 ctl -o json simulate $day backup 'week*'
    check "those that were named" json_is "$starts" "backup=2 weekly=0"
    check "no such job" status_is 4 ctl simulate $day nothing
    check "another directory" status_is 0 ctl -o json simulate $day --path="$S/more"
    check "its jobs" json_is "$starts" "other=2"
    check "its faults" err_has "unknown key 'shedule'"
    check "another file, a duration" status_is 0 ctl -o json simulate $day --path="$S/more/other.yaml" --duration=1h
    check "nothing takes longer than its timeout" json_is 'd["jobs"][0]["duration_seconds"]' 600
    check "no such file" status_is 1 ctl simulate $day --path="$S/nothing"
    check "no such duration" status_is 2 ctl simulate $day --duration=often=soon
    check "backwards" status_is 2 ctl simulate --from=2026-03-29 --until=2026-03-28
    check "too much" status_is 1 ctl simulate --from=2026-01-01 --until=2125-01-01 often
    check "too much: what to do" err_has "choose a shorter span"
    check "a table" status_is 0 ctl simulate $day -n 3 --duration=often=25min
    check "a table: what is skipped" out_has "skipped (overlap)"
    check "a table: how many more" out_has "… and "
    check "a table: the chart" out_has "Sun 2026-03-29 01:00 █"
    check "a table: the peak" out_has "Most at once: 2, at Sun 2026-03-29 01:00:00 UTC."
    check "a long span" status_is 0 ctl simulate --from=2026-01-01 --until=2027-01-01
    check "a long span: the hours of the day" out_has "Starts in each hour of the day"
    check "short" equals "2026-03-29T01:00:00.000000Z backup" "$(ctl -o short simulate $day backup 2>/dev/null | head -n 1)"
    check "YAML" status_is 0 ctl -o yaml simulate $day backup
    check "YAML: its keys" out_has "most_at: "
    check "nothing at all" status_is 0 ctl simulate --from=2026-03-29T00:00:30 --until=2026-03-29T00:00:40
    check "nothing at all is said" out_has "Nothing starts in that time."
}

# --- the daemon ---------------------------------------------------------------------------------------

# Hours away, so that nothing waits for its delay now.
cat >"$S/jobs/slow.yaml" <<EOJ
jobs:
  slow: {schedule: "0 * * * *", command: [sleep, "1"]}
  delayed: {schedule: "0 $(((10#$(date +%H) + 6) % 12)) * * *", random-delay: 10min, command: [/bin/true]}
EOJ
scheduler_start
check "the runner is there" wait_until 20 runner_is_there
check "a job is paused" ctl pause often
check "an execution is history" ctl start --wait slow
check "list-timers" status_is 0 ctl -o json list-timers delayed
check "list-timers has its keys in their order" json_is '",".join(d[0])' \
    "job,schedule,next_due,next_start,left_seconds,last_due,last_started,passed_seconds"
check "list-timers: the start is behind the due time" json_is 'd[0]["next_due"] < d[0]["next_start"]' True
check "list-timers: columns" status_is 0 ctl list-timers
check "list-timers: the columns of systemctl" equals "NEXT LEFT LAST PASSED JOB SCHEDULE" \
    "$(head -n 1 "$S/out" | tr -s ' ')"
check "list-timers leaves out what has no next start" equals "" "$(ctl -o short list-timers never)"
check "list-timers --all does not" equals "never" "$(ctl -o short list-timers --all never)"
# shellcheck disable=SC2086 # several words
{
    check "the random delay is the daemon's" equals "$(ctl show delayed -p next_start --value)" \
        "$(ctl -o short simulate delayed | cut -d ' ' -f 1)"
    check "the daemon's jobs" status_is 0 ctl -o json simulate $day
    check "nothing is said" equals "" "$(cat "$S/err")"
    check "the daemon's starts" json_is "$starts" "backup=2 delayed=2 never=0 often=0 slow=37 weekly=0"
    check "what is paused is skipped" json_is '[j["paused"] for j in d["jobs"] if j["job"] == "often"]' "[217]"
    check "history says how long" json_is '[1 <= j["duration_seconds"] < 30 for j in d["jobs"] if j["job"] == "slow"]' \
        "[True]"
    check "an option is stronger" status_is 0 ctl -o json simulate $day --duration=2min slow
    check "as it says" json_is 'd["jobs"][0]["duration_seconds"]' 120
    check "no such job of the daemon" status_is 4 ctl simulate $day nothing
}

finish
