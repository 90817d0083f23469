/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-set.h"

#include <stdlib.h>

#include "job/job-file.h"

void job_set_done(JobSet *set) {
        if (!set)
                return;

        for (size_t i = 0; i < set->n_jobs; i++) {
                free(set->jobs[i].name);
                (void) job_unref(set->jobs[i].job);
                diagnostic_done(&set->jobs[i].error);
        }
        free(set->jobs);
        for (size_t i = 0; i < set->n_held_files; i++) {
                free(set->held_files[i].path);
                diagnostic_done(&set->held_files[i].error);
        }
        free(set->held_files);
        job_templates_done(&set->templates);
        profile_definitions_done(&set->profiles);
        queue_definitions_done(&set->queues);
        diagnostics_done(&set->diagnostics);
        *set = (JobSet){ 0 };
}
