/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Profiles at run time: what there is, and what people ask to be changed. */

#include "manager/profile-order.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "manager/profile-text.h"
#include "manager/profiles.h"
#include "manager/user-limits.h"
#include "util/buffer.h"
#include "util/string-list.h"

typedef struct ProfileOrder {
        Manager *manager;
        manager_profile_reply_t reply;
        void *userdata;
        uint64_t revision;
        char **names;
        struct ProfileOrder *prev, *next;
} ProfileOrder;

/* --- answers --------------------------------------------------------------------------------------- */

static ProfileOrder *profile_order_free(ProfileOrder *order) {
        DL_DELETE(order->manager->profile_orders, order);
        (void) string_list_free(order->names);
        free(order);
        return NULL;
}

void manager_profile_orders_done(Manager *manager) {
        ProfileOrder *order, *next;

        DL_FOREACH_SAFE(manager->profile_orders, order, next)
        (void) profile_order_free(order);
}

static ProfileOrder *profile_order_begin(
                Manager *manager,
                const Caller *caller,
                manager_profile_reply_t reply,
                void *userdata) {

        CLEANUP_FREE char *refusal = NULL;
        ProfileOrder *order = NULL;
        int r;

        r = user_limits_count_change(manager, caller, &refusal);
        if (r < 0) {
                reply(userdata, r, 0, NULL, refusal);
                return NULL;
        }
        if (manager->store_trouble) {
                reply(userdata, -EIO, 0, NULL, manager->store_trouble);
                return NULL;
        }
        order = calloc(1, sizeof(*order));
        if (!order) {
                reply(userdata, -ENOMEM, 0, NULL, "Out of memory");
                return NULL;
        }
        *order = (ProfileOrder){ .manager = manager, .reply = reply, .userdata = userdata };
        DL_APPEND(manager->profile_orders, order);
        return order;
}

static void answer(ProfileOrder *order, int result, const char *text) {
        order->reply(order->userdata, result, result < 0 ? 0 : order->revision,
                     result < 0 ? NULL : order->names, text);
        (void) profile_order_free(order);
}

static void refuse(ProfileOrder *order, int result, const char *format, ...) PRINTF_LIKE(3, 4);

static void refuse(ProfileOrder *order, int result, const char *format, ...) {
        CLEANUP_FREE char *text = NULL;
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0)
                text = NULL;
        va_end(arguments);
        answer(order, result, text ?: "Out of memory");
}

static void on_committed(void *userdata, int result) {
        answer(userdata, result < 0 ? -EIO : 0, result < 0 ? "The daemon is stopping" : NULL);
}

static void answer_after_commit(ProfileOrder *order) {
        int r = store_after_commit(order->manager->host.store, on_committed, order);

        if (r < 0)
                answer(order, r, "Out of memory");
}

const JobTemplates *manager_templates(const Manager *manager) {
        return &manager->templates;
}

/* --- list ------------------------------------------------------------------------------------------ */

static int compare_profiles(const void *a, const void *b) {
        return strcmp((*(Profile *const *) a)->name, (*(Profile *const *) b)->name);
}

static int visit_sides(
                const Profile *profile,
                int (*visit)(void *userdata, const ProfileStatus *profile),
                void *userdata) {

        const ProfileSide *in_force = profile_in_force(profile);
        int r = 0;

        for (size_t i = 0; i < PROFILE_SIDE_COUNT && r == 0; i++) {
                const ProfileSide *side = &profile->sides[i];
                bool hidden = side != in_force;

                if (!side->exists)
                        continue;
                r = visit(userdata,
                          &(ProfileStatus){
                                          .name = profile->name,
                                          .owner_uid = side->owner_uid,
                                          .origin = i == PROFILE_OF_FILE ? JOB_ORIGIN_FILE
                                                                         : JOB_ORIGIN_RUNTIME,
                                          .revision = side->revision,
                                          .changed_usec = side->changed_usec,
                                          .values = side->values,
                                          .file = side->file,
                                          .line = side->line,
                                          .hidden = hidden,
                                          .used_by = hidden ? NULL : profile->used_by,
                          });
        }
        return r;
}

