/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The clocks: steps of the real-time clock, sleep of the machine, and a clock that cannot be right.
 *
 * The difference between two clocks stays the same unless one of them was set or the machine slept. So
 * every wake-up can tell, also one that comes before the news of it.
 */

#include <assert.h>
#include <stdio.h>

#include "manager/dependency.h"
#include "manager/expectation.h"
#include "manager/freeze.h"
#include "manager/notification-queue.h"
#include "manager/scheduled-job.h"
#include "manager/waiting.h"
#include "util/duration.h"
#include "util/string-list.h"

typedef struct Clocks {
        usec_t realtime_usec, realtime_offset_usec, sleep_offset_usec;
} Clocks;

static Clocks read_clocks(const Manager *manager) {
        usec_t real = clock_now(manager->host.clock, CLOCK_KIND_REALTIME);
        usec_t boot = clock_now(manager->host.clock, CLOCK_KIND_BOOTTIME);
        usec_t monotonic = clock_now(manager->host.clock, CLOCK_KIND_MONOTONIC);

        return (Clocks){ real, real - boot, boot - monotonic };
}

void clock_watch_init(Manager *manager) {
        Clocks clocks = read_clocks(manager);

        manager->started_usec = clocks.realtime_usec;
        manager->realtime_offset_usec = clocks.realtime_offset_usec;
        manager->sleep_offset_usec = clocks.sleep_offset_usec;
        manager->set_back_until_usec = INT64_MIN;
        manager->resumed_usec = USEC_INFINITY;
        manager->gap = (Gap){ .from_usec = USEC_INFINITY, .until_usec = USEC_INFINITY };
        manager->thawed = manager->gap;
        manager->frozen_since_usec = USEC_INFINITY;
}

static bool only_at(const Job *job) {
        for (size_t i = 0; job && i < job->timetable.n_entries; i++)
                if (schedule_kind(job->timetable.entries[i].schedule) != SCHEDULE_AT)
                        return false;
        return job && job->timetable.n_entries > 0;
}

/* Cursors become now: what comes again is decided again, and what was started once stands in its own way. */
static void set_back(Manager *manager, usec_t now_usec, usec_t delta_usec) {
        ScheduledJob *job, *next;

        manager->set_back_until_usec = MAX(manager->set_back_until_usec, now_usec + delta_usec);
        HASH_ITER(hh, manager->jobs, job, next) {
                if (only_at(job->job)) /* does not come again: what waits of it goes on waiting */
                        continue;
                waiting_take_back(job, now_usec);
                if (job->stored.id == 0 || job->stored.cursor_usec <= now_usec)
                        continue;
                job->stored.cursor_usec = now_usec;
                scheduled_job_save_state(job);
        }
        dependency_clock_set_back(manager, now_usec);
        freeze_shift(manager, delta_usec);
}

static void note_gap(
                Manager *manager,
                usec_t from_usec,
                usec_t until_usec,
                ExecutionReason reason,
                const char *detail) {
        manager->gap = (Gap){ from_usec, until_usec, reason, detail };
}

static void step(Manager *manager, usec_t now_usec, usec_t delta_usec) {
        char span[DURATION_SHORT_MAX];
        bool back = delta_usec < 0;

        (void) manager_log(
                        LOG_NOTICE, 0, MESSAGE_ID_CLOCK_STEP, NULL, 0,
                        "The clock was set %s by %s: the jobs are planned anew%s", back ? "back" : "forward",
                        duration_format_short(back ? -delta_usec : delta_usec, span),
                        back ? ", and no fixed time is run a second time"
                             : ", and what was jumped over is judged by catch-up");
        if (back)
                set_back(manager, now_usec, -delta_usec);
        else
                note_gap(manager, now_usec - delta_usec, now_usec, REASON_CLOCK_STEP,
                         "the clock was set forward past it");
}

static void resumed(Manager *manager, usec_t now_usec, usec_t delta_usec) {
        char span[DURATION_SHORT_MAX];

        manager->resumed_usec = now_usec;
        log_info("The host was suspended for %s", duration_format_short(delta_usec, span));
        note_gap(manager, now_usec - delta_usec, now_usec, REASON_SUSPENDED, "the host was suspended");
}

/* --- a clock that is behind its own past ------------------------------------------------------------ */

static void set_untrusted(Manager *manager, bool untrusted) {
        manager->untrusted = untrusted;
        manager->notes = string_list_free(manager->notes);
        if (untrusted) {
                char stored[TIMESTAMP_MAX];
                CLEANUP_FREE char *note = NULL;

                if (asprintf(&note,
                             "the clock is not to be trusted: it is not synchronised and before %s, the last "
                             "time "
                             "in the database; only boot jobs and starts by hand run until it is",
                             timestamp_format_utc(manager->untrusted_stored_usec, stored)) < 0)
                        note = NULL;
                if (note)
                        (void) string_list_push(&manager->notes, note);
                log_warning("%s", note ?: "The clock is not to be trusted");
        }
        manager_notify_manager(manager);
}

