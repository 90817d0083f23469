/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Opening, closing and the owner's side of the queue. */

#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <time.h>

#include "store/store-message.h"
#include "store/store-meta.h"
#include "store/store-private.h"
#include "store/store-schema.h"
#include "store/store-writer.h"
#include "util/log.h"

#define COMMIT_ROWS_DEFAULT 1000

void store_note_time(usec_t *latest_usec, usec_t usec) {
        if (usec != USEC_INFINITY && usec > *latest_usec)
                *latest_usec = usec;
}

/* --- opening --------------------------------------------------------------------------------------- */

static int locked(const char *path, int fd, char **reterr) {
        char holder[16] = "";
        ssize_t n = pread(fd, holder, sizeof(holder) - 1, 0);

        if (n <= 0 || strspn(holder, "0123456789") == 0)
                return store_open_error(path, -EBUSY, reterr);

        holder[strspn(holder, "0123456789")] = 0;
        if (reterr &&
            asprintf(reterr,
                     "'%s' is in use by another jobschedd (process %s): stop that one first, or set another "
                     "state directory",
                     path, holder) < 0)
                *reterr = NULL;
        return -EBUSY;
}

/* One daemon for one database. The lock is on a file beside it, so that shells can still read. */
static int take_lock(const char *path, int *ret_fd, char **reterr) {
        CLEANUP_FREE char *name = NULL;
        CLEANUP_CLOSE int fd = -EBADF;

        if (asprintf(&name, "%s.lock", path) < 0)
                return -ENOMEM;

        fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return store_open_error(path, -errno, reterr);
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? locked(path, fd, reterr)
                                            : store_open_error(path, -errno, reterr);

        /* For the message of whoever comes second; without it the lock is as good. */
        if (ftruncate(fd, 0) == 0)
                (void) dprintf(fd, "%d\n", (int) getpid());

        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* SQLite would make it as the umask says; what jobs print is nobody else's business. */
static int make_private_file(const char *path) {
        CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        return fd < 0 && errno != EEXIST ? -errno : 0;
}

static int open_connections(Store *store, char **reterr) {
        int code = SQLITE_OK, r;

        if (store->path) {
                r = take_lock(store->path, &store->lock_fd, reterr);
                if (r >= 0)
                        r = store_schema_check_file(store->path, reterr);
                if (r < 0)
                        return r;

                r = make_private_file(store->path);
                if (r < 0)
                        return store_open_error(store->path, r, reterr);
        }

        r = store_connection_open(store->path, STORE_CONNECTION_CREATE, &store->writer, &code);
        if (r < 0)
                return store_open_error(store->path, r, reterr);
        r = store_schema_migrate(store->writer, store->path, reterr);
        if (r < 0)
                return r;

        if (store->inline_commits) {
                store->reader = store->writer;
                return 0;
        }

        r = store_connection_open(store->path, STORE_CONNECTION_READS, &store->reader, &code);
        if (r >= 0)
                r = store_connection_prepare(store->reader);
        return r < 0 ? store_open_error(store->path, r, reterr) : 0;
}

static int last_id(Store *store, StoreStatement id, int64_t *ret) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = store_statement(store->reader, id);
        int r = store_step(store->reader, statement);

        if (r > 0)
                *ret = sqlite3_column_int64(statement, 0);
        return MIN(r, 0);
}

static int read_counters(Store *store) {
        int64_t last_execution_id = 0, in_meta = 0;
        int r;

        r = store_read_meta_text(store->reader, "uuid", &store->uuid);
        if (r >= 0)
                r = last_id(store, STATEMENT_LAST_JOB_ID, &store->last_job_id);
        if (r >= 0)
                r = last_id(store, STATEMENT_LAST_EXECUTION_ID, &last_execution_id);
        if (r < 0)
                return r == -ENODATA ? -EBADMSG : r;

        /* Both are not there before the first of their kind. */
        r = store_read_meta_integer(store->reader, "last_execution_id", &in_meta);
        if (r >= 0 || r == -ENODATA)
                r = store_read_meta_integer(store->reader, "latest_usec", &store->latest_usec);
        if (r < 0 && r != -ENODATA)
                return r;

        store->last_execution_id = (uint64_t) MAX(last_execution_id, in_meta);
        store->written_execution_id = (uint64_t) in_meta;
        store->written_latest_usec = store->latest_usec;
        return 0;
}

