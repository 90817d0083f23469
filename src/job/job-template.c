/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-template.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/string-list.h"

/* --- templates -------------------------------------------------------------------------------------------
 */

void job_template_done(JobTemplate *template) {
        free(template->name);
        free(template->description);
        free(template->base);
        parameter_set_done(&template->parameters);
        free(template->kind);
        free(template->definition);
        free(template->file);
        *template = (JobTemplate){ 0 };
}

void job_templates_done(JobTemplates *templates) {
        if (!templates)
                return;

        for (size_t i = 0; i < templates->n_items; i++)
                job_template_done(&templates->items[i]);
        free(templates->items);
        *templates = (JobTemplates){ 0 };
}

static int copy_text(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

static int template_copy(const JobTemplate *template, JobTemplate *ret) {
        int r;

        *ret = (JobTemplate){
                .user_triggered = template->user_triggered,
                .has_delay = template->has_delay,
                .delay_usec = template->delay_usec,
                .reschedule = template->reschedule,
                .line = template->line,
        };
        r = copy_text(template->name, &ret->name);
        if (r >= 0)
                r = copy_text(template->description, &ret->description);
        if (r >= 0)
                r = copy_text(template->base, &ret->base);
        if (r >= 0)
                r = copy_text(template->kind, &ret->kind);
        if (r >= 0)
                r = copy_text(template->definition, &ret->definition);
        if (r >= 0)
                r = copy_text(template->file, &ret->file);
        return r < 0 ? r : parameter_set_copy(&template->parameters, &ret->parameters);
}

int job_templates_add(JobTemplates *templates, const JobTemplate *template) {
        JobTemplate *items;
        int r;

        assert(templates);
        assert(template);

        items = reallocarray(templates->items, templates->n_items + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        templates->items = items;
        r = template_copy(template, &items[templates->n_items]);
        if (r < 0)
                job_template_done(&items[templates->n_items]);
        else
                templates->n_items++;
        return r;
}

static int compare_template(const void *name, const void *item) {
        return strcmp(name, ((const JobTemplate *) item)->name);
}

const JobTemplate *job_templates_find(const JobTemplates *templates, const char *name) {
        assert(templates);
        assert(name);

        return templates->n_items == 0 ? NULL
                                       : bsearch(name, templates->items, templates->n_items,
                                                 sizeof(*templates->items), compare_template);
}

/* --- profiles --------------------------------------------------------------------------------------------
 */

void profile_definition_done(ProfileDefinition *profile) {
        free(profile->name);
        (void) string_list_free(profile->values);
        free(profile->file);
        *profile = (ProfileDefinition){ 0 };
}

void profile_definitions_done(ProfileDefinitions *profiles) {
        if (!profiles)
                return;

        for (size_t i = 0; i < profiles->n_items; i++)
                profile_definition_done(&profiles->items[i]);
        free(profiles->items);
        *profiles = (ProfileDefinitions){ 0 };
}

int profile_definitions_add(ProfileDefinitions *profiles, const ProfileDefinition *profile) {
        ProfileDefinition *items, copy = { .line = profile->line };
        int r;

        assert(profiles);
        assert(profile);

        items = reallocarray(profiles->items, profiles->n_items + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        profiles->items = items;

        r = copy_text(profile->name, &copy.name);
        if (r >= 0)
                r = copy_text(profile->file, &copy.file);
        if (r >= 0)
                r = string_list_copy(profile->values, &copy.values);
        if (r < 0)
                profile_definition_done(&copy);
        else
                items[profiles->n_items++] = copy;
        return r;
}

static int compare_profile(const void *name, const void *item) {
        return strcmp(name, ((const ProfileDefinition *) item)->name);
}

const ProfileDefinition *profile_definitions_find(const ProfileDefinitions *profiles, const char *name) {
        assert(profiles);
        assert(name);

        return profiles->n_items == 0 ? NULL
                                      : bsearch(name, profiles->items, profiles->n_items,
                                                sizeof(*profiles->items), compare_profile);
}
