/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The job of the benchmarks: appends the instant at which it runs to the file named by its argument, and
 * ends. */

#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char *argv[]) {
        struct timespec now;
        int64_t usec;
        int fd;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        usec = (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;

        if (argc < 2)
                return 0;
        fd = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
        return fd >= 0 && write(fd, &usec, sizeof(usec)) == (ssize_t) sizeof(usec) ? 0 : 1;
}
