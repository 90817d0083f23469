/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Templates and profiles, for whoever asks the manager for them: more of manager.h. */

#include "manager/manager.h"

/* Those of the last scan. Borrowed until the next manager_apply(). */
const JobTemplates *manager_templates(const Manager *manager);

/* One side of a profile, as it is told. All borrowed. */
typedef struct ProfileStatus {
        const char *name; /* the full one: USER/NAME of an ordinary user's */
        uid_t owner_uid;
        JobOrigin origin; /* file or runtime */
        uint64_t revision;
        usec_t changed_usec;
        char *const *values; /* "name=value", by name */
        const char *file;    /* NULL: not of a file, or not known */
        unsigned line;
        bool hidden;          /* one of a file has the same name: that one counts */
        char *const *used_by; /* the jobs that name it; NULL: none, or it is hidden */
} ProfileStatus;

/* By name; of one name the one that counts comes first. `visit` as with manager_list_jobs(). */
int manager_list_profiles(
                Manager *manager,
                int (*visit)(void *userdata, const ProfileStatus *profile),
                void *userdata);

/* A change of a profile that was made at run time. All borrowed. */
typedef struct ProfileChange {
        const char *name;     /* the full one */
        uid_t owner_uid;      /* of a new one */
        char *const *values;  /* "name=value": laid over those that are there, or with `replace` all there are
                               */
        char *const *removed; /* names of values that go */
        uint64_t if_revision; /* -ESTALE unless that is the one in force; 0: any */
        bool create;          /* -EEXIST: there is one of that name; with `replace` either will do */
        bool replace;
} ProfileChange;

/*
 * `result` is 0 or a negative errno, `text` a sentence then: -EINVAL, -ENOENT, -EEXIST, -EROFS (it is of a
 * file), -ESTALE, -EBUSY (jobs use it), -EIO. `revision` is the one in force; `names` are those that were
 * deleted.
 */
typedef void (*manager_profile_reply_t)(
                void *userdata,
                int result,
                uint64_t revision,
                char *const *names,
                const char *text);

/* Each is answered once it is on disk, and audited as a diff. */
void manager_set_profile(
                Manager *manager,
                const ProfileChange *change,
                const Caller *caller,
                manager_profile_reply_t reply,
                void *userdata);
/* All or none; one that a job uses is not deleted. With `trial` nothing is changed. */
void manager_delete_profiles(
                Manager *manager,
                char *const *names,
                bool trial,
                const Caller *caller,
                manager_profile_reply_t reply,
                void *userdata);
/* Those made at run time that no job uses. `owner_uid` NULL: everybody's. */
void manager_prune_profiles(
                Manager *manager,
                const uid_t *owner_uid,
                bool trial,
                const Caller *caller,
                manager_profile_reply_t reply,
                void *userdata);