/* Returns true if the clock has become trusted. */
static bool check_trust(Manager *manager) {
        usec_t now_usec = manager_now(manager);
        usec_t boot_usec = clock_now(manager->host.clock, CLOCK_KIND_BOOTTIME);
        bool passed = now_usec >= manager->untrusted_stored_usec;
        bool synchronized = !manager->host.clock_synchronized ||
                        manager->host.clock_synchronized(manager->host.userdata);

        if (!manager->untrusted || (!passed && !synchronized && boot_usec < manager->untrusted_deadline_usec))
                return false;

        set_untrusted(manager, false);
        manager->started_usec = MAX(manager->started_usec, now_usec); /* what lies before went by unseen */
        if (!passed)
                set_back(manager, now_usec, manager->untrusted_stored_usec - now_usec);
        log_notice("The clock is taken as right now: the jobs are planned anew");
        return true;
}

void clock_watch_load(Manager *manager) {
        usec_t now_usec = manager_now(manager), latest_usec = store_latest_usec(manager->host.store);
        bool synchronized = !manager->host.clock_synchronized ||
                        manager->host.clock_synchronized(manager->host.userdata);

        dependency_clock_set_back(manager, now_usec); /* ends count, whether it is trusted or not */
        if (latest_usec <= now_usec + LATE_TOLERANCE_USEC)
                return;

        if (!synchronized && latest_usec > now_usec + UNTRUSTED_BEHIND_USEC) {
                manager->untrusted_stored_usec = latest_usec;
                manager->untrusted_deadline_usec =
                                clock_now(manager->host.clock, CLOCK_KIND_BOOTTIME) + UNTRUSTED_FOR_USEC;
                set_untrusted(manager, true);
                return;
        }
        step(manager, now_usec, now_usec - latest_usec);
}

usec_t clock_watch_wakeup(const Manager *manager) {
        usec_t boot_usec = clock_now(manager->host.clock, CLOCK_KIND_BOOTTIME);

        if (!manager->untrusted)
                return USEC_INFINITY;
        return manager_now(manager) + MAX(manager->untrusted_deadline_usec - boot_usec, (usec_t) 0);
}

/* --- changes --------------------------------------------------------------------------------------- */

/* What is counted from the end of an execution is elapsed time, whatever the clock is set to. */
static void shift_ends(Manager *manager, usec_t delta_usec) {
        ScheduledJob *job, *next;

        HASH_ITER(hh, manager->jobs, job, next) {
                if (job->last_end_usec != USEC_INFINITY)
                        job->last_end_usec = usec_add(job->last_end_usec, delta_usec);
                expectation_shift(job, delta_usec);
        }
        notification_queue_shift(manager->notifications, delta_usec);
}

/* Returns true if the plan of every job has to be looked at. */
static bool compare_clocks(Manager *manager) {
        Clocks clocks = read_clocks(manager);
        usec_t set_usec = clocks.realtime_offset_usec - manager->realtime_offset_usec;
        usec_t slept_usec = clocks.sleep_offset_usec - manager->sleep_offset_usec;
        bool was_set = set_usec >= CLOCK_STEP_MIN_USEC || set_usec <= -CLOCK_STEP_MIN_USEC;

        /* Slewing moves the clocks apart bit by bit; only what happens at once is a step. */
        manager->realtime_offset_usec = clocks.realtime_offset_usec;
        manager->sleep_offset_usec = clocks.sleep_offset_usec;

        if (slept_usec >= CLOCK_STEP_MIN_USEC)
                resumed(manager, clocks.realtime_usec, slept_usec);
        if (was_set) {
                shift_ends(manager, set_usec);
                step(manager, clocks.realtime_usec, set_usec);
        }
        return was_set || slept_usec >= CLOCK_STEP_MIN_USEC;
}

void clock_watch_check(Manager *manager) {
        bool replan = compare_clocks(manager);

        replan = check_trust(manager) || replan;
        if (replan)
                manager_replan_all(manager);
}

void manager_clock_changed(Manager *manager, ClockChange change, usec_t delta_usec) {
        usec_t now_usec;

        assert(manager);

        now_usec = manager_now(manager);
        /* The clocks themselves say it as well, and may have been asked already. */
        if (!compare_clocks(manager)) {
                if (change == CLOCK_CHANGE_RESUMED && delta_usec >= CLOCK_STEP_MIN_USEC)
                        note_gap(manager, now_usec - delta_usec, now_usec, REASON_SUSPENDED,
                                 "the host was suspended");
                else if (change == CLOCK_CHANGE_SET && delta_usec >= CLOCK_STEP_MIN_USEC)
                        note_gap(manager, now_usec - delta_usec, now_usec, REASON_CLOCK_STEP,
                                 "the clock was set forward past it");
                else if (change == CLOCK_CHANGE_SET && delta_usec <= -CLOCK_STEP_MIN_USEC)
                        set_back(manager, now_usec, -delta_usec);
        }
        (void) check_trust(manager);
        manager_replan_all(manager);
}
