/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One job's definition becomes another: what a scan of the files brings (manager-apply.c) and what is asked
 * for at run time (job-change.c) are put in force alike.
 *
 * A change is prepared with everything that can fail for want of memory; putting it in force cannot.
 */

#include "manager/manager-internal.h"

typedef enum DefinitionChangeKind {
        DEFINITION_SAME,
        DEFINITION_ADDED,
        DEFINITION_EDITED,
        DEFINITION_REMOVED,
        DEFINITION_FAULTY, /* the last good version stays, if there is one */
        DEFINITION_KEPT,   /* its file could not be read, or it cannot be composed any more */
        DEFINITION_LOST,   /* what is in force has gone, and what was made at run time cannot be composed */
        DEFINITION_CHANGE_KIND_COUNT,
} DefinitionChangeKind;

typedef struct DefinitionChange {
        DefinitionChangeKind kind;
        ScheduledJob *job;
        ScheduledJob *new_job; /* the same, while it is not in the table */
        Job *loaded;           /* a reference; NULL: there is no new one */
        Diagnostic error;      /* what is wrong with it; no message: nothing */
        Job *stored;           /* definition_change_decode_old() */
        char *source;          /* as it was written at run time; NULL: it stays as it is */
        char *replaced;        /* the source that was there before; NULL: none */
        char *new_name;        /* it is renamed first; NULL: it is not */
        usec_t added_usec;     /* when the job was made, as it was composed; 0: it is now, or was before */
        usec_t from_usec;      /* what is due from then on counts, if that is earlier than now; 0 */
} DefinitionChange;

void definition_change_done(DefinitionChange *change);

/* What all changes that are put in force together have in common. */
typedef struct DefinitionChanges {
        Manager *manager;
        const Caller *caller; /* NULL: the daemon itself */
        bool first;           /* since the start: what was missed meanwhile is decided */
        ApplyNotice *notice;
} DefinitionChanges;

/* The definition in force as text: of a job that has not been decoded yet, the stored one. NULL: none. */
const char *definition_text(const ScheduledJob *job);

/* Makes change->stored of the text that is in force. A text that is not valid any more is left out. */
int definition_change_decode_old(DefinitionChange *change);

void definition_change_apply(const DefinitionChanges *changes, DefinitionChange *change);

/*
 * From what was written at run time to a Job, as the manager's composer has it. `added_usec`: when the job
 * was made. Returns 0, -EINVAL with `diagnostics`, or another errno.
 */
typedef struct CompositionRequest {
        const char *name;
        uid_t owner_uid;
        usec_t added_usec;
        bool one_shot; /* it is one in any case */
        const char *source;
} CompositionRequest;

int definition_compose(
                Manager *manager,
                const CompositionRequest *request,
                Diagnostics *diagnostics,
                Job **ret);

/* What a composition of the job would go by now. */
uint64_t definition_stamp(const Manager *manager, const Job *job);

/* Made at run time, and in force or hidden by a file. */
static inline bool scheduled_job_has_source(const ScheduledJob *job) {
        return job->stored.source != NULL;
}
