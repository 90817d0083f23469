/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/runner-client-lookup.h"

#include <errno.h>
#include <utlist.h>

#include "exec/runner-client-send.h"

struct PendingLookup {
        uint64_t cookie;
        executor_user_t done;
        void *userdata;
        PendingLookup *prev, *next;
};

void runner_client_on_looked_up(RunnerClient *client, const MessageLookedUp *answer) {
        PendingLookup *lookup;

        DL_FOREACH(client->lookups, lookup) {
                if (lookup->cookie != answer->cookie)
                        continue;
                DL_DELETE(client->lookups, lookup);
                lookup->done(lookup->userdata, -(int) answer->error, (uid_t) answer->uid, (gid_t) answer->gid,
                             answer->error == 0 ? answer->name : NULL);
                free(lookup);
                return;
        }
}

void runner_client_fail_lookups(RunnerClient *client, int error) {
        PendingLookup *lookup, *next;

        DL_FOREACH_SAFE(client->lookups, lookup, next) {
                DL_DELETE(client->lookups, lookup);
                lookup->done(lookup->userdata, error, 0, 0, NULL);
                free(lookup);
        }
}

void runner_client_forget_lookups(RunnerClient *client) {
        PendingLookup *lookup, *next;

        DL_FOREACH_SAFE(client->lookups, lookup, next)
        free(lookup);
        client->lookups = NULL;
}

int runner_client_request_lookup(
                void *userdata,
                const char *name,
                uid_t uid,
                executor_user_t done,
                void *done_userdata) {

        RunnerClient *client = userdata;
        CLEANUP_FREE PendingLookup *lookup = NULL;
        Message message = { .type = MESSAGE_LOOKUP };
        int r;

        lookup = calloc(1, sizeof(*lookup));
        if (!lookup)
                return -ENOMEM;
        *lookup = (PendingLookup){
                .cookie = ++client->next_cookie,
                .done = done,
                .userdata = done_userdata,
        };

        message.lookup = (MessageLookup){
                .cookie = lookup->cookie,
                .name = (char *) (name ?: ""),
                .uid = uid,
        };
        r = runner_client_send(client, &message);
        if (r < 0)
                return r;

        DL_APPEND(client->lookups, lookup);
        (void) TAKE_PTR(lookup);
        return 0;
}
