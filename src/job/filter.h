/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a list asks for; judged in the daemon. All borrowed, zero value = everything. */

#include "job/audit-record.h"
#include "job/execution-record.h"
#include "util/types.h"

#define LIST_LIMIT_MAX 1000U

/*
 * What jobs are chosen by, beside their name and what becomes of them. Lists of globs, any of each; NULL:
 * all. It owns the lists; filters borrow it.
 */
typedef struct JobSelection {
        char **kinds; /* of action */
        char **templates, **profiles, **tags;
        uid_t *owners;
        size_t n_owners; /* 0: all */
} JobSelection;

/* What a JobSelection is compared with. All borrowed; NULL: none. */
typedef struct JobTraits {
        const char *kind, *template, *profile;
        char *const *tags;
        uid_t owner_uid;
} JobTraits;

void job_selection_done(JobSelection *selection);
int job_selection_copy(const JobSelection *selection, JobSelection *ret);
int job_selection_add_owner(JobSelection *selection, uid_t uid);

/* NULL matches all. */
bool job_selection_matches(const JobSelection *selection, const JobTraits *traits);

typedef struct ExecutionFilter {
        char *const *jobs;             /* name globs, any of them; NULL: all */
        const JobSelection *selection; /* by what the job was then; NULL: all */
        uint32_t states;               /* bit per ExecutionState; 0: all */
        usec_t since_usec, until_usec; /* on due; 0 and 0 or USEC_INFINITY: open */
        const uid_t *owner_uid;        /* NULL: all */
        uint64_t before_id;            /* cursor: ids below it; 0: from the newest */
        const uint64_t *ids;           /* only these */
        size_t n_ids;                  /* 0: all */
        unsigned limit;                /* 0: LIST_LIMIT_MAX */
} ExecutionFilter;

typedef struct AuditFilter {
        char *const *jobs;
        uint32_t events; /* bit per AuditEvent; 0: all */
        usec_t since_usec, until_usec;
        uint64_t before_id;
        unsigned limit;
} AuditFilter;
