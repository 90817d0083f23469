/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The credentials of a run: who may have any, when they are loaded, written and removed. */

#include "runner/run-context.h"

/* Whether there are any, of the host or of parameters. */
bool run_credential_is_wanted(const Run *run);
/* All of them, as credential_find() takes it. Returns 0 or -ENOMEM. */
int run_credential_list(const MessageStart *start, char ***ret);
/* A sentence if the run may not have any; else NULL. */
const char *run_credential_refusal(const Run *run);
/*
 * Loads them, if there are any, and tells the run: at once or later, with a sentence if it failed. Returns 0,
 * or a negative errno: it will not hear of it.
 */
int run_credential_load(Run *run, void (*on_loaded)(void *userdata, const char *failure));
/* Writes them for the user of the run, whose directory is run->credentials_directory then. */
int run_credential_write(Run *run, const Account *account, char **reterr_message);
/* Forgets and removes them. */
void run_credential_done(Run *run);
