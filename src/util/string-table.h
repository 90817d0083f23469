/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Names of enums. A table is an array of strings indexed by the enum and ended by the enum's _COUNT:
 *
 *         static const char *const backoff_names[] = { [BACKOFF_LINEAR] = "linear", …, [BACKOFF_COUNT] = NULL
 * };
 */

#include "util/types.h"

/* Returns the index of `name`, or -EINVAL. */
int string_table_find(const char *const *table, const char *name);

/* Defines NAME_to_string() (NULL when out of range) and NAME_from_string() (-EINVAL when unknown). */
#define DEFINE_STRING_TABLE(name, type, table)                                         \
        const char *name##_to_string(type value) {                                     \
                return (size_t) value < ARRAY_SIZE(table) - 1 ? (table)[value] : NULL; \
        }                                                                              \
        int name##_from_string(const char *text) {                                     \
                return string_table_find(table, text);                                 \
        }                                                                              \
        struct unused_##name /* takes the semicolon */

#define DECLARE_STRING_TABLE(name, type)          \
        const char *name##_to_string(type value); \
        int name##_from_string(const char *text)

/*
 * The candidate nearest to `word`, for "did you mean": by edit distance, at most a third of its length away,
 * else the shortest that begins with the word (of three letters or more); NULL if there is none.
 * `candidates` is NULL-terminated.
 */
const char *string_nearest(const char *word, const char *const *candidates);
