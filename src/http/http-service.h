/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * jobsched-http: does what the runner asks for on a socket, a MESSAGE_ERRAND with ERRAND_WORK_HTTP for each
 * request and a MESSAGE_ERRAND_DONE as its answer, until the socket ends.
 */

#include <systemd/sd-event.h>

#include "util/cleanup.h"
#include "util/types.h"

#define HTTP_ANSWER_TEXT_MAX 1024U

typedef struct HttpService HttpService;

/* Takes the socket, also on failure. The loop ends when the socket does. */
int http_service_new(sd_event *event, int socket_fd, HttpService **ret);
HttpService *http_service_free(HttpService *service);
DEFINE_CLEANUP(HttpService, http_service_free);
