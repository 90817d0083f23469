/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Short ways to fill a FieldValue, for the tables. */

#include "bus/field.h"

static inline void field_give_text(FieldValue *value, const char *text) {
        value->text = text;
        value->is_null = !text;
}

static inline void field_give_integer(FieldValue *value, int64_t integer) {
        value->integer = integer;
}

/* `none` is the number that means "unknown". */
static inline void field_give_known(FieldValue *value, int64_t integer, int64_t none) {
        value->integer = integer;
        value->is_null = integer == none;
}

static inline void field_give_instant(FieldValue *value, usec_t instant_usec) {
        field_give_known(value, instant_usec, USEC_INFINITY);
}

static inline void field_give_list(FieldValue *value, char *const *list) {
        value->list = list;
}

/* A span in seconds; unknown if either end is. */
static inline void field_give_span(FieldValue *value, usec_t from_usec, usec_t until_usec) {
        value->is_null = from_usec == USEC_INFINITY || until_usec == USEC_INFINITY;
        value->number = value->is_null ? 0 : (double) (until_usec - from_usec) / (double) USEC_PER_SEC;
}

/* The user's name, or the number as long as no name is known. */
void field_give_user(const FieldContext *context, FieldValue *value, uid_t uid);

/* Each getter of a table is one line: GET(Type, name, expression that fills `value` from `record`). */
#define FIELD_GET(type, name, expression)                                                          \
        static void get_##name(const FieldContext *context, const void *data, FieldValue *value) { \
                const type *record = data;                                                         \
                                                                                                   \
                (void) context;                                                                    \
                expression;                                                                        \
        }                                                                                          \
        struct unused_get_##name /* takes the semicolon */
