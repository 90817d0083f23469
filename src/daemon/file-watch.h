/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Tells when files or the content of directories may have changed: one call for a burst of events.
 *
 * What does not exist yet is waited for at its nearest existing ancestor. A file that is being written counts
 * when it is closed, so that half of it is not read. A link counts as what it leads to, however many links
 * are on the way there.
 */

#include <systemd/sd-event.h>

#include "util/cleanup.h"
#include "util/types.h"

typedef struct FileWatch FileWatch;

typedef enum WatchKind {
        WATCH_FILE,     /* this path */
        WATCH_DROP_INS, /* *.yaml in this directory, and in its *.yaml.d/ */
        WATCH_TREE,     /* anything in this directory and in those below it */
} WatchKind;

typedef struct WatchTarget {
        WatchKind kind;
        const char *path; /* absolute; borrowed as long as the watch lives */
} WatchTarget;

typedef void (*file_watch_changed_t)(void *userdata);

typedef struct FileWatchOptions {
        const WatchTarget *targets; /* copied */
        size_t n_targets;
        usec_t settle_usec; /* from the first event of a burst to the call */
        file_watch_changed_t changed;
        void *userdata;
} FileWatchOptions;

int file_watch_new(sd_event *event, const FileWatchOptions *options, FileWatch **ret);
FileWatch *file_watch_free(FileWatch *watch);
DEFINE_CLEANUP(FileWatch, file_watch_free);

/*
 * Looks again at what exists. Call it before reading the files, so that no change falls between. Returns 0,
 * or the first errno (-ENOSPC: no inotify watches left); what could be watched is.
 */
int file_watch_refresh(FileWatch *watch);
