/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/execution-parameters.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "job/expand-job.h"
#include "job/expand-request.h"
#include "job/parameter-record.h"
#include "manager/profiles.h"
#include "util/buffer.h"
#include "util/string-list.h"

/* What is known of one start before its values are put together. */
typedef struct Sources {
        ParameterSources lists;
        const char *profile; /* its full name; NULL: none */
        uint64_t revision;
        Buffer errors;
} Sources;

static void sources_done(Sources *sources) {
        buffer_done(&sources->errors);
}

static void add_error(Sources *sources, const char *format, ...) PRINTF_LIKE(2, 3);

static void add_error(Sources *sources, const char *format, ...) {
        CLEANUP_FREE char *text = NULL;
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0) {
                text = NULL;
                sources->errors.failed = true;
        }
        va_end(arguments);
        if (text)
                (void) buffer_add_format(
                                &sources->errors, "%s%s", sources->errors.size > 0 ? "; " : "", text);
}

/* Profiles are shown to whoever may see them: a secret is not for them to hold. */
static void check_secrets(Sources *sources, const Job *job, const char *profile, char *const *values) {
        STRING_LIST_FOREACH(line, values) {
                size_t length = strcspn(*line, "=");

                for (size_t i = 0; i < job->parameters.n_items; i++) {
                        const Parameter *parameter = &job->parameters.items[i];

                        if (parameter->type == PARAMETER_SECRET && strlen(parameter->name) == length &&
                            strncmp(parameter->name, *line, length) == 0 &&
                            parameter_credential(*line + length + 1, NULL) == 0)
                                add_error(sources,
                                          "profile '%s' holds a value for the secret parameter '%s': only "
                                          "${credential:NAME} may stand there",
                                          profile, parameter->name);
                }
        }
}

/* Returns true if there is one; its values go to *ret. */
static bool use_profile(
                const ScheduledJob *scheduled_job,
                const Job *job,
                const char *name,
                Sources *sources,
                char *const **ret) {

        const Profile *profile = profiles_find(scheduled_job, name);
        const ProfileSide *side = profile ? profile_in_force(profile) : NULL;

        if (!side)
                return false;
        check_secrets(sources, job, profile->name, side->values);
        *ret = side->values;
        sources->profile = profile->name;
        sources->revision = side->revision;
        return true;
}

static void find_profiles(
                const ScheduledJob *scheduled_job,
                const Job *job,
                const StartOptions *options,
                Sources *sources) {

        const char *asked = options ? options->profile : NULL;

        if (job->profile &&
            !use_profile(scheduled_job, job, job->profile, sources, &sources->lists.profile) && !asked)
                add_error(sources, "there is no profile '%s', which it names", job->profile);
        if (asked && !use_profile(scheduled_job, job, asked, sources, &sources->lists.start_profile))
                add_error(sources, "there is no profile '%s'", asked);
}

/* Whether they can stand where they are used: a path takes no '/' of a value. */
static int check_places(const Job *job, const ParameterValues *values, char **reterr) {
        CLEANUP(expanded_job_done) ExpandedJob expanded = { 0 };
        int r = expand_job(job, values, &expanded, reterr);

        return r < 0 ? r : expand_request_check(job, values, reterr);
}

/* Returns 0, -EINVAL with *reterr, or -ENOMEM. */
static int resolve(
                const ScheduledJob *scheduled_job,
                const Job *job,
                const StartOptions *options,
                Sources *sources,
                ParameterValues *ret,
                char **reterr) {

        CLEANUP_FREE char *error = NULL;
        int r;

        sources->lists.start = options ? options->parameters : NULL;
        sources->lists.values = job->values;
        find_profiles(scheduled_job, job, options, sources);
        r = parameter_values_resolve(&job->parameters, &sources->lists, ret, &error);
        if (r >= 0)
                r = check_places(job, ret, &error);
        if (r == -EINVAL)
                add_error(sources, "%s", error);
        else if (r < 0)
                return r;
        if (sources->errors.failed)
                return -ENOMEM;
        if (sources->errors.size == 0)
                return 0;
        r = buffer_take(&sources->errors, reterr);
        return r < 0 ? r : -EINVAL;
}

