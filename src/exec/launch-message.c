/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/launch-message.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "exec/launch-request.h"
#include "job/output-path.h"
#include "util/buffer.h"
#include "util/string-list.h"

static const LaunchEnd end_of_kind[] = {
        [END_EXITED] = LAUNCH_EXITED,       [END_SIGNALED] = LAUNCH_SIGNALED,
        [END_TIMED_OUT] = LAUNCH_TIMED_OUT, [END_STOPPED] = LAUNCH_STOPPED,
        [END_LAUNCH] = LAUNCH_FAILED,       [END_ACCOUNT] = LAUNCH_ACCOUNT,
        [END_SHUTDOWN] = LAUNCH_SHUTDOWN,   [END_LOST] = LAUNCH_LOST,
        [END_ANSWERED] = LAUNCH_ANSWERED,   [END_DENIED] = LAUNCH_DENIED,
};

/* The protocol has no NULL strings: "" is none. */
static char *text_or_empty(const char *text) {
        return (char *) (text ?: "");
}

void launch_message_done(LaunchMessage *message) {
        free(message->affinity);
        free(message->output_file);
        free(message->output_pattern);
        free(message->request);
        (void) string_list_free(message->credentials);
        (void) string_list_free(message->resource_limits);
        (void) string_list_free(message->environment);
        (void) string_list_free(message->unit_properties);
        (void) string_list_free(message->files);
        expanded_job_done(&message->expanded);
        *message = (LaunchMessage){ 0 };
}

/* The CPUs as in a cpuset: "0-3,8". */
static int format_affinity(const ProcessPolicy *process, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        size_t n = CPU_AFFINITY_WORDS * 64;

        for (size_t cpu = 0, end; cpu < n; cpu = end + 1) {
                end = cpu;
                while (end < n && process->affinity[end / 64] & UINT64_C(1) << end % 64)
                        end++;
                if (end == cpu)
                        continue;
                (void) buffer_add_format(&buffer, "%s%zu", buffer.size > 0 ? "," : "", cpu);
                if (end - cpu > 1)
                        (void) buffer_add_format(&buffer, "-%zu", end - 1);
        }
        return buffer_take(&buffer, ret);
}

