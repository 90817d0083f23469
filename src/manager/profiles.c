/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/profiles.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "manager/profile-text.h"
#include "manager/scheduled-job.h"
#include "manager/text-diff.h"
#include "util/string-list.h"

static const JobOrigin origin_of_side[] = {
        [PROFILE_OF_FILE] = JOB_ORIGIN_FILE,
        [PROFILE_OF_RUNTIME] = JOB_ORIGIN_RUNTIME,
};

_Static_assert(ARRAY_SIZE(origin_of_side) == PROFILE_SIDE_COUNT, "each side has an origin");

static void side_done(ProfileSide *side) {
        (void) string_list_free(side->values);
        free(side->file);
        *side = (ProfileSide){ 0 };
}

static Profile *profile_free(Profile *profile) {
        for (size_t i = 0; i < PROFILE_SIDE_COUNT; i++)
                side_done(&profile->sides[i]);
        (void) string_list_free(profile->used_by);
        free(profile->name);
        free(profile);
        return NULL;
}

void profiles_done(Manager *manager) {
        Profile *profile, *next;

        HASH_ITER(hh, manager->profiles, profile, next) {
                HASH_DEL(manager->profiles, profile);
                (void) profile_free(profile);
        }
}

const ProfileSide *profile_in_force(const Profile *profile) {
        for (size_t i = 0; i < PROFILE_SIDE_COUNT; i++)
                if (profile->sides[i].exists)
                        return &profile->sides[i];
        return NULL;
}

Profile *profiles_get(Manager *manager, const char *name) {
        Profile *profile;

        HASH_FIND_STR(manager->profiles, name, profile);
        return profile;
}

Profile *profiles_make(Manager *manager, const char *name) {
        Profile *profile = profiles_get(manager, name);

        if (profile)
                return profile;
        profile = calloc(1, sizeof(*profile));
        if (!profile)
                return NULL;
        profile->name = strdup(name);
        if (!profile->name)
                return profile_free(profile);
        HASH_ADD_KEYPTR(hh, manager->profiles, profile->name, strlen(profile->name), profile);
        return profile;
}

/* --- who means which ------------------------------------------------------------------------------- */

static bool may_use(const Manager *manager, const ScheduledJob *job, const Profile *profile) {
        const ProfileSide *side = profile ? profile_in_force(profile) : NULL;

        return side &&
                        (side->owner_uid == job->stored.owner_uid || side->owner_uid == 0 ||
                         side->owner_uid == manager->host.owner_uid);
}

static const Profile *find_usable(const ScheduledJob *job, const char *name) {
        const Profile *profile = profiles_get(job->manager, name);

        return may_use(job->manager, job, profile) ? profile : NULL;
}

const Profile *profiles_find(const ScheduledJob *job, const char *name) {
        const char *slash = strchr(job->stored.name, '/');
        CLEANUP_FREE char *own = NULL;
        const Profile *profile = NULL;

        if (slash && !strchr(name, '/') &&
            asprintf(&own, "%.*s/%s", (int) (slash - job->stored.name), job->stored.name, name) >= 0)
                profile = find_usable(job, own);
        return profile ?: find_usable(job, name);
}

/* For want of memory it is in the log only. */
static int add_warning(ScheduledJob *job) {
        char *warning = NULL;
        int r = string_list_copy(job->job->warnings, &job->warnings);

        if (r >= 0 &&
            asprintf(&warning, "profile: there is no profile '%s'; the job cannot start before there is",
                     job->job->profile) < 0)
                r = -ENOMEM;
        return r < 0 ? r : string_list_take_push(&job->warnings, warning);
}

void profiles_look(ScheduledJob *job) {
        bool was_missing = job->warnings != NULL;

        job->warnings = string_list_free(job->warnings);
        if (!scheduled_job_is_listed(job) || !job->job || !job->job->profile ||
            profiles_find(job, job->job->profile))
                return;
        if (!was_missing)
                log_warning("Job '%s' names the profile '%s', which there is not: it cannot start before "
                            "there is",
                            job->stored.name, job->job->profile);
        if (add_warning(job) < 0)
                job->warnings = string_list_free(job->warnings);
}

void profiles_look_all(Manager *manager) {
        ScheduledJob *job, *next;

        HASH_ITER(hh, manager->jobs, job, next)
                profiles_look(job);
}