static bool has_any(const Job *job, const StartOptions *options) {
        return job->parameters.n_items > 0 || job->profile ||
                        (options && (options->profile || string_list_length(options->parameters) > 0));
}

int parameters_check(const ScheduledJob *job, const StartOptions *options, char **reterr) {
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP(sources_done) Sources sources = { 0 };

        if (!has_any(job->job, options))
                return 0;
        return resolve(job, job->job, options, &sources, &values, reterr);
}

static int record_values(
                const Job *job,
                const ParameterValues *values,
                const Sources *sources,
                ExecutionRecord *record) {

        CLEANUP(string_list_freep) char **secrets = NULL;
        CLEANUP_FREE char *json = NULL, *profile = NULL;
        int r;

        r = parameter_values_format(&job->parameters, values, &json);
        if (r >= 0)
                r = parameter_record_secrets(values, &secrets);
        if (r < 0)
                return r;
        profile = sources->profile ? strdup(sources->profile) : NULL;
        if (sources->profile && !profile)
                return -ENOMEM;

        free(record->parameters);
        free(record->profile);
        (void) string_list_free(record->secrets);
        record->parameters = TAKE_PTR(json);
        record->profile = TAKE_PTR(profile);
        record->secrets = TAKE_PTR(secrets);
        record->profile_revision = sources->revision;
        return 1;
}

int parameters_fix(
                const ScheduledJob *scheduled_job,
                const Job *job,
                const StartOptions *options,
                ExecutionRecord *record,
                char **reterr) {

        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP(sources_done) Sources sources = { 0 };
        int r;

        if (record->parameters || !has_any(job, options))
                return 0;
        r = resolve(scheduled_job, job, options, &sources, &values, reterr);
        if (r < 0)
                return r;
        r = record_values(job, &values, &sources, record);
        if (r == -EINVAL)
                *reterr = strdup("a secret parameter has a value that the runner does not keep: set it anew");
        return r == -EINVAL && !*reterr ? -ENOMEM : r;
}

static void forget(ExecutionRecord *record) {
        free(record->parameters);
        free(record->profile);
        record->parameters = record->profile = NULL;
        record->secrets = string_list_free(record->secrets);
        record->profile_revision = 0;
}

void parameters_refresh(const ScheduledJob *job, ExecutionRecord *record) {
        const Profile *profile = record->profile ? profiles_find(job, record->profile) : NULL;
        const ProfileSide *side = profile ? profile_in_force(profile) : NULL;

        if (!cause_is_of_schedule(record->cause))
                return;
        if (record->job_revision != job->stored.revision ||
            (record->profile && !(side && side->revision == record->profile_revision)))
                forget(record);
}

/* As they were asked for: "name=value" of those that the job still declares. */
static int list_recorded(const Job *job, const ExecutionRecord *record, char ***ret) {
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP(string_list_freep) char **list = NULL;
        int r = parameters_restore(job, record, &values);

        for (size_t i = 0; r >= 0 && i < values.n_items; i++) {
                char *line;

                if (asprintf(&line, "%s=%s", values.items[i].name, values.items[i].text) < 0)
                        return -ENOMEM;
                r = string_list_take_push(&list, line);
                if (r < 0)
                        free(line);
        }
        if (r >= 0)
                *ret = TAKE_PTR(list);
        return r;
}

int parameters_renew(const ScheduledJob *job, ExecutionRecord *record, char **reterr) {
        CLEANUP_FREE char *before = NULL, *profile = NULL;
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        if (!record->parameters || record->job_revision == job->stored.revision)
                return 0;
        r = list_recorded(job->job, record, &list);
        if (r < 0)
                return r;
        profile = record->profile ? strdup(record->profile) : NULL;
        if (record->profile && !profile)
                return -ENOMEM;

        before = TAKE_PTR(record->parameters);
        r = parameters_fix(
                        job, job->job, &(StartOptions){ .parameters = list, .profile = profile }, record,
                        reterr);
        if (r < 0)
                record->parameters = TAKE_PTR(before);
        else if (r == 0)
                forget(record);
        return MIN(r, 0);
}

int parameters_restore(const Job *job, const ExecutionRecord *record, ParameterValues *ret) {
        if (!record->parameters)
                return 0;
        return parameter_record_restore(&job->parameters, record->parameters, record->secrets, ret);
}
