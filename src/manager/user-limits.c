/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/user-limits.h"

#include <stdio.h>
#include <string.h>

#include "manager/gates.h"
#include "manager/profiles.h"
#include "manager/scheduled-job.h"
#include "util/string-list.h"

/* So many changes of an ordinary user are judged in one turn of the loop. */
#define CHANGES_AT_ONCE_MAX 1000U

bool user_limits_concern(const Manager *manager, uid_t uid) {
        return manager->host.system_mode && uid != 0 && uid != manager->host.owner_uid &&
                        uid != manager->host.daemon_uid;
}

static const UserLimits *limits_of(const Manager *manager, uid_t uid) {
        return manager->host.site && user_limits_concern(manager, uid) ? &manager->host.site->user_limits
                                                                       : NULL;
}

/* Another `n` of them; false: with these there would be too many within a minute, and none is counted. */
static bool rate_count(RateWindow *window, uint64_t n, uint64_t limit, usec_t now_usec) {
        if (window->since_usec > now_usec || now_usec >= window->since_usec + USEC_PER_MINUTE)
                *window = (RateWindow){ .since_usec = now_usec };
        if (n > limit || window->n > limit - n)
                return false;
        window->n += n;
        return true;
}

/* --- executions ------------------------------------------------------------------------------------ */

UserUse *user_limits_use(Manager *manager, uid_t uid) {
        UserUse *use = NULL;

        if (!user_limits_concern(manager, uid))
                return NULL;
        HASH_FIND(hh, manager->users, &uid, sizeof(uid), use);
        if (use)
                return use;
        use = calloc(1, sizeof(*use));
        if (!use)
                return NULL;
        use->uid = uid;
        HASH_ADD(hh, manager->users, uid, sizeof(uid), use);
        return use;
}

void user_limits_done(Manager *manager) {
        UserUse *use, *next;

        HASH_ITER(hh, manager->users, use, next) {
                HASH_DEL(manager->users, use);
                free(use);
        }
}

static uint64_t count_waiting(const UserUse *use) {
        return use->n_places[PLACE_DELAYED] + use->n_places[PLACE_QUEUED] + use->n_places[PLACE_GATED] +
                        use->n_places[PLACE_RETRYING];
}

static bool runs_too_many(Manager *manager, uid_t uid) {
        const UserLimits *limits = limits_of(manager, uid);
        const UserUse *use = limits ? user_limits_use(manager, uid) : NULL;

        return use && use->n_places[PLACE_STARTED] >= limits->running;
}

const char *user_limits_refuse(ScheduledJob *job) {
        Manager *manager = job->manager;
        uid_t uid = job->stored.owner_uid;
        const UserLimits *limits = limits_of(manager, uid);
        UserUse *use = limits ? user_limits_use(manager, uid) : NULL;

        if (!use)
                return NULL;
        if (use->n_places[PLACE_STARTED] >= limits->running)
                return "user-limits: running";
        if (count_waiting(use) >= limits->waiting)
                return "user-limits: waiting";

        return rate_count(&use->starts, 1, limits->starts_per_minute, manager_now(manager))
                        ? NULL
                        : "user-limits: starts-per-minute";
}

/* What waited for something else has come so far: whether it may start is seen once more. */
static bool is_open(const ScheduledJob *job) {
        return !runs_too_many(job->manager, job->stored.owner_uid);
}

static void check(Execution *execution, bool first, usec_t now_usec, GateVerdict *ret) {
        if (!runs_too_many(execution->manager, execution->record.owner_uid))
                return;
        ret->answer = GATE_REFUSED;
        ret->reason = REASON_USER_LIMIT;
        (void) snprintf(ret->detail, sizeof(ret->detail), "user-limits: running");
}

static void leave(Execution *execution) {
        /* It holds nobody, so there is nothing to let go of. */
}

const Gate user_gate = {
        .waiting_for = WAITING_FOR_NOTHING,
        .is_open = is_open,
        .check = check,
        .leave = leave,
};

/* --- definitions ----------------------------------------------------------------------------------- */

/* As with cron.allow and cron.deny, but that a denial always counts. */
static bool is_allowed(const JobSite *site, const char *user) {
        return user && string_list_matches(site->allow_users, user) &&
                        !string_list_matches(site->deny_users, user);
}

static int refuse(int result, char **reterr, const char *format, ...) PRINTF_LIKE(3, 4);

static int refuse(int result, char **reterr, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(reterr, format, arguments) < 0)
                *reterr = NULL;
        va_end(arguments);
        return result;
}

static int refuse_user(const Caller *caller, char **reterr) {
        return refuse(-EACCES, reterr,
                      "User '%s' may have nothing here: the settings 'allow-users' and 'deny-users' say who "
                      "may",
                      caller->user ?: "(without a name)");
}

static uint64_t count_profiles(const Manager *manager, uid_t uid) {
        Profile *profile, *next;
        uint64_t n = 0;

        HASH_ITER(hh, manager->profiles, profile, next) {
                const ProfileSide *side = &profile->sides[PROFILE_OF_RUNTIME];

                n += side->exists && side->owner_uid == uid;
        }
        return n;
}

