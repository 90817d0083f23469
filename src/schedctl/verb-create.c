/* SPDX-License-Identifier: GPL-2.0-or-later */

/* create and replace: definitions of the user go to the daemon, all of them or none. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedctl/change.h"
#include "schedctl/job-input.h"
#include "schedctl/message.h"
#include "schedctl/template-prompt.h"
#include "schedctl/verbs.h"

/* The input's jobs, each with the same order. Returns a status. */
static int send_all(Context *context, const JobInput *input, const ClientChange *pattern) {
        CLEANUP_FREE ClientChange *changes = calloc(input->n_items + 1, sizeof(*changes));

        if (!changes)
                return complain_errno(-ENOMEM, "cannot send the definitions");
        if (input->n_items == 0) {
                complain("there are no jobs in it");
                return STATUS_FAILURE;
        }
        for (size_t i = 0; i < input->n_items; i++) {
                changes[i] = *pattern;
                changes[i].name = input->items[i].name;
                changes[i].definition = input->items[i].source;
        }
        return change_jobs(context, changes, input->n_items, input->as_written);
}

/* Options make one job; without any it is a text. */
static int read_input(Context *context, const char *name, JobInput *input) {
        const char *file = context->options.file;
        int status;

        if (job_options_given(context)) {
                if (file) {
                        complain("--file and options that define a job exclude each other");
                        return STATUS_USAGE;
                }
                if (!name) {
                        complain("a job of options needs a name: schedctl %s NAME …", context->verb->name);
                        return STATUS_USAGE;
                }
                status = template_prompt(context);
                return status == STATUS_OK ? job_input_from_options(input, context, name) : status;
        }
        if (!file && isatty(STDIN_FILENO)) {
                complain("nothing says what the job does: give options (see 'schedctl help %s'), "
                         "--file=FILE, or "
                         "YAML on standard input",
                         context->verb->name);
                return STATUS_USAGE;
        }
        return job_input_read(input, file, name);
}

static int make_jobs(Context *context, const char *name, const ClientChange *pattern) {
        JobInput input = { 0 };
        int status;

        status = read_input(context, name, &input);
        if (status == STATUS_OK && (input.profiles || input.paused)) {
                complain("profiles and pauses are taken by 'schedctl import'");
                status = STATUS_FAILURE;
        }
        if (status == STATUS_OK)
                status = send_all(context, &input, pattern);
        job_input_done(&input);
        return status;
}

int verb_create(Context *context, char **arguments) {
        const ClientChange pattern = { .kind = "create", .paused = context->options.paused };

        return make_jobs(context, arguments[0], &pattern);
}

int verb_replace(Context *context, char **arguments) {
        const ClientChange pattern = { .kind = "replace", .if_revision = context->options.if_revision };

        return make_jobs(context, arguments[0], &pattern);
}
