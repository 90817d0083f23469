/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/dst-rule.h"

#include "util/types.h"

/* clang-format off */
const char *const dst_gap_names[] = {
        [DST_GAP_AUTO]  = "auto",
        [DST_GAP_RUN]   = "run",
        [DST_GAP_SKIP]  = "skip",
        [DST_GAP_SHIFT] = "shift",
        [DST_GAP_COUNT] = NULL,
};

const char *const dst_overlap_names[] = {
        [DST_OVERLAP_AUTO]   = "auto",
        [DST_OVERLAP_FIRST]  = "first",
        [DST_OVERLAP_SECOND] = "second",
        [DST_OVERLAP_BOTH]   = "both",
        [DST_OVERLAP_COUNT]  = NULL,
};
/* clang-format on */

DEFINE_STRING_TABLE(dst_gap, DstGap, dst_gap_names);
DEFINE_STRING_TABLE(dst_overlap, DstOverlap, dst_overlap_names);
