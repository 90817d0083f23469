/* SPDX-License-Identifier: GPL-2.0-or-later */

#define PCRE2_CODE_UNIT_WIDTH 8

#include "util/pattern.h"

#include <errno.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a match may take: a tenth of a second, and some more for a text of 256 KiB. */
#define STEPS_AT_LEAST 1000000U
#define STEPS_PER_BYTE 16U
#define SIZE_COUNTED (64U * 1024 * 1024)
#define HEAP_KIB_MAX (32U * 1024U)

/*
 * PCRE2 counts its steps anew at each place where the expression may begin, of which a text has as many as
 * bytes. With this before it there is one such place only, and the count is that of the whole search.
 */
#define SEARCH "(?s:.*?)(?:%s)"

struct Pattern {
        pcre2_code *code;
};

Pattern *pattern_free(Pattern *pattern) {
        if (!pattern)
                return NULL;
        pcre2_code_free(pattern->code);
        free(pattern);
        return NULL;
}

/* What PCRE2 says of it, after "the pattern ". */
static void say_fault(int code, size_t offset, char fault[static PATTERN_FAULT_MAX]) {
        char reason[128] = "";

        (void) pcre2_get_error_message(code, (PCRE2_UCHAR *) reason, sizeof(reason));
        (void) snprintf(fault, PATTERN_FAULT_MAX, "is no regular expression: %s, at byte %zu", reason,
                        offset + 1);
}

static int compile(
                const char *text,
                uint32_t options,
                pcre2_code **ret,
                char fault[static PATTERN_FAULT_MAX]) {
        size_t offset;
        int code;

        *ret =
                        pcre2_compile((PCRE2_SPTR) text, PCRE2_ZERO_TERMINATED,
                                      options | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
                                                      PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY,
                                      &code, &offset, NULL);
        if (*ret)
                return 0;
        if (code == PCRE2_ERROR_HEAP_FAILED)
                return -ENOMEM;
        say_fault(code, offset, fault);
        return -EINVAL;
}

int pattern_new(const char *text, unsigned flags, Pattern **ret, char fault[static PATTERN_FAULT_MAX]) {
        CLEANUP(pattern_freep) Pattern *pattern = calloc(1, sizeof(*pattern));
        uint32_t options = flags & PATTERN_LINES ? PCRE2_MULTILINE : PCRE2_DOTALL;
        char search[PATTERN_SIZE_MAX + sizeof(SEARCH)];
        int r;

        if (!pattern)
                return -ENOMEM;
        if (strlen(text) > PATTERN_SIZE_MAX) {
                (void) snprintf(fault, PATTERN_FAULT_MAX, "is longer than %u bytes", PATTERN_SIZE_MAX);
                return -EINVAL;
        }

        if (flags & PATTERN_WHOLE)
                options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
        r = compile(text, options, &pattern->code, fault);
        if (r >= 0 && !(flags & PATTERN_WHOLE)) {
                /* By itself first: "a)(b" is right only between the parentheses that it is put into. */
                pcre2_code_free(pattern->code);
                (void) snprintf(search, sizeof(search), SEARCH, text);
                r = compile(search, options | PCRE2_ANCHORED, &pattern->code, fault);
        }
        if (r < 0)
                return r;
        *ret = pattern;
        pattern = NULL;
        return 0;
}

int pattern_match(const Pattern *pattern, const char *text, size_t size) {
        pcre2_match_context *limits = pcre2_match_context_create(NULL);
        pcre2_match_data *found = pcre2_match_data_create(1, NULL);
        int r = PCRE2_ERROR_NOMEMORY;

        if (limits && found) {
                (void) pcre2_set_match_limit(
                                limits, STEPS_AT_LEAST + STEPS_PER_BYTE * (uint32_t) MIN(size, SIZE_COUNTED));
                (void) pcre2_set_heap_limit(limits, HEAP_KIB_MAX);
                r = pcre2_match(pattern->code, (PCRE2_SPTR) text, size, 0, 0, found, limits);
        }
        pcre2_match_data_free(found);
        pcre2_match_context_free(limits);

        switch (r) {
        case PCRE2_ERROR_NOMATCH:
                return 0;
        case PCRE2_ERROR_MATCHLIMIT:
        case PCRE2_ERROR_HEAPLIMIT:
        case PCRE2_ERROR_DEPTHLIMIT:
        case PCRE2_ERROR_RECURSELOOP:
                return -E2BIG;
        case PCRE2_ERROR_NOMEMORY:
                return -ENOMEM;
        default:
                return r >= 0 ? 1 : -EINVAL;
        }
}