static int init_threading(Store *store) {
        pthread_condattr_t attributes;
        int r;

        r = -pthread_condattr_init(&attributes);
        if (r < 0)
                return r;
        (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        r = -pthread_cond_init(&store->wake_writer, &attributes);
        (void) pthread_condattr_destroy(&attributes);

        if (r >= 0)
                r = -pthread_cond_init(&store->wake_owner, NULL);
        if (r >= 0)
                r = -pthread_mutex_init(&store->mutex, NULL);
        return r;
}

static int store_new(const StoreOptions *options, Store **ret) {
        CLEANUP(store_closep) Store *store = NULL;
        int r;

        store = calloc(1, sizeof(*store));
        if (!store)
                return -ENOMEM;

        store->lock_fd = store->event_fd = -EBADF;
        store->clock = options->clock ?: &system_clock;
        store->inline_commits = options->inline_commits || !options->path;
        store->commit_rows = options->commit_rows ?: COMMIT_ROWS_DEFAULT;
        store->commit_delay_usec = options->commit_delay_usec;
        if (options->path) {
                store->path = strdup(options->path);
                if (!store->path)
                        return -ENOMEM;
        }

        r = init_threading(store);
        if (r < 0)
                return r;

        store->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (store->event_fd < 0)
                return -errno;

        *ret = TAKE_PTR(store);
        return 0;
}

int store_open(const StoreOptions *options, Store **ret, char **reterr) {
        CLEANUP(store_closep) Store *store = NULL;
        int r;

        assert(options);
        assert(ret);

        r = store_new(options, &store);
        if (r < 0)
                return store_open_error(options->path, r, reterr);

        r = open_connections(store, reterr);
        if (r < 0)
                return r;

        r = read_counters(store);
        if (r >= 0 && !store->inline_commits)
                r = store_writer_start(store);
        if (r < 0)
                return store_open_error(store->path, r, reterr);

        *ret = TAKE_PTR(store);
        return 0;
}

/* --- closing --------------------------------------------------------------------------------------- */

/* Those that were promised an end, so that they can let go of what they hold. */
static void give_up_queue(Store *store, StoreQueue *queue) {
        for (StoreOperation *operation; (operation = store_queue_pop(queue));) {
                if (operation->kind == OPERATION_AFTER_COMMIT && operation->committed && !store->forgotten)
                        operation->committed(operation->userdata, -ESHUTDOWN);
                else if (operation->kind == OPERATION_BACKUP_DONE)
                        operation->backed_up(operation->userdata, -ESHUTDOWN);
                (void) store_operation_free(operation);
        }
}

Store *store_close(Store *store) {
        if (!store)
                return NULL;

        store_cancel_backups(store);
        store_writer_stop(store);
        give_up_queue(store, &store->completed);
        give_up_queue(store, &store->pending);

        if (store->reader != store->writer)
                (void) store_connection_close(store->reader);
        (void) store_connection_close(store->writer);

        (void) pthread_cond_destroy(&store->wake_writer);
        (void) pthread_cond_destroy(&store->wake_owner);
        (void) pthread_mutex_destroy(&store->mutex);
        (void) fd_close(store->event_fd);
        (void) fd_close(store->lock_fd);
        free(store->uuid);
        free(store->path);
        free(store);
        return NULL;
}

void store_forget_owner(Store *store) {
        assert(store);

        store->forgotten = true;
        store->trouble_handler = (StoreTroubleHandler){ 0 };
}

/* --- the queue ------------------------------------------------------------------------------------- */

/* Takes all of `operations`. */
static void queue_all(Store *store, StoreQueue *operations) {
        (void) pthread_mutex_lock(&store->mutex);
        store_queue_move(&store->pending, operations, SIZE_MAX);
        if (!store->inline_commits)
                (void) pthread_cond_signal(&store->wake_writer);
        (void) pthread_mutex_unlock(&store->mutex);

        if (store->inline_commits)
                (void) eventfd_write(store->event_fd, 1); /* a full counter is readable too */
}

int store_queue_operation(Store *store, StoreOperation *operation) {
        operation->queued_usec = clock_now(store->clock, CLOCK_KIND_MONOTONIC);

        store_queue_push(&store->group, operation);
        if (store->n_groups == 0)
                queue_all(store, &store->group);
        return 0;
}

void store_begin_group(Store *store) {
        assert(store);

        store->n_groups++;
}

void store_end_group(Store *store) {
        assert(store);
        assert(store->n_groups > 0);

        if (--store->n_groups > 0 || store->group.length == 0)
                return;
        for (StoreOperation *operation = store->group.first; operation; operation = operation->next)
                operation->joined = operation->next != NULL;
        queue_all(store, &store->group);
}

void store_complete_operation(Store *store, StoreOperation *operation) {
        (void) pthread_mutex_lock(&store->mutex);
        store_queue_push(&store->completed, operation);
        (void) pthread_mutex_unlock(&store->mutex);

        (void) eventfd_write(store->event_fd, 1); /* a full counter is readable too */
}

int store_after_commit(Store *store, store_committed_t committed, void *userdata) {
        StoreOperation *operation;

        assert(store);

        operation = store_operation_new(OPERATION_AFTER_COMMIT);
        if (!operation)
                return -ENOMEM;

        operation->committed = committed;
        operation->userdata = userdata;
        return store_queue_operation(store, operation);
}

size_t store_queue_length(Store *store) {
        size_t length;

        assert(store);

        (void) pthread_mutex_lock(&store->mutex);
        length = store->group.length + store->pending.length + store->n_in_hand;
        (void) pthread_mutex_unlock(&store->mutex);
        return length;
}

/* Returns 1 if somebody was told. */
static int complete_insert(Store *store, StoreOperation *operation) {
        if (!operation->inserted || store->forgotten)
                return 0;

        operation->inserted(operation->userdata, operation->execution.id, operation->result, operation->pass);
        return 1;
}

static int complete_commit(Store *store, StoreOperation *operation) {
        if (!operation->committed || store->forgotten)
                return 0;

        operation->committed(operation->userdata, 0);
        return 1;
}

static int complete_backup(Store *store, StoreOperation *operation) {
        operation->backed_up(
                        operation->userdata,
                        operation->result < 0 ? operation->result : TAKE_FD(operation->fd));
        return 1;
}

static int complete_trouble(Store *store, StoreOperation *operation) {
        if (!store->trouble_handler.on_trouble)
                return 0;

        store->trouble_handler.on_trouble(
                        store->trouble_handler.userdata, operation->result,
                        operation->message ?: "The database cannot be written");
        return 1;
}

static int complete_recovered(Store *store, StoreOperation *operation) {
        if (!store->trouble_handler.on_recovered)
                return 0;

        store->trouble_handler.on_recovered(store->trouble_handler.userdata);
        return 1;
}

static int (*const complete_functions[OPERATION_KIND_COUNT])(Store *store, StoreOperation *operation) = {
        [OPERATION_INSERT_EXECUTION] = complete_insert, [OPERATION_AFTER_COMMIT] = complete_commit,
        [OPERATION_BACKUP_DONE] = complete_backup,      [OPERATION_TROUBLE] = complete_trouble,
        [OPERATION_RECOVERED] = complete_recovered,
};

int store_dispatch(Store *store) {
        CLEANUP(store_queue_done) StoreQueue completed = { 0 };
        eventfd_t counter;
        int n_run = 0;

        assert(store);
        assert(!store->dispatching); /* not from a completion */
        assert(store->n_groups == 0);

        (void) eventfd_read(store->event_fd, &counter); /* it may be empty */
        if (store->inline_commits)
                (void) store_writer_commit_queued(store); /* the trouble handler hears of a failure */

        (void) pthread_mutex_lock(&store->mutex);
        store_queue_move(&completed, &store->completed, SIZE_MAX);
        (void) pthread_mutex_unlock(&store->mutex);

        store->dispatching = true;
        for (StoreOperation *operation; (operation = store_queue_pop(&completed));) {
                if (operation->result < 0 && operation->kind < OPERATION_AFTER_COMMIT)
                        (void) log_debug_errno(
                                        operation->result, "The store refused an operation of kind %d: %m",
                                        operation->kind);
                if (complete_functions[operation->kind])
                        n_run += complete_functions[operation->kind](store, operation);
                (void) store_operation_free(operation);
        }
        store->dispatching = false;

        store_reap_backups(store);
        return n_run;
}

/* Waits until nothing is queued or the disk has refused once more. */
static int wait_for_writer(Store *store, bool *ret_idle) {
        unsigned n_refusals;
        int r = 0;

        (void) pthread_mutex_lock(&store->mutex);
        n_refusals = store->n_refusals;
        while (store->pending.length + store->n_in_hand > 0 && store->n_refusals == n_refusals) {
                store->hurry = true;
                (void) pthread_cond_signal(&store->wake_writer);
                (void) pthread_cond_wait(&store->wake_owner, &store->mutex);
        }
        if (store->n_refusals != n_refusals)
                r = store->refusal;
        *ret_idle = store->pending.length + store->n_in_hand + store->completed.length == 0;
        (void) pthread_mutex_unlock(&store->mutex);
        return r;
}

int store_flush(Store *store) {
        bool idle = false;

        assert(store);

        while (!idle) {
                int r;

                if (store->inline_commits) {
                        r = store_writer_commit_queued(store);
                        idle = store->pending.length + store->completed.length == 0;
                } else
                        r = wait_for_writer(store, &idle);

                (void) store_dispatch(store); /* how many is nobody's business here */
                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- small things ---------------------------------------------------------------------------------- */

int store_get_fd(const Store *store) {
        assert(store);

        return store->event_fd;
}

void store_set_trouble_handler(Store *store, const StoreTroubleHandler *handler) {
        assert(store);

        store->trouble_handler = handler ? *handler : (StoreTroubleHandler){ 0 };
}

const char *store_uuid(const Store *store) {
        assert(store);

        return store->uuid;
}

uint64_t store_last_execution_id(const Store *store) {
        assert(store);

        return store->last_execution_id;
}

usec_t store_latest_usec(const Store *store) {
        assert(store);

        return store->latest_usec;
}
