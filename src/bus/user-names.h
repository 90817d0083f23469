/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Names of users, from the runner's look-up helper: asked for once, kept, never waited for.
 */

#include "manager/manager.h"
#include "util/cleanup.h"
#include "util/types.h"

typedef struct UserNames UserNames;
typedef struct UserNameWaiter UserNameWaiter;

/* Embedded in who waits; user_names_forget() it before it goes away. */
struct UserNameWaiter {
        void (*on_known)(UserNameWaiter *waiter); /* or given up: user_names_find() tells. Once. */
        UserNameWaiter *prev, *next;
        bool is_waiting;
        uid_t uid;
};

/* `own_user` may be NULL. Nothing may answer a look-up any more once it is freed. */
int user_names_new(Manager *manager, uid_t own_uid, const char *own_user, UserNames **ret);
UserNames *user_names_free(UserNames *names);
DEFINE_CLEANUP(UserNames, user_names_free);

/* The name, or NULL as long as none is known; borrowed. */
const char *user_names_find(const UserNames *names, uid_t uid);

/* The other way round, among those that are known. */
bool user_names_find_uid(const UserNames *names, const char *name, uid_t *ret);

/* Asks in the background, so that the next one who looks finds it. */
void user_names_prefetch(UserNames *names, uid_t uid);

/* Returns 1 if there is nothing to wait for (known, or nobody can be asked), or 0: on_known() comes. */
int user_names_wait(UserNames *names, UserNameWaiter *waiter, uid_t uid);
void user_names_forget(UserNames *names, UserNameWaiter *waiter);
