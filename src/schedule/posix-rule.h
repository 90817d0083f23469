/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The POSIX rule in the footer of a TZif file: "CET-1CEST,M3.5.0,M10.5.0/3". */

#include "util/types.h"

#define POSIX_RULE_NAME_MAX 32U

typedef enum PosixRuleDateKind {
        POSIX_RULE_DAY_WITHOUT_LEAP, /* Jn: 1…365, 29 February is never counted */
        POSIX_RULE_DAY_OF_YEAR,      /* n: 0…365 */
        POSIX_RULE_WEEKDAY,          /* Mm.w.d */
        POSIX_RULE_DATE_KIND_COUNT,
} PosixRuleDateKind;

typedef struct PosixRuleDate {
        PosixRuleDateKind kind;
        int month, week; /* of POSIX_RULE_WEEKDAY; week 5 is the last */
        int day;         /* of the week (0 = Sunday) or of the year */
        int32_t time_seconds;
} PosixRuleDate;

typedef struct PosixRule {
        char standard_name[POSIX_RULE_NAME_MAX];
        char dst_name[POSIX_RULE_NAME_MAX];
        int32_t standard_offset_seconds; /* east of Greenwich, unlike in the text */
        int32_t dst_offset_seconds;
        bool has_dst;
        PosixRuleDate dst_begin, dst_end;
} PosixRule;

/* Reads exactly `size` bytes. Returns 0 or -EBADMSG. */
int posix_rule_parse(const char *text, size_t size, PosixRule *ret);

/* When the date is in `year`, in seconds of local time as if it were UTC. */
int64_t posix_rule_date_seconds(const PosixRuleDate *date, int year);
