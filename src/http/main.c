/* SPDX-License-Identifier: GPL-2.0-or-later */

/* jobsched-http: the runner's worker for HTTP, on the socket that is its standard input. */

#include <curl/curl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "http/confine.h"
#include "http/http-service.h"
#include "util/log.h"

static int serve(int socket_fd) {
        sd_event *event = NULL;
        HttpService *service = NULL;
        int r;

        r = sd_event_new(&event);
        if (r < 0) {
                (void) close(socket_fd);
                return log_error_errno(r, "Cannot make an event loop: %m");
        }
        r = http_service_new(event, socket_fd, &service);
        if (r < 0)
                (void) log_error_errno(r, "Cannot serve the runner: %m");
        else
                r = sd_event_loop(event);
        (void) http_service_free(service);
        (void) sd_event_unref(event);
        return r;
}

static bool is_socket(int fd) {
        socklen_t size = sizeof(int);
        int type;

        return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) >= 0 && type == SOCK_SEQPACKET;
}

static int usage(int argc, char *argv[]) {
        if (argc > 1 && strcmp(argv[1], "--version") == 0) {
                (void) printf("jobsched %s\n", PACKAGE_VERSION);
                return EXIT_SUCCESS;
        }
        if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
                (void) printf("jobsched-http\n\nSpeaks HTTP for jobsched-runner, which starts it by "
                              "itself.\n\n"
                              "  -h --help     this text\n     --version  the version\n");
                return EXIT_SUCCESS;
        }
        (void) fprintf(stderr, "jobsched-http: jobsched-runner starts this program by itself\n");
        return 2;
}

int main(int argc, char *argv[]) {
        int r;

        if (argc > 1 || !is_socket(STDIN_FILENO))
                return usage(argc, argv);

        log_open("jobsched-http", LOG_TARGET_AUTO);
        (void) setlocale(LC_CTYPE, "C.UTF-8"); /* libcurl takes names of hosts to be in it */
        (void) signal(SIGPIPE, SIG_IGN);
        (void) signal(SIGXFSZ, SIG_IGN); /* where the log is a file, there is none */
        r = confine();
        if (r < 0) {
                (void) log_error_errno(r, "Cannot give up privileges: %m");
                return EXIT_FAILURE;
        }
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* it is of no use without the runner */
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
                log_error("Cannot initialise libcurl");
                return EXIT_FAILURE;
        }
        r = serve(STDIN_FILENO);
        curl_global_cleanup();
        return r < 0 ? EXIT_FAILURE : r;
}
