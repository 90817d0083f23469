/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/progress.h"

#include <string.h>

#include "manager/execution-private.h"

#define SAVE_INTERVAL_USEC USEC_PER_SEC

void execution_forget_progress(Execution *execution) {
        execution->record.progress = -1;
        free(execution->record.status_text);
        execution->record.status_text = NULL;
}

/* A clock that was set back does not stop it. */
static bool may_save(const Execution *execution, usec_t now_usec) {
        return now_usec < execution->progress_saved_usec ||
                        now_usec - execution->progress_saved_usec >= SAVE_INTERVAL_USEC;
}

void execution_on_progress(Execution *execution, unsigned attempt, int progress, const char *status_text) {
        ExecutionRecord *record = &execution->record;
        usec_t now = manager_now(execution->manager);

        if ((execution->phase != PHASE_SENT && execution->phase != PHASE_RUNNING) ||
            record->attempts != attempt)
                return; /* it has ended, or speaks of an attempt that has */
        if (record->progress == progress && strcmp(record->status_text ?: "", status_text ?: "") == 0)
                return;
        if (execution_set_text(status_text, &record->status_text) < 0)
                return; /* no memory: as if it had not said so */
        record->progress = progress;

        if (execution->n_pending > 0)
                return; /* that commit tells of it */
        if (!may_save(execution, now)) {
                manager_notify_execution(execution->manager, record);
                return;
        }
        execution->progress_saved_usec = now;
        (void) execution_save(execution); /* it has logged why not, and the end is written in any case */
}
