/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the design promises of the database, asked of the database itself: by a connection of its own, in SQL,
 * without a line of the store's or the manager's code in between.
 */

#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>

#include "manager/manager-internal.h"
#include "sim/simulator-internal.h"

#define OF_SCHEDULE "cause IN ('schedule', 'catch-up', 'boot', 'dependency', 'timer', 'template')"
#define OPEN "state IN ('armed', 'waiting', 'starting', 'running', 'retrying')"
#define UNDER_WAY "state IN ('starting', 'running')"
#define OUTCOME "state IN ('succeeded', 'failed', 'timed-out', 'cancelled', 'lost')"
#define NEVER_BEGUN "state IN ('skipped', 'missed')"

/* Each lists what breaks the rule. */
static const struct {
        const char *rule, *sql;
        bool needs_steady_clock;
} rules[] = {
        { "the pages are whole", "PRAGMA integrity_check", false },
        { "a reference leads somewhere", "PRAGMA foreign_key_check", false },
        { "an occurrence has one row",
          "SELECT job || ' ' || due FROM execution WHERE " OF_SCHEDULE
          " GROUP BY job_id, due, pass HAVING count(*) > 1",
          false },
        { "a folded row stands alone for what it covers",
          "SELECT f.id FROM execution f JOIN execution o ON o.job_id = f.job_id AND o.id != f.id"
          " AND o.due > f.due AND o.due <= f.due_last AND o.pass = f.pass"
          " WHERE f.due_last > f.due AND f." OF_SCHEDULE " AND o." OF_SCHEDULE
          " AND f.cause != 'dependency' AND o.cause != 'dependency'"
          " AND coalesce(f.reason, '') != 'excepted' AND coalesce(o.reason, '') != 'excepted'",
          true },
        { "a state is one of those there are",
          "SELECT id FROM execution WHERE NOT (" OPEN " OR " OUTCOME " OR " NEVER_BEGUN ")", false },
        { "a name is in the list once",
          "SELECT name FROM job WHERE removed IS NULL GROUP BY name HAVING count(*) > 1", false },
        { "what is in the list is not forgotten",
          "SELECT id FROM job WHERE removed IS NULL AND expires IS NOT NULL", false },
        { "what was made at run time is there as it was written",
          "SELECT id FROM job WHERE removed IS NULL AND origin = 'runtime' AND source IS NULL", false },
        { "what is over has an end", "SELECT id FROM execution WHERE NOT " OPEN " AND ended IS NULL", false },
        { "what is open has none", "SELECT id FROM execution WHERE " OPEN " AND ended IS NOT NULL", false },
        { "nothing ends before it starts", "SELECT id FROM execution WHERE ended < started", true },
        { "what has started was tried", "SELECT id FROM execution WHERE started IS NOT NULL AND attempts < 1",
          false },
        { "what runs has started", "SELECT id FROM execution WHERE state = 'running' AND started IS NULL",
          false },
        { "what was never begun was never tried",
          "SELECT id FROM execution WHERE " NEVER_BEGUN " AND (attempts > 0 OR started IS NOT NULL)", false },
        { "what was skipped or missed says why",
          "SELECT id FROM execution WHERE " NEVER_BEGUN " AND reason IS NULL", false },
        { "a row stands for one occurrence or more", "SELECT id FROM execution WHERE count < 1", false },
        { "what is retried knows when, and nothing else does",
          "SELECT id FROM execution WHERE (state = 'retrying') != (retry_at IS NOT NULL)", false },
        { "what waits knows for what, and nothing else does",
          "SELECT id FROM execution WHERE (state = 'waiting') != (coalesce(waiting_for, '') != '')", false },
        { "each attempt of what is over has its row",
          "SELECT id FROM execution e WHERE NOT " OPEN
          " AND attempts != (SELECT count(*) FROM attempt WHERE execution_id = e.id)",
          false },
        { "each attempt but the one under way has its row",
          "SELECT id FROM execution e WHERE attempts - (" UNDER_WAY ")"
          " > (SELECT count(*) FROM attempt WHERE execution_id = e.id)",
          false },
        { "attempts are numbered from 1, and counted",
          "SELECT e.id FROM attempt a JOIN execution e ON e.id = a.execution_id"
          " WHERE a.attempt < 1 OR a.attempt > e.attempts",
          false },
        { "an attempt in the table is over",
          "SELECT execution_id FROM attempt WHERE ended IS NULL OR NOT " OUTCOME, false },
        { "the last attempt says what the execution says",
          "SELECT e.id FROM attempt a JOIN execution e ON e.id = a.execution_id AND a.attempt = e.attempts"
          " WHERE e.state IN ('succeeded', 'failed', 'timed-out', 'lost') AND"
          " (a.state != e.state OR a.exit_code IS NOT e.exit_code OR a.signal IS NOT e.signal)",
          false },
        { "what has succeeded was not tried again",
          "SELECT a.execution_id FROM attempt a JOIN execution e ON e.id = a.execution_id"
          " WHERE a.state = 'succeeded' AND a.attempt < e.attempts",
          false },
};

