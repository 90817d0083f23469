/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a change of the clock does to a schedule that is written in local time. */

#include "util/string-table.h"

/* What becomes of a local time that the clock jumps over. */
typedef enum DstGap {
        DST_GAP_AUTO,  /* interval-like: skip; rrule: shift; others: run */
        DST_GAP_RUN,   /* once, at the first instant after the gap */
        DST_GAP_SKIP,  /* nothing */
        DST_GAP_SHIFT, /* later by the length of the gap */
        DST_GAP_COUNT,
} DstGap;

/* In which pass of a repeated local time it is due. */
typedef enum DstOverlap {
        DST_OVERLAP_AUTO, /* interval-like: both; others: first */
        DST_OVERLAP_FIRST,
        DST_OVERLAP_SECOND,
        DST_OVERLAP_BOTH,
        DST_OVERLAP_COUNT,
} DstOverlap;

typedef struct DstRule {
        DstGap gap;
        DstOverlap overlap;
} DstRule;

DECLARE_STRING_TABLE(dst_gap, DstGap);
DECLARE_STRING_TABLE(dst_overlap, DstOverlap);

extern const char *const dst_gap_names[], *const dst_overlap_names[];
