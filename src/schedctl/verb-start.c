/* SPDX-License-Identifier: GPL-2.0-or-later */

/* start: one execution of each job, now. */

#include <stdlib.h>

#include "schedctl/attend.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "util/string-list.h"

typedef struct StartOrder {
        Context *context;
        char **names;
} StartOrder;

static int start_all(void *userdata, Attendance *attendance) {
        const StartOrder *order = userdata;
        Context *context = order->context;
        int status = STATUS_OK;

        STRING_LIST_FOREACH(name, order->names) {
                const ClientStart start = {
                        .job = *name,
                        .force = context->options.force,
                        .parameters = context->options.parameters,
                        .profile = context->options.with_profile,
                };
                ClientError error = { 0 };
                uint64_t id = 0;
                int r, one;

                r = client_start_job(context->client, &start, &id, &error);
                one = r < 0 ? complain_client(r, &error, *name) : attend(attendance, *name, id);
                status = MAX(status, one);
        }
        return status;
}

static int start_and_attend(Context *context, char **names) {
        const AttendStyle style = {
                .wait = context->options.wait,
                .follow = context->options.follow,
                .job = string_list_length(names) == 1 ? names[0] : NULL,
        };
        StartOrder order = { .context = context, .names = names };

        return attend_all(context, &style, start_all, &order);
}

int verb_start(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **names = NULL;
        int status;

        status = select_jobs(context, arguments, &names);
        if (status == STATUS_OK && context->options.follow && string_list_length(names) > 1) {
                complain("--follow shows one job, and %zu were named", string_list_length(names));
                status = STATUS_USAGE;
        }
        if (status != STATUS_OK)
                return context->options.follow ? STATUS_OWN_FAULT : status;
        return start_and_attend(context, names);
}
