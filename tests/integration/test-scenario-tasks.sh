#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A team runs API calls, database statements and file transfers as tasks: with configurations that are used again,
# results that are kept, and history that is looked up and thrown away by type, by id and by time.

# shellcheck source=tests/support/scenario.sh disable=SC2154 # what it sets
. "$(dirname "$0")/../support/scenario.sh"
# shellcheck source=tests/support/actions.sh
. "$(dirname "$0")/../support/actions.sh"

actions_install sql file
echo 'defaults: {output: {journal: false}}' >"$S/jobsched.yaml"
web_start
scheduler_start
wait_until 20 runner_is_there

sqlite3 "$S/shop.db" "CREATE TABLE stock (item TEXT, n INTEGER); INSERT INTO stock VALUES ('nut', 3), ('bolt', 5)"
printf 'one\ntwo\n' >"$S/source.txt"
wait_until 20 sh -c "schedctl --user list-actions --no-legend | grep -q '^sql '"

# --- configurations ---
check "a configuration is made" ctl create-profile shop "base=$url" "database=$S/shop.db" region=eu
check "one more" ctl create-profile branch "base=$url/json" "database=$S/shop.db" region=us
cat >"$S/jobs/tasks.yaml" <<EOF
templates:
  call:
    description: Call the shop's API
    parameters:
      base: {type: string, required: true}
      path: {type: string, default: json}
    job:
      http: {url: "\${base}/\${path}", expect-status: [200], expect-json: {state: ready}}
EOF
check "the template is there" wait_until 20 sh -c "schedctl --user list-templates --no-legend | grep -q '^call '"

# --- the three kinds ---
check "an API task" ctl create api --template call --profile shop
check "a database task" ctl create count <<EOF
sql: {connection: "DRIVER=SQLite3;Database=$S/shop.db", statement: "SELECT item, n FROM stock WHERE n > ? ORDER BY n", bind: [3]}
EOF
check "a file task" ctl create copy <<EOF
file: {from: $S/source.txt, to: $S/copied.txt, mode: "0640"}
EOF
for task in api count copy; do
    check "$task runs" ctl start --wait "$task"
done
result() { ctl list-executions "$1" -n 1 --output=json | json 'd["result"]'; }
check "the API's answer is kept" contains "$(result api)" ready
check "with its status" equals 200 "$(row http_status api)"
check "the rows are kept" contains "$(result count)" bolt
check "nothing else is in them" [ "$(result count | grep -c nut)" = 0 ]
check "the file is there" cmp "$S/source.txt" "$S/copied.txt"
check "it has its mode" equals 640 "$(stat -c %a "$S/copied.txt")"

# --- a configuration is changed ---
check "each run says which configuration it had" equals "shop 1" "$(row 'profile, profile_revision' api | tr '|' ' ')"
check "the configuration changes" ctl edit-profile shop "base=$url/status/500"
check "the task has it at once" [ "$(ctl start --wait api >/dev/null 2>&1; row state api)" = failed ]
check "with the new revision" equals "shop 2" "$(row 'profile, profile_revision' api | tr '|' ' ')"
check "why it failed is said" contains "$(ctl why api)" 500
check "another one for one run" ctl start --wait api --profile branch -p path=json
check "a value is checked" fails_with "path2" ctl start api -p path2=x

# --- looking it up ---
check "by type" equals "count" "$(ctl list-executions --kind sql --output=json | json 'd["job"]')"
check "by period" equals "" "$(ctl list-executions --until 2000-01-01T00:00:00Z --no-legend)"
check "by configuration" contains "$(ctl list-jobs --profile shop --no-legend)" api
id=$(row id copy)
check "by id" equals copy "$(ctl list-executions --id "$id" --output=json | json 'd["job"]')"

# --- throwing it away ---
check "what would go is told first" contains "$(ctl prune --kind http --all --dry-run)" 3
check "nothing has gone" [ "$(query "SELECT count(*) FROM execution WHERE job = 'api'")" = 3 ]
check "history of one type is deleted" ctl prune --kind http --all
check "it is gone" [ "$(query "SELECT count(*) FROM execution WHERE job = 'api'")" = 0 ]
check "the others stay" [ "$(query "SELECT count(*) FROM execution WHERE job = 'copy'")" = 1 ]
check "by period" ctl prune --until 2099-01-01T00:00:00Z --all copy
check "it is gone" [ "$(query "SELECT count(*) FROM execution WHERE job = 'copy'")" = 0 ]
check "tasks are deleted by type" ctl delete --kind sql --yes
check "that one is gone" has_no_job count
check "a configuration in use stays" fails_with api ctl delete-profile shop
check "unused ones are found" contains "$(ctl prune-profiles --dry-run)" branch
check "and deleted" ctl prune-profiles
check "what is used is left" equals shop "$(ctl list-profiles --output=json | json 'd["name"]')"

finish
