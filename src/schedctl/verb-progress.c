/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * progress: within a job, how far it is. It goes to the runner by $NOTIFY_SOCKET, so it needs neither the
 * daemon nor a bus.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "schedctl/message.h"
#include "schedctl/verbs.h"
#include "util/buffer.h"
#include "util/cleanup.h"

/* "42" or "42%". Returns -1 if it is neither. */
static int parse_percent(const char *text) {
        char *end;
        long value = strtol(text, &end, 10);

        if (end == text || value < 0 || value > 100 || text[0] == '+' ||
            (strcmp(end, "") != 0 && strcmp(end, "%") != 0))
                return -1;
        return (int) value;
}

int verb_progress(Context *context, char **arguments) {
        CLEANUP(buffer_done) Buffer message = { 0 };
        int percent = parse_percent(arguments[0]), r;

        if (percent < 0) {
                complain("'%s' is not a progress: write a number from 0 to 100", arguments[0]);
                return STATUS_USAGE;
        }
        if (!getenv("NOTIFY_SOCKET")) {
                complain("there is no $NOTIFY_SOCKET: 'schedctl progress' works within a job of jobsched "
                         "only");
                return STATUS_FAILURE;
        }

        (void) buffer_add_format(&message, "X_PROGRESS=%d\n", percent);
        if (arguments[1])
                (void) buffer_add_format(
                                &message, "STATUS=%.*s\n", (int) strcspn(arguments[1], "\n"), arguments[1]);
        if (message.failed)
                return complain_errno(-ENOMEM, "cannot tell the progress");
        r = sd_notify(0, message.data);
        if (r < 0)
                return complain_errno(r, "cannot tell the progress to '%s'", getenv("NOTIFY_SOCKET"));
        return STATUS_OK;
}
