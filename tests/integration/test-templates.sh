#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Templates, parameters and profiles, with the real programs: from files, from run time, and what an attacker tries.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"

fails() { ! "$@"; }

mkdir "$S/out"
cat >"$S/jobs/templates.yaml" <<'END'
templates:
  send-code:
    description: Send a one-time code
    parameters:
      user-id: {type: integer, minimum: 1, required: true}
      channel: {type: choice, choices: [sms, mail], default: sms}
      text: {type: string, default: ""}
    job:
      command: [/bin/sh, -c, 'printf "%s|" "$@" "$JOBSCHED_P_USER_ID" "$JOBSCHED_P_TEXT"', sh, "--user=${user-id}", "--via=${channel}", "${text}"]
  loud:
    template: send-code
    parameters: {channel: {default: mail}}
    job: {tags: [loud]}
  at-start:
    user-triggered: false
    job: {command: echo started}
  in-a-path:
    parameters: {name: {type: string}}
    job: {command: [/bin/cat, "-"], stdin: "${name}", output: {file: "$S/out/${name}-%n.log"}}
profiles:
  europe: {channel: mail, region: eu-1}
END
sed -i "s|\$S|$S|" "$S/jobs/templates.yaml"
cat >"$S/jobs/jobs.yaml" <<'END'
jobs:
  seven: {template: send-code, values: {user-id: 7}, profile: europe}
  loud-eight: {template: loud, values: {user-id: 8}}
  any: {template: send-code}
  paths: {template: in-a-path, values: {name: a%n}}
END

check "the files are right" schedctl verify
check "a file is checked with the templates of others" schedctl verify "$S/jobs/jobs.yaml"
scheduler_start

output_of() { schedctl logs "$1" | tail -n 1; }

has_started() { schedctl list-executions 2>/dev/null | grep -q "at-start *succeeded"; }
wait_until 20 has_started
check "a template of its own starts with the daemon" equals started "$(output_of at-start)"

schedctl start --wait seven >/dev/null
check "values and profile are put in" equals "--user=7|--via=mail||7||" "$(output_of seven)"
schedctl start --wait loud-eight >/dev/null
check "a template builds on another" equals "--user=8|--via=mail||8||" "$(output_of loud-eight)"
check "what is required has to be given" fails schedctl start --wait any
schedctl start --wait any -p user-id=9 >/dev/null
check "… by whoever starts it" equals "--user=9|--via=sms||9||" "$(output_of any)"

evil='$(id) ${user-id} `id` "; id; %n $${x} *'
schedctl start --wait any -p user-id=9 -p "text=$evil" >/dev/null
check "a value is one argument whatever it holds" equals "--user=9|--via=sms|$evil|9|$evil|" "$(output_of any)"
check "a wrong value is refused" fails schedctl start --wait any -p user-id=0
check "an unknown name is refused" fails schedctl start --wait any -p user-id=9 -p usr=1

schedctl start --wait paths >/dev/null
check "a value in a path has no patterns" equals "a%n" "$(cat "$S/out/a%n-paths.log")"
check "a value in a path goes nowhere else" fails schedctl start --wait paths -p name=../evil
check "… nor anywhere above" fails schedctl start --wait paths -p name=..

printf 'template: send-code\nvalues: {user-id: 3}\nschedule: {every: 1h}\n' | schedctl create timed >/dev/null
schedctl start --wait timed >/dev/null
check "a job made at run time has a template" equals "--user=3|--via=sms||3||" "$(output_of timed)"
refused() { printf 'template: send-code\nvalues: {user-id: x}\n' | schedctl create wrong; }
check "… and its rules" fails refused

sed -i 's/--user=/--uid=/' "$S/jobs/templates.yaml"
schedctl reload >/dev/null
schedctl start --wait seven >/dev/null
check "a changed template changes its jobs" equals "--uid=7|--via=mail||7||" "$(output_of seven)"
schedctl start --wait timed >/dev/null
check "… also those made at run time" equals "--uid=3|--via=sms||3||" "$(output_of timed)"

sed -i 's/command: echo started/comand: x/' "$S/jobs/templates.yaml"
schedctl reload >/dev/null 2>&1
check "a faulty template is told of" contains "$(schedctl verify 2>&1)" "unknown key 'comand'; did you mean 'command'?"
schedctl start --wait seven >/dev/null
check "the others go on" equals "--uid=7|--via=mail||7||" "$(output_of seven)"

finish