int manager_list_profiles(
                Manager *manager,
                int (*visit)(void *userdata, const ProfileStatus *profile),
                void *userdata) {

        size_t n_profiles = HASH_COUNT(manager->profiles), n = 0;
        CLEANUP_FREE Profile **sorted = calloc(n_profiles + 1, sizeof(Profile *));
        Profile *profile, *next;
        int r;

        if (!sorted)
                return -ENOMEM;
        r = profiles_count_uses(manager);
        HASH_ITER(hh, manager->profiles, profile, next)
                sorted[n++] = profile;
        qsort(sorted, n, sizeof(*sorted), compare_profiles);
        for (size_t i = 0; i < n && r == 0; i++)
                r = visit_sides(sorted[i], visit, userdata);
        return MIN(r, 0);
}

/* --- set ------------------------------------------------------------------------------------------- */

/* Returns true after a refusal. */
static bool is_refused(ProfileOrder *order, const ProfileChange *change, const Profile *profile) {
        const ProfileSide *runtime = profile ? &profile->sides[PROFILE_OF_RUNTIME] : NULL;
        const ProfileSide *file = profile ? &profile->sides[PROFILE_OF_FILE] : NULL;
        bool exists = runtime && runtime->exists;
        uint64_t revision = exists ? runtime->revision : 0;

        if (!job_name_valid(change->name))
                refuse(order, -EINVAL,
                       "'%s' cannot be the name of a profile: letters, digits, '_', '.', '@' and '-' are "
                       "expected, at most 128",
                       change->name);
        else if (file && file->exists)
                refuse(order, -EROFS, "Profile '%s' is defined in %s:%u: change it there", change->name,
                       file->file ?: "a file", file->line);
        else if (!exists && !change->create)
                refuse(order, -ENOENT, "There is no profile '%s'", change->name);
        else if (exists && change->create && !change->replace)
                refuse(order, -EEXIST, "There is a profile '%s' already", change->name);
        else if (change->if_revision != 0 && change->if_revision != revision)
                refuse(order, -ESTALE,
                       "Profile '%s' has been changed meanwhile: it is at revision %" PRIu64 ", not %" PRIu64,
                       change->name, revision, change->if_revision);
        else
                return false;
        return true;
}

static size_t size_of(char *const *values) {
        size_t size = 0;

        STRING_LIST_FOREACH(value, values)
                size += strlen(*value) + 1;
        return size;
}

static void set(ProfileOrder *order, const ProfileChange *change, const Caller *caller) {
        Manager *manager = order->manager;
        CLEANUP(string_list_freep) char **values = NULL;
        Profile *profile = profiles_get(manager, change->name);
        CLEANUP_FREE char *error = NULL;
        const ProfileSide *side;
        int r;

        side = profile ? &profile->sides[PROFILE_OF_RUNTIME] : NULL;
        r = user_limits_check_profile(
                        manager, side && side->exists ? &side->owner_uid : NULL, caller, &error);
        if (r < 0) {
                answer(order, r, error);
                return;
        }
        if (is_refused(order, change, profile))
                return;
        r = profile_values_merge(
                        side && !change->replace ? side->values : NULL, change->values, change->removed,
                        &values, &error);
        if (r == -EINVAL) {
                refuse(order, r, "Profile '%s': %s", change->name, error);
                return;
        }
        if (r >= 0)
                r = user_limits_check_values(manager, size_of(values), caller, &error);
        if (r == -EDQUOT) {
                answer(order, r, error);
                return;
        }
        if (r >= 0 && side && side->exists && string_list_equal(values, side->values)) {
                order->revision = side->revision;
                answer(order, 0, NULL); /* it is so already */
                return;
        }
        profile = r < 0 ? NULL : profiles_make(manager, change->name);
        r = profile ? profile_change(manager, profile, PROFILE_OF_RUNTIME,
                                     side && side->exists ? side->owner_uid : change->owner_uid,
                                     TAKE_PTR(values), caller)
                    : -ENOMEM;
        if (r < 0) {
                answer(order, r, "Out of memory");
                return;
        }
        order->revision = profile->sides[PROFILE_OF_RUNTIME].revision;
        profiles_look_all(manager);
        answer_after_commit(order);
}

void manager_set_profile(
                Manager *manager,
                const ProfileChange *change,
                const Caller *caller,
                manager_profile_reply_t reply,
                void *userdata) {

        ProfileOrder *order = profile_order_begin(manager, caller, reply, userdata);

        if (order)
                set(order, change, caller);
}

/* --- delete ---------------------------------------------------------------------------------------- */

/* Jobs name the one that is in force. */
static bool is_used(const Profile *profile) {
        return profile_in_force(profile) == &profile->sides[PROFILE_OF_RUNTIME] && profile->used_by;
}

#define NAMED_JOBS_MAX 10U

