# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For the scenarios: what a user of another scheduler does every day, played through schedctl.
#
#   . tests/support/scenario.sh       after scheduler.sh
#   ctl VERB…                         schedctl --user, which asks nothing
#   web_start                         a web server; $url is where, requests its log as JSON lines
#   json EXPRESSION                   a Python expression over `d`, the JSON on standard input

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "${BASH_SOURCE[0]}")/scheduler.sh"

ctl() { schedctl --user "$@"; }

# `d` is the object, or the list where there are none or several.
json() { # EXPRESSION   of the JSON on standard input
    python3 -c 'import json, sys
d = json.load(sys.stdin)
d = d[0] if isinstance(d, list) and len(d) == 1 else d
value = eval(sys.argv[1])
print(json.dumps(value) if isinstance(value, (dict, list, bool)) or value is None else value)' "$1"
}

web_pid=
web_start() {
    python3 "$(dirname "${BASH_SOURCE[0]}")/record-server.py" "$S" &
    web_pid=$!
    trap 'kill "$web_pid"; clean_up' EXIT
    wait_until 20 [ -e "$S/port" ] || exit 1
    # shellcheck disable=SC2034 # of whoever asks for it
    url=http://127.0.0.1:$(cat "$S/port")
}

# How many requests came whose path begins so.
requests() { # PATH
    python3 -c 'import json, os, sys
lines = open(sys.argv[1]).read().splitlines() if os.path.exists(sys.argv[1]) else []
print(sum(json.loads(line)["path"].startswith(sys.argv[2]) for line in lines))' "$S/requests" "$1"
}
requests_are() { equals "$2" "$(requests "$1")"; } # PATH N

job_is() { equals "$3" "$(ctl show "$1" -p "$2" --value)"; } # JOB PROPERTY WANTED
has_no_job() { [ -z "$(ctl list-jobs --no-legend "$1")" ]; }
last_state_is() { equals "$2" "$(row state "$1")"; } # JOB STATE
fails_with() { # TEXT COMMAND…
    local text=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "it did not fail: $output"
        return 1
    fi
    contains "$output" "$text"
}
