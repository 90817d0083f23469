/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/reconcile.h"

#include <assert.h>

ReconcileAction reconcile_judge(const ReconcileFacts *facts) {
        assert(facts);

        if (facts->listed)
                return facts->state == LAUNCH_LISTED_RUNNING ? RECONCILE_ADOPT : RECONCILE_AWAIT_END;
        if (facts->not_yet)
                return RECONCILE_WAIT;
        if (facts->unsent && !facts->started)
                return RECONCILE_SEND;
        /* What was started once is never sent again, whoever lost the record of it. */
        if (facts->started || !facts->same_boot || !facts->same_generation)
                return RECONCILE_LOST;
        return RECONCILE_SEND;
}