bool user_limits_may_change(const Manager *manager, uid_t owner_uid, const Caller *caller) {
        return !caller || !user_limits_concern(manager, caller->uid) || caller->uid == owner_uid;
}

int user_limits_check_profile(
                const Manager *manager,
                const uid_t *owner_uid,
                const Caller *caller,
                char **reterr) {

        const UserLimits *limits = caller ? limits_of(manager, caller->uid) : NULL;

        if (!limits)
                return 0;
        if (!is_allowed(manager->host.site, caller->user))
                return refuse_user(caller, reterr);
        if (owner_uid && !user_limits_may_change(manager, *owner_uid, caller))
                return refuse(-EACCES, reterr, "That profile is not yours");
        if (!owner_uid && count_profiles(manager, caller->uid) >= limits->profiles)
                return refuse(-EDQUOT, reterr, "You may have %" PRIu64 " profiles (user-limits: profiles)",
                              limits->profiles);
        return 0;
}

int user_limits_check_values(const Manager *manager, size_t size_bytes, const Caller *caller, char **reterr) {

        const UserLimits *limits = caller ? limits_of(manager, caller->uid) : NULL;

        if (!limits || size_bytes <= limits->definition_bytes)
                return 0;
        return refuse(-EDQUOT, reterr,
                      "The values of a profile may have %" PRIu64 " bytes (user-limits: definition-size)",
                      limits->definition_bytes);
}

int user_limits_check_definition(
                const Manager *manager,
                const char *name,
                size_t size_bytes,
                const Caller *caller,
                char **reterr) {

        const UserLimits *limits = caller ? limits_of(manager, caller->uid) : NULL;

        if (!limits || size_bytes <= limits->definition_bytes)
                return 0;
        return refuse(-EDQUOT, reterr,
                      "The definition of job '%.160s' is longer than the %" PRIu64
                      " bytes that a user's may have (user-limits: definition-size)",
                      name, limits->definition_bytes);
}

static int count_changes(Manager *manager, size_t n_changes, const Caller *caller, char **reterr) {
        const UserLimits *limits = caller ? limits_of(manager, caller->uid) : NULL;
        UserUse *use = limits ? user_limits_use(manager, caller->uid) : NULL;

        if (!use || rate_count(&use->changes, n_changes, limits->changes_per_minute, manager_now(manager)))
                return 0;
        return refuse(-EDQUOT, reterr,
                      "Within a minute you may give %" PRIu64
                      " orders (user-limits: changes-per-minute): try again later",
                      limits->changes_per_minute);
}

int user_limits_count_change(Manager *manager, const Caller *caller, char **reterr) {
        return count_changes(manager, 1, caller, reterr);
}

/* What takes something away needs no permission beyond that it is one's own. */
static bool is_taken_away(const JobChange *change) {
        return change->kind == JOB_CHANGE_DELETE || change->kind == JOB_CHANGE_DISABLE;
}

static uint64_t count_jobs(const Manager *manager, uid_t uid) {
        ScheduledJob *job, *next;
        uint64_t n = 0;

        HASH_ITER(hh, manager->jobs, job, next)
                n += job->stored.owner_uid == uid && scheduled_job_is_listed(job);
        return n;
}

static bool makes_job(const Manager *manager, const JobChange *change) {
        return change->kind == JOB_CHANGE_CREATE ||
                        (change->kind == JOB_CHANGE_PUT &&
                         !manager_find_job((Manager *) manager, change->name));
}

int user_limits_check_changes(
                Manager *manager,
                const JobChange *changes,
                size_t n_changes,
                const Caller *caller,
                char **reterr) {

        const UserLimits *limits = caller ? limits_of(manager, caller->uid) : NULL;
        uint64_t n_made = 0, n_jobs;
        int r;

        if (!limits)
                return 0;
        if (n_changes > CHANGES_AT_ONCE_MAX)
                return refuse(-EDQUOT, reterr, "Of an ordinary user at most %u changes are taken at once",
                              CHANGES_AT_ONCE_MAX);
        r = count_changes(manager, n_changes, caller, reterr);
        if (r < 0)
                return r;

        for (size_t i = 0; i < n_changes; i++) {
                const JobChange *change = &changes[i];

                if (is_taken_away(change))
                        continue;
                if (!is_allowed(manager->host.site, caller->user))
                        return refuse_user(caller, reterr);
                r = user_limits_check_definition(
                                manager, change->name, strlen(change->definition ?: ""), caller, reterr);
                if (r < 0)
                        return r;
                n_made += makes_job(manager, change);
        }
        if (n_made == 0)
                return 0;

        n_jobs = count_jobs(manager, caller->uid);
        if (n_made > limits->jobs || n_jobs > limits->jobs - n_made)
                return refuse(-EDQUOT, reterr,
                              "You have %" PRIu64 " jobs and may have %" PRIu64
                              " (user-limits: jobs): %" PRIu64 " more are not taken",
                              n_jobs, limits->jobs, n_made);
        return 0;
}
