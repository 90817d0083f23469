/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What one ordinary user may take of what all share: `allow-users`, `deny-users` and `user-limits` of the
 * settings. Root's jobs, and those of --user, have no such limits.
 */

#include "manager/manager-internal.h"

/* What is counted by the minute. */
typedef struct RateWindow {
        usec_t since_usec; /* CLOCK_REALTIME; 0: nothing was counted yet */
        uint64_t n;
} RateWindow;

/* Executions and orders of one user. */
typedef struct UserUse {
        uid_t uid;
        size_t n_places[EXECUTION_PLACE_COUNT];
        RateWindow starts, changes;
        UT_hash_handle hh;
} UserUse;

/* Whether the limits are for that user's. */
bool user_limits_concern(const Manager *manager, uid_t uid);

/* What is counted of that user; NULL: nothing is, or there is no memory. It lives as long as the manager. */
UserUse *user_limits_use(Manager *manager, uid_t uid);
void user_limits_done(Manager *manager);

/*
 * One more execution of the job is to begin: counts it. Returns NULL, or which limit refuses it; static, the
 * same each time, so that what is refused one after the other is one row.
 */
const char *user_limits_refuse(ScheduledJob *job);

/*
 * One more order of the caller that is recorded. Returns 0, or -EDQUOT with a sentence: there were too many
 * within this minute.
 */
int user_limits_count_change(Manager *manager, const Caller *caller, char **reterr);

/*
 * Whether the caller may set that profile. `owner_uid`: whose it is; NULL: it is not there yet. Returns 0, or
 * -EACCES or -EDQUOT with a sentence.
 */
int user_limits_check_profile(
                const Manager *manager,
                const uid_t *owner_uid,
                const Caller *caller,
                char **reterr);

/* Whether its values may become that long: 0, or -EDQUOT with a sentence. */
int user_limits_check_values(const Manager *manager, size_t size_bytes, const Caller *caller, char **reterr);

/* The same of the definition of a job. */
int user_limits_check_definition(
                const Manager *manager,
                const char *name,
                size_t size_bytes,
                const Caller *caller,
                char **reterr);

/* Whether it is the caller's to change: an ordinary user's only if it belongs to that very user. */
bool user_limits_may_change(const Manager *manager, uid_t owner_uid, const Caller *caller);

/*
 * Counts them as changes of this minute. Returns 0, or -EACCES or -EDQUOT with a sentence: the caller may not
 * change these jobs.
 */
int user_limits_check_changes(
                Manager *manager,
                const JobChange *changes,
                size_t n_changes,
                const Caller *caller,
                char **reterr);
