/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/manager-internal.h"

int manager_queue_audit(
                Manager *manager,
                AuditEvent event,
                const char *job,
                uint64_t execution_id,
                const Caller *caller,
                const char *detail) {

        const AuditRecord record = {
                .time_usec = manager_now(manager),
                .event = event,
                .job = (char *) job, /* borrowed: the store copies all of it */
                .execution_id = execution_id,
                .user = caller ? caller->user : (char *) manager->host.daemon_user,
                .uid = caller ? caller->uid : manager->host.daemon_uid,
                .process = caller ? caller->process : NULL,
                .origin = (char *) (caller && caller->origin ? caller->origin : "daemon"),
                .detail = (char *) detail,
        };
        int r;

        r = store_add_audit(manager->host.store, &record);
        return r < 0 ? manager_store_error(manager, r, "an audit row") : 0;
}
