/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Templates and profiles, as files define them.
 *
 * A job is made from a template when the files are read: the template's `job:` is merged below the job's own
 * keys, so a Job's definition stands for itself. A template may build on another one (`template: BASE` beside
 * its own keys); circles are refused.
 */

#include "job/parameter.h"

typedef struct JobTemplate {
        char *name;              /* as job names are, without '/' */
        char *description;       /* NULL: none */
        char *base;              /* the template that it builds on; NULL: none */
        ParameterSet parameters; /* those of the base first, as this template leaves them */
        bool user_triggered; /* true: offered to people; false: the daemon makes one job of its name itself */
        bool has_delay;      /* `delay` is written: a job without a schedule runs once by itself */
        usec_t delay_usec;   /* from creation to that run; 0 if it is not written */
        bool reschedule;     /* after it has ended it is scheduled again, delay_usec later */
        char *kind;          /* of its action: "command", "http", "sql"; NULL: its jobs say it */
        char *definition;    /* as YAML, the base merged */
        char *file;
        unsigned line;
} JobTemplate;

typedef struct JobTemplates {
        JobTemplate *items; /* by name */
        size_t n_items;
} JobTemplates;

void job_template_done(JobTemplate *template);
void job_templates_done(JobTemplates *templates);

/* Adds a copy at the end, whatever its name. Returns 0 or -ENOMEM. */
int job_templates_add(JobTemplates *templates, const JobTemplate *template);
const JobTemplate *job_templates_find(const JobTemplates *templates, const char *name);

/* A named set of values. Those of a job's owner and root's can be used by a job. */
typedef struct ProfileDefinition {
        char *name;    /* as job names are; USER/NAME for an ordinary user's */
        char **values; /* "name=value", by name, each once */
        char *file;    /* NULL: made at run time */
        unsigned line;
} ProfileDefinition;

typedef struct ProfileDefinitions {
        ProfileDefinition *items; /* by name */
        size_t n_items;
} ProfileDefinitions;

void profile_definition_done(ProfileDefinition *profile);
void profile_definitions_done(ProfileDefinitions *profiles);

/* As job_templates_add(). */
int profile_definitions_add(ProfileDefinitions *profiles, const ProfileDefinition *profile);
const ProfileDefinition *profile_definitions_find(const ProfileDefinitions *profiles, const char *name);
