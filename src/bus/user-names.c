/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/user-names.h"

#include <assert.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "bus/field-get.h"

/* More than any host has; a flood of callers with ever new uids must not grow without end. */
#define NAMES_MAX 10000U

typedef struct UserName {
        UserNames *names;
        uid_t uid;
        char *name;    /* NULL: not known */
        bool is_asked; /* an answer is on its way */
        UserNameWaiter *waiters;
        UT_hash_handle hh;
} UserName;

struct UserNames {
        Manager *manager;
        UserName *entries;
};

static UserName *user_name_free(UserName *entry) {
        free(entry->name);
        free(entry);
        return NULL;
}

static UserName *entry_get(UserNames *names, uid_t uid) {
        UserName *entry = NULL;

        HASH_FIND(hh, names->entries, &uid, sizeof(uid), entry);
        if (entry)
                return entry;
        if (HASH_COUNT(names->entries) >= NAMES_MAX)
                return NULL;

        entry = calloc(1, sizeof(*entry));
        if (!entry)
                return NULL;
        entry->names = names;
        entry->uid = uid;
        HASH_ADD(hh, names->entries, uid, sizeof(entry->uid), entry);
        return entry;
}

static int entry_set(UserNames *names, uid_t uid, const char *name) {
        UserName *entry = entry_get(names, uid);

        if (!entry)
                return -ENOMEM;
        free(entry->name);
        entry->name = strdup(name);
        return entry->name ? 0 : -ENOMEM;
}

int user_names_new(Manager *manager, uid_t own_uid, const char *own_user, UserNames **ret) {
        CLEANUP(user_names_freep) UserNames *names = NULL;
        int r;

        assert(manager);
        assert(ret);

        names = calloc(1, sizeof(*names));
        if (!names)
                return -ENOMEM;
        names->manager = manager;

        r = entry_set(names, 0, "root");
        if (r >= 0 && own_user && own_uid != 0)
                r = entry_set(names, own_uid, own_user);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(names);
        return 0;
}

UserNames *user_names_free(UserNames *names) {
        UserName *entry, *next;

        if (!names)
                return NULL;

        HASH_ITER(hh, names->entries, entry, next) {
                assert(!entry->waiters);
                HASH_DEL(names->entries, entry);
                (void) user_name_free(entry);
        }
        free(names);
        return NULL;
}

const char *user_names_find(const UserNames *names, uid_t uid) {
        UserName *entry = NULL;

        HASH_FIND(hh, names->entries, &uid, sizeof(uid), entry);
        return entry ? entry->name : NULL;
}

bool user_names_find_uid(const UserNames *names, const char *name, uid_t *ret) {
        UserName *entry, *next;

        HASH_ITER(hh, names->entries, entry, next)
                if (entry->name && strcmp(entry->name, name) == 0) {
                        *ret = entry->uid;
                        return true;
                }
        return false;
}

static void on_looked_up(void *userdata, int error, uid_t uid, gid_t gid, const char *name) {
        UserName *entry = userdata;

        /* "No such user" is not remembered: the account may be made a moment later. */
        entry->is_asked = false;
        if (error >= 0 && name && !entry->name)
                entry->name = strdup(name);

        while (entry->waiters) {
                UserNameWaiter *waiter = entry->waiters;

                DL_DELETE(entry->waiters, waiter);
                waiter->is_waiting = false;
                waiter->on_known(waiter);
        }
}

/* Returns the entry if an answer is on its way, or NULL. */
static UserName *entry_ask(UserNames *names, uid_t uid) {
        UserName *entry = entry_get(names, uid);

        if (!entry || entry->name)
                return NULL;
        if (entry->is_asked)
                return entry;

        entry->is_asked = true;
        if (manager_lookup_user(names->manager, uid, on_looked_up, entry) < 0)
                entry->is_asked = false;
        return entry->is_asked ? entry : NULL;
}

void user_names_prefetch(UserNames *names, uid_t uid) {
        (void) entry_ask(names, uid);
}

int user_names_wait(UserNames *names, UserNameWaiter *waiter, uid_t uid) {
        UserName *entry;

        assert(!waiter->is_waiting);

        entry = entry_ask(names, uid);
        if (!entry)
                return 1;

        waiter->uid = uid;
        waiter->is_waiting = true;
        DL_APPEND(entry->waiters, waiter);
        return 0;
}

void user_names_forget(UserNames *names, UserNameWaiter *waiter) {
        UserName *entry = NULL;

        if (!waiter->is_waiting)
                return;

        HASH_FIND(hh, names->entries, &waiter->uid, sizeof(waiter->uid), entry);
        assert(entry);
        DL_DELETE(entry->waiters, waiter);
        waiter->is_waiting = false;
}

void field_give_user(const FieldContext *context, FieldValue *value, uid_t uid) {
        const char *name = user_names_find(context->users, uid);

        if (!name) {
                user_names_prefetch(context->users, uid);
                (void) snprintf(value->scratch, sizeof(value->scratch), "%" PRIu32, (uint32_t) uid);
                name = value->scratch;
        }
        field_give_text(value, name);
}
