/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Profiles by name. One name may have two sides: one of a file, which is in force then, and one that was made
 * at run time. A revision number is used once for a name, so that what an execution ran with can be told for
 * ever.
 */

#include "manager/manager-internal.h"

typedef struct ProfileSide {
        bool exists;
        uid_t owner_uid;
        uint64_t revision;
        char **values; /* "name=value", by name */
        usec_t changed_usec;
        char *file; /* NULL: not of a file */
        unsigned line;
} ProfileSide;

typedef enum ProfileSideKind {
        PROFILE_OF_FILE,
        PROFILE_OF_RUNTIME,
        PROFILE_SIDE_COUNT,
} ProfileSideKind;

struct Profile {
        char *name;
        ProfileSide sides[PROFILE_SIDE_COUNT];
        uint64_t last_revision; /* of either side, also before it was removed */
        UT_hash_handle hh;
        char **used_by; /* as profiles_count_uses() found it */
        bool seen;      /* in the scan that is being put in force */
};

typedef struct Profile Profile;

/* The side that counts; NULL: there is none any more. */
const ProfileSide *profile_in_force(const Profile *profile);

/* What the store knows of them. Returns 0 or a negative errno. */
int profiles_load(Manager *manager);
void profiles_done(Manager *manager);

/* Those of the files are as the scan says now; what is in a file that could not be read stays. */
void profiles_apply(Manager *manager, const JobSet *set, const Caller *caller);

/* By its full name; NULL: not known. */
Profile *profiles_get(Manager *manager, const char *name);
/* The same, made if it is not there. NULL: no memory. */
Profile *profiles_make(Manager *manager, const char *name);

/*
 * The profile that a job means by a name: its owner's before root's. NULL: there is none that it may use.
 */
const Profile *profiles_find(const ScheduledJob *job, const char *name);

/* Says, once and in its warnings, that the profile that a job names is not there. */
void profiles_look(ScheduledJob *job);
/* The same of all jobs: those that name a profile that has come or gone. */
void profiles_look_all(Manager *manager);

/* Fills in Profile.used_by: the jobs of the list that name it. Returns 0 or -ENOMEM. */
int profiles_count_uses(Manager *manager);

/*
 * Puts new values in force as the next revision of one side, or with `values` NULL removes it, with an audit
 * row. Takes the values. Returns 0, or a negative errno and nothing has changed.
 */
int profile_change(
                Manager *manager,
                Profile *profile,
                ProfileSideKind kind,
                uid_t owner_uid,
                char **values,
                const Caller *caller);
