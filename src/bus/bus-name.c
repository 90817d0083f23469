/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names of jobs as callers write them: an ordinary user's NAME is USER/NAME. Whose name is not theirs to see
 * does not exist.
 */

#include <string.h>

#include "bus/bus-filter.h"
#include "bus/bus-internal.h"
#include "util/string-list.h"

ScheduledJob *bus_find_visible_job(BusCall *call, const char *name) {
        ScheduledJob *job = manager_find_job(call->connection->server->host.manager, name);

        return job && bus_may_see(call, job->stored.owner_uid) ? job : NULL;
}

int bus_complete_job_name(BusCall *call, const char *name, bool is_new, char **ret) {
        const char *user = call->caller.user;
        char *full = NULL;

        *ret = NULL;
        if (call->is_privileged || strchr(name, '/'))
                return 0;
        if (!user)
                return is_new ? -EACCES : 0;
        if (asprintf(&full, "%s/%s", user, name) < 0)
                return -ENOMEM;
        if (!is_new && !bus_find_visible_job(call, full) && bus_find_visible_job(call, name)) {
                free(full);
                return 0;
        }
        *ret = full;
        return 1;
}

ScheduledJob *bus_find_job(BusCall *call, const char *name, sd_bus_error *reterr) {
        CLEANUP_FREE char *full = NULL;
        ScheduledJob *job = NULL;

        if (bus_complete_job_name(call, name, false, &full) >= 0)
                job = bus_find_visible_job(call, full ?: name);
        if (!job)
                (void) bus_error_no_such_job(reterr, name);
        return job;
}

int bus_filter_complete(const BusCall *call, BusFilter *filter) {
        const char *user = call->caller.user;
        size_t n = string_list_length(filter->names);
        int r;

        if (call->is_privileged || !user)
                return 0;
        for (size_t i = 0; i < n; i++) {
                char *full = NULL;

                if (strchr(filter->names[i], '/'))
                        continue;
                if (asprintf(&full, "%s/%s", user, filter->names[i]) < 0)
                        return -ENOMEM;
                r = string_list_take_push(&filter->names, full);
                if (r < 0)
                        return r;
        }
        return 0;
}
