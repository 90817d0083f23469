/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Reading definitions without the daemon, with the daemon's own loader. */

#include "job/job-loader.h"
#include "job/settings.h"
#include "protocol/machine-id.h"
#include "schedctl/context.h"

/* The loader points into it: it is not copied. */
typedef struct Definitions {
        TimeZoneCache *zones;
        Settings settings;
        ActionCatalog actions;
        JobSite site; /* borrows from these */
        char machine_id[MACHINE_ID_TEXT_MAX];
        JobLoader *loader;
        Diagnostics settings_faults; /* of the settings file */
} Definitions;

/* Loads the settings and makes a loader for the drop-in directories. Returns a status. */
int definitions_open(const Context *context, Definitions *ret);
void definitions_done(Definitions *definitions);

/* One fault a line on standard error. `file` replaces the name of the file where it was `instead_of`. */
void definitions_print_faults(const Diagnostics *faults, const char *instead_of, const char *file);
