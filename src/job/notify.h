/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* `notify:`: who is told of what, and how. */

#include "util/string-table.h"
#include "util/types.h"

typedef enum NotifyEvent {
        NOTIFY_ON_FAILURE, /* failed, timed-out or lost, after the last attempt */
        NOTIFY_ON_SUCCESS,
        NOTIFY_ON_RECOVERY,     /* the first success after a failure */
        NOTIFY_ON_MISSED,       /* an occurrence was missed */
        NOTIFY_ON_LATE,         /* started more than `late-after` after it was due */
        NOTIFY_ON_LONG_RUNNING, /* has run for `long-running-after`, and still runs */
        NOTIFY_ON_OUTPUT,       /* ended and wrote anything, whatever the outcome: cron's habit */
        NOTIFY_ON_OVERDUE,      /* `expect-within` is over without a success, or over again with one */
        NOTIFY_ON_TROUBLE,      /* of the daemon itself; in the settings only */
        NOTIFY_EVENT_COUNT,
} NotifyEvent;

/* The names of the keys: on-failure … */
DECLARE_STRING_TABLE(notify_event, NotifyEvent);

typedef enum NotifyChannel {
        NOTIFY_MAIL, /* by the host's sendmail */
        NOTIFY_HTTP,
        NOTIFY_COMMAND, /* as the job's user, the message on its stdin */
        NOTIFY_CHANNEL_COUNT,
} NotifyChannel;

DECLARE_STRING_TABLE(notify_channel, NotifyChannel);

typedef enum NotifyFormat {
        NOTIFY_FORMAT_JSON, /* our own document, the default */
        NOTIFY_FORMAT_SLACK,
        NOTIFY_FORMAT_MATTERMOST,
        NOTIFY_FORMAT_NTFY,
        NOTIFY_FORMAT_HEALTHCHECKS, /* a ping: the URL with /fail or /start behind it, or without */
        NOTIFY_FORMAT_COUNT,
} NotifyFormat;

DECLARE_STRING_TABLE(notify_format, NotifyFormat);
extern const char *const notify_format_names[];

typedef struct NotifyTarget {
        NotifyChannel channel;
        char *address; /* mail: one or several, separated by commas */

        char *url;
        char *method; /* default POST */
        NotifyFormat format;
        char *body;     /* a template of the user's own, with ${…}; NULL: by `format` */
        char **headers; /* "Name: value" */

        char **arguments; /* command as a list */
        char *script;     /* or as a text, for the job's shell */
} NotifyTarget;

typedef struct NotifyTargets {
        NotifyTarget *items;
        size_t n_items;
} NotifyTargets;

typedef struct NotifyPolicy {
        NotifyTargets on[NOTIFY_EVENT_COUNT];
        usec_t late_after_usec;         /* default 5 min */
        usec_t long_running_after_usec; /* default 1 h */
} NotifyPolicy;
#define NOTIFY_DEFAULT \
        { .late_after_usec = 5 * USEC_PER_MINUTE, .long_running_after_usec = USEC_PER_HOUR }

void notify_targets_done(NotifyTargets *targets);
void notify_policy_done(NotifyPolicy *policy);
