/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Live backups. A thread with a connection of its own holds one read transaction, which is what makes the
 * copy consistent, and copies page by page while the writer goes on. The copy loses its name before the first
 * page is written, so nothing is left behind, whatever happens.
 *
 * A database in memory is one connection: it is copied at once.
 */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "store/store-private.h"
#include "util/file.h"

#define PAGES_PER_STEP 256

struct StoreBackup {
        StoreBackup *prev, *next;
        Store *store;
        StoreOperation *operation; /* what will tell of it; made before, so that this cannot fail */
        pthread_t thread;
        atomic_bool cancelled, ended;
};

static int open_target(const char *path, sqlite3 **ret, int *ret_fd) {
        CLEANUP_FREE char *name = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int code;

        if (asprintf(&name, "%s.backup-XXXXXX", path) < 0)
                return -ENOMEM;
        fd = mkostemp(name, O_CLOEXEC);
        if (fd < 0)
                return -errno;

        code = sqlite3_open_v2(
                        name, ret, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
        /* Neither a journal nor a sync: who keeps the copy syncs what it has written. */
        if (code == SQLITE_OK)
                code =
                                sqlite3_exec(*ret, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
                                             NULL, NULL, NULL);
        (void) unlink(name); /* a left-over name is no fault of the copy */
        if (code != SQLITE_OK)
                return store_connection_error(NULL, code);

        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int copy_pages(StoreBackup *backup, sqlite3 *source, sqlite3 *target) {
        sqlite3_backup *copy = sqlite3_backup_init(target, "main", source, "main");
        int code;

        if (!copy)
                return store_connection_error(NULL, sqlite3_errcode(target));

        do
                code = sqlite3_backup_step(copy, PAGES_PER_STEP);
        while (code == SQLITE_OK && !atomic_load(&backup->cancelled));

        (void) sqlite3_backup_finish(copy); /* repeats the error of the step */
        if (code == SQLITE_OK)
                return -ECANCELED;
        return code == SQLITE_DONE ? 0 : store_connection_error(NULL, code);
}

/* Returns the descriptor of the copy or a negative errno. */
static int make_copy(StoreBackup *backup) {
        CLEANUP(store_connection_closep) StoreConnection *source = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        sqlite3 *target = NULL;
        int code = SQLITE_OK, r;
        int64_t version;

        r = store_connection_open(backup->store->path, STORE_CONNECTION_READS, &source, &code);
        if (r >= 0)
                r = store_connection_run(source, "BEGIN");
        if (r >= 0)
                r = store_connection_ask(source, "SELECT count(*) FROM meta", &version);
        if (r >= 0)
                r = open_target(backup->store->path, &target, &fd);
        if (r >= 0)
                r = copy_pages(backup, source->db, target);

        (void) sqlite3_close(target); /* nothing is pending in it */
        return r < 0 ? r : TAKE_FD(fd);
}

static void *backup_main(void *userdata) {
        StoreBackup *backup = userdata;
        int r = make_copy(backup);

        if (r >= 0)
                backup->operation->fd = r;
        else
                backup->operation->result = r;

        store_complete_operation(backup->store, TAKE_PTR(backup->operation));
        atomic_store(&backup->ended, true);
        return NULL;
}

/* A copy of the whole database as a memfd. */
static int copy_memory(Store *store) {
        sqlite3_int64 size = 0;
        unsigned char *data;
        int fd;

        data = sqlite3_serialize(store->writer->db, "main", &size, 0);
        if (!data)
                return -ENOMEM;

        fd = memfd_new_sealed("jobsched-backup", data, (size_t) size);
        sqlite3_free(data);
        return fd;
}

static int start_thread(StoreBackup *backup) {
        sigset_t all, before;
        int r;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = -pthread_create(&backup->thread, NULL, backup_main, backup);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        return r;
}

int store_backup(Store *store, void (*done)(void *userdata, int fd_or_error), void *userdata) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;
        StoreBackup *backup;
        int r;

        assert(store);
        assert(done);

        operation = store_operation_new(OPERATION_BACKUP_DONE);
        if (!operation)
                return -ENOMEM;
        operation->backed_up = done;
        operation->userdata = userdata;

        if (!store->path) {
                operation->fd = copy_memory(store);
                if (operation->fd < 0)
                        operation->result = operation->fd;
                store_complete_operation(store, TAKE_PTR(operation));
                return 0;
        }

        backup = calloc(1, sizeof(*backup));
        if (!backup)
                return -ENOMEM;
        backup->store = store;
        backup->operation = operation;

        r = start_thread(backup);
        if (r < 0) {
                free(backup);
                return r;
        }
        operation = NULL; /* the thread's */
        DL_APPEND(store->backups, backup);
        return 0;
}

static void join_backup(Store *store, StoreBackup *backup) {
        (void) pthread_join(backup->thread, NULL);
        DL_DELETE(store->backups, backup);
        free(backup);
}

void store_reap_backups(Store *store) {
        StoreBackup *backup, *next;

        DL_FOREACH_SAFE(store->backups, backup, next)
        if (atomic_load(&backup->ended))
                join_backup(store, backup);
}

void store_cancel_backups(Store *store) {
        StoreBackup *backup, *next;

        DL_FOREACH(store->backups, backup)
        atomic_store(&backup->cancelled, true);
        DL_FOREACH_SAFE(store->backups, backup, next)
        join_backup(store, backup);
}