int profiles_count_uses(Manager *manager) {
        ScheduledJob *job, *next_job;
        Profile *profile, *next;
        int r;

        HASH_ITER(hh, manager->profiles, profile, next)
                profile->used_by = string_list_free(profile->used_by);
        HASH_ITER(hh, manager->jobs, job, next_job) {
                if (!scheduled_job_is_listed(job) || !job->job || !job->job->profile)
                        continue;
                profile = (Profile *) profiles_find(job, job->job->profile);
                r = profile ? string_list_push(&profile->used_by, job->stored.name) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* --- changes --------------------------------------------------------------------------------------- */

/* What is there and what comes, as the audit log has it. */
static int describe_change(const Profile *profile, char *const *old, char *const *new, char **ret) {
        CLEANUP_FREE char *before = NULL, *after = NULL, *diff = NULL;
        int r;

        r = profile_values_print(old, &before);
        if (r >= 0)
                r = profile_values_print(new, &after);
        if (r >= 0)
                r = text_diff(before, after, &diff);
        if (r >= 0 && asprintf(ret, "profile '%s'\n%s", profile->name, diff) < 0)
                r = -ENOMEM;
        return r;
}

/* Removed: with the values that it had last. */
static int save_side(
                Manager *manager,
                const Profile *profile,
                ProfileSideKind kind,
                const ProfileSide *side) {
        CLEANUP_FREE char *definition = NULL;
        int r;

        r = profile_values_format(side->values, &definition);
        if (r < 0)
                return r;
        return store_put_profile(
                        manager->host.store,
                        &(StoredProfile){
                                        .name = profile->name,
                                        .origin = origin_of_side[kind],
                                        .owner_uid = side->owner_uid,
                                        .revision = side->revision,
                                        .definition = definition,
                                        .changed_usec = side->changed_usec,
                                        .removed_usec = side->exists ? USEC_INFINITY : manager_now(manager),
                        });
}

int profile_change(
                Manager *manager,
                Profile *profile,
                ProfileSideKind kind,
                uid_t owner_uid,
                char **values,
                const Caller *caller) {

        ProfileSide *side = &profile->sides[kind], changed = *side;
        CLEANUP_FREE char *detail = NULL;
        AuditEvent event = !side->exists ? AUDIT_PROFILE_ADDED
                        : values         ? AUDIT_PROFILE_CHANGED
                                         : AUDIT_PROFILE_DELETED;
        int r;

        changed.exists = values != NULL;
        if (values) {
                changed.owner_uid = owner_uid;
                changed.revision = profile->last_revision + 1;
                changed.values = values;
                changed.changed_usec = manager_now(manager);
        }
        r = describe_change(profile, side->exists ? side->values : NULL, values, &detail);
        if (r >= 0)
                r = save_side(manager, profile, kind, &changed);
        if (r < 0) {
                (void) string_list_free(values);
                return r;
        }
        (void) manager_queue_audit(manager, event, NULL, 0, caller, detail);
        (void) string_list_free(side->values);
        if (!values)
                changed.values = NULL;
        *side = changed;
        profile->last_revision = MAX(profile->last_revision, side->revision);
        return 0;
}

/* --- start and files ------------------------------------------------------------------------------- */

static int on_stored_profile(void *userdata, const StoredProfile *stored) {
        Manager *manager = userdata;
        ProfileSideKind kind = stored->origin == JOB_ORIGIN_FILE ? PROFILE_OF_FILE : PROFILE_OF_RUNTIME;
        Profile *profile = profiles_make(manager, stored->name);
        ProfileSide *side;
        int r;

        if (!profile)
                return -ENOMEM;
        profile->last_revision = MAX(profile->last_revision, stored->revision);
        side = &profile->sides[kind];
        side->revision = stored->revision;
        if (stored->removed_usec != USEC_INFINITY)
                return 0;
        r = profile_values_parse(stored->definition, &side->values);
        if (r < 0)
                return r;
        side->exists = true;
        side->owner_uid = stored->owner_uid;
        side->changed_usec = stored->changed_usec;
        return 0;
}

int profiles_load(Manager *manager) {
        return store_load_profiles(manager->host.store, on_stored_profile, manager);
}

static int apply_one(Manager *manager, const ProfileDefinition *definition, const Caller *caller) {
        Profile *profile = profiles_make(manager, definition->name);
        CLEANUP(string_list_freep) char **values = NULL;
        CLEANUP_FREE char *file = NULL, *error = NULL;
        ProfileSide *side;
        int r;

        if (!profile)
                return -ENOMEM;
        profile->seen = true;
        side = &profile->sides[PROFILE_OF_FILE];
        r = profile_values_merge(NULL, definition->values, NULL, &values, &error);
        if (r < 0)
                return r;
        file = definition->file ? strdup(definition->file) : NULL;
        if (definition->file && !file)
                return -ENOMEM;
        if (!side->exists || !string_list_equal(side->values, values))
                r =
                                profile_change(manager, profile, PROFILE_OF_FILE, manager->host.owner_uid,
                                               TAKE_PTR(values), caller);
        if (r < 0)
                return r;
        free(side->file);
        side->file = TAKE_PTR(file);
        side->line = definition->line;
        return 0;
}

/* After a start nobody knows which file it was. */
static bool is_held(const JobSet *set, const ProfileSide *side) {
        if (!side->file)
                return set->n_held_files > 0;
        for (size_t i = 0; i < set->n_held_files; i++)
                if (strcmp(set->held_files[i].path, side->file) == 0)
                        return true;
        return false;
}

void profiles_apply(Manager *manager, const JobSet *set, const Caller *caller) {
        Profile *profile, *next;
        int r = 0;

        HASH_ITER(hh, manager->profiles, profile, next)
                profile->seen = false;
        for (size_t i = 0; i < set->profiles.n_items && r >= 0; i++)
                r = apply_one(manager, &set->profiles.items[i], caller);
        HASH_ITER(hh, manager->profiles, profile, next) {
                const ProfileSide *side = &profile->sides[PROFILE_OF_FILE];

                if (r < 0 || profile->seen || !side->exists || is_held(set, side))
                        continue;
                r = profile_change(manager, profile, PROFILE_OF_FILE, side->owner_uid, NULL, caller);
        }
        if (r < 0)
                (void) manager_store_error(manager, r, "the profiles of the files: the old ones stay");
}
