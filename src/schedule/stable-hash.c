/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/stable-hash.h"

#include <assert.h>

static uint64_t rotate_left(uint64_t value, unsigned n_bits) {
        return value << n_bits | value >> (64 - n_bits);
}

static void scramble(uint64_t v[static 4], unsigned n_rounds) {
        for (unsigned i = 0; i < n_rounds; i++) {
                v[0] += v[1];
                v[2] += v[3];
                v[1] = rotate_left(v[1], 13) ^ v[0];
                v[3] = rotate_left(v[3], 16) ^ v[2];
                v[0] = rotate_left(v[0], 32) + v[3];
                v[2] += v[1];
                v[3] = rotate_left(v[3], 21) ^ v[0];
                v[1] = rotate_left(v[1], 17) ^ v[2];
                v[2] = rotate_left(v[2], 32);
        }
}

static void add_word(StableHash *hash, uint64_t word) {
        hash->state[3] ^= word;
        scramble(hash->state, 2);
        hash->state[0] ^= word;
}

void stable_hash_init(StableHash *hash) {
        assert(hash);

        /* "somepseudorandomlygeneratedbytes", as the authors of SipHash chose; a key of zeros changes
         * nothing. */
        *hash = (StableHash){
                .state = { 0x736f6d6570736575U, 0x646f72616e646f6dU, 0x6c7967656e657261U,
                           0x7465646279746573U },
        };
}

void stable_hash_add_byte(StableHash *hash, uint8_t byte) {
        assert(hash);

        hash->word |= (uint64_t) byte << hash->size_bytes % 8 * 8;
        if (++hash->size_bytes % 8 == 0) {
                add_word(hash, hash->word);
                hash->word = 0;
        }
}

void stable_hash_add(StableHash *hash, const void *data, size_t size) {
        const uint8_t *bytes = data;

        for (size_t i = 0; i < size; i++)
                stable_hash_add_byte(hash, bytes[i]);
}

uint64_t stable_hash_finish(StableHash *hash) {
        assert(hash);

        add_word(hash, hash->size_bytes << 56 | hash->word);
        hash->state[2] ^= 0xff;
        scramble(hash->state, 4);
        return hash->state[0] ^ hash->state[1] ^ hash->state[2] ^ hash->state[3];
}
