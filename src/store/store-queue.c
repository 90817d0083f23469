/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-queue.h"

#include <assert.h>

StoreOperation *store_operation_new(StoreOperationKind kind) {
        StoreOperation *operation = calloc(1, sizeof(*operation));

        if (!operation)
                return NULL;

        operation->kind = kind;
        if (kind == OPERATION_BACKUP_DONE)
                operation->fd = -EBADF;
        return operation;
}

static void done_job(StoreOperation *operation) {
        stored_job_done(&operation->job);
}

static void done_execution(StoreOperation *operation) {
        execution_record_done(&operation->execution);
}

static void done_attempt(StoreOperation *operation) {
        attempt_record_done(&operation->attempt);
}

static void done_audit(StoreOperation *operation) {
        audit_record_done(&operation->audit);
}

static void done_history(StoreOperation *operation) {
        free(operation->history.ids);
}

static void done_notification(StoreOperation *operation) {
        notification_record_done(&operation->notification);
}

static void done_queue_pause(StoreOperation *operation) {
        free(operation->queue_pause.name);
}

static void done_profile(StoreOperation *operation) {
        stored_profile_done(&operation->profile);
}

static void done_action(StoreOperation *operation) {
        free(operation->action.path);
        free(operation->action.stamp);
        free(operation->action.description);
}

static void done_message(StoreOperation *operation) {
        free(operation->message);
}

static void done_fd(StoreOperation *operation) {
        operation->fd = fd_close(operation->fd);
}

static void (*const done_functions[OPERATION_KIND_COUNT])(StoreOperation *operation) = {
        [OPERATION_PUT_JOB] = done_job,
        [OPERATION_PUT_JOB_STATE] = done_job,
        [OPERATION_INSERT_EXECUTION] = done_execution,
        [OPERATION_UPDATE_EXECUTION] = done_execution,
        [OPERATION_PUT_ATTEMPT] = done_attempt,
        [OPERATION_ADD_AUDIT] = done_audit,
        [OPERATION_PUT_NOTIFICATION] = done_notification,
        [OPERATION_PUT_QUEUE_PAUSE] = done_queue_pause,
        [OPERATION_PUT_PROFILE] = done_profile,
        [OPERATION_PUT_ACTION] = done_action,
        [OPERATION_DELETE_HISTORY] = done_history,
        [OPERATION_BACKUP_DONE] = done_fd,
        [OPERATION_TROUBLE] = done_message,
};

StoreOperation *store_operation_free(StoreOperation *operation) {
        if (!operation)
                return NULL;

        if (done_functions[operation->kind])
                done_functions[operation->kind](operation);
        free(operation);
        return NULL;
}

void store_queue_push(StoreQueue *queue, StoreOperation *operation) {
        operation->next = NULL;
        if (queue->last)
                queue->last->next = operation;
        else
                queue->first = operation;
        queue->last = operation;
        queue->length++;
}

StoreOperation *store_queue_pop(StoreQueue *queue) {
        StoreOperation *operation = queue->first;

        if (!operation)
                return NULL;

        queue->first = operation->next;
        if (!queue->first)
                queue->last = NULL;
        queue->length--;
        operation->next = NULL;
        return operation;
}

void store_queue_move(StoreQueue *to, StoreQueue *from, size_t max) {
        assert(to != from);

        if (from->length > max) {
                bool joined = false;

                for (size_t n = 0; from->first && (n < max || joined); n++) {
                        joined = from->first->joined;
                        store_queue_push(to, store_queue_pop(from));
                }
                return;
        }

        if (!from->first)
                return;
        if (to->last)
                to->last->next = from->first;
        else
                to->first = from->first;
        to->last = from->last;
        to->length += from->length;
        *from = (StoreQueue){ 0 };
}

/* --- what is written again ------------------------------------------------------------------------- */

/* Ids that are written together follow each other, so they seldom share a place. */
#define PLACES 512U

typedef struct Latest {
        StoreOperation *executions[PLACES], *states[PLACES];
        bool is_empty;
} Latest;

/* NULL: it writes no whole row. */
static StoreOperation **place_of(Latest *latest, const StoreOperation *operation) {
        if (operation->kind == OPERATION_UPDATE_EXECUTION)
                return &latest->executions[operation->execution.id % PLACES];
        if (operation->kind == OPERATION_PUT_JOB_STATE)
                return &latest->states[(uint64_t) operation->job.id % PLACES];
        return NULL;
}

static bool is_same_row(const StoreOperation *a, const StoreOperation *b) {
        return a->kind == OPERATION_UPDATE_EXECUTION ? a->execution.id == b->execution.id
                                                     : a->job.id == b->job.id;
}

/* Whatever else is done may look at the rows, or take them away. */
static bool leaves_rows_alone(StoreOperationKind kind) {
        return kind == OPERATION_PUT_ATTEMPT || kind == OPERATION_ADD_AUDIT ||
                        kind == OPERATION_PUT_NOTIFICATION || kind == OPERATION_DELETE_NOTIFICATION ||
                        kind == OPERATION_AFTER_COMMIT;
}

void store_queue_mark_superseded(StoreQueue *queue) {
        Latest latest = { .is_empty = true };

        for (StoreOperation *operation = queue->first; operation; operation = operation->next) {
                StoreOperation **place = place_of(&latest, operation);

                operation->superseded = false; /* it may have been in another batch before */
                if (place) {
                        if (*place && is_same_row(*place, operation))
                                (*place)->superseded = true;
                        *place = operation;
                        latest.is_empty = false;
                } else if (!latest.is_empty && !leaves_rows_alone(operation->kind)) {
                        latest = (Latest){ .is_empty = true };
                }
        }
}

void store_queue_done(StoreQueue *queue) {
        for (StoreOperation *operation; (operation = store_queue_pop(queue));)
                (void) store_operation_free(operation);
}
