/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Every SQL statement of the store, but for the migrations. A connection prepares each once. */

typedef enum StoreStatement {
        /* transactions */
        STATEMENT_BEGIN,
        STATEMENT_COMMIT,
        STATEMENT_ROLLBACK,
        STATEMENT_SAVEPOINT,
        STATEMENT_RELEASE,
        STATEMENT_ROLLBACK_TO,

        /* meta */
        STATEMENT_READ_META,
        STATEMENT_WRITE_META,
        STATEMENT_LAST_EXECUTION_ID,
        STATEMENT_LAST_JOB_ID,

        /* jobs */
        STATEMENT_PUT_JOB,
        STATEMENT_PUT_JOB_STATE,
        STATEMENT_PUT_REVISION,
        STATEMENT_READ_REVISION,
        STATEMENT_LOAD_JOBS,
        STATEMENT_READ_JOB,
        STATEMENT_JOB_NAMES,
        STATEMENT_JOB_BY_NAME,

        /* executions */
        STATEMENT_OCCURRENCE_TAKEN,
        STATEMENT_INSERT_EXECUTION,
        STATEMENT_UPDATE_EXECUTION,
        STATEMENT_DELETE_EXECUTION,
        STATEMENT_PUT_ATTEMPT,
        STATEMENT_PUT_OUTPUT,
        STATEMENT_DELETE_OUTPUT,
        STATEMENT_READ_EXECUTION,
        STATEMENT_READ_ATTEMPT,
        STATEMENT_LIST_ATTEMPTS,
        STATEMENT_FIND_OCCURRENCE,
        STATEMENT_FIND_COVERING,
        STATEMENT_FIND_OTHER,

        /* ids of executions, for lists */
        STATEMENT_WALK_ALL,
        STATEMENT_WALK_JOB,
        STATEMENT_WALK_STATE,
        STATEMENT_WALK_KIND,
        STATEMENT_WALK_DUE,
        STATEMENT_COUNT_DUE,
        STATEMENT_DUE_BOUNDS,
        STATEMENT_OPEN_EXECUTIONS,

        /* queues */
        STATEMENT_PAUSE_QUEUE,
        STATEMENT_RESUME_QUEUE,
        STATEMENT_LOAD_PAUSED_QUEUES,

        /* profiles */
        STATEMENT_PUT_PROFILE,
        STATEMENT_PUT_PROFILE_REVISION,
        STATEMENT_LOAD_PROFILES,
        STATEMENT_READ_PROFILE_REVISION,

        /* action programs */
        STATEMENT_PUT_ACTION,
        STATEMENT_DELETE_ACTION,
        STATEMENT_LOAD_ACTIONS,

        /* retention */
        STATEMENT_PRUNE_CUTOFF,
        STATEMENT_PRUNE_PROTECTED,
        STATEMENT_PRUNE_STEP,
        STATEMENT_DELETE_HISTORY,
        STATEMENT_EXPIRED_JOB,
        STATEMENT_FORGET_ROWS,
        STATEMENT_FORGET_JOB,

        /* audit */
        STATEMENT_ADD_AUDIT,
        STATEMENT_READ_AUDIT,
        STATEMENT_WALK_AUDIT,
        STATEMENT_WALK_AUDIT_JOB,

        /* notifications */
        STATEMENT_PUT_NOTIFICATION,
        STATEMENT_DELETE_NOTIFICATION,
        STATEMENT_LOAD_NOTIFICATIONS,

        STATEMENT_COUNT,
} StoreStatement;

/* How many rows one step of retention looks at and removes at most. */
#define STORE_PRUNE_STEP_ROWS 100

/* How many ids a list fetches at a time. */
#define STORE_WALK_CHUNK 256

/* A time range with more rows than this is not sorted: all rows between its smallest and largest id are
 * walked. */
#define STORE_DUE_RANGE_MAX 20000

const char *store_statement_sql(StoreStatement statement);
