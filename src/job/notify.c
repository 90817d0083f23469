/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/notify.h"

#include <stdlib.h>

#include "util/string-list.h"

static const char *const notify_event_names[] = {
        [NOTIFY_ON_FAILURE] = "on-failure",   [NOTIFY_ON_SUCCESS] = "on-success",
        [NOTIFY_ON_RECOVERY] = "on-recovery", [NOTIFY_ON_MISSED] = "on-missed",
        [NOTIFY_ON_LATE] = "on-late",         [NOTIFY_ON_LONG_RUNNING] = "on-long-running",
        [NOTIFY_ON_OUTPUT] = "on-output",     [NOTIFY_ON_OVERDUE] = "on-overdue",
        [NOTIFY_ON_TROUBLE] = "on-trouble",   [NOTIFY_EVENT_COUNT] = NULL,
};

static const char *const notify_channel_names[] = {
        [NOTIFY_MAIL] = "mail",
        [NOTIFY_HTTP] = "http",
        [NOTIFY_COMMAND] = "command",
        [NOTIFY_CHANNEL_COUNT] = NULL,
};

const char *const notify_format_names[] = {
        [NOTIFY_FORMAT_JSON] = "json",
        [NOTIFY_FORMAT_SLACK] = "slack",
        [NOTIFY_FORMAT_MATTERMOST] = "mattermost",
        [NOTIFY_FORMAT_NTFY] = "ntfy",
        [NOTIFY_FORMAT_HEALTHCHECKS] = "healthchecks",
        [NOTIFY_FORMAT_COUNT] = NULL,
};

DEFINE_STRING_TABLE(notify_event, NotifyEvent, notify_event_names);
DEFINE_STRING_TABLE(notify_channel, NotifyChannel, notify_channel_names);
DEFINE_STRING_TABLE(notify_format, NotifyFormat, notify_format_names);

void notify_targets_done(NotifyTargets *targets) {
        if (!targets)
                return;

        for (size_t i = 0; i < targets->n_items; i++) {
                NotifyTarget *item = &targets->items[i];

                free(item->address);
                free(item->url);
                free(item->method);
                free(item->body);
                (void) string_list_free(item->headers);
                (void) string_list_free(item->arguments);
                free(item->script);
        }
        free(targets->items);
        *targets = (NotifyTargets){ 0 };
}

void notify_policy_done(NotifyPolicy *policy) {
        if (!policy)
                return;

        for (size_t i = 0; i < ARRAY_SIZE(policy->on); i++)
                notify_targets_done(&policy->on[i]);
        *policy = (NotifyPolicy){ 0 };
}
