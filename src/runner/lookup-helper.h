/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The process that asks NSS for users and groups, which may block on a network: `jobsched-runner
 * --lookup-helper`, one request at a time over the SEQPACKET socket on its standard input.
 *
 * A request and an answer are each one message: strings that each end with a NUL.
 */

#include "util/buffer.h"
#include "util/types.h"

#define LOOKUP_MESSAGE_MAX ((size_t) 128 * 1024)

typedef enum LookupRequestField {
        LOOKUP_REQUEST_OWNER_UID, /* "" = not for a run: whoever asks may know anybody */
        LOOKUP_REQUEST_USER,      /* name or number; "" = the owner */
        LOOKUP_REQUEST_GROUP,     /* "" = the user's own */
        LOOKUP_REQUEST_HAS_GROUPS,
        LOOKUP_REQUEST_GROUPS, /* and on */
} LookupRequestField;

typedef enum LookupAnswerField {
        LOOKUP_ANSWER_ERROR, /* a positive errno, or 0 */
        LOOKUP_ANSWER_MESSAGE,
        LOOKUP_ANSWER_UID,
        LOOKUP_ANSWER_GID,
        LOOKUP_ANSWER_NAME,
        LOOKUP_ANSWER_HOME,
        LOOKUP_ANSWER_GROUPS, /* numbers, and on */
} LookupAnswerField;

/* The strings of a message, pointing into it. Returns 0, -EBADMSG (does not end with a NUL), or -ENOMEM. */
int lookup_message_split(const char *message, size_t size, const char ***ret, size_t *ret_n);

/* Answers one request; never fails, but for -ENOMEM. */
int lookup_answer(const char *request, size_t size, Buffer *answer);

/* Serves until the socket ends. Returns an exit status. */
int lookup_helper_main(int socket_fd);
