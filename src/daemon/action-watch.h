/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What action programs there are, and what they say of themselves.
 *
 * The directories are watched. A program that is new, or another file than before, is asked by the runner to
 * describe itself; its answer is kept in the store with the stamp of the file, so that a restart asks nobody.
 * While it is asked what it said before is in force.
 */

#include <systemd/sd-event.h>

#include "exec/executor.h"
#include "job/action-catalog.h"
#include "store/store.h"
#include "util/cleanup.h"

typedef struct ActionWatch ActionWatch;

typedef struct ActionWatchOptions {
        char *const *directories;        /* the first one counts; borrowed */
        Store *store;                    /* outlives the watch */
        const Executor *executor;        /* the same */
        void (*changed)(void *userdata); /* the catalog is another one; not from within action_watch_…() */
        void *userdata;
} ActionWatchOptions;

/* Looks at the directories at once: what the store knows of them is in the catalog then. */
int action_watch_new(sd_event *event, const ActionWatchOptions *options, ActionWatch **ret);
/* Free it before the executor. */
ActionWatch *action_watch_free(ActionWatch *watch);
DEFINE_CLEANUP(ActionWatch, action_watch_free);

/* Stays where it is as long as the watch lives. */
const ActionCatalog *action_watch_catalog(const ActionWatch *watch);

/* The executor can run errands now: asks whoever has not been asked yet. */
void action_watch_connected(ActionWatch *watch);
/* By order: looks again, and asks those again that could not be used. */
void action_watch_refresh(ActionWatch *watch);
