/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job.h"

#include <assert.h>
#include <string.h>

#include "util/string-list.h"

static const char *const job_origin_names[] = {
        [JOB_ORIGIN_FILE] = "file",
        [JOB_ORIGIN_RUNTIME] = "runtime",
        [JOB_ORIGIN_CRONTAB] = "crontab",
        [JOB_ORIGIN_COUNT] = NULL,
};

static const char *const action_kind_names[] = {
        [ACTION_COMMAND] = "command",
        [ACTION_HTTP] = "http",
        [ACTION_PROGRAM] = "program",
        [ACTION_KIND_COUNT] = NULL,
};

DEFINE_STRING_TABLE(job_origin, JobOrigin, job_origin_names);
DEFINE_STRING_TABLE(action_kind, ActionKind, action_kind_names);

#define NAME_PART_MAX 128U

static Job *job_free(Job *job) {
        free(job->name);
        free(job->file);
        free(job->definition);
        (void) string_list_free(job->warnings);
        free(job->description);

        (void) string_list_free(job->schedule_texts);
        (void) string_list_free(job->schedule_descriptions);
        timetable_done(&job->timetable);
        free(job->timezone);
        (void) time_zone_unref(job->zone);
        free(job->hash_key);

        (void) string_list_free(job->command.arguments);
        free(job->command.script);
        free(job->command.shell);
        free(job->request.kind);
        free(job->request.request);
        (void) string_list_free(job->request.credentials);
        (void) string_list_free(job->request.files);
        (void) string_list_free(job->request.paths);
        (void) string_list_free(job->request.urls);
        parameter_set_done(&job->parameters);
        (void) string_list_free(job->values);
        free(job->template);
        free(job->profile);
        (void) string_list_free(job->tags);
        free(job->renamed_from);

        process_policy_done(&job->process);
        free(job->queue);
        (void) string_list_free(job->after.jobs);
        (void) string_list_free(job->triggers.on_success);
        (void) string_list_free(job->triggers.on_failure);
        conditions_done(&job->conditions);
        free(job->output.file);
        notify_policy_done(&job->notify);

        free(job);
        return NULL;
}

Job *job_ref(Job *job) {
        if (!job)
                return NULL;

        assert(job->n_refs > 0);
        job->n_refs++;
        return job;
}

Job *job_unref(Job *job) {
        if (!job)
                return NULL;

        assert(job->n_refs > 0);
        return --job->n_refs == 0 ? job_free(job) : NULL;
}

/* ASCII only, whatever the locale: names are stored, sorted and put into object paths. */
static bool name_character_valid(char c, bool is_first) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')
                return true;
        return !is_first && (c == '.' || c == '@' || c == '-');
}

/* Returns the length of the valid part at the start of `text`; 0 if there is none. */
static size_t name_part_length(const char *text) {
        size_t n = 0;

        while (name_character_valid(text[n], n == 0))
                n++;
        return n <= NAME_PART_MAX ? n : 0;
}

bool job_name_valid(const char *name) {
        size_t n;

        if (!name)
                return false;

        n = name_part_length(name);
        if (n == 0)
                return false;
        if (name[n] == '\0')
                return true;
        if (name[n] != '/')
                return false;

        name += n + 1;
        n = name_part_length(name);
        return n > 0 && name[n] == '\0';
}

bool job_is_interval_like(const Job *job, size_t entry) {
        assert(job);
        assert(entry < job->timetable.n_entries);

        return schedule_is_interval_like(job->timetable.entries[entry].schedule);
}

const char *job_kind(const Job *job) {
        return job->action == ACTION_COMMAND ? "command" : job->request.kind;
}