static int format_resources(const LimitsPolicy *limits, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;

        for (size_t i = 0; i < limits->n_resources; i++) {
                const ResourceLimit *limit = &limits->resources[i];
                char text[64];
                int r;

                (void) snprintf(text, sizeof(text), "%d:%" PRIu64 ":%" PRIu64, limit->resource, limit->soft,
                                limit->hard);
                r = string_list_push(&list, text);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

static int format_properties(const ProcessPolicy *process, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;

        for (size_t i = 0; i < process->n_unit; i++) {
                const UnitProperty *property = &process->unit[i];
                char *text;
                int r;

                if (asprintf(&text, "%u:%s=%s", property->line, property->name, property->value) < 0)
                        return -ENOMEM;
                r = string_list_take_push(&list, text);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

/* What the job sets, and then what this launch does: the last one wins. */
static int join_environment(const Launch *launch, char *const *of_job, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        r = string_list_copy(of_job, &list);
        if (r < 0)
                return r;
        STRING_LIST_FOREACH(item, launch->environment) {
                r = string_list_push(&list, *item);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

/* An expansion that makes the path impossible is sent as it was written: the runner says that it cannot be.
 */
static int expand_output(const Launch *launch, LaunchMessage *message) {
        const OutputPathFacts facts = {
                .job = launch->job->name,
                .execution_id = launch->id.execution_id,
                .due_usec = launch->due_usec,
                .zone = launch->job->zone,
        };
        const char *text = message->expanded.output_file;
        int r;

        if (!text)
                return 0;
        r = output_path_expand(text, &facts, &message->output_file);
        if (r >= 0)
                r = output_path_pattern(text, &facts, &message->output_pattern);
        if (r == -ENOMEM)
                return r;
        if (!message->output_file)
                message->output_file = strdup(text);
        return message->output_file ? 0 : -ENOMEM;
}

/*
 * Values were checked before (expand_request_check()); what still cannot be expanded, after another
 * definition, is sent as none: whoever is to do it says so.
 */
static int fill_request(const Launch *launch, LaunchMessage *message) {
        int r;

        r = launch_request_credentials(launch->job, &message->credentials);
        if (r < 0 || launch->job->action == ACTION_COMMAND)
                return r;
        r = launch_request_expand(launch, &message->request);
        if (r >= 0)
                r = launch_request_files(launch, &message->files);
        if (r != -EINVAL)
                return r;
        free(message->request);
        message->request = NULL;
        return 0;
}

static int expand_texts(const Launch *launch, LaunchMessage *message) {
        CLEANUP_FREE char *error = NULL;

        return expand_job(launch->job, launch->parameters, &message->expanded, &error);
}

/* What has to be put into words first. */
static int fill_owned(const Launch *launch, LaunchMessage *message) {
        const ProcessPolicy *process = &launch->job->process;
        int r;

        r = process->has_affinity ? format_affinity(process, &message->affinity) : 0;
        if (r < 0)
                return r;
        r = format_resources(&process->limits, &message->resource_limits);
        if (r < 0)
                return r;
        r = format_properties(process, &message->unit_properties);
        if (r < 0)
                return r;
        r = expand_texts(launch, message);
        if (r >= 0)
                r = join_environment(launch, message->expanded.environment, &message->environment);
        if (r < 0)
                return r;
        r = fill_request(launch, message);
        return r < 0 ? r : expand_output(launch, message);
}

static const StartWork work_of_action[] = {
        [ACTION_COMMAND] = START_WORK_PROCESS,
        [ACTION_HTTP] = START_WORK_HTTP,
        [ACTION_PROGRAM] = START_WORK_PROGRAM,
};

_Static_assert(ARRAY_SIZE(work_of_action) == ACTION_KIND_COUNT, "each action is some work");

static MessageStart start_of(const Launch *launch) {
        const Job *job = launch->job;
        const ProcessPolicy *process = &job->process;

        return (MessageStart){
                .execution_id = launch->id.execution_id,
                .attempt = launch->id.attempt,
                .job = job->name,
                .cause = text_or_empty(execution_cause_to_string(launch->cause)),
                .due_usec = launch->due_usec,
                .owner_uid = job->owner_uid,
                .user = text_or_empty(process->user),
                .group = text_or_empty(process->group),
                .has_groups = process->groups != NULL,
                .groups = process->groups,
                .umask = process->umask,
                .script = text_or_empty(job->command.script),
                .shell = text_or_empty(job->command.shell),
                .timeout_usec = process->timeout_usec,
                .start_timeout_usec = process->start_timeout_usec,
                .kill_timeout_usec = process->kill_timeout_usec,
                .kill_signal = (uint64_t) process->kill_signal,
                .capture_bytes = job->output.capture_bytes,
                .journal = job->output.journal,
                .output_keep_files = job->output.keep_files,
                .output_keep_age_usec = job->output.keep_age_usec,
                .environment_files = process->environment_files,
                .has_input = process->input != NULL,
                .secrets = (char **) launch->secrets,
                .has_nice = process->has_nice,
                .has_oom_score = process->has_oom_score,
                .has_affinity = process->has_affinity,
                .nice = process->nice,
                .oom_score = process->oom_score,
                .io_class = process->io_class, /* the kernel's numbers are the same */
                .io_priority = process->io_priority,
                .memory_max_bytes = process->limits.memory_bytes,
                .cpu_percent = process->limits.cpu_percent,
                .tasks_max = process->limits.tasks,
                .io_weight = process->limits.io_weight,
                .left_behind = process->left_behind, /* in the same order */
                .is_unit = process->is_unit,
                .work = work_of_action[job->action],
                .kind = text_or_empty(job->request.kind),
                .allow_private = job->request.allow_private,
        };
}

int launch_to_message(const Launch *launch, LaunchMessage *ret) {
        CLEANUP(launch_message_done) LaunchMessage message = { .start = start_of(launch) };
        int r;

        r = fill_owned(launch, &message);
        if (r < 0)
                return r;
        message.start.arguments = message.expanded.arguments;
        message.start.directory = text_or_empty(message.expanded.directory);
        message.start.input = text_or_empty(message.expanded.input);
        message.start.request = text_or_empty(message.request);
        message.start.credentials = message.credentials;
        message.start.files = message.files;
        message.start.affinity = text_or_empty(message.affinity);
        message.start.resource_limits = message.resource_limits;
        message.start.unit_properties = message.unit_properties;
        message.start.environment = message.environment;
        message.start.output_file = text_or_empty(message.output_file);
        message.start.output_pattern = text_or_empty(message.output_pattern);
        *ret = message;
        message = (LaunchMessage){ 0 };
        return 0;
}

_Static_assert((int) LEFT_BEHIND_WAIT == (int) LEFT_BEHIND_IS_AWAITED, "the orders are the same");
_Static_assert((int) LEFT_BEHIND_LEAVE == (int) LEFT_BEHIND_IS_LEFT, "the orders are the same");

void launch_outcome_from_message(const MessageEnded *ended, const OutputRecord *output, LaunchOutcome *ret) {
        assert(ended->kind < ARRAY_SIZE(end_of_kind)); /* message_decode() has checked the range */

        *ret = (LaunchOutcome){
                .end = end_of_kind[ended->kind],
                .exit_code = (int) ended->exit_code,
                .signal = (int) ended->signal,
                .oom = ended->oom,
                .message = ended->message && *ended->message ? ended->message : NULL,
                .pid = (pid_t) ended->pid,
                .started_usec = ended->started_usec,
                .ended_usec = ended->ended_usec,
                .cpu_seconds = ended->cpu_usec < 0 ? -1 : (double) ended->cpu_usec / USEC_PER_SEC,
                .memory_peak_bytes = ended->memory_peak_bytes,
                .output = output,
                .http_status = (int) ended->http_status,
                .verdict = (LaunchVerdict) ended->verdict, /* in the same order */
                .result = ended->result && *ended->result ? ended->result : NULL,
        };
}

_Static_assert((int) LAUNCH_VERDICT_CONTENT == (int) RESULT_BAD_CONTENT, "the orders are the same");

LaunchListed launch_listed_from_message(uint64_t listed_state) {
        switch (listed_state) {
        case LISTED_RUNNING:
                return LAUNCH_LISTED_RUNNING;
        case LISTED_ENDED:
                return LAUNCH_LISTED_ENDED;
        default:
                return LAUNCH_LISTED_LOST;
        }
}
