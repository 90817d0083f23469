#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `schedctl calendar` as a user and as a program call it: its options, and --batch.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

calendar() { schedctl --user calendar "$@"; }
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
prints() { # WANTED OPTION…   one due time a line
    local wanted=$1
    shift
    equals "$wanted" "$(calendar -o short "$@" | tr '\n' ' ')"
}
due_of() { calendar -o short --hash-key="$1" --from=2026-01-01 "H H * * *"; } # HASH-KEY
hash_keys_differ() { [ "$(due_of a)" = "$(due_of a)" ] && [ "$(due_of a)" != "$(due_of b)" ]; }
python() { python3 -c "$@"; }

# --- options ------------------------------------------------------------------------------------------

berlin="--timezone=Europe/Berlin --from=2026-03-28"
# shellcheck disable=SC2086 # two words
{
    check "times later than --from" prints "2026-03-28T01:30:00.000000Z 2026-03-29T01:00:00.000000Z " \
        $berlin -n2 "30 2 * * *"
    check "--count" prints "2026-03-28T01:30:00.000000Z 2026-03-29T01:00:00.000000Z " $berlin --count=2 "30 2 * * *"
    check "--until" prints "2026-03-28T01:30:00.000000Z " $berlin -n9 --until=2026-03-28 "30 2 * * *"
    check "--reverse" prints "2026-03-27T01:30:00.000000Z 2026-03-26T01:30:00.000000Z " $berlin -n2 --reverse "30 2 * * *"
    check "--end" prints "2026-03-28T01:30:00.000000Z " $berlin -n9 --end=2026-03-28 "30 2 * * *"
    check "--start" prints "2026-04-05T00:30:00.000000Z " $berlin --start=2026-04-05 "30 2 * * *"
    check "--start is the anchor of every" prints "2026-03-28T00:00:00.000000Z " \
        $berlin --start=2026-01-01T01:00:00 "1h"
    check "--days=or" prints "2026-03-30T22:00:00.000000Z " --days=or --timezone=Europe/Berlin --from=2026-03-29T12:00 \
        "0 0 31 * 2-3"
    check "--days=and" prints "2026-03-30T22:00:00.000000Z 2026-06-29T22:00:00.000000Z " --days=and -n2 \
        --timezone=Europe/Berlin --from=2026-03-29T12:00 "0 0 30,31 * 2-3"
    check "--dialect" status_is 1 calendar --dialect=vixie "0 0 L * *"
    check "--kind" status_is 1 calendar --kind=every "30 2 * * *"
    check "--dst-gap" prints "2026-03-29T01:30:00.000000Z " --dst-gap=shift --timezone=Europe/Berlin \
        --from=2026-03-28T12:00 "30 2 * * *"
    check "--dst-overlap" prints "2026-10-25T01:30:00.000000Z " --dst-overlap=second --timezone=Europe/Berlin \
        --from=2026-10-24T12:00 "30 2 * * *"
    check "--hash-key spreads" hash_keys_differ
    check "--random-delay" status_is 0 calendar $berlin --hash-key=a --random-delay=1h "30 2 * * *"
    check "--random-delay shows the start" out_has "starts: "
    check "the note of a gap" status_is 0 calendar $berlin -n2 "30 2 * * *"
    check "the note of a gap is shown" out_has "note: gap"
    check "relative times" status_is 0 calendar --from=-2h --until=tomorrow -n3 "@hourly"
}
check "no such word" status_is 2 calendar --dst-gap=jump "30 2 * * *"
check "no such word: which there are" err_has "auto run skip shift"
check "no such zone" status_is 2 calendar --timezone=Mars/Base "30 2 * * *"
check "no such time" status_is 2 calendar --from=whenever "30 2 * * *"
check "too many times" status_is 2 calendar -n100001 "30 2 * * *"
check "no expression" status_is 2 calendar
check "never again is a warning" status_is 0 calendar 2020-01-01T00:00
check "never again is said" out_has "it never comes again"
check "a long list" equals 100000 "$(calendar -o short -n100000 '* * * * *' | wc -l)"
check "JSON" status_is 0 calendar -o json "30 2 * * *"
check "JSON is what --batch says" python '
import json, subprocess, sys
one = json.load(open(sys.argv[1]))
line = json.dumps({"expression": "30 2 * * *", "from": one["next"][0]["utc"], "reverse": False})
batch = json.loads(subprocess.run(["schedctl", "calendar", "--batch"], input=line, text=True, capture_output=True).stdout)
assert list(batch) == list(one), (batch, one)
one.pop("next"); batch.pop("next")
assert batch == one, (batch, one)' "$S/out"
check "YAML" status_is 0 calendar -o yaml "30 2 * * *"
check "YAML has the keys" out_has "interval_like: false"

# --- batch --------------------------------------------------------------------------------------------

check "beside --batch there is the zone only" status_is 2 calendar --batch --from=today
check "no expression beside --batch" status_is 2 calendar --batch "30 2 * * *"
check "an empty batch" status_is 0 calendar --batch
check "nothing is answered to nothing" equals "" "$(cat "$S/out")"
answer() { printf '%s\n' "$1" | calendar --batch --timezone=Europe/Berlin >"$S/out"; } # REQUEST
times() { # REQUEST WANTED   times and notes of the answer, or its error
    answer "$1" || return
    equals "$2" "$(python '
import json, sys
for line in open(sys.argv[1]):
    reply = json.loads(line)
    if "error" in reply:
        e = reply["error"]
        print(e["code"], e["field"], e["offset"])
    for t in reply.get("next", []):
        print(t["local"], *t["notes"], *([t["count"]] if "count" in t else []))' "$S/out")"
}
check "batch: the zone of the command line" times \
    '{"expression":"30 2 * * *","from":"2026-03-28T12:00"}' "2026-03-29T03:00:00+02:00 gap"
