/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One errand, for the modules that make it up: errand and errand-prepare. */

#include "runner/errand.h"

/* Who has nothing: the worker for HTTP's user, or where nobody made one, nobody. */
#define DESCRIBE_USER "jobsched-http"
#define DESCRIBE_USER_FALLBACK "nobody"

struct Errand {
        Errands *errands;
        uint64_t cookie;
        char mark[ERRAND_MARK_MAX];
        ErrandWork work;
        bool wanted; /* it is in by_cookie */

        MessageStart start; /* what is started for it */
        int input_fd;
        int program_fd; /* to describe itself; -EBADF: none */
        usec_t timeout_usec;
        AccountRequest *request;
        HttpQuestion *question;      /* for HTTP, in place of a process */
        char *user_name, *user_home; /* for messages */

        pid_t pid;
        int cgroup_fd;
        Watch status;
        Watch output[2];
        Deadline deadline;
        bool timed_out;
        int error; /* it could not be executed: a positive errno, and `failure` */
        char *failure;
        Buffer text;
        Buffer complaint; /* stderr, where that is not part of the text */

        UT_hash_handle hash, hash_by_pid;
        Errand *prev, *next;
};

/*
 * Takes out of the message what its process needs: not for HTTP, which has none. Returns 0, or a negative
 * errno, errand->failure then saying why, or NULL.
 */
int errand_prepare(Errand *errand, MessageErrand *message);
