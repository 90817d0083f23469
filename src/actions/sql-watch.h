/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Ends what runs in a database when its time is over, or when the program is told to stop. A thread of its
 * own, since ODBC's calls block and SQLCancel() is made to come from another one: drivers ignore
 * SQL_ATTR_QUERY_TIMEOUT. What does not react to it ends with the process.
 */

#include <sql.h>

#include "util/types.h"

typedef struct SqlWatch SqlWatch;

typedef enum SqlPhase {
        SQL_CONNECTING, /* there is nothing to cancel, and nothing to lose: the process ends at once */
        SQL_WORKING,    /* what runs is cancelled, and the caller rolls back */
        SQL_COMMITTING, /* is left to end by itself, for some seconds */
} SqlPhase;

/*
 * Blocks SIGTERM, SIGINT and SIGHUP in the caller and takes them from then on. `timeout_usec` may be
 * USEC_INFINITY. Call it before anything that makes threads. Returns 0 or a negative errno.
 */
int sql_watch_new(usec_t timeout_usec, SqlWatch **ret);
SqlWatch *sql_watch_free(SqlWatch *watch);

void sql_watch_set_phase(SqlWatch *watch, SqlPhase phase);

/* What SQLCancel() is called with; SQL_NULL_HSTMT before it is freed. */
void sql_watch_set_statement(SqlWatch *watch, SQLHSTMT statement);

/* Why everything has to end, in a sentence; NULL: it need not. */
const char *sql_watch_reason(SqlWatch *watch);