check "batch: an overlap, first pass" times \
    '{"expression":"30 2 * * *","from":"2026-10-24T12:00"}' "2026-10-25T02:30:00+02:00 overlap-first"
check "batch: an overlap, both passes" times \
    '{"expression":"*/30 2 * * *","from":"2026-10-25T00:00","count":4}' "2026-10-25T02:00:00+02:00 overlap-first
2026-10-25T02:30:00+02:00 overlap-first
2026-10-25T02:00:00+01:00 overlap-second
2026-10-25T02:30:00+01:00 overlap-second"
check "batch: several in a gap are one" times \
    '{"expression":"0,20,40 2 * * *","from":"2026-03-28T12:00"}' "2026-03-29T03:00:00+02:00 gap collapsed 3"
check "batch: an interval skips the gap" times \
    '{"expression":"*/30 * * * *","from":"2026-03-29T01:30"}' "2026-03-29T03:00:00+02:00"
check "batch: half an hour of summer time" times \
    '{"expression":"15 2 * * *","timezone":"Australia/Lord_Howe","from":"2026-10-03T12:00"}' \
    "2026-10-04T02:30:00+11:00 gap"
check "batch: a day that was not" times \
    '{"expression":"0 12 30 12 *","timezone":"Pacific/Apia","from":"2011-12-29T20:00","until":"2012-01-05"}' \
    "2011-12-31T00:00:00+14:00 gap"
check "batch: exceptions" times \
    '{"expression":"0 12 * * *","from":"2026-12-23T12:00","except":[{"dates":["12-24..12-26"]},{"days":"Sun"}]}' \
    "2026-12-28T12:00:00+01:00"
check "batch: a fault in exceptions" times '{"expression":"@daily","except":[{"days":"Someday"}]}' "value except None"
check "batch: a zone in the text" times \
    '{"expression":"Mon *-*-* 06:00 America/New_York","timezone":"UTC","from":"2026-03-07"}' \
    "2026-03-09T06:00:00-04:00"
if [ "$(calendar -o short --from=2026-01-01 --timezone=UTC "FREQ=DAILY" 2>/dev/null)" ]; then # a build with libical
    check "batch: a recurrence rule" times \
        '{"expression":"FREQ=MONTHLY;BYDAY=-1FR","start":"2026-01-01T08:00","from":"2026-03-01","count":2}' \
        "2026-03-27T08:00:00+01:00
2026-04-24T08:00:00+02:00"
    check "batch: a recurrence rule shifts over a gap" times \
        '{"expression":"FREQ=DAILY","start":"2026-01-01T02:30","from":"2026-03-28T12:00"}' \
        "2026-03-29T03:30:00+02:00 shifted"
fi
check "batch: a fault is located" times '{"expression":"1 99 * * *"}' "syntax expression 2"
check "batch: an unknown key" times '{"expression":"@daily","tz":"UTC"}' "field tz None"
check "batch: a wrong type" times '{"expression":"@daily","count":"1"}' "value count None"
check "batch: no such zone" times '{"expression":"@daily","timezone":"Mars/Base"}' "zone timezone None"
check "batch: no JSON" times '{"expression":' "json None None"
check "batch: an ID of any type" answer '{"id":[1,{"a":null}],"expression":"@daily"}'
check "batch: the ID comes first" equals '{"id":[1,{"a":null}],' "$(cut -c 1-21 "$S/out")"
check "batch: a fault is no failure of the program" status_is 0 calendar --batch <<<'nonsense'

check "batch: many lines in order" python '
import json, subprocess
texts = ["30 2 * * *", "*/15 9-17 * * mon-fri", "nonsense", "90s", "@daily"]
lines = "".join(json.dumps({"id": i, "expression": texts[i % 5], "from": "2026-01-01"}) + "\n" for i in range(200000))
reply = subprocess.run(["schedctl", "calendar", "--batch"], input=lines, text=True, capture_output=True, check=True).stdout
got = reply.splitlines()
assert len(got) == 200000, len(got)
for i, line in enumerate(got):
    assert line.startswith("{\"id\":%d," % i), line
    assert ("\"error\"" in line) == (i % 5 == 2), line'

# The answer comes although standard input stays open, also if the line comes in pieces.
check "batch: who asks gets the answer before asking again" bounded 60 python3 -c '
import json, subprocess
batch = subprocess.Popen(["schedctl", "calendar", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
def ask(*pieces):
    for piece in pieces:
        batch.stdin.write(piece)
    return json.loads(batch.stdout.readline())
assert ask(b"{\"id\":1,\"expression\":\"@daily\"}\n")["id"] == 1
assert ask(b"{\"id\":2,\"expr", b"ession\":\"@da", b"ily\"}\n")["id"] == 2
assert ask(b"x" * 3000000 + b"\n")["error"]["code"] == "json"
assert ask(b"{\"id\":3,\"expression\":\"@daily\"}\n")["id"] == 3
batch.stdin.write(b"{\"id\":4,\"expression\":\"@daily\"}")
batch.stdin.close()
assert json.loads(batch.stdout.readline())["id"] == 4
assert batch.stdout.readline() == b"" and batch.wait() == 0'

finish
