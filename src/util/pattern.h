/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Regular expressions of people whom we need not trust, against texts that may be theirs too: in the syntax
 * of Perl, as PCRE2 has it (pcre2pattern(3)), by characters of UTF-8. \w, \d, \s and \b know ASCII; a byte
 * that is no part of a character matches nothing. A match takes no more than a bounded number of steps and
 * bytes.
 */

#include "util/cleanup.h"
#include "util/types.h"

#define PATTERN_SIZE_MAX 1024U
#define PATTERN_FAULT_MAX 192U

typedef struct Pattern Pattern;

typedef enum PatternFlags {
        PATTERN_WHOLE = 1 << 0, /* it has to match the text as a whole, not somewhere in it */
        PATTERN_LINES = 1 << 1, /* ^ and $ are at lines, too, and . matches no line feed */
} PatternFlags;

/*
 * Returns 0, -ENOMEM, or -EINVAL with `fault`, which goes on from "the pattern": "is no regular expression:
 * missing closing parenthesis, at byte 5".
 */
int pattern_new(const char *text, unsigned flags, Pattern **ret, char fault[static PATTERN_FAULT_MAX]);
Pattern *pattern_free(Pattern *pattern);
DEFINE_CLEANUP(Pattern, pattern_free);

/* Returns 1: it matches, 0: it does not, -E2BIG: that would take too long to find out, or another negative
 * errno. */
int pattern_match(const Pattern *pattern, const char *text, size_t size);
