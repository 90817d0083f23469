/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/verbs.h"

#include <string.h>

#include "schedctl/message.h"

#define VERBS_MAX 96U

/* clang-format off */
const Verb verbs[] = {
        { "list-jobs",       VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS,        0, VERB_ANY_NUMBER, "[PATTERN…]",   "List jobs: state, next start, last result", verb_list_jobs },
        { "list-timers",     VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS,        0, VERB_ANY_NUMBER, "[PATTERN…]",   "List jobs by their next start", verb_list_timers },
        { "list-executions", VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS,        0, VERB_ANY_NUMBER, "[PATTERN…]",   "List executions, newest first", verb_list_executions },
        { "list-dependencies", VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS,      0, VERB_ANY_NUMBER, "[PATTERN…]",   "Show as a tree which jobs wait for which", verb_list_dependencies },
        { "list-actions",    VERB_GROUP_LOOK, VERB_ARGUMENTS_ACTIONS,     0, VERB_ANY_NUMBER, "[PATTERN…]",   "List kinds of actions that programs do; by name: what they take", verb_list_actions },
        { "list-queues",     VERB_GROUP_LOOK, VERB_ARGUMENTS_QUEUES,      0, VERB_ANY_NUMBER, "[PATTERN…]",   "List queues: slots, how many are in use, how many wait", verb_list_queues },
        { "list-templates",  VERB_GROUP_LOOK, VERB_ARGUMENTS_TEMPLATES,   0, VERB_ANY_NUMBER, "[PATTERN…]",   "List templates that jobs can be made from", verb_list_templates },
        { "show-template",   VERB_GROUP_LOOK, VERB_ARGUMENTS_TEMPLATES,   1, 1,              "TEMPLATE",      "Show what parameters a template has; with --output=json as a JSON Schema", verb_show_template },
        { "list-profiles",   VERB_GROUP_LOOK, VERB_ARGUMENTS_PROFILES,    0, VERB_ANY_NUMBER, "[PATTERN…]",   "List profiles: their values and who uses them", verb_list_profiles },
        { "status",          VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS_AND_IDS, 0, VERB_ANY_NUMBER, "[PATTERN…|ID…]", "Show the daemon, jobs or executions at a glance", verb_status },
        { "show",            VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS_AND_IDS, 0, VERB_ANY_NUMBER, "[PATTERN…|ID…]", "Show all that is known, for programs", verb_show },
        { "why",             VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS_AND_IDS, 1, 2,              "JOB [TIME|ID]|ID",  "Explain why a job did or did not run", verb_why },
        { "logs",            VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS_AND_IDS, 1, 1,              "JOB|ID",       "Show the output of a job", verb_logs },
        { "audit",           VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS,        0, VERB_ANY_NUMBER, "[PATTERN…]",   "Show who changed and did what", verb_audit },
        { "monitor",         VERB_GROUP_LOOK, VERB_ARGUMENTS_JOBS,        0, VERB_ANY_NUMBER, "[PATTERN…]",   "Print changes as they happen, until Ctrl-C", verb_monitor },

        { "start",           VERB_GROUP_CONTROL, VERB_ARGUMENTS_JOBS,     0, VERB_ANY_NUMBER, "[PATTERN…]",   "Start jobs now", verb_start },
        { "run",             VERB_GROUP_CONTROL, VERB_ARGUMENTS_NONE,     0, VERB_ANY_NUMBER, "[--] [COMMAND…]", "Run a command now, as if it ran here, and record it", verb_run, true },
        { "at",              VERB_GROUP_CONTROL, VERB_ARGUMENTS_NONE,     0, VERB_ANY_NUMBER, "[TIME…] [-- COMMAND…]", "Run a command once, later", verb_at, true },
        { "timer",           VERB_GROUP_CONTROL, VERB_ARGUMENTS_JOBS,     0, 1,               "[ID]",         "Do something once, after a while; or tell how long it will be", verb_timer, true },
        { "stop",            VERB_GROUP_CONTROL, VERB_ARGUMENTS_JOBS_AND_IDS, 0, VERB_ANY_NUMBER, "[PATTERN…|ID…]", "Stop executions: kill-signal, later SIGKILL", verb_stop },
        { "kill",            VERB_GROUP_CONTROL, VERB_ARGUMENTS_JOBS_AND_IDS, 0, VERB_ANY_NUMBER, "[PATTERN…|ID…]", "Send a signal to executions", verb_kill },
        { "pause",           VERB_GROUP_CONTROL, VERB_ARGUMENTS_JOBS,     0, VERB_ANY_NUMBER, "[PATTERN…]",   "Do not start jobs by schedule", verb_pause },
        { "resume",          VERB_GROUP_CONTROL, VERB_ARGUMENTS_JOBS,     0, VERB_ANY_NUMBER, "[PATTERN…]",   "End the pause of jobs", verb_resume },
        { "skip",            VERB_GROUP_CONTROL, VERB_ARGUMENTS_JOBS,     0, VERB_ANY_NUMBER, "[PATTERN…]",   "Skip the next occurrence of jobs, or the next N", verb_skip },
        { "pause-queue",     VERB_GROUP_CONTROL, VERB_ARGUMENTS_QUEUES,   1, VERB_ANY_NUMBER, "QUEUE…",       "Start nothing more in queues", verb_pause_queue },
        { "resume-queue",    VERB_GROUP_CONTROL, VERB_ARGUMENTS_QUEUES,   1, VERB_ANY_NUMBER, "QUEUE…",       "End the pause of queues", verb_resume_queue },
        { "freeze",          VERB_GROUP_CONTROL, VERB_ARGUMENTS_NONE,     0, 0,               "",             "Start nothing at all until thaw", verb_freeze },
        { "thaw",            VERB_GROUP_CONTROL, VERB_ARGUMENTS_NONE,     0, 0,               "",             "End the freeze: what was held back is caught up with", verb_thaw },

        { "create",          VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_NONE, 0, 1,               "[NAME]",       "Make jobs: from YAML, a file, options, or a template", verb_create, true },
        { "replace",         VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 0, 1,               "[JOB]",        "Give jobs that were made at run time new definitions", verb_replace, true },
        { "set",             VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 1, VERB_ANY_NUMBER, "KEY=VALUE… [PATTERN…]", "Change some keys of jobs that were made at run time", verb_set },
        { "delete",          VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 0, VERB_ANY_NUMBER, "[PATTERN…]",   "Remove jobs that were made at run time; their history stays", verb_delete },
        { "rename",          VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 2, 2,               "OLD NEW",      "Give a job another name, with its history", verb_rename },
        { "enable",          VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 0, VERB_ANY_NUMBER, "[PATTERN…]",   "Undo disable", verb_enable },
        { "disable",         VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 0, VERB_ANY_NUMBER, "[PATTERN…]",   "Have no more occurrences, by the definition", verb_disable },
        { "export",          VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 0, VERB_ANY_NUMBER, "[PATTERN…]",   "Write what was made at run time as YAML", verb_export },
        { "import",          VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_FILES, 1, 1,              "FILE",         "Make what export has written", verb_import },
        { "cat",             VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 0, VERB_ANY_NUMBER, "[PATTERN…]",    "Show definitions as YAML", verb_cat },
        { "edit",            VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS_AND_FILES, 1, 1,     "JOB|FILE",     "Edit a file of definitions, checked before it is saved", verb_edit },
        { "create-profile",  VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_NONE, 1, VERB_ANY_NUMBER, "NAME [KEY=VALUE…]", "Make a profile, also of YAML on standard input or in an editor", verb_create_profile },
        { "edit-profile",    VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_PROFILES, 1, VERB_ANY_NUMBER, "NAME [KEY=VALUE…]", "Change values of a profile, or all by YAML on standard input or in an editor", verb_edit_profile },
        { "delete-profile",  VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_PROFILES, 1, VERB_ANY_NUMBER, "NAME…",     "Delete profiles that no job uses", verb_delete_profile },
        { "prune-profiles",  VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_NONE, 0, 0,               "",             "Delete all profiles made at run time that no job uses", verb_prune_profiles },
        { "verify",          VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_FILES, 0, VERB_ANY_NUMBER, "[FILE…]",     "Check files, or the whole configuration (no daemon)", verb_verify },
        { "calendar",        VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_NONE, 0, VERB_ANY_NUMBER, "[EXPRESSION…]", "Explain schedules and show the next times (no daemon)", verb_calendar },
        { "simulate",        VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_JOBS, 0, VERB_ANY_NUMBER, "[PATTERN…]",  "Play jobs through a time to come: what runs, what is skipped, peaks", verb_simulate },
        { "reload",          VERB_GROUP_DEFINITIONS, VERB_ARGUMENTS_NONE, 0, 0,               "",             "Read all definitions again", verb_reload },

        { "progress",        VERB_GROUP_OTHER, VERB_ARGUMENTS_NONE,       1, 2,               "N [TEXT]",     "Within a job: say how far it is, in percent (no daemon)", verb_progress },
        { "prune",           VERB_GROUP_OTHER, VERB_ARGUMENTS_JOBS,       0, VERB_ANY_NUMBER, "[PATTERN…]",   "Delete history: by job, state, age or number", verb_prune },
        { "backup",          VERB_GROUP_OTHER, VERB_ARGUMENTS_FILES,      1, 1,               "FILE",         "Write a consistent copy of the database", verb_backup },
        { "completion",      VERB_GROUP_OTHER, VERB_ARGUMENTS_SHELLS,     1, 1,               "SHELL",        "Print the completion for bash, zsh or fish", verb_completion },
        { "help",            VERB_GROUP_OTHER, VERB_ARGUMENTS_VERBS,      0, 1,               "[VERB]",       "Show this help, or what is known of a verb", verb_help },
        { "version",         VERB_GROUP_OTHER, VERB_ARGUMENTS_NONE,       0, 0,               "",             "Show the versions of schedctl and of the daemon", verb_version },
        { NULL },
};
/* clang-format on */

static const char *const group_titles[VERB_GROUP_COUNT] = {
        [VERB_GROUP_LOOK] = "Looking",
        [VERB_GROUP_CONTROL] = "Control",
        [VERB_GROUP_DEFINITIONS] = "Definitions",
        [VERB_GROUP_OTHER] = "Other",
};

const char *verb_group_title(VerbGroup group) {
        return group_titles[group];
}

const Verb *verb_find(const char *name) {
        const char *names[VERBS_MAX] = { NULL };
        const char *nearest;
        size_t n = 0;

        for (const Verb *verb = verbs; verb->name; verb++) {
                if (strcmp(verb->name, name) == 0)
                        return verb;
                if (n + 1 < VERBS_MAX)
                        names[n++] = verb->name;
        }

        nearest = string_nearest(name, names);
        complain("unknown verb '%s'%s%s%s", name,
                 nearest ? "; did you mean '" : "; 'schedctl --help' shows all", nearest ?: "",
                 nearest ? "'?" : "");
        return NULL;
}
