/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* NULL-terminated arrays of strings. NULL is an empty list. */

#include "util/cleanup.h"
#include "util/types.h"

char **string_list_free(char **list); /* returns NULL */
static inline void string_list_freep(char ***list) {
        (void) string_list_free(*list);
}

size_t string_list_length(char *const *list);
int string_list_copy(char *const *list, char ***ret);
bool string_list_equal(char *const *a, char *const *b);
bool string_list_contains(char *const *list, const char *text);
/* Whether one of the patterns, as fnmatch() has them without flags, matches; of an empty list none does. */
bool string_list_matches(char *const *patterns, const char *text);

/*
 * Both return 0 or -ENOMEM; on failure the list is unchanged. push adds a copy, take_push the string itself,
 * which it owns from then on: on failure it frees it.
 */
int string_list_push(char ***list, const char *text);
int string_list_take_push(char ***list, char *text);

/* Joins with `separator`; the empty list gives "". */
int string_list_join(char *const *list, const char *separator, char **ret);

#define STRING_LIST_FOREACH(item, list) for (char *const *item = (list); item && *item; item++)
