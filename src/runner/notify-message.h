/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a job says of itself on $NOTIFY_SOCKET, in the words of sd_notify(3): STATUS= and X_PROGRESS= are
 * heard, the rest is passed over. Pure.
 */

#include "util/types.h"

#define NOTIFY_STATUS_MAX ((size_t) 1024)  /* bytes of STATUS= that are kept */
#define NOTIFY_MESSAGE_MAX ((size_t) 4096) /* longer ones are not for us */

typedef struct NotifyMessage {
        int progress; /* 0…100; -1: not said */
        char *status; /* a line of UTF-8 without control characters; NULL: not said, "" takes it away */
} NotifyMessage;

/* Returns 1, 0 (there is nothing in it for us), or -ENOMEM. */
int notify_message_parse(const char *data, size_t size, NotifyMessage *ret);
void notify_message_done(NotifyMessage *message);