static sqlite3 *open_database(Sim *sim) {
        char path[256];
        sqlite3 *db = NULL;

        (void) snprintf(path, sizeof(path), "%s/%u.db", sim->directory, sim->n_databases);
        SIM_ASSERT(sim, sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK, "%s", path);
        return db;
}

static sqlite3_stmt *prepare(Sim *sim, sqlite3 *db, const char *sql) {
        sqlite3_stmt *statement = NULL;

        SIM_ASSERT(sim, sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s",
                   sqlite3_errmsg(db), sql);
        return statement;
}

static void check_rule(Sim *sim, sqlite3 *db, size_t i) {
        sqlite3_stmt *statement = prepare(sim, db, rules[i].sql);
        int code = sqlite3_step(statement);

        SIM_ASSERT(sim, code == SQLITE_ROW || code == SQLITE_DONE, "%s", sqlite3_errmsg(db));
        if (code == SQLITE_ROW) {
                const char *text = (const char *) sqlite3_column_text(statement, 0);

                SIM_ASSERT(sim, text && strcmp(text, "ok") == 0, "%s; not so: %s", rules[i].rule, text);
        }
        (void) sqlite3_finalize(statement);
}

/* --- the daemon's memory ---------------------------------------------------------------------------- */

static const Execution *find_execution(const Sim *sim, uint64_t id) {
        Execution *execution;

        HASH_FIND(hh, sim->manager->executions, &id, sizeof(id), execution);
        return execution;
}

static void check_memory(Sim *sim, sqlite3 *db) {
        sqlite3_stmt *one = prepare(sim, db, "SELECT state FROM execution WHERE id = ?");
        sqlite3_stmt *open = prepare(sim, db, "SELECT id FROM execution WHERE " OPEN);

        while (sqlite3_step(open) == SQLITE_ROW) {
                uint64_t id = (uint64_t) sqlite3_column_int64(open, 0);

                SIM_ASSERT(sim, find_execution(sim, id), "execution %" PRIu64 " is open, and nobody knows",
                           id);
        }
        for (const Execution *e = sim->manager->executions; e; e = e->hh.next) {
                const char *state;

                if (e->n_pending > 0 || e->phase == PHASE_WITHDRAWN)
                        continue;
                (void) sqlite3_reset(one);
                (void) sqlite3_bind_int64(one, 1, (int64_t) e->record.id);
                state = sqlite3_step(one) == SQLITE_ROW ? (const char *) sqlite3_column_text(one, 0) : "none";
                SIM_ASSERT(sim, strcmp(state, execution_state_to_string(e->record.state)) == 0,
                           "execution %" PRIu64 " is %s, on disk %s", e->record.id,
                           execution_state_to_string(e->record.state), state);
        }
        (void) sqlite3_finalize(one);
        (void) sqlite3_finalize(open);
}

/* --- the runner's ----------------------------------------------------------------------------------- */

/* Retention may take the row of what is over. */
static bool may_be_gone(const Sim *sim, const SimRun *run) {
        return run->acknowledged || run->generation != sim->generation;
}

/* What the runner has started is an attempt of that execution, and what it has said of its end stands there.
 */
