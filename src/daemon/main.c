/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "protocol/names.h"
#include "util/log.h"
#include "util/string-list.h"

#define EXIT_USAGE 2

static bool arg_user = false;
static bool arg_bus = true;
static char **arg_assignments = NULL;

static void help(void) {
        printf("jobschedd [OPTION…]\n"
               "\n"
               "Starts jobs when they are due, and records every occurrence.\n"
               "\n"
               "  --system              the system's instance, as the user '" ACCOUNT_NAME "' (default)\n"
               "  --user                the instance of the user who runs it\n"
               "  -s, --set KEY=VALUE   a setting, over the environment and the settings file\n"
               "  --no-bus              serve the control socket only\n"
               "  -h, --help            show this help\n"
               "  --version             show the version\n"
               "\n"
               "See jobschedd(8).\n");
}

/* Returns 1 to go on, 0 to exit well, or a negative errno. */
static int parse_arguments(int argc, char *argv[]) {
        enum {
                OPTION_SYSTEM = 0x100,
                OPTION_USER,
                OPTION_NO_BUS,
                OPTION_VERSION
        };
        static const struct option options[] = {
                { "system", no_argument, NULL, OPTION_SYSTEM },
                { "user", no_argument, NULL, OPTION_USER },
                { "set", required_argument, NULL, 's' },
                { "no-bus", no_argument, NULL, OPTION_NO_BUS },
                { "help", no_argument, NULL, 'h' },
                { "version", no_argument, NULL, OPTION_VERSION },
                { 0 },
        };
        int option;

        while ((option = getopt_long(argc, argv, "s:h", options, NULL)) >= 0) {
                switch (option) {
                case OPTION_SYSTEM:
                        arg_user = false;
                        break;
                case OPTION_USER:
                        arg_user = true;
                        break;
                case OPTION_NO_BUS:
                        arg_bus = false;
                        break;
                case 's':
                        if (string_list_push(&arg_assignments, optarg) < 0)
                                return -ENOMEM;
                        break;
                case 'h':
                        help();
                        return 0;
                case OPTION_VERSION:
                        printf("jobschedd %s\n", PACKAGE_VERSION);
                        return 0;
                default:
                        return -EINVAL; /* getopt_long() has said why */
                }
        }
        if (optind < argc) {
                fprintf(stderr, "jobschedd: unexpected argument '%s'; see jobschedd --help\n", argv[optind]);
                return -EINVAL;
        }
        return 1;
}

/* The system's daemon decides what runs as root: it must not itself have root's rights. */
static int check_account(void) {
        if (arg_user || getuid() != 0)
                return 0;
        log_error("The system's jobschedd runs as the user '%s', not as root: start jobschedd.service, or "
                  "'jobsched-runner --with-daemon' where there is no systemd, or 'jobschedd --user' for an "
                  "instance of your own",
                  ACCOUNT_NAME);
        return -EPERM;
}

/* Clients, followers and backups need descriptors; the soft limit of 1,024 is for select(2) only. */
static void raise_descriptor_limit(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;
        limit.rlim_cur = limit.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
}

static int run(void) {
        CLEANUP(instance_done) Instance instance = { 0 };
        CLEANUP(daemon_freep) Daemon *daemon = NULL;
        int r;

        r = check_account();
        if (r < 0)
                return r;
        r = instance_init(&instance, arg_user);
        if (r < 0)
                return log_error_errno(
                                r, "Cannot find a place for the instance (is $HOME set?): %m; not starting");

        (void) signal(SIGPIPE, SIG_IGN);
        raise_descriptor_limit();

        r = daemon_new(
                        &(DaemonOptions){
                                        .instance = &instance,
                                        .assignments = arg_assignments,
                                        .is_bus_wanted = arg_bus,
                        },
                        &daemon);
        if (r < 0)
                return r;
        return daemon_run(daemon);
}

int main(int argc, char *argv[]) {
        int r, status;

        r = parse_arguments(argc, argv);
        if (r < 0)
                status = EXIT_USAGE;
        else if (r == 0)
                status = EXIT_SUCCESS;
        else {
                log_open("jobschedd", LOG_TARGET_AUTO);
                status = run() < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        }

        arg_assignments = string_list_free(arg_assignments);
        return status;
}
