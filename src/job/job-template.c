/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-template.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/string-list.h"

static void template_done(JobTemplate *template) {
        free(template->name);
        free(template->description);
        free(template->base);
        parameter_set_done(&template->parameters);
        free(template->kind);
        free(template->definition);
        free(template->file);
}

void job_templates_done(JobTemplates *templates) {
        if (!templates)
                return;

        for (size_t i = 0; i < templates->n_items; i++)
                template_done(&templates->items[i]);
        free(templates->items);
        *templates = (JobTemplates){ 0 };
}

static int compare_template(const void *name, const void *item) {
        return strcmp(name, ((const JobTemplate *) item)->name);
}

const JobTemplate *job_templates_find(const JobTemplates *templates, const char *name) {
        assert(templates);
        assert(name);

        if (templates->n_items == 0)
                return NULL;
        return bsearch(name, templates->items, templates->n_items, sizeof(JobTemplate), compare_template);
}

void profile_definitions_done(ProfileDefinitions *profiles) {
        if (!profiles)
                return;

        for (size_t i = 0; i < profiles->n_items; i++) {
                free(profiles->items[i].name);
                (void) string_list_free(profiles->items[i].values);
                free(profiles->items[i].file);
        }
        free(profiles->items);
        *profiles = (ProfileDefinitions){ 0 };
}

static int compare_profile(const void *name, const void *item) {
        return strcmp(name, ((const ProfileDefinition *) item)->name);
}

const ProfileDefinition *profile_definitions_find(const ProfileDefinitions *profiles, const char *name) {
        assert(profiles);
        assert(name);

        if (profiles->n_items == 0)
                return NULL;
        return bsearch(name, profiles->items, profiles->n_items, sizeof(ProfileDefinition), compare_profile);
}
