/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A batch is one transaction. What is wrong with one operation (a row that exists, a row that does not) is
 * its own result; what is wrong with the disk rolls the whole batch back, and the same batch is tried again
 * until it is on disk. While it is in hand nothing behind it is touched, so the order stays.
 *
 * The log is copied into the database (checkpoint) here too, after the completions are on their way.
 */

#include "store/store-writer.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>

#include "store/store-message.h"
#include "store/store-meta.h"

#define RETRY_MIN_USEC (50 * USEC_PER_MSEC)
#define RETRY_MAX_USEC (5 * USEC_PER_SEC)

/* Pages in the log after which it is copied back: when there is nothing else to do, and in any case. */
#define CHECKPOINT_IDLE_PAGES 1000
#define CHECKPOINT_PAGES 8000

/* `parts`: made of more than one statement, and undone as a whole when one of them fails. */
static const struct {
        int (*apply)(StoreConnection *connection, StoreOperation *operation);
        bool parts;
} operation_types[OPERATION_KIND_COUNT] = {
        [OPERATION_PUT_JOB] = { store_apply_put_job, .parts = true },
        [OPERATION_PUT_JOB_STATE] = { store_apply_put_job_state },
        [OPERATION_INSERT_EXECUTION] = { store_apply_insert_execution },
        [OPERATION_UPDATE_EXECUTION] = { store_apply_update_execution },
        [OPERATION_DELETE_EXECUTION] = { store_apply_delete_execution },
        [OPERATION_PUT_ATTEMPT] = { store_apply_put_attempt, .parts = true },
        [OPERATION_ADD_AUDIT] = { store_apply_add_audit },
        [OPERATION_PUT_NOTIFICATION] = { store_apply_put_notification },
        [OPERATION_DELETE_NOTIFICATION] = { store_apply_delete_notification },
        [OPERATION_PUT_QUEUE_PAUSE] = { store_apply_put_queue_pause },
        [OPERATION_PUT_PROFILE] = { store_apply_put_profile },
        [OPERATION_PUT_FREEZE] = { store_apply_put_freeze },
        [OPERATION_PUT_ACTION] = { store_apply_put_action },
        [OPERATION_PRUNE_JOB] = { store_apply_prune_job },
        [OPERATION_FORGET_JOBS] = { store_apply_forget_jobs, .parts = true },
        [OPERATION_DELETE_HISTORY] = { store_apply_delete_history, .parts = true },
};

static int apply_operation(StoreConnection *connection, StoreOperation *operation) {
        int r, q;

        if (!operation_types[operation->kind].apply || operation->superseded)
                return 0;
        if (!operation_types[operation->kind].parts)
                return operation_types[operation->kind].apply(connection, operation);

        q = store_execute(connection, STATEMENT_SAVEPOINT);
        if (q < 0)
                return q;

        r = operation_types[operation->kind].apply(connection, operation);
        if (connection->refused)
                return r;

        if (r < 0)
                q = store_execute(connection, STATEMENT_ROLLBACK_TO);
        if (q >= 0)
                q = store_execute(connection, STATEMENT_RELEASE);
        return q < 0 ? q : r;
}

typedef struct BatchCounters {
        uint64_t execution_id;
        usec_t latest_usec;
} BatchCounters;

static void count_operation(BatchCounters *counters, const StoreOperation *operation) {
        if (operation->kind == OPERATION_INSERT_EXECUTION)
                counters->execution_id = MAX(counters->execution_id, operation->execution.id);

        if (operation->kind == OPERATION_INSERT_EXECUTION || operation->kind == OPERATION_UPDATE_EXECUTION) {
                store_note_time(&counters->latest_usec, operation->execution.queued_usec);
                store_note_time(&counters->latest_usec, operation->execution.started_usec);
                store_note_time(&counters->latest_usec, operation->execution.ended_usec);
        } else if (operation->kind == OPERATION_ADD_AUDIT)
                store_note_time(&counters->latest_usec, operation->audit.time_usec);
        else if (operation->kind == OPERATION_PUT_NOTIFICATION)
                store_note_time(&counters->latest_usec, operation->notification.created_usec);
}

