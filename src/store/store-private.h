/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of this layer share. Nobody else includes it. */

#include <pthread.h>

#include "store/store-connection.h"
#include "store/store-queue.h"
#include "store/store.h"

typedef struct StoreBackup StoreBackup;

/*
 * Who touches what: the owner is the thread that calls the functions of store.h. What is not marked is set
 * while opening and then only read.
 */
struct Store {
        char *path; /* NULL: in memory */
        char *uuid;
        int lock_fd;
        int event_fd;
        bool inline_commits;
        uint64_t commit_rows;
        usec_t commit_delay_usec;
        const Clock *clock;

        StoreConnection *writer; /* the writer's; with inline commits the owner is the writer */
        StoreConnection *reader; /* the owner's; with inline commits the same as `writer` */

        /* the owner's */
        uint64_t last_execution_id;
        int64_t last_job_id;
        usec_t latest_usec;
        StoreTroubleHandler trouble_handler;
        StoreBackup *backups;
        bool dispatching;
        StoreQueue group; /* what store_end_group() will queue */
        unsigned n_groups;
        bool forgotten; /* by its owner: nobody is told */

        /* the writer's */
        uint64_t written_execution_id; /* as in the table meta */
        usec_t written_latest_usec;
        bool in_trouble;

        pthread_t thread;
        bool has_thread;
        pthread_mutex_t mutex;
        pthread_cond_t wake_writer, wake_owner;

        /* under the mutex */
        StoreQueue pending;   /* to be written */
        StoreQueue completed; /* to be told */
        size_t n_in_hand;     /* taken out of `pending`, not on disk */
        bool stop, hurry;
        unsigned n_refusals;
        int refusal; /* of the last attempt that failed */
};

/* Copies are made by the caller: the queue owns the operation from here on, also on failure. */
int store_queue_operation(Store *store, StoreOperation *operation);
/* Puts news into store_dispatch(). From any thread. */
void store_complete_operation(Store *store, StoreOperation *operation);

void store_note_time(usec_t *latest_usec, usec_t usec);

/*
 * What the writer does for each kind, within its transaction. 0 or 1 (to be continued); a negative errno
 * leaves no trace and is the operation's own result, unless connection->refused is set.
 */
int store_apply_put_job(StoreConnection *connection, StoreOperation *operation);
int store_apply_put_job_state(StoreConnection *connection, StoreOperation *operation);
int store_apply_insert_execution(StoreConnection *connection, StoreOperation *operation);
int store_apply_update_execution(StoreConnection *connection, StoreOperation *operation);
int store_apply_delete_execution(StoreConnection *connection, StoreOperation *operation);
int store_apply_put_attempt(StoreConnection *connection, StoreOperation *operation);
int store_apply_put_queue_pause(StoreConnection *connection, StoreOperation *operation);
int store_apply_put_action(StoreConnection *connection, StoreOperation *operation);
int store_apply_put_profile(StoreConnection *connection, StoreOperation *operation);
int store_apply_put_freeze(StoreConnection *connection, StoreOperation *operation);
int store_apply_add_audit(StoreConnection *connection, StoreOperation *operation);
int store_apply_put_notification(StoreConnection *connection, StoreOperation *operation);
int store_apply_delete_notification(StoreConnection *connection, StoreOperation *operation);
int store_apply_prune_job(StoreConnection *connection, StoreOperation *operation);
int store_apply_forget_jobs(StoreConnection *connection, StoreOperation *operation);
int store_apply_delete_history(StoreConnection *connection, StoreOperation *operation);

/* Cancels the backups that run and waits for their threads. */
void store_cancel_backups(Store *store);
/* Joins the threads of those that are done. */
void store_reap_backups(Store *store);
