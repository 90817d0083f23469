/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What a scan of the drop-in directories gives. */

#include "job/job-template.h"
#include "job/job.h"
#include "job/queue-definition.h"
#include "util/diagnostics.h"

/* What is known of one name after a scan. */
typedef struct LoadedJob {
        char *name;
        Job *job;         /* NULL: faulty; the last good version stays in force */
        Diagnostic error; /* valid (message != NULL) if job is NULL: the first fault */
} LoadedJob;

/* A file that could not be read as a whole: every job that came from it stays as it was. */
typedef struct HeldFile {
        char *path;
        Diagnostic error;
} HeldFile;

typedef struct JobSet {
        LoadedJob *jobs; /* sorted by name, each name once */
        size_t n_jobs;
        HeldFile *held_files; /* sorted by path */
        size_t n_held_files;
        JobTemplates templates;      /* of all files */
        ProfileDefinitions profiles; /* of all files */
        QueueDefinitions queues;     /* of the settings and of all files; sorted by name, each name once */
        Diagnostics diagnostics;     /* everything that was found, jobs' warnings included */
} JobSet;

void job_set_done(JobSet *set);
