/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/definitions.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/instance.h"
#include "schedctl/action-probe.h"
#include "schedctl/message.h"
#include "util/clock.h"

static int open_loader(const Context *context, const Instance *instance, Definitions *definitions) {
        Settings *settings = &definitions->settings;
        int r;

        r = settings_load(instance->settings_file, environ, NULL, &definitions->settings_faults, settings);
        if (r < 0 && r != -EINVAL)
                return complain_errno(r, "cannot read the settings in '%s'", instance->settings_file);

        (void) machine_id_derive(definitions->machine_id);
        definitions->site = settings_site(settings, definitions->machine_id);
        definitions->site.has_systemd = instance->has_systemd;
        r = action_probe(instance->action_dirs, !context->options.user, &definitions->actions);
        if (r < 0)
                return complain_errno(r, "cannot ask the action programs what they take");
        definitions->site.actions = &definitions->actions;

        r = time_zone_cache_new(&definitions->zones);
        if (r >= 0)
                r = job_loader_new(
                                &(const JobLoaderOptions){
                                                .directories = instance->config_dirs,
                                                .defaults = settings->defaults,
                                                .defaults_file = instance->settings_file,
                                                .zones = definitions->zones,
                                                .owner_uid = context->options.user ? getuid() : 0,
                                                .system_mode = !context->options.user,
                                                .site = &definitions->site,
                                                .has_all_jobs = true,
                                                .clock = &system_clock,
                                },
                                &definitions->loader);
        return r < 0 ? complain_errno(r, "cannot prepare for reading definitions") : STATUS_OK;
}

int definitions_open(const Context *context, Definitions *ret) {
        Instance instance = { 0 };
        int r, status;

        *ret = (Definitions){ 0 };
        r = instance_init(&instance, context->options.user);
        if (r < 0)
                return complain_errno(
                                r, "cannot tell where your definitions are; set HOME or XDG_CONFIG_HOME");

        status = open_loader(context, &instance, ret);
        instance_done(&instance);
        if (status != STATUS_OK)
                definitions_done(ret);
        return status;
}

void definitions_done(Definitions *definitions) {
        job_loader_free(definitions->loader);
        time_zone_cache_free(definitions->zones);
        action_catalog_done(&definitions->actions);
        settings_done(&definitions->settings);
        diagnostics_done(&definitions->settings_faults);
        *definitions = (Definitions){ 0 };
}

void definitions_print_faults(const Diagnostics *faults, const char *instead_of, const char *file) {
        for (size_t i = 0; i < faults->n_items; i++) {
                CLEANUP_FREE char *line = NULL;
                Diagnostic item = faults->items[i];

                if (instead_of && item.file && strcmp(item.file, instead_of) == 0)
                        item.file = (char *) file;
                if (diagnostic_format(&item, &line) >= 0)
                        (void) fprintf(stderr, "%s\n", line);
        }
        if (faults->truncated)
                (void) fprintf(stderr, "There are more faults than these %u.\n", DIAGNOSTICS_MAX);
}
