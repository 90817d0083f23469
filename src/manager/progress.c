/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/progress.h"

#include <string.h>

#include "manager/execution-private.h"

void execution_forget_progress(Execution *execution) {
        execution->record.progress = -1;
        free(execution->record.status_text);
        execution->record.status_text = NULL;
}

void execution_on_progress(Execution *execution, unsigned attempt, int progress, const char *status_text) {
        ExecutionRecord *record = &execution->record;

        if ((execution->phase != PHASE_SENT && execution->phase != PHASE_RUNNING) ||
            record->attempts != attempt)
                return; /* it has ended, or speaks of an attempt that has */
        if (record->progress == progress && strcmp(record->status_text ?: "", status_text ?: "") == 0)
                return;
        if (execution_set_text(status_text, &record->status_text) < 0)
                return; /* no memory: as if it had not said so */
        record->progress = progress;

        /* One commit after the other: what comes meanwhile goes with the next. */
        if (execution->n_pending > 0)
                execution->progress_changed = true;
        else
                (void) execution_save(execution); /* it has logged why not; the end is written in any case */
}
