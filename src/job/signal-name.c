/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/signal-name.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

int signal_from_name(const char *name) {
        if (strncasecmp(name, "SIG", 3) == 0)
                name += 3;

        for (int i = 1; i < NSIG; i++) {
                const char *known = sigabbrev_np(i);

                if (known && strcasecmp(known, name) == 0)
                        return i;
        }
        return -EINVAL;
}
