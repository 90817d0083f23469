/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Which secrets the runner has to keep.
 *
 * A value is kept before anything that names its id is queued for the disk, and dropped only after the last
 * that named it is gone from the disk. What a crash leaves in between is found when the runner connects: it
 * is told every id that is named by a job or an open execution, or is on its way, and drops the others.
 */

#include "job/secret-extract.h"
#include "manager/manager-internal.h"

/*
 * `error` 0: all are kept. Returns true when something names them from now on; otherwise, and after an error,
 * they are dropped again.
 */
typedef bool (*secrets_kept_t)(void *userdata, int error);

/*
 * Takes the values, which are wiped at once. `done` comes once: from here if there are none, and when the
 * manager goes, with -ESHUTDOWN. Returns 0, or a negative errno (-ENOTCONN): it is not called, nothing is
 * kept.
 */
int secrets_keep(Manager *manager, SecretValues *values, secrets_kept_t done, void *userdata);

/*
 * The ids in a definition (NULL: none) that has just been replaced or removed: each is dropped once what is
 * queued is on disk, unless the job, or an execution of it, names it still.
 */
void secrets_release_definition(Manager *manager, const char *job, const char *definition);
/* The same of an execution that has ended. */
void secrets_release_execution(const Execution *execution);

/* Tells the runner which ones there are. Nothing before the jobs are known. */
void secrets_tell(Manager *manager);

void secrets_done(Manager *manager);