static int write_counters(Store *store, const BatchCounters *counters) {
        int r = 0;

        if (counters->execution_id > store->written_execution_id)
                r = store_write_meta_integer(
                                store->writer, "last_execution_id", (int64_t) counters->execution_id);
        if (r >= 0 && counters->latest_usec > store->written_latest_usec)
                r = store_write_meta_integer(store->writer, "latest_usec", counters->latest_usec);
        return r;
}

static int apply_batch(Store *store, const StoreQueue *batch, BatchCounters *counters) {
        int r;

        for (StoreOperation *operation = batch->first; operation; operation = operation->next) {
                operation->result = apply_operation(store->writer, operation);
                if (store->writer->refused)
                        return operation->result;
                count_operation(counters, operation);
        }

        r = write_counters(store, counters);
        if (r < 0)
                return r;
        return store_execute(store->writer, STATEMENT_COMMIT);
}

static int commit_batch(Store *store, StoreQueue *batch) {
        BatchCounters counters = { store->written_execution_id, store->written_latest_usec };
        int r;

        store->writer->refused = false;
        store_queue_mark_superseded(batch);

        r = store_execute(store->writer, STATEMENT_BEGIN);
        if (r >= 0)
                r = apply_batch(store, batch, &counters);
        if (r < 0) {
                if (sqlite3_get_autocommit(store->writer->db) == 0)
                        (void) store_execute(store->writer, STATEMENT_ROLLBACK); /* the cause is in `r` */
                return r;
        }

        store->written_execution_id = counters.execution_id;
        store->written_latest_usec = counters.latest_usec;
        return 0;
}

static void signal_owner(Store *store) {
        /* It can only fail when the counter is full, and then the owner is awake anyway. */
        (void) eventfd_write(store->event_fd, 1);
}

/* Under the mutex. */
static void report_trouble(Store *store, int error) {
        StoreOperation *news;

        store->refusal = error;
        store->n_refusals++;
        (void) pthread_cond_broadcast(&store->wake_owner);

        if (store->in_trouble)
                return;

        news = store_operation_new(OPERATION_TROUBLE);
        if (!news)
                return; /* at the next attempt */

        news->result = error;
        (void) store_message(store->path, error, &news->message); /* may stay NULL */
        store_queue_push(&store->completed, news);
        store->in_trouble = true;
        signal_owner(store);
}

/* Under the mutex. */
static void publish_batch(Store *store, StoreQueue *batch) {
        if (store->in_trouble) {
                StoreOperation *news = store_operation_new(OPERATION_RECOVERED);

                if (news) {
                        store_queue_push(&store->completed, news);
                        store->in_trouble = false;
                }
        }

        for (StoreOperation *operation; (operation = store_queue_pop(batch));) {
                operation->joined = false; /* what is to be continued stands alone */
                store_queue_push(operation->result > 0 ? &store->pending : &store->completed, operation);
        }

        store->refusal = 0;
        store->n_in_hand = 0;
        (void) pthread_cond_broadcast(&store->wake_owner);
        signal_owner(store);
}

