/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Changes of jobs that are made at run time: asked for, sent all at once, and told. */

#include "client/client.h"
#include "schedctl/context.h"

/*
 * Sends the changes, with --dry-run on trial, and says on standard error what was wrong, or what is to be
 * known. `as_written`: the definitions are texts of the user, in which a line and a column mean something.
 * *ret_results is only set with STATUS_OK. Returns a status.
 */
int change_send(Context *context,
                const ClientChange *asked,
                size_t n_changes,
                bool as_written,
                json_t **ret_results);

/* Prints what became of each: as --output has it, with "short" the names. Returns a status. */
int change_report(const Context *context, const json_t *results);

/* Both. */
int change_jobs(Context *context, const ClientChange *changes, size_t n_changes, bool as_written);

/*
 * Before an order to many: `names` are the jobs that the words and options of the command line stand for.
 * Where these were not all spelt out a person on a terminal is asked, unless --yes is given; without a
 * terminal it is refused if it `destroys` something. With --dry-run they are only shown. `doing`: "Delete".
 * Returns STATUS_OK to go on, and sets *ret_done instead if there is nothing to do any more.
 */
int change_confirm(
                const Context *context,
                const char *doing,
                char *const *words,
                char *const *names,
                bool destroys,
                bool *ret_done);
