/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Tells whether something is the same as before; not for tables that others may fill. */

#include "util/types.h"

#define HASH_START UINT64_C(14695981039346656037)

/* FNV-1a of the bytes, continuing from `hash`. */
static inline uint64_t hash_add(uint64_t hash, const void *data, size_t size) {
        const unsigned char *bytes = data;

        for (size_t i = 0; i < size; i++)
                hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
        return hash;
}
