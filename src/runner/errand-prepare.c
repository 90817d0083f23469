/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is executed for an errand, and as whom. */

#include <errno.h>
#include <string.h>

#include "protocol/action-program.h"
#include "runner/errand-description.h"
#include "runner/errand-internal.h"
#include "runner/path-watcher.h"
#include "util/file.h"
#include "util/string-list.h"

#define DESCRIBE_TASKS_MAX 32U
#define DESCRIBE_PROCESSES "%d:128:128" /* of that user, where there is no cgroup to count */

/* Takes the strings of the message that a process needs. */
static void take_identity(MessageErrand *message, MessageStart *start) {
        *start = (MessageStart){
                .job = TAKE_PTR(message->job),
                .owner_uid = message->owner_uid,
                .user = TAKE_PTR(message->user),
                .group = TAKE_PTR(message->group),
                .directory = TAKE_PTR(message->directory),
                .umask = 022,
                .memory_max_bytes = UINT64_MAX,
                .cpu_percent = UINT64_MAX,
                .tasks_max = UINT64_MAX,
                .io_weight = UINT64_MAX,
        };
}

static int prepare_command(Errand *errand, MessageErrand *message) {
        errand->start.arguments = TAKE_PTR(message->arguments);
        errand->start.script = TAKE_PTR(message->script);
        errand->start.shell = TAKE_PTR(message->shell);
        errand->start.environment = TAKE_PTR(message->environment);
        if (message->input_size == 0)
                return 0;
        errand->input_fd = memfd_new_sealed("jobsched-input", message->input, message->input_size);
        return MIN(errand->input_fd, 0);
}

static int prepare_path(Errand *errand, MessageErrand *message) {
        const PathWatch watch = {
                .kind = message->work == ERRAND_WORK_PATH_CHANGED ? PATH_CHANGED
                                : message->opposite               ? PATH_ABSENT
                                                                  : PATH_EXISTS,
                .wait = message->watch,
                .since_usec = message->since_usec,
                .path = message->path,
        };

        return path_watcher_arguments(errand->errands->program, &watch, &errand->start.arguments);
}

static int add_process_limit(MessageStart *start) {
        char text[64];

        (void) snprintf(text, sizeof(text), DESCRIBE_PROCESSES, (int) RLIMIT_NPROC);
        return string_list_push(&start->resource_limits, text);
}

/* Whoever is asked has no job, so nobody's rights: not even those of the jobs that it will do. */
static int prepare_describe(Errand *errand, MessageErrand *message) {
        const LaunchDefaults *defaults = &errand->errands->context->launch;
        const FileTrust trust = { .owner_uid = getuid(), .system_mode = !defaults->user_mode };
        MessageStart *start = &errand->start;
        int r;

        r = action_program_open(message->path, &trust, &errand->program_fd, &errand->failure);
        if (r >= 0)
                r = string_list_push(&start->arguments, message->path);
        if (r >= 0)
                r = string_list_push(&start->arguments, "--describe");
        if (r >= 0 && !defaults->user_mode)
                r = add_process_limit(start);
        if (r < 0)
                return r;
        errand->timeout_usec = MIN(message->timeout_usec, DESCRIPTION_USEC_MAX);
        start->owner_uid = getuid();
        start->tasks_max = DESCRIBE_TASKS_MAX;
        free(start->user);
        free(start->directory);
        start->user = defaults->user_mode ? NULL : strdup(DESCRIBE_USER);
        start->directory = strdup("/");
        return start->directory && (start->user || defaults->user_mode) ? 0 : -ENOMEM;
}

/* By ErrandWork; HTTP is done by no process of its own. */
static int (*const prepare[ERRAND_WORK_COUNT])(Errand *errand, MessageErrand *message) = {
        [ERRAND_WORK_COMMAND] = prepare_command,
        [ERRAND_WORK_PATH_EXISTS] = prepare_path,
        [ERRAND_WORK_PATH_CHANGED] = prepare_path,
        [ERRAND_WORK_DESCRIBE] = prepare_describe,
};

int errand_prepare(Errand *errand, MessageErrand *message) {
        take_identity(message, &errand->start);
        return prepare[errand->work](errand, message);
}
