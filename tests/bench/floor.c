/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the machine itself can do, for comparison: a bare timerfd + posix_spawn loop.
 *
 *   floor at SECONDS N PROGRAM FILE     at that instant of the real-time clock, starts PROGRAM FILE N times,
 * waits for all floor rate MILLISECONDS PROGRAM     starts and waits, one after the other and two at a time;
 * prints processes a second
 */

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int spawn(char *program, char *argument) {
        char *arguments[] = { program, argument, NULL };
        pid_t pid;

        return posix_spawn(&pid, program, NULL, NULL, arguments, environ) == 0 ? 0 : -1;
}

static int wait_for(unsigned long n) {
        while (n > 0) {
                if (wait(NULL) < 0 && errno != EINTR)
                        return -1;
                n--;
        }
        return 0;
}

static int run_at(time_t second, unsigned long n, char *program, char *file) {
        const struct itimerspec at = { .it_value = { .tv_sec = second } };
        uint64_t n_expirations;
        int fd;

        fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
        if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME, &at, NULL) < 0)
                return -1;
        if (read(fd, &n_expirations, sizeof(n_expirations)) != (ssize_t) sizeof(n_expirations))
                return -1;
        for (unsigned long i = 0; i < n; i++)
                if (spawn(program, file) < 0)
                        return -1;
        return wait_for(n);
}

static double now(void) {
        struct timespec time;

        (void) clock_gettime(CLOCK_MONOTONIC, &time);
        return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static int run_rate(double seconds, char *program, unsigned long n_parallel) {
        double begin = now();
        unsigned long n = 0;

        do {
                for (unsigned long i = 0; i < n_parallel; i++)
                        if (spawn(program, NULL) < 0)
                                return -1;
                if (wait_for(n_parallel) < 0)
                        return -1;
                n += n_parallel;
        } while (now() - begin < seconds);

        printf("%lu at a time: %.0f processes/s\n", n_parallel, (double) n / (now() - begin));
        return 0;
}

int main(int argc, char *argv[]) {
        int r = -1;

        if (argc == 6 && strcmp(argv[1], "at") == 0)
                r = run_at((time_t) strtoll(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), argv[4], argv[5]);
        else if (argc == 4 && strcmp(argv[1], "rate") == 0) {
                double seconds = strtod(argv[2], NULL) / 1000;

                r = run_rate(seconds, argv[3], 1);
                if (r == 0)
                        r = run_rate(seconds, argv[3], 32);
        } else
                fprintf(stderr, "usage: floor at SECONDS N PROGRAM FILE | floor rate MILLISECONDS PROGRAM\n");

        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
