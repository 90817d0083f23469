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
        /* Returns 0, -EINVAL with `diagnostics`, -EFBIG, or another errno. */
        int (*compose)(void *userdata,
                       const char *name,
                       uid_t owner_uid,
                       const char *source,
                       Diagnostics *diagnostics,
                       Job **ret);
        void *userdata;
} JobComposer;
