#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The action `sql` with real databases, SQLite and PostgreSQL: what is bound and how types come back, transactions,
# bounds, files, cancellation, and that no password is ever shown.

# shellcheck source=tests/support/scheduler.sh
. "$(dirname "$0")/../support/scheduler.sh"
# shellcheck source=tests/support/actions.sh
. "$(dirname "$0")/../support/actions.sh"
# shellcheck source=tests/support/postgres.sh
. "$(dirname "$0")/../support/postgres.sh"

if ! [ -x "$programs/jobsched-sql" ] || ! grep -q '^\[SQLite3\]' /etc/odbcinst.ini 2>/dev/null; then
    echo "0 passed, 0 failed (no unixODBC, or no driver for SQLite)"
    exit 77
fi
postgres_start || echo "There is no PostgreSQL with an ODBC driver: its half of the test is left out"
trap 'postgres_stop; clean_up; rm -rf "$JOBSCHED_RUNNER_DIR"' EXIT
JOBSCHED_RUNNER_DIR=$(mktemp -d /dev/shm/jobsched-test.XXXXXX) || exit 1 # credentials are in memory only
sqlite="Driver=SQLite3;Database=$S/test.db;Timeout=2000"
# What a driver forgets to free is not ours.
echo "leak:psqlodbc" >"$S/leaks"
export LSAN_OPTIONS=suppressions=$S/leaks:print_suppressions=0
endless='WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c'

