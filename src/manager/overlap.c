/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/overlap.h"

#include <assert.h>

static OverlapAnswer wait_below(const OverlapFacts *facts, uint64_t limit) {
        return facts->n_waiting >= limit ? OVERLAP_FULL : OVERLAP_WAIT;
}

OverlapAnswer overlap_judge(const Overlap *overlap, uint64_t catch_up_max, const OverlapFacts *facts) {
        bool has_room;

        assert(overlap);
        assert(facts);

        has_room = facts->n_active < overlap->max_instances;
        if (facts->catching_up)
                return wait_below(facts, MAX(CATCHING_UP_MAX, catch_up_max));
        if (has_room && facts->n_waiting == 0)
                return OVERLAP_PASS;

        switch (overlap->policy) {
        case OVERLAP_QUEUE:
                return wait_below(facts, overlap->limit);
        case OVERLAP_REPLACE:
                return OVERLAP_END;
        case OVERLAP_ALLOW: /* behind what an older definition let wait, and nothing overtakes */
                return has_room ? OVERLAP_WAIT : OVERLAP_REFUSE;
        default:
                return OVERLAP_REFUSE;
        }
}