static int why_used(const Profile *profile, Buffer *errors) {
        size_t n = string_list_length(profile->used_by);

        (void) buffer_add_format(errors, "profile '%s' is used by ", profile->name);
        for (size_t i = 0; i < MIN(n, (size_t) NAMED_JOBS_MAX); i++)
                (void) buffer_add_format(errors, "%s'%s'", i > 0 ? ", " : "", profile->used_by[i]);
        if (n > NAMED_JOBS_MAX)
                (void) buffer_add_format(errors, " and %zu more jobs", n - NAMED_JOBS_MAX);
        return -EBUSY;
}

/* Adds a sentence if it cannot be deleted. */
static int check_deletion(Manager *manager, const char *name, const Caller *caller, Buffer *errors) {
        const Profile *profile = profiles_get(manager, name);

        if (profile && !user_limits_may_change(manager, profile->sides[PROFILE_OF_RUNTIME].owner_uid, caller))
                profile = NULL;
        if (profile && profile->sides[PROFILE_OF_RUNTIME].exists && !is_used(profile))
                return 0;
        if (errors->size > 0)
                (void) buffer_add_string(errors, "; ");
        if (profile && profile->sides[PROFILE_OF_RUNTIME].exists)
                return why_used(profile, errors);
        if (profile && profile->sides[PROFILE_OF_FILE].exists) {
                const ProfileSide *file = &profile->sides[PROFILE_OF_FILE];

                (void) buffer_add_format(
                                errors, "profile '%s' is defined in %s:%u: delete it there", name,
                                file->file ?: "a file", file->line);
                return -EROFS;
        }
        (void) buffer_add_format(errors, "there is no profile '%s'", name);
        return -ENOENT;
}

/* Takes the names, which can be deleted. */
static void delete_all(ProfileOrder *order, char **names, bool trial, const Caller *caller) {
        Manager *manager = order->manager;
        int r = 0;

        order->names = names;
        if (trial || !names) {
                answer(order, 0, NULL);
                return;
        }
        store_begin_group(manager->host.store);
        STRING_LIST_FOREACH(name, names) {
                Profile *profile = profiles_get(manager, *name);

                if (r >= 0 && profile->sides[PROFILE_OF_RUNTIME].exists)
                        r = profile_change(manager, profile, PROFILE_OF_RUNTIME, 0, NULL, caller);
        }
        store_end_group(manager->host.store);
        if (r < 0)
                answer(order, r, "Out of memory: some of them may be there still");
        else
                answer_after_commit(order);
}

void manager_delete_profiles(
                Manager *manager,
                char *const *names,
                bool trial,
                const Caller *caller,
                manager_profile_reply_t reply,
                void *userdata) {

        ProfileOrder *order = profile_order_begin(manager, caller, reply, userdata);
        CLEANUP(string_list_freep) char **copy = NULL;
        CLEANUP(buffer_done) Buffer errors = { 0 };
        int r, fault = 0;

        if (!order)
                return;
        r = profiles_count_uses(manager);
        if (r >= 0)
                r = string_list_copy(names, &copy);
        if (r < 0) {
                answer(order, r, "Out of memory");
                return;
        }
        STRING_LIST_FOREACH(name, copy) {
                r = check_deletion(manager, *name, caller, &errors);
                fault = fault < 0 ? fault : r;
        }
        if (fault < 0)
                refuse(order, fault, "Nothing was deleted: %s", errors.data ?: "out of memory");
        else
                delete_all(order, TAKE_PTR(copy), trial, caller);
}

void manager_prune_profiles(
                Manager *manager,
                const uid_t *owner_uid,
                bool trial,
                const Caller *caller,
                manager_profile_reply_t reply,
                void *userdata) {

        ProfileOrder *order = profile_order_begin(manager, caller, reply, userdata);
        CLEANUP(string_list_freep) char **names = NULL;
        Profile *profile, *next;
        int r;

        if (!order)
                return;
        r = profiles_count_uses(manager);
        HASH_ITER(hh, manager->profiles, profile, next) {
                const ProfileSide *side = &profile->sides[PROFILE_OF_RUNTIME];

                if (r >= 0 && side->exists && !is_used(profile) &&
                    (!owner_uid || *owner_uid == side->owner_uid))
                        r = string_list_push(&names, profile->name);
        }
        if (r < 0)
                answer(order, r, "Out of memory");
        else
                delete_all(order, TAKE_PTR(names), trial, caller);
}
