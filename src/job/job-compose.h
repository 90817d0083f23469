/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* From the keys that were sent for one job to the whole of it: defaults, its template, and what was sent. */

#include "job/job-decode.h"
#include "job/template-library.h"

/* All borrowed. */
typedef struct JobComposition {
        const JobDecodeContext *context;
        const YamlNode *defaults; /* of the settings, source 0; NULL: none */
        const char *defaults_file;
        const TemplateLibrary *library; /* NULL: there are no templates */
} JobComposition;

/*
 * `made_usec`: from when on the delay of a template counts whose job has no schedule. Returns 0, -EINVAL with
 * `diagnostics`, -EFBIG, or another errno.
 */
int job_compose(const JobComposition *composition,
                const char *name,
                usec_t made_usec,
                const char *source,
                Diagnostics *diagnostics,
                Job **ret);
