/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/host.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "protocol/machine-id.h"
#include "util/process-id.h"

/* Once, before the loop runs: NSS may take its time. */
static void learn_user(Host *host) {
        const struct passwd *entry = getpwuid(getuid());

        if (entry)
                (void) snprintf(host->user, sizeof(host->user), "%s", entry->pw_name);
}

int host_init(Host *host) {
        ProcessId init = { 0 };
        sd_id128_t boot_id;
        int r;

        if (gethostname(host->name, sizeof(host->name)) < 0)
                return -errno;
        host->name[sizeof(host->name) - 1] = '\0';

        host->user[0] = '\0';
        learn_user(host);
        (void) machine_id_derive(host->machine_id);

        r = sd_id128_get_boot(&boot_id);
        if (r < 0)
                return r;
        (void) sd_id128_to_string(boot_id, host->boot_id);

        (void) process_id_of(1, &init); /* hidden by hidepid=: the boot id alone has to do */
        (void) snprintf(host->boot_identity, sizeof(host->boot_identity), "%s:%" PRIu64, host->boot_id,
                        init.start_ticks);
        return 0;
}

bool host_clock_synchronized(void) {
        struct timex state = { 0 };

        return adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC);
}
