/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The HTTP request of a message, by the format of its target. Pure. */

#include "job/notify.h"

typedef struct NotificationRequest {
        char *url;
        char **headers; /* "Name: value" */
        char *body;
} NotificationRequest;

/* `values`: of notification-content.h, with "subject", "text" and "count". Returns 0, -EBADMSG or -ENOMEM. */
int notification_request_new(char *const *target, char *const *values, NotificationRequest *ret);
void notification_request_done(NotificationRequest *request);
