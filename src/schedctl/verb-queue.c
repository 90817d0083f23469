/* SPDX-License-Identifier: GPL-2.0-or-later */

/* pause-queue and resume-queue. */

#include "schedctl/message.h"
#include "schedctl/verbs.h"
#include "util/string-list.h"

static int order_all(
                Context *context,
                char **names,
                int (*order)(Client *client, const char *queue, ClientError *reterr)) {

        int status = context_client(context);

        if (status != STATUS_OK)
                return status;
        STRING_LIST_FOREACH(name, names) {
                ClientError error = { 0 };
                int r = order(context->client, *name, &error);
                int one = r < 0 ? complain_client(r, &error, *name) : STATUS_OK;

                status = MAX(status, one);
        }
        return status;
}

int verb_pause_queue(Context *context, char **arguments) {
        return order_all(context, arguments, client_pause_queue);
}

int verb_resume_queue(Context *context, char **arguments) {
        return order_all(context, arguments, client_resume_queue);
}