# --- what every database does --------------------------------------------------------------------------
common() { # NAME CONNECTION
    local name=$1 c="\"connection\": \"$2\""
    local empty='"columns": ["id"], "row_count": 0, "truncated": false, "rows": []'

    gives "$name: a table is made" sql '{}' "$c, \"statement\": \"CREATE TABLE t (id integer, name text)\""
    gives "$name: values are bound, with what they are" sql '{"affected": 1}' \
        "$c, \"statement\": \"INSERT INTO t VALUES (?, ?)\", \"bind\": [7, \"x'; DROP TABLE t; --\"]"
    gives "$name: what was bound was never SQL" sql \
        '{"columns": ["id", "name"], "row_count": 1, "rows": [{"id": 7, "name": "x'"'"'; DROP TABLE t; --"}]}' \
        "$c, \"statement\": \"SELECT id, name FROM t WHERE name = ?\", \"bind\": [\"x'; DROP TABLE t; --\"]"
    gives "$name: a text that says it is an integer is one" sql '{"row_count": 1}' \
        "$c, \"statement\": \"SELECT id FROM t WHERE id = ?\", \"bind\": [{\"type\": \"integer\", \"value\": \"7\"}]"
    gives "$name: nothing found is an empty list" sql "{$empty}" "$c, \"statement\": \"SELECT id FROM t WHERE id = 8\""
    gives "$name: NULL is null" sql '{"statements": [{"affected": 1}, {"rows": [{"id": null, "name": ""}]}]}' \
        "$c, \"statements\": [{\"statement\": \"INSERT INTO t VALUES (?, ?)\", \"bind\": [null, \"\"]}, {\"statement\": \"SELECT id, name FROM t WHERE id IS NULL\"}]"
    gives "$name: every character arrives and comes back" sql '{"affected": 1}' \
        "$c, \"statement\": \"INSERT INTO t VALUES (8, ?)\", \"bind\": [\"ünïcödé 😀 日本 \\\"q\\\" \\\\ \\n end\"]"
    gives "$name: … as it was" sql '{"rows": [{"name": "ünïcödé 😀 日本 \"q\" \\ \n end"}]}' \
        "$c, \"statement\": \"SELECT name FROM t WHERE id = 8\""
    gives "$name: and in the statement itself" sql '{"rows": [{"name": "日本"}]}' "$c, \"statement\": \"SELECT '日本' AS name\""
    gives "$name: two columns of one name are two" sql '{"columns": ["a", "a_2"], "rows": [{"a": 1, "a_2": 2}]}' \
        "$c, \"statement\": \"SELECT 1 AS a, 2 AS a\""

    fails "$name: a value too few is told, not NULL" sql "The statement has 2 question marks to bind to, and 'bind' has 1 value" \
        "$c, \"statement\": \"SELECT 1 FROM t WHERE id = ? AND name = ?\", \"bind\": [1]"
    fails "$name: an error has its SQLSTATE" sql '(SQLSTATE ' "$c, \"statement\": \"SELECT nothing\""
    fails "$name: the statement that failed is named" sql 'Statement 2 failed: ' \
        "$c, \"statements\": [{\"statement\": \"DELETE FROM t\"}, {\"statement\": \"SELECT nothing\"}]"
    gives "$name: … and what came before it is undone" sql '{"rows": [{"n": 2}]}' "$c, \"statement\": \"SELECT count(*) AS n FROM t WHERE id > 0\""
    fails "$name: expect-rows judges rows" sql "The statement gave 0 rows, which is not what 'expect-rows' says" \
        "$c, \"statement\": \"SELECT id FROM t WHERE id = 9\", \"expect-rows\": \"1-\""
    fails "$name: expect-rows judges changes" sql "The statement changed 2 rows" \
        "$c, \"statement\": \"DELETE FROM t WHERE id > 0\", \"expect-rows\": 1"
    gives "$name: … which are undone" sql '{"rows": [{"n": 2}]}' "$c, \"statement\": \"SELECT count(*) AS n FROM t WHERE id > 0\""
    gives "$name: several statements have a result each" sql '{"statements": [{"affected": 1}, {"rows": [{"n": 3}]}]}' \
        "$c, \"statements\": [{\"statement\": \"INSERT INTO t VALUES (9, 'nine')\", \"expect-rows\": 1}, {\"statement\": \"SELECT count(*) AS n FROM t WHERE id > ?\", \"bind\": [0]}]"

    gives "$name: max-rows cuts the result" sql '{"row_count": 2, "truncated": true, "rows": [{"x": 1}, {"x": 2}]}' \
        "$c, \"statement\": \"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5000) SELECT x FROM c\", \"max-rows\": 2"
    gives "$name: with expect-rows all are counted" sql '{"row_count": 5000, "truncated": true, "rows": [{"x": 1}, {"x": 2}]}' \
        "$c, \"statement\": \"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5000) SELECT x FROM c\", \"max-rows\": 2, \"expect-rows\": 5000"
    gives "$name: max-bytes cuts it, too" sql '{"row_count": 1, "truncated": true}' \
        "$c, \"statement\": \"SELECT '0123456789' AS a UNION ALL SELECT '0123456789'\", \"max-bytes\": 25"
    gives "$name: CSV as the result" sql '{"csv": "id,name\n9,nine\n"}' "$c, \"statement\": \"SELECT id, name FROM t WHERE id = 9\", \"format\": \"csv\""

    gives "$name: rows go into a file" sql '{"row_count": 20000, "to": "#S#/rows.json", "bytes": 268894}' \
        "$c, \"statement\": \"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000) SELECT x AS num FROM c\", \"to\": \"#S#/rows.json\", \"mode\": \"0640\""
    check "$name: … each a line, with the mode" equals "20000 640 {\"num\":20000}" \
        "$(wc -l <"$S/rows.json") $(stat -c %a "$S/rows.json") $(tail -n 1 "$S/rows.json")"
    fails "$name: a file is whole or not at all" sql "more than the 3 rows that 'max-rows' allows" \
        "$c, \"statement\": \"SELECT id FROM t UNION ALL SELECT id FROM t\", \"to\": \"#S#/rows.json\", \"max-rows\": 3"
    check "$name: … and the old one stays" equals 20000 "$(wc -l <"$S/rows.json")"
    gives "$name: an empty CSV file has its names" sql '{"row_count": 0}' "$c, \"statement\": \"SELECT id FROM t WHERE id = 0\", \"to\": \"#S#/rows.csv\", \"format\": \"csv\""
    check "$name: … and nothing else" equals id "$(cat "$S/rows.csv")"
    fails "$name: what gives no rows writes no file" sql "gives no rows" "$c, \"statement\": \"DELETE FROM t WHERE id = 0\", \"to\": \"#S#/none\""
    fails "$name: nothing is written beyond the root" sql "it leads out of the root" \
        "$c, \"statement\": \"SELECT 1\", \"to\": \"#S#/rows.csv\", \"root\": \"#S#/jobs\""

    fails "$name: what takes too long is cancelled" sql "It took longer than its 'timeout', and was cancelled" \
        "$c, \"statements\": [{\"statement\": \"DELETE FROM t\"}, {\"statement\": \"$endless\"}], \"timeout\": \"2s\""
    gives "$name: … and undone" sql '{"rows": [{"n": 3}]}' "$c, \"statement\": \"SELECT count(*) AS n FROM t WHERE id > 0\""
    check "$name: SIGTERM cancels it, too" terminated "$c, \"statements\": [{\"statement\": \"DELETE FROM t\"}, {\"statement\": \"$endless\"}]"
    gives "$name: … and that is undone" sql '{"rows": [{"n": 3}]}' "$c, \"statement\": \"SELECT count(*) AS n FROM t WHERE id > 0\""
}

