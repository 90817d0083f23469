/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the codec (message.c) has to know of the message types: the fields of each, in the order in which they
 * travel. message-table.c knows the types and fills this in; the codec knows only this.
 */

#include "util/types.h"

typedef enum FieldKind {
        FIELD_UNSIGNED, /* uint64_t */
        FIELD_SIGNED,   /* int64_t */
        FIELD_STRING,   /* char *, without NULs inside; NULL travels as "" */
        FIELD_BYTES,    /* char * and the uint64_t at `size_offset` */
        FIELD_LIST,     /* char **, NULL travels as the empty list */
} FieldKind;

typedef struct MessageField {
        FieldKind kind;
        size_t offset;      /* in struct Message */
        size_t size_offset; /* FIELD_BYTES: of its size */
        int64_t minimum;    /* FIELD_SIGNED */
        uint64_t lowest;    /* FIELD_UNSIGNED */
        uint64_t maximum;   /* of the number, of the string's or bytes' length, of the list's count */
} MessageField;

typedef struct MessageLayout {
        const MessageField *fields; /* NULL: no such type */
        size_t n_fields;
} MessageLayout;

/* NULL: no such type. */
const MessageLayout *message_layout(uint64_t type);
