/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From what was sent at run time to a Job: `source` is a YAML mapping with the keys of a job. As for a job of
 * a file the settings' `defaults` and the template that it names are merged below it, so that the Job's
 * definition stands for itself.
 */

#include "job/job.h"
#include "util/diagnostics.h"

typedef struct JobComposer {
        /*
         * `added_usec`: when the job was made. The delay of a template without a schedule counts from there,
         * so that the same job is composed the same whenever it is done again. Sets `one_shot` and
         * `of_template` of the Job as that template says. Returns 0, -EINVAL with `diagnostics`, -EFBIG, or
         * another errno.
         */
        int (*compose)(void *userdata,
                       const char *name,
                       uid_t owner_uid,
                       usec_t added_usec,
                       const char *source,
                       Diagnostics *diagnostics,
                       Job **ret);
        /*
         * A number for all that goes into a composition beside the source: defaults, settings, what action
         * programs say of themselves, and the template (NULL: of jobs without one). While it is the same,
         * composing again gives the same. NULL: it never is another.
         */
        uint64_t (*stamp)(void *userdata, const char *template_name);
        void *userdata;
} JobComposer;
