/* SPDX-License-Identifier: GPL-2.0-or-later */

/* jobsched-runner: starts and supervises what jobschedd decides. */

#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/file-reader.h"
#include "runner/lookup-helper.h"
#include "runner/output-writer.h"
#include "runner/path-watcher.h"
#include "runner/supervisor.h"
#include "util/log.h"

static const char help_text[] =
                "jobsched-runner [OPTION...]\n"
                "\n"
                "Starts and supervises the jobs of jobschedd, and keeps their outcomes until it has them.\n"
                "\n"
                "      --user                 Run jobs as the calling user, for `jobschedd --user`\n"
                "      --with-daemon[=FILE]   Start jobschedd too, and start it again when it ends: for\n"
                "                             containers and hosts without systemd\n"
                "      --log-level=LEVEL      error, warning, notice, info or debug\n"
                "  -h, --help                 Show this help\n"
                "      --version              Show the version\n"
                "\n"
                "SIGTERM stops all jobs and ends; SIGUSR2 (and SIGHUP without --with-daemon) executes the\n"
                "installed program anew, and jobs go on.\n";

enum {
        OPTION_USER = 0x100,
        OPTION_WITH_DAEMON,
        OPTION_LOG_LEVEL,
        OPTION_VERSION,
        OPTION_LOOKUP_HELPER,
        OPTION_PATH_WATCHER,
        OPTION_OUTPUT_WRITER,
        OPTION_FILE_READER,
        OPTION_STATE_FD,
};

static const struct option long_options[] = {
        { "user", no_argument, NULL, OPTION_USER },
        { "with-daemon", optional_argument, NULL, OPTION_WITH_DAEMON },
        { "log-level", required_argument, NULL, OPTION_LOG_LEVEL },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, OPTION_VERSION },
        /* For the runner's own use. */
        { "lookup-helper", no_argument, NULL, OPTION_LOOKUP_HELPER },
        { "path-watcher", no_argument, NULL, OPTION_PATH_WATCHER },
        { "output-writer", no_argument, NULL, OPTION_OUTPUT_WRITER },
        { "file-reader", no_argument, NULL, OPTION_FILE_READER },
        { "state-fd", required_argument, NULL, OPTION_STATE_FD },
        { 0 },
};

typedef enum ParseResult {
        PARSE_RUN,
        PARSE_LOOKUP_HELPER,
        PARSE_PATH_WATCHER,
        PARSE_OUTPUT_WRITER,
        PARSE_FILE_READER,
        PARSE_DONE,
        PARSE_WRONG,
} ParseResult;

static ParseResult parse_log_level(const char *text) {
        int level = log_level_parse(text);

        if (level < 0) {
                log_error("'%s' is not a log level: use error, warning, notice, info or debug.", text);
                return PARSE_WRONG;
        }
        log_set_max_level(level);
        return PARSE_RUN;
}

static ParseResult parse_option(int option, SupervisorOptions *options) {
        switch (option) {
        case OPTION_USER:
                options->user = true;
                return PARSE_RUN;
        case OPTION_WITH_DAEMON:
                options->with_daemon = true;
                options->daemon_program = optarg;
                return PARSE_RUN;
        case OPTION_LOG_LEVEL:
                return parse_log_level(optarg);
        case OPTION_STATE_FD:
                options->state_fd = atoi(optarg);
                return PARSE_RUN;
        case OPTION_LOOKUP_HELPER:
                return PARSE_LOOKUP_HELPER;
        case OPTION_PATH_WATCHER:
                return PARSE_PATH_WATCHER;
        case OPTION_OUTPUT_WRITER:
                return PARSE_OUTPUT_WRITER;
        case OPTION_FILE_READER:
                return PARSE_FILE_READER;
        case OPTION_VERSION:
                (void) printf("jobsched-runner " PACKAGE_VERSION "\n");
                return PARSE_DONE;
        case 'h':
                (void) fputs(help_text, stdout);
                return PARSE_DONE;
        default:
                return PARSE_WRONG; /* getopt_long() has said what is wrong */
        }
}

static ParseResult parse_arguments(int argc, char **argv, SupervisorOptions *options) {
        int option;

        while ((option = getopt_long(argc, argv, "h", long_options, NULL)) >= 0) {
                ParseResult result = parse_option(option, options);

                if (result != PARSE_RUN)
                        return result;
        }
        if (optind < argc) {
                log_error("'%s' is too much: the runner takes options only.", argv[optind]);
                return PARSE_WRONG;
        }
        return PARSE_RUN;
}

int main(int argc, char **argv) {
        SupervisorOptions options = { .state_fd = -EBADF, .arguments = argv };

        log_open("jobsched-runner", LOG_TARGET_AUTO);
        switch (parse_arguments(argc, argv, &options)) {
        case PARSE_LOOKUP_HELPER:
                return lookup_helper_main(STDIN_FILENO);
        case PARSE_PATH_WATCHER:
                return path_watcher_main(argv + optind, (size_t) (argc - optind));
        case PARSE_OUTPUT_WRITER:
                return output_writer_main(argv + optind);
        case PARSE_FILE_READER:
                return file_reader_main(argv + optind);
        case PARSE_DONE:
                return EXIT_SUCCESS;
        case PARSE_WRONG:
                return 2;
        case PARSE_RUN:
                break;
        }
        /*
         * Each start is a fork, after which every page that we write to is copied. The allocator's lists of
         * small free chunks would have it write all over the heap, over and over.
         */
        (void) mallopt(M_MXFAST, 0);
        /* If we were ourselves started by a job: our children are not that job's leftovers. */
        (void) unsetenv("JOBSCHED_RUN");
        return supervisor_run(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
