/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * SipHash-2-4 with a key of zeros: a number that depends on nothing but the bytes, so that what is spread by
 * it is spread the same way on every machine, in every version and after every restart. It guards no secret.
 */

#include "util/types.h"

typedef struct StableHash {
        uint64_t state[4];
        uint64_t word; /* the bytes that do not yet fill one, from the lowest up */
        uint64_t size_bytes;
} StableHash;

void stable_hash_init(StableHash *hash);
void stable_hash_add(StableHash *hash, const void *data, size_t size);
void stable_hash_add_byte(StableHash *hash, uint8_t byte);

/* Nothing may be added afterwards. */
uint64_t stable_hash_finish(StableHash *hash);
