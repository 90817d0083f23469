/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Programs that the runner starts for itself: the look-up helper, the http worker, systemd-creds. */

#include <sys/types.h>

/* What becomes its standard input, output and error; -EBADF: as the runner's. All borrowed. */
typedef struct HelperStreams {
        int input_fd, output_fd, error_fd;
} HelperStreams;

#define HELPER_STREAMS_OWN \
        { -EBADF, -EBADF, -EBADF }

/*
 * Starts it with no signal blocked or ignored. `arguments[0]` is a path, or looked for in $PATH. Returns 0
 * with its pid, or a negative errno.
 */
int helper_process_start(char *const *arguments, const HelperStreams *streams, pid_t *ret_pid);
