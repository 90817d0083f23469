/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Extended regular expressions of people whom we need not trust, against texts that may be theirs too. libc's
 * regexec() can take minutes for 64 KiB, and does so where all others wait; here a match costs no more than
 * the text's length times a constant, and what would cost more is given up.
 *
 * As in regex(7), by characters of UTF-8 (each byte that is not part of one is a character of its own), but
 * without references back, equivalence classes and collating elements. Beyond it \w \W \s \S \b and \B are
 * known, of ASCII; another letter behind a backslash is a fault.
 */

#include "util/cleanup.h"
#include "util/types.h"

#define PATTERN_SIZE_MAX 1024U

typedef struct Pattern Pattern;

typedef enum PatternFlags {
        PATTERN_WHOLE = 1 << 0, /* it has to match the text as a whole, not somewhere in it */
        PATTERN_LINES = 1 << 1, /* ^ and $ are at lines, too, and only what names it matches a line feed */
} PatternFlags;

/*
 * Returns 0, -ENOMEM, or -EINVAL with *ret_fault, which goes on from "the pattern": "has a '(' without its
 * ')'"; static.
 */
int pattern_new(const char *text, unsigned flags, Pattern **ret, const char **ret_fault);
Pattern *pattern_free(Pattern *pattern);
DEFINE_CLEANUP(Pattern, pattern_free);

/* Returns 1: it matches, 0: it does not, -E2BIG: that would take too long to find out, or -ENOMEM. */
int pattern_match(const Pattern *pattern, const char *text, size_t size);
