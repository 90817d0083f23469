/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Columns are bound and read in the order in which the macros below name them; store-execution.c,
 * store-job.c and store-audit.c follow it.
 */

#include "store/store-statement.h"

#include <assert.h>
#include <stddef.h>

#define STRINGIFY_VALUE(value) #value
#define STRINGIFY(value) STRINGIFY_VALUE(value)

/* What the unique index covers. Word for word the condition of the partial indexes in store-schema.c. */
#define IS_OCCURRENCE "cause IN ('schedule', 'catch-up', 'boot', 'dependency', 'timer', 'template')"
#define IS_OTHER "cause NOT IN ('schedule', 'catch-up', 'boot', 'dependency', 'timer', 'template')"

#define NEVER_STARTED "state IN ('missed', 'skipped')"
#define IS_OPEN "state IN ('armed', 'waiting', 'starting', 'running', 'retrying')"

/* 15 columns that never change, and 36 that do. */
#define EXECUTION_IDENTITY                                                                              \
        "id, job_id, job, owner_uid, origin, cause, requested_by, due, nominal, pass, parent, forced, " \
        "kind, template, tags"
#define EXECUTION_CHANGEABLE                                                          \
        "job_revision, state, reason, reason_detail, due_last, count, notes, "        \
        "start_after, queued, started, ended, exit_code, signal, http_status, "       \
        "attempts, pid, host, boot_id, runner_incarnation, runner_generation, "       \
        "progress, status_text, cpu_seconds, memory_peak_bytes, output_bytes, "       \
        "output_truncated, result, condition, waiting_for, waiting_since, retry_at, " \
        "output_file, parameters, secrets, profile, profile_revision"
#define EXECUTION_COLUMNS EXECUTION_IDENTITY ", " EXECUTION_CHANGEABLE
/* The name that the job has now: a rename touches none of the rows. */
#define EXECUTION_NAMED                                                             \
        "id, job_id, coalesce((SELECT name FROM job WHERE job.id = job_id), job), " \
        "owner_uid, origin, cause, requested_by, due, nominal, pass, parent, "      \
        "forced, kind, template, tags, " EXECUTION_CHANGEABLE
#define PLACES_10 "?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
#define PLACES_15 PLACES_10 ", ?, ?, ?, ?, ?"
#define PLACES_36 PLACES_10 ", " PLACES_10 ", " PLACES_10 ", ?, ?, ?, ?, ?, ?"

#define ATTEMPT_COLUMNS                                                             \
        "execution_id, attempt, state, reason, started, ended, exit_code, signal, " \
        "pid, cpu_seconds, memory_peak_bytes, http_status"

#define JOB_STATE_COLUMNS                                                       \
        "paused_since, paused_until, cursor, anchor, boot_identity, boot_due, " \
        "last_execution_id, last_state, last_due, last_started, last_ended, "   \
        "joined, last_success, overdue_since, expect_since, failing_since, "    \
        "skip_until"
#define JOB_COLUMNS                                                               \
        "job.id, name, owner_uid, origin, job.revision, definition, file, line, " \
        "added, removed, source, one_shot, expires, " JOB_STATE_COLUMNS
/* With what belongs to the job's newest revision. */
#define FROM_JOBS                                                          \
        "FROM job LEFT JOIN job_revision ON job_revision.job_id = job.id " \
        "AND job_revision.revision = job.revision "                        \
        "LEFT JOIN job_state ON job_state.job_id = job.id "

#define NOTIFICATION_COLUMNS                                                   \
        "id, created, event, job, owner_uid, execution_id, fold_key, window, " \
        "count, target, content, attempts, next_try, last_error"

#define AUDIT_COLUMNS "id, time, event, job, execution_id, user, uid, process, origin, detail"

