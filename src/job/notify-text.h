/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a message is about, and where it goes to, as a list of "NAME=value". A name may come more than once.
 * In the database such a list is one text, a line for each.
 */

#include "job/notify.h"
#include "util/string-list.h"

int notify_text_encode(char *const *list, char **ret);
/* Returns 0, -EBADMSG (not what notify_text_encode() wrote), or -ENOMEM. */
int notify_text_decode(const char *text, char ***ret);

/* The first value of that name; "" if there is none. Borrowed. */
const char *notify_text_find(char *const *list, const char *name);

/* Adds one behind the others; nothing if `value` is NULL. Returns 0 or -ENOMEM. */
int notify_text_add(char ***list, const char *name, const char *value);

/* A target whole, so that it can be reached whatever becomes of its job. `user` and `shell` may be NULL. */
int notify_text_of_target(const NotifyTarget *target, const char *user, const char *shell, char ***ret);

/*
 * Expands ${NAME} in a template for a JSON body: the value is escaped for use within "…". $${ is a literal
 * ${. An unknown name gives nothing; notify_template_check() has refused it.
 */
int notify_template_expand(const char *text, char *const *values, char **ret);

/* Returns 0, or -EINVAL with the first name that there is not in *reterr (owned; may stay NULL). */
int notify_template_check(const char *text, char **reterr);