# Its statement waits for ever; it is there when it has threads.
terminated() { # PARAMETERS
    local pid status=0
    act_behind sql "$1"
    pid=$!
    wait_until 20 is_computing "$pid" || return 1
    kill -TERM "$pid"
    wait_for "$pid" 60 || status=$?
    equals 1 "$status" && result_has '{"message": "It was told to stop, and cancelled"}'
}
# It, or the server that it waits for, has been connected: two threads, and a library of a driver.
is_computing() { grep -qE 'odbc[w.]|psqlodbc' "/proc/$1/maps" && [ "$(ls "/proc/$1/task" | wc -l)" -ge 2 ]; }

# --- requests ------------------------------------------------------------------------------------------
c="\"connection\": \"$sqlite\""
fails "without a connection" sql "sql: 'connection' is missing" '"statement": "SELECT 1"'
fails "without a statement" sql "sql: there is no statement" "$c"
fails "with an empty one" sql "sql: there is no statement" "$c, \"statement\": \" ;\""
fails "with both" sql "'statement' and 'statements' exclude each other" "$c, \"statement\": \"SELECT 1\", \"statements\": []"
fails "with an empty list" sql "expects 1 to 1000 statements" "$c, \"statements\": []"
fails "with a misspelt key" sql "sql: unknown key 'statemnt', did you mean 'statement'?" "$c, \"statemnt\": \"SELECT 1\""
fails "with a misspelt key in a list" sql "sql.statements[1]: unknown key 'bin', did you mean 'bind'?" \
    "$c, \"statements\": [{\"statement\": \"SELECT 1\", \"bin\": []}]"
for range in x 2-1 1- -1 1-x; do
    [ "$range" = 1- ] || fails "expect-rows: $range" sql "sql.expect-rows expects a number or a range" "$c, \"statement\": \"SELECT 1\", \"expect-rows\": \"$range\""
done
fails "a value of no type" sql "value 2 is not {type: TYPE, value: VALUE}" "$c, \"statement\": \"SELECT ?, ?\", \"bind\": [1, {\"type\": \"x\"}]"
fails "an integer that is none" sql "value 1 is not an integer of 64 bits" "$c, \"statement\": \"SELECT ?\", \"bind\": [{\"type\": \"integer\", \"value\": \"1 OR 1=1\"}]"
fails "bytes that are no base64" sql "value 1 is not base64" "$c, \"statement\": \"SELECT ?\", \"bind\": [{\"type\": \"bytes\", \"value\": \"%\"}]"
fails "a result that would be too large" sql "at most 192K" "$c, \"statement\": \"SELECT 1\", \"max-bytes\": \"1M\""
fails "a driver that is not there" sql "The connection failed: " '"connection": "Driver=None;PWD=geheim", "statement": "SELECT 1"'

# --- SQLite --------------------------------------------------------------------------------------------
common SQLite "$sqlite"
gives "SQLite: types come back" sql \
    '{"rows": [{"i": 9223372036854775807, "r": 0.1, "s": "a", "b": "AP8Q", "f": 1, "n": null}]}' \
    "$c, \"statement\": \"SELECT 9223372036854775807 AS i, 0.1 AS r, 'a' AS s, x'00ff10' AS b, ? AS f, NULL AS n\", \"bind\": [true]"
gives "SQLite: bytes are bound as base64" sql '{"rows": [{"h": "00FF10"}]}' \
    "$c, \"statement\": \"SELECT hex(?) AS h\", \"bind\": [{\"type\": \"bytes\", \"value\": \"AP8Q\"}]"
mkdir "$S/credentials"
printf '%s\n' "$sqlite;PWD=geheim" >"$S/credentials/dsn"
export CREDENTIALS_DIRECTORY=$S/credentials
gives "a connection may be a credential" sql '{"rows": [{"a": 1}]}' '"connection": [{"credential": "dsn"}], "statement": "SELECT 1 AS a"'
fails "no part of a credential is shown" sql "The statement failed: [SQLite]near \"***\"" \
    '"connection": [{"credential": "dsn"}], "statement": "geheim"'
fails "a credential that is not there" sql "Cannot read credential 'other'" '"connection": [{"credential": "other"}], "statement": "SELECT 1"'

