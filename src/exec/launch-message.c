/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/launch-message.h"

#include <assert.h>

static const LaunchEnd end_of_kind[] = {
        [END_EXITED] = LAUNCH_EXITED,       [END_SIGNALED] = LAUNCH_SIGNALED,
        [END_TIMED_OUT] = LAUNCH_TIMED_OUT, [END_STOPPED] = LAUNCH_STOPPED,
        [END_LAUNCH] = LAUNCH_FAILED,       [END_ACCOUNT] = LAUNCH_ACCOUNT,
        [END_SHUTDOWN] = LAUNCH_SHUTDOWN,   [END_LOST] = LAUNCH_LOST,
};

/* The protocol has no NULL strings: "" is none. */
static char *text_or_empty(const char *text) {
        return (char *) (text ?: "");
}

void launch_to_message(const Launch *launch, MessageStart *ret) {
        const Job *job = launch->job;

        *ret = (MessageStart){
                .execution_id = launch->id.execution_id,
                .attempt = launch->id.attempt,
                .job = job->name,
                .cause = text_or_empty(execution_cause_to_string(launch->cause)),
                .due_usec = launch->due_usec,
                .owner_uid = job->owner_uid,
                .user = text_or_empty(job->process.user),
                .group = text_or_empty(job->process.group),
                .has_groups = job->process.groups != NULL,
                .groups = job->process.groups,
                .directory = text_or_empty(job->process.directory),
                .umask = job->process.umask,
                .arguments = job->command.arguments,
                .script = text_or_empty(job->command.script),
                .shell = text_or_empty(job->command.shell),
                .environment = job->process.environment,
                .timeout_usec = job->process.timeout_usec,
                .start_timeout_usec = job->process.start_timeout_usec,
                .kill_timeout_usec = job->process.kill_timeout_usec,
                .kill_signal = (uint64_t) job->process.kill_signal,
                .capture_bytes = job->output.capture_bytes,
                .journal = job->output.journal,
                .output_keep_age_usec = USEC_INFINITY,
                .memory_max_bytes = UINT64_MAX,
                .cpu_percent = UINT64_MAX,
                .tasks_max = UINT64_MAX,
                .io_weight = UINT64_MAX,
        };
}

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
        };
}

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
