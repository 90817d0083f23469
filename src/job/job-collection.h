/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* From the files of a scan, one after the other, to a JobSet: what is defined twice, what counts. */

#include "job/job-file.h"
#include "job/job-set.h"

/* A job of some file, while the set is put together. */
typedef struct JobCandidate {
        const JobFileEntry *entry;
        const char *path;
        size_t sequence; /* the file that sorts first wins */
} JobCandidate;

/* A queue of the settings or of some file, likewise. */
typedef struct QueueCandidate {
        const QueueDefinition *definition;
        size_t sequence;
} QueueCandidate;

typedef struct ProfileCandidate {
        const ProfileDefinition *definition;
        size_t sequence;
} ProfileCandidate;

typedef struct JobCollection {
        QueueCandidate *queues;
        size_t n_queues;
        ProfileCandidate *profiles;
        size_t n_profiles;
        JobCandidate *candidates;
        size_t n_candidates, n_allocated;
        bool has_all_jobs; /* there are no others: one that is named and unknown is worth a warning */
        JobSet set;
} JobCollection;

void job_collection_done(JobCollection *collection);

/*
 * All return 0 or -ENOMEM. What they are given is borrowed until the collection is finished; of two
 * definitions of one name the first one counts.
 */
int job_collection_add_queues(JobCollection *collection, const QueueDefinitions *definitions);
int job_collection_add_held(JobCollection *collection, const char *path, const Diagnostic *error);
int job_collection_add(JobCollection *collection, const JobFile *file);

/* Gives the finished set away. */
int job_collection_finish(JobCollection *collection, JobSet *ret);
