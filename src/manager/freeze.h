/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * `freeze`: nothing new starts, of no job and by nobody; what runs goes on, and its further attempts wait.
 * Nothing is decided and nobody is woken meanwhile: the cursors stand still, and at the thaw each job's span
 * is judged by `catch-up` at once, or dropped. What is not run of it is one row, skipped (frozen).
 */

#include "manager/manager-internal.h"

/* From the database: at start, before any job is looked at. */
int freeze_load(Manager *manager);

/* The clock was set back by so much: the freeze has lasted as long as before. */
void freeze_shift(Manager *manager, usec_t delta_usec);

/* "The jobs are frozen since …": for whoever asks that something start now. -ECANCELED, or 0: it may. */
int freeze_refuse(const Manager *manager, const char *what, char **reterr);
