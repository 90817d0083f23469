/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is in the database: numbered migrations, one transaction each, and the checks before anything is
 * written.
 *
 * A file that is not ours, is newer or is damaged is refused without a byte of it or of its log being
 * changed.
 */

#include "store/store-connection.h"

/* "jobs" */
#define STORE_APPLICATION_ID 0x6a6f6273
#define STORE_SCHEMA_VERSION 3

/*
 * Looks at the bytes of the file before SQLite may open it. Returns 0 (also for no or an empty file),
 * -EBADMSG with *reterr, -EPROTONOSUPPORT with *reterr, or another errno.
 */
int store_schema_check_file(const char *path, char **reterr);

/*
 * Checks and migrates what a fresh connection has opened. `path` is for messages and NULL in memory. Fails
 * as above.
 */
int store_schema_migrate(StoreConnection *connection, const char *path, char **reterr);
