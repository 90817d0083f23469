/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The files that a loader has read, each kept until it changes. */

#include "job/job-file.h"

/* uthash would end the process when memory runs out; this leaves the item out of the table instead. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->is_lost = true)
#include <uthash.h>

typedef struct CachedFile {
        JobFile *file;
        uint64_t serial;     /* of its reading */
        uint64_t generation; /* of the last scan that met it */
        bool is_lost;
        UT_hash_handle hh; /* by file->path */
} CachedFile;

/* The zero value is an empty one. */
typedef struct JobCache {
        CachedFile *files;
        uint64_t generation; /* of the scan that goes on */
        uint64_t last_serial;
} JobCache;

/* Forgets all files. */
void job_cache_flush(JobCache *cache);

/* Forgets those that the scan that goes on has not met. */
void job_cache_drop_unmet(JobCache *cache);

/* NULL: it is not there. */
CachedFile *job_cache_find(JobCache *cache, const char *path);

/*
 * Keeps a file that was read, in the place of *inout if that is not NULL, and sets it. Takes the file over in
 * any case. Returns 0 or -ENOMEM: then *inout is gone.
 */
int job_cache_keep(JobCache *cache, JobFile *file, CachedFile **inout);

/* The paths of other files that the jobs take something from: sorted, each once. Returns 0 or -ENOMEM. */
int job_cache_other_files(const JobCache *cache, char ***ret);
