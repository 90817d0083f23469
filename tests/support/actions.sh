# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what scheduler.sh sets
# For the tests of action programs, after scheduler.sh: the program itself, given a request on its standard input.
#
#   act sql PARAMETERS                its result is in $S/result, its messages in $S/err; returns its status
#   gives FACT KIND RESULT PARAMETERS a fact: it does it, with this result (JSON, of which it may be a part)
#   fails FACT KIND TEXT PARAMETERS   a fact: it does not, and this stands in its message
#   actions_install KIND…             for a scheduler: where it finds the programs
#   job_gives FACT JOB STATE RESULT   a fact: started, the job ends in this state with this result
#
# In PARAMETERS (JSON, without the braces) a #S# is the test's directory.

network=any

request() { # KIND PARAMETERS   what the program reads, in $S/request
    local parameters=${2//'#S#'/$S}
    printf '{"kind": "%s", "job": "test", "execution": 7, "attempt": 1, "due": null, "network": "%s", "parameters": {%s}}' \
        "$1" "$network" "$parameters" >"$S/request"
}

act() { # KIND PARAMETERS
    request "$@"
    bounded 60 "jobsched-$1" <"$S/request" >"$S/result" 2>"$S/err"
}

act_behind() { # KIND PARAMETERS   as a process of the background, $!
    request "$@"
    "jobsched-$1" <"$S/request" >"$S/result" 2>"$S/err" &
}

# Whether the JSON value $1 is a part of the result: each member that it names.
result_has() { # JSON
    python3 - "$S/result" "$1" <<'EOF'
import json, sys

def is_part(wanted, got):
    if isinstance(wanted, dict) and isinstance(got, dict):
        return all(key in got and is_part(wanted[key], got[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(is_part, wanted, got))
    return type(wanted) == type(got) and wanted == got

got = json.load(open(sys.argv[1]))
if not is_part(json.loads(sys.argv[2]), got):
    sys.exit(f"wanted: {sys.argv[2]}\ngot:    {json.dumps(got, ensure_ascii=False)}")
EOF
}

does() { # KIND RESULT PARAMETERS
    act "$1" "$3" || {
        cat "$S/result" "$S/err"
        return 1
    }
    result_has "${2//'#S#'/$S}"
}

does_not() { # KIND TEXT PARAMETERS
    if act "$1" "$3"; then
        echo "it did: $(cat "$S/result")"
        return 1
    fi
    contains "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["message"])' "$S/result")" "${2//'#S#'/$S}"
}

actions_install() { # KIND…
    local kind
    mkdir "$S/actions"
    export JOBSCHED_ACTION_PATH=$S/actions
    for kind in "$@"; do
        install -m 755 "$programs/jobsched-$kind" "$S/actions/$kind"
    done
}

# Until the programs have said what they take, the jobs are not there.
is_loaded() { ! schedctl --user list-jobs "$1" | grep -q failed-to-load; } # JOB

job_does() { # JOB STATE RESULT
    wait_until 60 is_loaded "$1" || return 1
    schedctl --user start --wait "$1"
    row_is state "$1" "$2" && row result "$1" >"$S/result" && result_has "${3//'#S#'/$S}"
}

job_gives() { check "$1" job_does "$2" "$3" "$4"; }
gives() { check "$1" does "$2" "$3" "$4"; }
fails() { check "$1" does_not "$2" "$3" "$4"; }
