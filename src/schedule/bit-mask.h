/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Sets of small numbers as bits, where the next member is one instruction away. */

#include "util/types.h"

/* The lowest set bit from `begin` up; -1 if none is set there. */
static inline int mask_lowest_from(uint64_t mask, unsigned begin) {
        uint64_t rest = begin < 64 ? mask >> begin << begin : 0;

        return rest ? __builtin_ctzll(rest) : -1;
}

/* The highest set bit until `end`, which may be -1; -1 if none is set there. */
static inline int mask_highest_until(uint64_t mask, int end) {
        uint64_t rest = end < 0 ? 0 : mask & (UINT64_MAX >> (63 - end));

        return rest ? 63 - __builtin_clzll(rest) : -1;
}

/* How many bits are set below `end`, which is at most 63. */
static inline unsigned mask_count_below(uint64_t mask, unsigned end) {
        return (unsigned) __builtin_popcountll(mask & ((1ULL << end) - 1));
}
