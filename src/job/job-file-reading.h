/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What job-file.c has read and job-file-jobs.c makes jobs of. */

#include "job/job-file.h"
#include "job/made-body.h"

/* The top level of one file. */
typedef struct Document {
        const YamlNode *defaults, *jobs, *queues, *templates, *profiles;
        YamlIndex index; /* of jobs */
} Document;

/* A file on the way from text to jobs. */
typedef struct Reading {
        JobFileReader *reader;
        JobFile *file;
        Document base;
        Document *overrides;
        size_t n_overrides;
        const YamlNode *under; /* all defaults, merged */
        MadeBodies made;       /* bodies of templates that its jobs are made from */
        bool defaults_checked;
        Diagnostics defaults_faults;
} Reading;

/* Queues, profiles and templates of the file and its overrides. Returns 0 or -ENOMEM. */
int job_file_decode_shared(Reading *reading);

/* All jobs, once everything else is known. Returns 0 or an errno that is not the user's. */
int job_file_decode_jobs(Reading *reading);
