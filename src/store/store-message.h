/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Sentences for the user: what is wrong with the database and what to do about it. */

/* `path` NULL: in memory. Returns 0 or -ENOMEM. */
int store_message(const char *path, int error, char **ret);

/* For failures of store_open(): sets *reterr (if it can) and returns `error`. */
int store_open_error(const char *path, int error, char **reterr);