static void checkpoint(Store *store, bool idle) {
        if (store->writer->wal_pages < (idle ? CHECKPOINT_IDLE_PAGES : CHECKPOINT_PAGES))
                return;

        /* Never waits for readers; what fails or is left over is done the next time. */
        (void) sqlite3_wal_checkpoint_v2(store->writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        store->writer->wal_pages = 0;
}

int store_writer_commit_queued(Store *store) {
        CLEANUP(store_queue_done) StoreQueue batch = { 0 };
        int r;

        assert(store->inline_commits);

        while (store->pending.length > 0) {
                store_queue_move(&batch, &store->pending, store->commit_rows);

                r = commit_batch(store, &batch);
                if (r < 0) {
                        store_queue_move(&batch, &store->pending, SIZE_MAX);
                        store_queue_move(&store->pending, &batch, SIZE_MAX);
                        report_trouble(store, r);
                        return r;
                }
                publish_batch(store, &batch);
        }

        checkpoint(store, true);
        return 0;
}

/* Under the mutex: waits until it is signalled, or until the instant of CLOCK_MONOTONIC. False: it passed. */
static bool wait_until(Store *store, usec_t until_usec) {
        struct timespec until = {
                .tv_sec = until_usec / USEC_PER_SEC,
                .tv_nsec = (until_usec % USEC_PER_SEC) * NSEC_PER_USEC,
        };

        return pthread_cond_timedwait(&store->wake_writer, &store->mutex, &until) != ETIMEDOUT;
}

/* Under the mutex. Returns false when there will be nothing more. */
static bool wait_for_batch(Store *store, StoreQueue *batch) {
        while (store->pending.length == 0 && !store->stop)
                (void) pthread_cond_wait(&store->wake_writer, &store->mutex);
        if (store->pending.length == 0)
                return false;

        while (!store->stop && !store->hurry && store->pending.length < store->commit_rows &&
               store->commit_delay_usec > 0)
                if (!wait_until(store, usec_add(store->pending.first->queued_usec, store->commit_delay_usec)))
                        break;

        store_queue_move(batch, &store->pending, store->commit_rows);
        store->n_in_hand = batch->length;
        return true;
}

/* Under the mutex: the pause between two attempts. */
static void wait_for_retry(Store *store, unsigned n_failed) {
        usec_t delay_usec = RETRY_MIN_USEC << MIN(n_failed, 10U);
        usec_t until_usec = clock_now(store->clock, CLOCK_KIND_MONOTONIC) + MIN(delay_usec, RETRY_MAX_USEC);

        while (!store->stop && !store->hurry && wait_until(store, until_usec))
                ;
        store->hurry = false;
}

/* Under the mutex. Returns false when the store closes and the disk still refuses. */
static bool write_batch(Store *store, StoreQueue *batch) {
        for (unsigned n_failed = 0;; n_failed++) {
                bool last_chance = store->stop;
                int r;

                (void) pthread_mutex_unlock(&store->mutex);
                r = commit_batch(store, batch);
                (void) pthread_mutex_lock(&store->mutex);

                if (r >= 0)
                        return true;
                report_trouble(store, r);
                if (last_chance)
                        return false;
                wait_for_retry(store, n_failed);
        }
}

static void *writer_main(void *userdata) {
        CLEANUP(store_queue_done) StoreQueue batch = { 0 };
        Store *store = userdata;

        (void) pthread_mutex_lock(&store->mutex);
        while (wait_for_batch(store, &batch)) {
                bool idle;

                if (!write_batch(store, &batch)) {
                        store_queue_move(&batch, &store->pending, SIZE_MAX);
                        store_queue_move(&store->pending, &batch, SIZE_MAX);
                        break;
                }

                publish_batch(store, &batch);
                idle = store->pending.length == 0;
                if (idle)
                        store->hurry = false;

                (void) pthread_mutex_unlock(&store->mutex);
                checkpoint(store, idle);
                (void) pthread_mutex_lock(&store->mutex);
        }
        store->n_in_hand = 0;
        (void) pthread_mutex_unlock(&store->mutex);
        return NULL;
}

int store_writer_start(Store *store) {
        sigset_t all, before;
        int r;

        /* Signals are the owner's. */
        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = -pthread_create(&store->thread, NULL, writer_main, store);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);

        store->has_thread = r == 0;
        return r;
}

void store_writer_stop(Store *store) {
        if (store->inline_commits) {
                (void) store_writer_commit_queued(store); /* what is left is told by store_close() */
                return;
        }
        if (!store->has_thread)
                return;

        (void) pthread_mutex_lock(&store->mutex);
        store->stop = true;
        (void) pthread_cond_signal(&store->wake_writer);
        (void) pthread_mutex_unlock(&store->mutex);

        (void) pthread_join(store->thread, NULL);
        store->has_thread = false;
}
