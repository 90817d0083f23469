/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Dictionaries of options in a call, a{sv}, read by a table with one row for each key. Keys that are unknown
 * and values of another type are refused with a sentence that names them; a key that comes twice counts as
 * it stands last.
 */

#include <systemd/sd-bus.h>

#include "util/types.h"

typedef struct DictionaryKey DictionaryKey;

struct DictionaryKey {
        const char *name, *signature;
        /*
         * Reads the value, whose type has been compared, into the target. Returns a negative errno, with
         * *reterr set where there is more to say, or anything else.
         */
        int (*read)(sd_bus_message *message, const DictionaryKey *key, void *target, sd_bus_error *reterr);
        size_t offset;    /* in the target, as the reader takes it */
        unsigned readers; /* bits of the caller's own; 0: a key of every reader */
};

typedef struct Dictionary {
        const char *where; /* for the sentences: "in the filter" */
        const DictionaryKey *keys;
        size_t n_keys;
} Dictionary;

/* Rows of the simple kinds. A text stays the message's. */
#define DICTIONARY_TEXT(key, type, member)                             \
        .name = (key), .signature = "s", .read = dictionary_read_text, \
        .offset = TYPED_OFFSET(type, member, const char *)
#define DICTIONARY_FLAG(key, type, member)                             \
        .name = (key), .signature = "b", .read = dictionary_read_flag, \
        .offset = TYPED_OFFSET(type, member, bool)
#define DICTIONARY_NUMBER(key, type, member)                             \
        .name = (key), .signature = "t", .read = dictionary_read_number, \
        .offset = TYPED_OFFSET(type, member, uint64_t)
#define DICTIONARY_TIME(key, type, member)                               \
        .name = (key), .signature = "x", .read = dictionary_read_number, \
        .offset = TYPED_OFFSET(type, member, usec_t)
#define DICTIONARY_UID(key, type, member)                                \
        .name = (key), .signature = "u", .read = dictionary_read_number, \
        .offset = TYPED_OFFSET(type, member, uid_t)

int dictionary_read_text(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr);
int dictionary_read_flag(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr);
/* Of the width that the signature has. */
int dictionary_read_number(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr);

/*
 * Reads the dictionary at the message's position, for the reader whose bit is `reader` (0: there is but one).
 * Returns 0 or more, or a negative errno: -EINVAL with *reterr set for what the caller has done wrong. What
 * was read before a fault is in *target.
 */
int dictionary_read(
                sd_bus_message *message,
                const Dictionary *dictionary,
                unsigned reader,
                void *target,
                sd_bus_error *reterr);