static void check_run(Sim *sim, const SimRun *run, sqlite3_stmt *statement) {
        uint64_t id = run->id.execution_id;
        bool has_row;

        (void) sqlite3_reset(statement);
        (void) sqlite3_bind_int64(statement, 1, (int64_t) id);
        (void) sqlite3_bind_int64(statement, 2, run->id.attempt);
        if (sqlite3_step(statement) != SQLITE_ROW) {
                SIM_ASSERT(sim, may_be_gone(sim, run), "%" PRIu64 " was started and has no row", id);
                return;
        }
        SIM_ASSERT(sim, (unsigned) sqlite3_column_int(statement, 0) >= run->id.attempt,
                   "attempt %u of %" PRIu64 " was started and is not counted", run->id.attempt, id);

        has_row = sqlite3_column_type(statement, 1) != SQLITE_NULL;
        SIM_ASSERT(sim, has_row || !run->acknowledged, "acknowledged and not on disk: attempt %u of %" PRIu64,
                   run->id.attempt, id);
        if (run->acknowledged && !run->lost && !run->stopped)
                SIM_ASSERT(sim, sqlite3_column_int(statement, 2) == run->exit_code,
                           "%" PRIu64 " has exited with %d, the row says %d", id, run->exit_code,
                           sqlite3_column_int(statement, 2));
}

static bool was_started(const Sim *sim, uint64_t id, int64_t attempt) {
        for (size_t i = 0; i < sim->n_runs; i++)
                if (sim->runs[i].id.execution_id == id && sim->runs[i].id.attempt == attempt)
                        return true;
        return false;
}

static void check_runs(Sim *sim, sqlite3 *db) {
        sqlite3_stmt *attempt =
                        prepare(sim, db,
                                "SELECT e.attempts, a.state, a.exit_code FROM execution e LEFT JOIN attempt a"
                                " ON a.execution_id = e.id AND a.attempt = ?2 WHERE e.id = ?1");
        sqlite3_stmt *ended =
                        prepare(sim, db,
                                "SELECT execution_id, attempt FROM attempt"
                                " WHERE exit_code IS NOT NULL OR signal IS NOT NULL");

        for (size_t i = 0; i < sim->n_runs; i++)
                check_run(sim, &sim->runs[i], attempt);
        while (sqlite3_step(ended) == SQLITE_ROW) {
                uint64_t id = (uint64_t) sqlite3_column_int64(ended, 0);

                SIM_ASSERT(sim, was_started(sim, id, sqlite3_column_int64(ended, 1)),
                           "%" PRIu64 " has an outcome and was never started", id);
        }
        (void) sqlite3_finalize(attempt);
        (void) sqlite3_finalize(ended);
}

void sim_check_invariants(Sim *sim) {
        sqlite3 *db;

        if (!sim->store && sim->n_databases == 0)
                return; /* there never was a daemon */
        db = open_database(sim);

        for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
                if (!rules[i].needs_steady_clock || !sim->clock_was_set_back)
                        check_rule(sim, db, i);
        if (sim->manager && !sim->crashing)
                check_memory(sim, db);
        check_runs(sim, db);
        ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

/* --- limits, at each START -------------------------------------------------------------------------- */

static bool is_under_way(const Sim *sim, const SimRun *run) {
        return !run->ended && !run->forced && run->generation == sim->generation;
}

void sim_check_limits(Sim *sim, const SimRun *started) {
        uint64_t n_of_job = 0, n_of_queue = 0, n_slots = UINT64_MAX, n_all = 0;

        for (size_t i = 0; i < sim->n_queues; i++)
                if (strcmp(sim->queues[i].name, started->queue) == 0)
                        n_slots = sim->queues[i].slots;
        for (size_t i = 0; i < sim->n_runs; i++) {
                const SimRun *run = &sim->runs[i];

                if (!is_under_way(sim, run))
                        continue;
                n_all++;
                n_of_job += strcmp(run->job, started->job) == 0;
                n_of_queue += strcmp(run->queue, started->queue) == 0;
        }
        SIM_ASSERT(sim, n_of_job <= started->max_instances, "%" PRIu64 " of '%s' run, %" PRIu64 " may",
                   n_of_job, started->job, started->max_instances);
        SIM_ASSERT(sim, n_of_queue <= n_slots, "%" PRIu64 " run in queue '%s' of %" PRIu64 " slots",
                   n_of_queue, started->queue, n_slots);
        SIM_ASSERT(sim, n_all <= sim->max_running, "%" PRIu64 " run at once", n_all);
}
