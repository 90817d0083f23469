/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The runner's side of file-reader.h. */

#include "protocol/message.h"
#include "runner/account.h"
#include "runner/deadline.h"
#include "runner/launch.h"
#include "runner/poller.h"
#include "util/cleanup.h"

typedef struct FileRead FileRead;

/*
 * The files as pieces, borrowed for the time of the call, or NULL and a sentence why not. Not from within
 * file_read_begin().
 */
typedef void (*file_read_done_t)(void *userdata, const char *pieces, size_t size, const char *failure);

typedef struct FileReadPlan {
        Poller *poller;
        Deadlines *deadlines;
        const LaunchDefaults *defaults;
        const char *program; /* the runner's own file */
        const char *job;
        char *const *paths;
        usec_t timeout_usec;
} FileReadPlan;

/* Returns 0, or a negative errno with a sentence in *reterr_message (NULL: out of memory). */
int file_read_begin(
                const FileReadPlan *plan,
                const Account *account,
                file_read_done_t done,
                void *userdata,
                FileRead **ret,
                char **reterr_message);
/* Also while it is under way: the process is killed. Returns NULL. */
FileRead *file_read_free(FileRead *files);
DEFINE_CLEANUP(FileRead, file_read_free);