# --- PostgreSQL ----------------------------------------------------------------------------------------
if [ -n "$postgres" ]; then
    p="\"connection\": \"$postgres\""
    common PostgreSQL "$postgres"
    gives "PostgreSQL: types come back" sql \
        '{"rows": [{"i": 9223372036854775807, "r": 0.1, "d": 12.5, "b": "AP8Q", "t": true, "ts": "2026-01-01 10:00:00", "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "nan": "NaN", "big": "12345678901234567890.5", "j": "{\"a\": 1}"}]}' \
        "$p, \"statement\": \"SELECT 9223372036854775807 AS i, 0.1::float8 AS r, 12.5::numeric AS d, decode('00ff10', 'hex') AS b, true AS t, timestamp '2026-01-01 10:00:00' AS ts, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS u, 'NaN'::float8 AS nan, 12345678901234567890.5::numeric AS big, '{\\\"a\\\":1}'::jsonb AS j\""
    gives "PostgreSQL: texts are bound as what the place wants" sql '{"rows": [{"ok": true}]}' \
        "$p, \"statement\": \"SELECT ? = date '2026-01-02' AND ?::int = 5 AND ? AS ok\", \"bind\": [\"2026-01-02\", \"5\", true]"
    gives "PostgreSQL: a large value is bound and read whole" sql '{"rows": [{"n": 300000}]}' \
        "$p, \"statement\": \"SELECT length(?) AS n\", \"bind\": [\"$(printf '%0300000d' 0)\"]"
    fails "PostgreSQL: pg_sleep is cancelled" sql "It took longer than its 'timeout', and was cancelled" "$p, \"statement\": \"SELECT pg_sleep(60)\", \"timeout\": \"2s\""
    gives "PostgreSQL: … in the server, too" sql '{"rows": [{"n": 0}]}' \
        "$p, \"statement\": \"SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND backend_type = 'client backend'\""
    fails "PostgreSQL: VACUUM is for no transaction" sql "SQLSTATE 25001" "$p, \"statements\": [{\"statement\": \"SELECT 1\"}, {\"statement\": \"VACUUM t\"}]"
    gives "PostgreSQL: … and runs without one" sql '{}' "$p, \"statement\": \"VACUUM t\", \"transaction\": false"
    fails "PostgreSQL: two statements in one text" sql "gives more than one result" "$p, \"statement\": \"SELECT 1; SELECT 2\""
    fails "PostgreSQL: a wrong password is not shown" sql "password authentication failed" "\"connection\": \"${postgres/geheim/falsch}\", \"statement\": \"SELECT 1\""
    check "PostgreSQL: … really not" equals "" "$(grep -h falsch "$S/result" "$S/err")"
fi

# --- with a scheduler ----------------------------------------------------------------------------------
unset CREDENTIALS_DIRECTORY
actions_install sql
mkdir -p "$S/.config/jobsched/credentials"
chmod 700 "$S/.config/jobsched/credentials"
echo "$sqlite" >"$S/.config/jobsched/credentials/dsn"
echo "${postgres:-$sqlite}" >"$S/.config/jobsched/credentials/server"
chmod 600 "$S/.config/jobsched/credentials/"*
cat >"$S/jobs/jobs.yaml" <<EOF
defaults: {environment: {LSAN_OPTIONS: "$LSAN_OPTIONS"}}
jobs:
  insert:
    parameters: {who: {type: string, default: "x'); --"}, number: {type: integer, default: 30}}
    sql:
      connection: "\${credential:dsn}"
      statements:
        - {statement: "INSERT INTO t VALUES (?, ?)", bind: [{type: integer, value: "\${number}"}, "\${who}"], expect-rows: 1}
        - {statement: "SELECT id, name FROM t WHERE id = ?", bind: [30]}
      to: $S/%n-%Y.json
  typed: {sql: {connection: "\${credential:server}", statement: "SELECT ? + 0 AS a, ? AS b, 'x' AS c", bind: [7, null], expect-rows: 1}}
  wrong: {sql: {connection: "\${credential:server}", statement: "SELECT nothing"}}
  slow: {timeout: 3s, sql: {connection: "\${credential:server}", statements: [{statement: "DELETE FROM t"}, {statement: "$endless"}]}}
  pasted:
    parameters: {who: {type: string}}
    sql: {connection: x, statement: "SELECT '\${who}'"}
EOF
scheduler_start
job_gives "a job binds its parameters" insert succeeded '{"statements": [{"affected": 1}, {"row_count": 1}]}'
check "… and writes where its patterns say" equals '{"id":30,"name":"x'"'"'); --"}' "$(cat "$S/insert-$(date +%Y).json")"
job_gives "values keep the type that YAML gives them" typed succeeded '{"rows": [{"a": 7, "b": null, "c": "x"}]}'
job_gives "a job that fails says why" wrong failed '{}'
check "… with the state that the database gave it" contains "$(schedctl --user why wrong)" "(SQLSTATE "
job_gives "a job's time-out cancels it" slow timed-out '{"message": "It was told to stop, and cancelled"}'
check "a statement that a value would be pasted into does not load" log_has "'statement' is taken as it is written: '\${who}' in it would not become its value"
check "no password is anywhere" equals "" "$(grep -rlF geheim "$S/daemon.log" "$S/state")"

# --- the program ---------------------------------------------------------------------------------------
check "the manual says what --describe does" "$(dirname "$0")/../support/compare-action" sql
postgres_stop
finish
