/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What is asked of the writer: copied operations, in order, each with what to call when it is done. */

#include "store/store.h"

typedef enum StoreOperationKind {
        OPERATION_PUT_JOB,
        OPERATION_PUT_JOB_STATE,
        OPERATION_INSERT_EXECUTION,
        OPERATION_UPDATE_EXECUTION,
        OPERATION_DELETE_EXECUTION,
        OPERATION_PUT_ATTEMPT,
        OPERATION_ADD_AUDIT,
        OPERATION_PUT_NOTIFICATION,
        OPERATION_DELETE_NOTIFICATION,
        OPERATION_PUT_QUEUE_PAUSE,
        OPERATION_PUT_PROFILE,
        OPERATION_PUT_FREEZE,
        OPERATION_PUT_ACTION,
        OPERATION_PRUNE_JOB,
        OPERATION_DELETE_HISTORY,
        OPERATION_FORGET_JOBS,
        OPERATION_AFTER_COMMIT,

        /* Not for the writer: news for the owner, in order with the rest. */
        OPERATION_BACKUP_DONE,
        OPERATION_TROUBLE,
        OPERATION_RECOVERED,
        OPERATION_KIND_COUNT,
} StoreOperationKind;

typedef struct StoreOperation {
        struct StoreOperation *next;
        StoreOperationKind kind;
        bool joined;        /* with the next one in a group: no transaction ends between them */
        bool superseded;    /* a later one of the same transaction writes all that it would */
        usec_t queued_usec; /* CLOCK_MONOTONIC */
        int result;         /* negative errno: not written, and not the disk's fault; 1: more to do (prune) */
        unsigned flags;     /* StoreInsertFlags */
        unsigned pass;

        union {
                StoredJob job;
                ExecutionRecord execution;
                AttemptRecord attempt;
                AuditRecord audit;
                NotificationRecord notification;
                StoredProfile profile;
                uint64_t execution_id;
                struct {
                        int64_t job_id;
                        KeepPolicy keep;
                        usec_t now_usec;
                } prune;
                struct {
                        uint64_t *ids;
                        size_t n_ids;
                } history;
                struct {
                        char *name;
                        usec_t since_usec; /* USEC_INFINITY: it is resumed */
                } queue_pause;
                usec_t frozen_since_usec; /* USEC_INFINITY: thawed */
                char *message;            /* trouble */
                int fd;                   /* backup */
                struct {
                        char *path, *stamp, *description; /* NULL: it is forgotten */
                } action;
        };

        union {
                store_inserted_t inserted;
                store_committed_t committed;
                void (*backed_up)(void *userdata, int fd_or_error);
        };
        void *userdata;
} StoreOperation;

StoreOperation *store_operation_new(StoreOperationKind kind);
StoreOperation *store_operation_free(StoreOperation *operation);
DEFINE_CLEANUP(StoreOperation, store_operation_free);

/* First in, first out. The zero value is empty. */
typedef struct StoreQueue {
        StoreOperation *first, *last;
        size_t length;
} StoreQueue;

void store_queue_push(StoreQueue *queue, StoreOperation *operation);
StoreOperation *store_queue_pop(StoreQueue *queue); /* NULL: empty */
/* Moves all of `from` (or at most `max`, and what is joined with the last of them) to the end of `to`. */
void store_queue_move(StoreQueue *to, StoreQueue *from, size_t max);
/*
 * Finds out for a queue that will be one transaction which of its operations need not be applied: those that
 * write a whole row (of an execution, of a job's state) which a later one writes again, while nothing between
 * the two looks at it. Not all are found, only most.
 */
void store_queue_mark_superseded(StoreQueue *queue);
void store_queue_done(StoreQueue *queue);