/* clang-format off */
static const char *const statement_sql[STATEMENT_COUNT] = {
        [STATEMENT_BEGIN]       = "BEGIN IMMEDIATE",
        [STATEMENT_COMMIT]      = "COMMIT",
        [STATEMENT_ROLLBACK]    = "ROLLBACK",
        [STATEMENT_SAVEPOINT]   = "SAVEPOINT operation",
        [STATEMENT_RELEASE]     = "RELEASE operation",
        [STATEMENT_ROLLBACK_TO] = "ROLLBACK TO operation",

        [STATEMENT_READ_META]         = "SELECT value FROM meta WHERE key = ?",
        [STATEMENT_WRITE_META]        = "INSERT INTO meta (key, value) VALUES (?1, ?2) "
                                        "ON CONFLICT (key) DO UPDATE SET value = ?2",
        [STATEMENT_LAST_EXECUTION_ID] = "SELECT coalesce(max(id), 0) FROM execution",
        [STATEMENT_LAST_JOB_ID]       = "SELECT coalesce(max(id), 0) FROM job",

        [STATEMENT_PUT_JOB] =
                "INSERT INTO job (id, name, owner_uid, origin, revision, file, line, added, removed, source, "
                "one_shot, expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
                "ON CONFLICT (id) DO UPDATE SET name = ?2, owner_uid = ?3, origin = ?4, revision = ?5, "
                "file = ?6, line = ?7, added = ?8, removed = ?9, source = ?10, one_shot = ?11, expires = ?12",
        [STATEMENT_PUT_JOB_STATE] =
                "INSERT INTO job_state (job_id, " JOB_STATE_COLUMNS ") "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) "
                "ON CONFLICT (job_id) DO UPDATE SET "
                "paused_since = ?2, paused_until = ?3, cursor = ?4, anchor = ?5, boot_identity = ?6, "
                "boot_due = ?7, last_execution_id = ?8, last_state = ?9, last_due = ?10, "
                "last_started = ?11, last_ended = ?12, joined = ?13, last_success = ?14, "
                "overdue_since = ?15, expect_since = ?16, failing_since = ?17, skip_until = ?18",
        [STATEMENT_PUT_REVISION] =
                "INSERT INTO job_revision (job_id, revision, definition) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (job_id, revision) DO UPDATE SET definition = ?3 WHERE definition != ?3",
        [STATEMENT_READ_REVISION] =
                "SELECT definition FROM job_revision WHERE job_id = ? AND revision = ?",
        /* What was made at run time and is over is not kept in memory, unless the runner may still speak of it. */
        [STATEMENT_LOAD_JOBS] =
                "SELECT " JOB_COLUMNS " " FROM_JOBS
                "WHERE origin != 'runtime' OR removed IS NULL OR job.id IN (SELECT job_id FROM execution "
                "INDEXED BY execution_state WHERE state != 'succeeded' AND " IS_OPEN ") ORDER BY job.id",
        [STATEMENT_READ_JOB] =
                "SELECT " JOB_COLUMNS " " FROM_JOBS "WHERE name = ? ORDER BY removed IS NULL DESC, job.id DESC LIMIT 1",
        [STATEMENT_JOB_NAMES]   = "SELECT id, name FROM job",
        [STATEMENT_JOB_BY_NAME] = "SELECT id FROM job WHERE name = ?",

        [STATEMENT_OCCURRENCE_TAKEN] =
                "SELECT max(pass), max(NOT " NEVER_STARTED ") FROM execution "
                "WHERE job_id = ? AND due = ? AND pass >= ? AND " IS_OCCURRENCE,
        [STATEMENT_INSERT_EXECUTION] =
                "INSERT INTO execution (" EXECUTION_COLUMNS ") VALUES (" PLACES_15 ", " PLACES_36 ")",
        [STATEMENT_UPDATE_EXECUTION] =
                "UPDATE execution SET (" EXECUTION_CHANGEABLE ") = (" PLACES_36 ") WHERE id = ?",
        [STATEMENT_DELETE_EXECUTION] = "DELETE FROM execution WHERE id = ?",
        [STATEMENT_PUT_ATTEMPT] =
                "INSERT INTO attempt (" ATTEMPT_COLUMNS ") "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
                "ON CONFLICT (execution_id, attempt) DO UPDATE SET state = ?3, reason = ?4, "
                "started = ?5, ended = ?6, exit_code = ?7, signal = ?8, pid = ?9, cpu_seconds = ?10, "
                "memory_peak_bytes = ?11, http_status = ?12",
        [STATEMENT_PUT_OUTPUT] =
                "INSERT INTO output (execution_id, attempt, total_bytes, data) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (execution_id, attempt) DO UPDATE SET total_bytes = ?3, data = ?4",
        [STATEMENT_DELETE_OUTPUT] = "DELETE FROM output WHERE execution_id = ? AND attempt = ?",
        [STATEMENT_READ_EXECUTION] = "SELECT " EXECUTION_NAMED " FROM execution WHERE id = ?",
        [STATEMENT_READ_ATTEMPT] =
                "SELECT " ATTEMPT_COLUMNS ", total_bytes, data FROM attempt "
                "LEFT JOIN output USING (execution_id, attempt) WHERE execution_id = ?1 "
                "AND (attempt = ?2 OR ?2 = 0) ORDER BY attempt DESC LIMIT 1",

        [STATEMENT_LIST_ATTEMPTS] =
                "SELECT " ATTEMPT_COLUMNS ", coalesce(total_bytes, 0), NULL FROM attempt "
                "LEFT JOIN output USING (execution_id, attempt) WHERE execution_id = ? ORDER BY attempt",

        /* A folded row begins before the instant that it covers, so rows are tried backwards, but not for ever. */
        [STATEMENT_FIND_OCCURRENCE] =
                "SELECT id FROM (SELECT id, due_last FROM execution "
                "WHERE job_id = ?1 AND due <= ?3 AND " IS_OCCURRENCE " "
                "ORDER BY due DESC, pass DESC LIMIT 256) WHERE due_last >= ?2 LIMIT 1",
        [STATEMENT_FIND_COVERING] =
                "SELECT id FROM (SELECT id, due, due_last FROM execution "
                "WHERE job_id = ?1 AND due <= ?3 ORDER BY due DESC, id DESC LIMIT 256) "
                "WHERE due_last >= ?2 ORDER BY due DESC, id DESC",
        [STATEMENT_FIND_OTHER] =
                "SELECT id FROM execution WHERE job_id = ? AND due >= ? AND due <= ? AND " IS_OTHER " "
                "ORDER BY due DESC, id DESC LIMIT 1",

        [STATEMENT_WALK_ALL] =
                "SELECT id FROM execution WHERE id < ?1 ORDER BY id DESC LIMIT " STRINGIFY(STORE_WALK_CHUNK),
        [STATEMENT_WALK_JOB] =
                "SELECT id FROM execution INDEXED BY execution_job WHERE job_id = ?2 AND id < ?1 "
                "ORDER BY id DESC LIMIT " STRINGIFY(STORE_WALK_CHUNK),
        [STATEMENT_WALK_STATE] =
                "SELECT id FROM execution INDEXED BY execution_state "
                "WHERE state = ?2 AND state != 'succeeded' AND id < ?1 "
                "ORDER BY id DESC LIMIT " STRINGIFY(STORE_WALK_CHUNK),
        [STATEMENT_WALK_KIND] =
                "SELECT id FROM execution INDEXED BY execution_kind WHERE kind = ?2 AND id < ?1 "
                "ORDER BY id DESC LIMIT " STRINGIFY(STORE_WALK_CHUNK),
        [STATEMENT_WALK_DUE] =
                "SELECT id FROM execution INDEXED BY execution_due WHERE due >= ?2 AND due <= ?3 "
                "AND id < ?1 ORDER BY id DESC LIMIT " STRINGIFY(STORE_WALK_CHUNK),
        [STATEMENT_COUNT_DUE] =
                "SELECT count(*) FROM (SELECT 1 FROM execution INDEXED BY execution_due "
                "WHERE due >= ?1 AND due <= ?2 LIMIT " STRINGIFY(STORE_DUE_RANGE_MAX) ")",
        [STATEMENT_DUE_BOUNDS] =
                "SELECT min(id), max(id) FROM execution INDEXED BY execution_due "
                "WHERE due >= ?1 AND due <= ?2",
        [STATEMENT_OPEN_EXECUTIONS] =
                "SELECT id FROM execution INDEXED BY execution_state WHERE state != 'succeeded' "
                "AND " IS_OPEN " AND id > ? ORDER BY id LIMIT " STRINGIFY(STORE_WALK_CHUNK),

        [STATEMENT_PAUSE_QUEUE] =
                "INSERT INTO queue (name, paused_since) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        [STATEMENT_RESUME_QUEUE]       = "DELETE FROM queue WHERE name = ?",
        [STATEMENT_LOAD_PAUSED_QUEUES] = "SELECT name, paused_since FROM queue ORDER BY name",

        [STATEMENT_PUT_PROFILE] =
                "INSERT INTO profile (name, origin, owner_uid, revision, changed, removed) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name, origin) DO UPDATE SET "
                "owner_uid = ?3, revision = ?4, changed = ?5, removed = ?6",
        [STATEMENT_PUT_PROFILE_REVISION] =
                "INSERT INTO profile_revision (name, revision, definition) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (name, revision) DO NOTHING",
        [STATEMENT_PUT_ACTION] =
                "INSERT OR REPLACE INTO action_description (path, stamp, description) VALUES (?, ?, ?)",
        [STATEMENT_DELETE_ACTION] = "DELETE FROM action_description WHERE path = ?",
        [STATEMENT_LOAD_ACTIONS]  = "SELECT path, stamp, description FROM action_description ORDER BY path",

        [STATEMENT_LOAD_PROFILES] =
                "SELECT name, origin, owner_uid, revision, changed, definition, removed FROM profile "
                "LEFT JOIN profile_revision USING (name, revision) ORDER BY name, origin",
        [STATEMENT_READ_PROFILE_REVISION] =
                "SELECT definition FROM profile_revision WHERE name = ? AND revision = ?",

        [STATEMENT_PRUNE_CUTOFF] =
                "SELECT id FROM execution INDEXED BY execution_job WHERE job_id = ? "
                "ORDER BY id DESC LIMIT 1 OFFSET ?",
        [STATEMENT_PRUNE_PROTECTED] =
                "SELECT (SELECT max(id) FROM execution WHERE job_id = ?1), "
                "(SELECT last_execution_id FROM job_state WHERE job_id = ?1)",
        [STATEMENT_PRUNE_STEP] =
                "DELETE FROM execution WHERE id IN (SELECT id FROM (SELECT id, state, ended, due_last "
                "FROM execution INDEXED BY execution_job WHERE job_id = ?1 ORDER BY id "
                "LIMIT " STRINGIFY(STORE_PRUNE_STEP_ROWS) ") "
                "WHERE NOT " IS_OPEN " AND id != ?4 AND id != ?5 "
                "AND (id <= ?2 OR coalesce(ended, due_last) < ?3))",

        [STATEMENT_DELETE_HISTORY] = "DELETE FROM execution WHERE id = ? AND NOT " IS_OPEN,

        /* The newest one stays, so that no id is given twice. */
        [STATEMENT_EXPIRED_JOB] =
                "SELECT id FROM job INDEXED BY job_expires WHERE expires IS NOT NULL AND expires < ? "
                "AND id < (SELECT max(id) FROM job) AND NOT EXISTS (SELECT 1 FROM execution "
                "INDEXED BY execution_job WHERE job_id = job.id AND " IS_OPEN ") ORDER BY expires LIMIT 1",
        [STATEMENT_FORGET_ROWS] =
                "DELETE FROM execution WHERE id IN (SELECT id FROM execution INDEXED BY execution_job "
                "WHERE job_id = ? LIMIT " STRINGIFY(STORE_PRUNE_STEP_ROWS) ")",
        [STATEMENT_FORGET_JOB] = "DELETE FROM job WHERE id = ?",

        [STATEMENT_ADD_AUDIT]      = "INSERT INTO audit (" AUDIT_COLUMNS ") VALUES (" PLACES_10 ")",
        [STATEMENT_READ_AUDIT]     = "SELECT " AUDIT_COLUMNS " FROM audit WHERE id = ?",
        [STATEMENT_WALK_AUDIT]     = "SELECT id FROM audit WHERE id < ?1 ORDER BY id DESC "
                                     "LIMIT " STRINGIFY(STORE_WALK_CHUNK),
        [STATEMENT_WALK_AUDIT_JOB] = "SELECT id FROM audit WHERE job = ?2 AND id < ?1 ORDER BY id DESC "
                                     "LIMIT " STRINGIFY(STORE_WALK_CHUNK),

        [STATEMENT_PUT_NOTIFICATION] =
                "INSERT INTO notification (" NOTIFICATION_COLUMNS ") "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
                "ON CONFLICT (id) DO UPDATE SET created = ?2, execution_id = ?6, window = ?8, count = ?9, "
                "content = ?11, attempts = ?12, next_try = ?13, last_error = ?14",
        [STATEMENT_DELETE_NOTIFICATION] = "DELETE FROM notification WHERE id = ?",
        [STATEMENT_LOAD_NOTIFICATIONS] =
                "SELECT " NOTIFICATION_COLUMNS " FROM notification ORDER BY id",
};
/* clang-format on */

const char *store_statement_sql(StoreStatement statement) {
        assert((size_t) statement < STATEMENT_COUNT);

        return statement_sql[statement];
}
