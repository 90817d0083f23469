/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a list of changes would do, one after the other, before anything is done: each is judged by what those
 * before it leave behind.
 */

#include "job/secret-extract.h"
#include "manager/definition-change.h"

/* One name as it stands after the changes so far. */
typedef struct JobDraft {
        ScheduledJob *job;          /* NULL: there is none in memory */
        bool is_listed, is_unknown; /* is_unknown: nor does the store know it */
        JobOrigin origin;
        const char *source;   /* of what was made at run time; NULL: there is none */
        const Job *effective; /* NULL: none, or it failed to load */
        uint64_t revision;
        uid_t owner_uid;
        usec_t added_usec;
        UT_hash_handle hh;
        char name[];
} JobDraft;

/* One change, prepared. */
typedef struct JobEdit {
        const JobChange *asked;
        JobChangeResult result;
        DefinitionChange change; /* change.job == NULL: nothing is done */
} JobEdit;

typedef struct JobEdits {
        Manager *manager;
        const Caller *caller;
        JobEdit *edits;
        size_t n_edits;
        JobDraft *drafts;          /* by name */
        usec_t now_usec;           /* one instant for all */
        int64_t last_id;           /* that a job of these would have */
        const SecretValues *known; /* secrets that the runner keeps already; NULL: none */
        SecretValues secrets;      /* those that it has to keep first */
} JobEdits;

void job_edits_done(JobEdits *edits);

/*
 * Prepares all. Returns 0; -ECANCELED: one of them is refused, and its result says why; or another errno.
 */
int job_edits_prepare(JobEdits *edits, const JobChange *changes, size_t n_changes);
