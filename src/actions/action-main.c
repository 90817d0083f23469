/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/action-main.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actions/action-check.h"
#include "util/file.h"

static int describe(const ActionProgram *program) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        int r;

        r = action_program_describe(program, &buffer);
        if (r >= 0)
                r = fd_write_all(STDOUT_FILENO, buffer.data, buffer.size);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int help(const ActionProgram *program) {
        (void) printf("jobsched-%s\n\n%s: the action '%s' of jobsched. It reads a request (JSON) from its\n"
                      "standard input and writes a result; jobsched-runner starts it by itself.\n\n"
                      "     --describe the parameters that it takes, as JSON\n"
                      "  -h --help     this text\n"
                      "     --version  the version\n",
                      program->name, program->description, program->name);
        return EXIT_SUCCESS;
}

static int options(const ActionProgram *program, const char *option) {
        if (strcmp(option, "--describe") == 0)
                return describe(program);
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
                return help(program);
        if (strcmp(option, "--version") == 0) {
                (void) printf("jobsched %s\n", PACKAGE_VERSION);
                return EXIT_SUCCESS;
        }
        (void) fprintf(stderr, "jobsched-%s: unknown option '%s'; see --help\n", program->name, option);
        return 2;
}

static int perform(Action *action) {
        CLEANUP_FREE char *text = NULL;
        size_t size;
        int r;

        r = fd_read_all(STDIN_FILENO, ACTION_REQUEST_MAX, &text, &size);
        if (r < 0)
                return action_fail_errno(action, -r, "Cannot read the request");
        r = action_read_request(action, text, size);
        if (r < 0)
                return r;
        return action->program->run(action);
}

/* What became of it, as the result and, when it failed, as a line of the job's output. */
static int report(Action *action, int result) {
        CLEANUP_FREE char *text = NULL;
        int r;

        r = action_finish(action, result, &text);
        if (r < 0) {
                (void) fprintf(stderr, "jobsched-%s: cannot write the result: %s\n", action->program->name,
                               strerror(-r));
                return EXIT_FAILURE;
        }
        if (result < 0)
                (void) fprintf(stderr, "jobsched-%s: %s\n", action->program->name,
                               action->message ?: strerror(-result));
        r = fd_write_all(STDOUT_FILENO, text, strlen(text));
        return result < 0 || r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int action_main(const ActionProgram *program, int argc, char *argv[]) {
        Action action;
        int r;

        if (argc > 1)
                return options(program, argv[1]);
        (void) signal(SIGPIPE, SIG_IGN);
        (void) signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error to tell of */
        action_init(&action, program);
        r = report(&action, perform(&action));
        action_done(&action);
        return r;
}
