/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The drop-in directories: which files count, what they hold, who may write them.
 *
 * A file in an earlier directory hides one of the same name in a later one; a link to /dev/null masks it;
 * NAME.yaml.d/[*].yaml beside a file are merged over it in order. Each file is parsed once and kept until it
 * changes (device, inode, size, mtime, ctime), so that a scan after one edit costs a stat for each file and
 * one parse.
 */

#include "job/job-decode.h"
#include "job/job-limits.h"
#include "job/job-set.h"
#include "util/cleanup.h"

typedef struct JobLoader JobLoader;

typedef struct JobLoaderOptions {
        char *const *directories;  /* highest precedence first */
        const char *defaults;      /* YAML mapping from the settings' `defaults:`; NULL: none */
        const char *defaults_file; /* where that came from, for messages */
        TimeZoneCache *zones;
        uid_t owner_uid;     /* of the jobs: 0, or the own uid with --user */
        bool system_mode;    /* files must be root's; else root's or one's own */
        const JobSite *site; /* what the settings say of all jobs, as it is at each scan; NULL: nothing */
        bool has_all_jobs;   /* there are no others than those of the files: who is named is looked for */
        const Clock *clock;  /* to warn of schedules that never come again; may be NULL */
} JobLoaderOptions;

int job_loader_new(const JobLoaderOptions *options, JobLoader **ret);
JobLoader *job_loader_free(JobLoader *loader);
DEFINE_CLEANUP(JobLoader, job_loader_free);

/*
 * Scans the directories. A missing directory is an empty one. Returns 0 (faults are in *ret), or a negative
 * errno when nothing can be said at all (-ENOMEM, -EMFILE …); then *ret is untouched and the old jobs stay.
 */
int job_loader_scan(JobLoader *loader, JobSet *ret);

/*
 * The other files that definitions took something from at the last scan, or would have if they were there:
 * sorted, each once, NULL-terminated. Returns 0 or -ENOMEM.
 */
int job_loader_other_files(const JobLoader *loader, char ***ret);

/* Forgets all parsed files: after a change of zone data or of the defaults. */
void job_loader_flush(JobLoader *loader);

/*
 * Makes a job of what was sent at run time, with the templates of the last scan: see JobComposer (a Job's
 * origin, owner and so on are those of a run-time job), and the number that tells whether doing it again
 * could give something else because of the defaults or that template.
 */
int job_loader_compose(
                JobLoader *loader,
                const char *name,
                uid_t owner_uid,
                usec_t made_usec,
                const char *source,
                Diagnostics *diagnostics,
                Job **ret);
uint64_t job_loader_stamp(const JobLoader *loader, const char *template_name);

/*
 * Checks one file as if it lay in a drop-in directory, without its ownership: for `verify` and `edit`.
 * As job_loader_scan(), with the jobs of that file only.
 */
int job_loader_check_file(JobLoader *loader, const char *path, JobSet *ret);
