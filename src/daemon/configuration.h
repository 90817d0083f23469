/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the user wrote, as the daemon holds it: the settings, the drop-in directories, and the zone data that
 * their times are read with.
 */

#include <systemd/sd-event.h>

#include "daemon/file-watch.h"
#include "job/job-composer.h"
#include "job/job-loader.h"
#include "job/settings.h"
#include "protocol/instance.h"
#include "util/cleanup.h"

typedef struct Configuration Configuration;

typedef struct ConfigurationOptions {
        const Instance *instance;
        char *const *assignments; /* "key=value" from the command line; borrowed */
        const char *machine_id;   /* borrowed; for hash-seed: machine-id */
        /* Something on disk changed: scan and apply again. */
        void (*changed)(void *userdata);
        void *userdata;
} ConfigurationOptions;

/*
 * Reads the settings. A fault in them stops the start: it is logged, with its line, and -EINVAL returned.
 */
int configuration_new(sd_event *event, const ConfigurationOptions *options, Configuration **ret);
Configuration *configuration_free(Configuration *configuration);
DEFINE_CLEANUP(Configuration, configuration_free);

const Settings *configuration_settings(const Configuration *configuration);
TimeZoneCache *configuration_zones(Configuration *configuration);
/* What the settings say of all jobs; it changes with them, at each scan. */
const JobSite *configuration_site(const Configuration *configuration);

/* What there is of action programs has changed: jobs are decoded again at the next scan. Borrowed. */
void configuration_set_actions(Configuration *configuration, const ActionCatalog *actions);

/* Makes jobs of what is sent at run time, with the settings and the templates of the last scan. */
const JobComposer *configuration_composer(const Configuration *configuration);

/*
 * Reads the settings again (a faulty file keeps the old ones) and scans the drop-in directories. Faults are
 * in *ret, and each is logged when it is new. Returns 0, or a negative errno: *ret is untouched, the old jobs
 * stay.
 */
int configuration_scan(Configuration *configuration, JobSet *ret);
