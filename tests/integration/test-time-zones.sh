#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# New time zone data under a running daemon, as a package manager or an administrator puts it there: whatever is planned
# is planned anew at once, without a reload, and nothing that is wrong with it takes a job away.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

host=/usr/share/zoneinfo
if [ ! -e $host/Europe/Berlin ] || [ ! -e $host/Asia/Tokyo ]; then
    echo "no time zone data on this host"
    exit 77
fi

export TZDIR=$S/zoneinfo
fill() { # DIRECTORY ZONE-FILE…   Europe/Berlin and the marker, as a package has them
    mkdir -p "$1/Europe"
    cp "$host/$2" "$1/Europe/Berlin"
    echo "# version $2" >"$1/tzdata.zi"
}
next_due() { schedctl --user show -p NextDue --value "$1"; }
due_in() { contains "$(next_due "$1")" "$2"; }   # JOB TEXT
due_soon() { wait_until 20 due_in "$1" "$2"; }    # JOB TEXT
replace() { # ZONE-FILE   as dpkg does it: written beside it, then renamed
    cp "$host/$1" "$TZDIR/Europe/Berlin.dpkg-new" && mv "$TZDIR/Europe/Berlin.dpkg-new" "$TZDIR/Europe/Berlin"
}

fill "$TZDIR" Europe/Berlin
cat >"$S/jobs/jobs.yaml" <<'EOF'
jobs:
  cron: {command: ["true"], schedule: "0 12 1 1 *", timezone: Europe/Berlin}
  own: {command: ["true"], schedule: {calendar: "*-01-01 12:00:00 Europe/Berlin"}, timezone: UTC}
  limit: {command: ["true"], schedule: {every: 10000d, start: "2040-01-01T12:00"}, timezone: Europe/Berlin}
  utc: {command: ["true"], schedule: "0 12 1 1 *", timezone: UTC}
EOF
cat >"$S/jobs/later.yaml" <<'EOF'
jobs:
  later: {command: ["true"], schedule: "0 12 1 1 *", timezone: Mars/Olympus}
EOF
scheduler_start
check "a job has its zone" due_in cron "-01-01T11:00"
check "a calendar text has its own" due_in own "-01-01T11:00"
check "a start without an offset is local" due_in limit "2040-01-01T11:00"

replace Asia/Tokyo
check "one file is replaced: cron" due_soon cron "-01-01T03:00"
check "a zone in a calendar text" due_soon own "-01-01T03:00"
check "a start that is local" due_soon limit "2040-01-01T03:00"
check "another zone is what it was" due_in utc "-01-01T12:00"

cat "$host/Europe/Berlin" >"$TZDIR/Europe/Berlin"
check "a file is written in place" due_soon cron "-01-01T11:00"

replace Asia/Tokyo
check "replaced once more" due_soon cron "-01-01T03:00"
fill "$S/new" Europe/Berlin
mv "$TZDIR" "$S/old" && mv "$S/new" "$TZDIR"
check "the whole directory is replaced" due_soon cron "-01-01T11:00"
replace Asia/Tokyo
check "what came with it is watched" due_soon cron "-01-01T03:00"

mkdir "$TZDIR/Mars" && cp "$host/Europe/Berlin" "$TZDIR/Mars/Olympus"
check "a zone that was missing comes" due_soon later "-01-01T11:00"

cat >"$S/jobs/held.yaml" <<'EOF'
jobs:
  held: {command: ["true"], schedule: "0 12 1 1 *", timezone: Europe/Berlin}
  faulty: {command: ["true"], schedule: "0 12 1 1 *", timezone: Europe/Berlin}
EOF
check "two more jobs" due_soon held "-01-01T03:00"
has_load_error() { [ -n "$(schedctl --user show -p LoadError --value "$1")" ]; }
sed -i '/faulty/s/12 1 1/61 1 1/' "$S/jobs/held.yaml"
check "one has become wrong" wait_until 20 has_load_error faulty
replace Europe/Berlin
check "what stays in force of it has the new data" due_soon faulty "-01-01T11:00"
echo "rubbish" >>"$S/jobs/held.yaml"
check "the whole file has become wrong" wait_until 20 has_load_error held
replace Asia/Tokyo
check "what stays in force has the new data: one job" due_soon held "-01-01T03:00"
check "and the other" due_soon faulty "-01-01T03:00"
rm "$S/jobs/held.yaml"

echo damaged >"$TZDIR/Europe/Berlin"
check "a damaged file is an error of the job" wait_until 20 has_load_error cron
check "which goes on by what it had" due_in cron "-01-01T03:00"
rm -r "$TZDIR"
check "without any data" wait_until 20 has_load_error later
check "it goes on as well" due_in later "-01-01T11:00"
fill "$TZDIR" Europe/Berlin
check "the data comes back" due_soon cron "-01-01T11:00"
check "and the error is gone" wait_until 20 eval '! has_load_error cron'
finish
