/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The verbs: one table for dispatch, --help, completion and the check of the manual page. */

#include "schedctl/context.h"

typedef enum VerbGroup {
        VERB_GROUP_LOOK,
        VERB_GROUP_CONTROL,
        VERB_GROUP_DEFINITIONS,
        VERB_GROUP_OTHER,
        VERB_GROUP_COUNT,
} VerbGroup;

/* What completion offers for the arguments. */
typedef enum VerbArguments {
        VERB_ARGUMENTS_NONE,
        VERB_ARGUMENTS_JOBS,
        VERB_ARGUMENTS_JOBS_AND_IDS, /* jobs and active executions */
        VERB_ARGUMENTS_QUEUES,
        VERB_ARGUMENTS_TEMPLATES,
        VERB_ARGUMENTS_PROFILES,
        VERB_ARGUMENTS_ACTIONS,
        VERB_ARGUMENTS_FILES,
        VERB_ARGUMENTS_JOBS_AND_FILES,
        VERB_ARGUMENTS_SHELLS,
        VERB_ARGUMENTS_VERBS,
        VERB_ARGUMENTS_COUNT,
} VerbArguments;

#define VERB_ANY_NUMBER SIZE_MAX

struct Verb {
        const char *name;
        VerbGroup group;
        VerbArguments arguments;
        size_t n_min, n_max;
        const char *synopsis; /* "" for none */
        const char *help;
        int (*run)(Context *context, char **arguments); /* a status; the arguments end with NULL */
        bool takes_command; /* what stands behind "--" is in Context.command, and no argument */
};

/* Ended by one without a name. */
extern const Verb verbs[];

const char *verb_group_title(VerbGroup group);

/* NULL, after saying so with the nearest verb, if there is none. */
const Verb *verb_find(const char *name);

/* While all jobs are frozen: a line on standard error, in red on a terminal. The client is connected. */
void remark_frozen(const Context *context);
/* The same at the head of `status`; USEC_INFINITY: nothing is frozen. */
void print_frozen(const Context *context, usec_t since_usec);

int verb_list_templates(Context *context, char **arguments);
int verb_show_template(Context *context, char **arguments);
int verb_list_profiles(Context *context, char **arguments);
int verb_create_profile(Context *context, char **arguments);
int verb_edit_profile(Context *context, char **arguments);
int verb_delete_profile(Context *context, char **arguments);
int verb_prune_profiles(Context *context, char **arguments);
int verb_audit(Context *context, char **arguments);
int verb_pause_queue(Context *context, char **arguments);
int verb_progress(Context *context, char **arguments);
int verb_prune(Context *context, char **arguments);
int verb_backup(Context *context, char **arguments);
int verb_calendar(Context *context, char **arguments);
int verb_cat(Context *context, char **arguments);
int verb_completion(Context *context, char **arguments);
int verb_edit(Context *context, char **arguments);
int verb_freeze(Context *context, char **arguments);
int verb_help(Context *context, char **arguments);
int verb_kill(Context *context, char **arguments);
int verb_list_actions(Context *context, char **arguments);
int verb_list_dependencies(Context *context, char **arguments);
int verb_list_executions(Context *context, char **arguments);
int verb_list_jobs(Context *context, char **arguments);
int verb_list_queues(Context *context, char **arguments);
int verb_list_timers(Context *context, char **arguments);
int verb_logs(Context *context, char **arguments);
int verb_monitor(Context *context, char **arguments);
int verb_pause(Context *context, char **arguments);
int verb_reload(Context *context, char **arguments);
int verb_resume(Context *context, char **arguments);
int verb_resume_queue(Context *context, char **arguments);
int verb_show(Context *context, char **arguments);
int verb_simulate(Context *context, char **arguments);
int verb_start(Context *context, char **arguments);
int verb_status(Context *context, char **arguments);
int verb_stop(Context *context, char **arguments);
int verb_thaw(Context *context, char **arguments);
int verb_verify(Context *context, char **arguments);
int verb_create(Context *context, char **arguments);
int verb_replace(Context *context, char **arguments);
int verb_set(Context *context, char **arguments);
int verb_delete(Context *context, char **arguments);
int verb_rename(Context *context, char **arguments);
int verb_enable(Context *context, char **arguments);
int verb_disable(Context *context, char **arguments);
int verb_run(Context *context, char **arguments);
int verb_at(Context *context, char **arguments);
int verb_timer(Context *context, char **arguments);
int verb_skip(Context *context, char **arguments);
int verb_export(Context *context, char **arguments);
int verb_import(Context *context, char **arguments);
int verb_version(Context *context, char **arguments);
int verb_why(Context *context, char **arguments);
