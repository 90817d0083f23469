/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Queues: slots, priorities, users, pauses, the limit of all and the start rate. */

#include <string.h>

#include "sim/story.h"

#define DUE "2026-01-01T00:01:00Z"
#define IN_IO(more) "schedule: {at: " DUE "}\ntimezone: UTC\ncommand: [/bin/true]\nqueue: io\n" more
#define PLAIN(more) "schedule: {at: " DUE "}\ntimezone: UTC\ncommand: [/bin/true]\n" more

/* Nothing is due before DUE. Each takes 10 s. */
static void prepare(void) {
        sim_init(&sim, "2026-01-01T00:00:30Z");
        sim.duration_usec = 10 * USEC_PER_SEC;
        sim_write_queue(&sim, "io", 1);
}

/* Jobs a, b, c … of one text. */
static void write_jobs(unsigned n, const char *text) {
        char name[2] = "a";

        for (unsigned i = 0; i < n; i++, name[0]++)
                sim_write_job(&sim, name, text);
}

static bool is_one_of(const SimRun *run, const char *jobs) {
        return strchr(jobs, run->job[0]) != NULL;
}

/* The most executions of these jobs that were under way at one time. */
static unsigned most_at_once(const char *jobs) {
        unsigned most = 0;

        for (size_t i = 0; i < sim.n_runs; i++) {
                unsigned n = 0;

                for (size_t k = 0; k < sim.n_runs; k++)
                        n += is_one_of(&sim.runs[i], jobs) && is_one_of(&sim.runs[k], jobs) &&
                                        sim.runs[k].started_real_usec <= sim.runs[i].started_real_usec &&
                                        (!sim.runs[k].ended ||
                                         sim.runs[k].ended_real_usec > sim.runs[i].started_real_usec);
                most = MAX(most, n);
        }
        return most;
}

/* "bca": the jobs in the order in which they were started. */
static void assert_order(const char *expected) {
        char order[SIM_JOBS_MAX * 4 + 1] = "";

        for (size_t i = 0; i < MIN(sim.n_runs, sizeof(order) - 1); i++)
                order[i] = sim.runs[i].job[0];
        ck_assert_str_eq(order, expected);
}

/* As on disk: how it is with the newest execution of the job. */
static void assert_waits(const char *name, const char *sentence) {
        CLEANUP(execution_record_done) ExecutionRecord row = { 0 };
        const ScheduledJob *job = manager_find_job(sim.manager, name);

        execution_record_init(&row);
        ck_assert_ptr_nonnull(job->executions);
        ck_assert_int_eq(store_read_execution(sim.store, job->executions->prev->record.id, &row), 1);
        ck_assert_int_eq(row.state, EXECUTION_WAITING);
        ck_assert_int_eq(row.waiting_for, WAITING_FOR_QUEUE);
        ck_assert_str_eq(row.reason_detail ?: "", sentence);
}

typedef struct Found {
        const char *name;
        QueueStatus queue;
} Found;

static int find_queue(void *userdata, const QueueStatus *queue) {
        Found *found = userdata;

        if (strcmp(queue->name, found->name) != 0)
                return 0;
        found->queue = *queue;
        return 1;
}

static void assert_queue(const char *name, uint64_t slots, uint64_t used, uint64_t waiting) {
        Found found = { .name = name };

        ck_assert_int_eq(manager_list_queues(sim.manager, find_queue, &found), 0);
        ck_assert_msg(found.queue.name, "no queue %s", name);
        ck_assert_uint_eq(found.queue.slots, slots);
        ck_assert_uint_eq(found.queue.used, used);
        ck_assert_uint_eq(found.queue.waiting, waiting);
}

/* All have run once, and every slot is free again. */
static void assert_all_ran(unsigned n) {
        char name[2] = "a";

        for (unsigned i = 0; i < n; i++, name[0]++)
                sim_expect_rows(&sim, name, "succeeded schedule " DUE "\n");
        ck_assert_uint_eq(sim.n_runs, n);
        assert_queue("io", sim.queues[0].slots, 0, 0);
}

/* --- slots ----------------------------------------------------------------------------------------- */

/* With rows that are written ahead and without. */
static void set_write_ahead(int i) {
        sim.write_ahead_usec = i == 0 ? USEC_PER_SEC : 0;
}

START_TEST(so_many_run_at_once_as_there_are_slots) {
        prepare();
        set_write_ahead(_i % 2);
        sim_write_queue(&sim, "io", 1 + (uint64_t) _i / 2);
        write_jobs(5, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        assert_queue("io", 1 + (uint64_t) _i / 2, 1 + (uint64_t) _i / 2, 4 - (uint64_t) _i / 2);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        ck_assert_uint_eq(most_at_once("abcde"), 1 + (unsigned) _i / 2);
        assert_order("abcde");
        assert_all_ran(5);
}
END_TEST

/* The row that was written ahead is enough for those that have a slot at once, however many want one. */
START_TEST(who_is_let_in_at_once_need_not_wait_for_the_disk) {
        prepare();
        set_write_ahead(0);
        sim_write_queue(&sim, "io", 2);
        write_jobs(3, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        assert_waits("c", "waiting for a slot of queue 'io' (2 of 2 in use)");
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_all_ran(3);
        ck_assert_int_eq(sim.runs[0].row_state, EXECUTION_ARMED);
        ck_assert_int_eq(sim.runs[1].row_state, EXECUTION_ARMED);
        ck_assert_int_eq(sim.runs[2].row_state, EXECUTION_STARTING);
}
END_TEST

/* The row that was written ahead names the runner that was there then, which was told nothing. */
START_TEST(what_no_runner_was_there_for_is_not_lost_with_it) {
        prepare();
        set_write_ahead(0);
        sim_write_job(&sim, "a", _i == 0 ? IN_IO("") : PLAIN(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:00:59.5Z");
        sim.runner_down = true;
        sim_kill_runner(&sim, true);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_kill_daemon(&sim);
        sim.runner_down = false;
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule " DUE "\n");
        assert_queue("io", 1, 0, 0);
}
END_TEST

START_TEST(a_queue_that_nothing_defines_has_the_default_slots) {
        prepare();
        write_jobs(2, PLAIN("queue: other\n"));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        assert_queue("other", 1, 1, 1);
        assert_waits("b", "waiting for a slot of queue 'other' (1 of 1 in use)");
        sim_run_until(&sim, "2026-01-01T00:02:00Z");
        ck_assert_uint_eq(sim.n_runs, 2);
}
END_TEST

START_TEST(the_best_priority_goes_first) {
        prepare();
        set_write_ahead(_i);
        sim_write_job(&sim, "a", IN_IO("priority: 90\n"));
        sim_write_job(&sim, "b", IN_IO(""));
        sim_write_job(&sim, "c", IN_IO("priority: 0\n"));
        sim_write_job(&sim, "d", IN_IO("priority: 10\n"));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("cdba");
}
END_TEST

START_TEST(who_has_less_running_goes_first) {
        prepare();
        set_write_ahead(_i);
        sim_write_queue(&sim, "io", 2);
        write_jobs(5, IN_IO(""));
        sim_own_job(&sim, "e", 1000);
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("aebcd");
}
END_TEST

START_TEST(a_full_queue_is_in_nobody_else_s_way) {
        prepare();
        sim.max_running = 2;
        sim_write_job(&sim, "a", IN_IO("priority: 0\n"));
        sim_write_job(&sim, "b", IN_IO("priority: 0\n"));
        sim_write_job(&sim, "c", PLAIN(""));
        sim_write_job(&sim, "d", PLAIN("queue: net\n"));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        assert_order("ac");
        assert_waits("d", "2 executions run, the limit of all");
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("acbd");
        ck_assert_uint_eq(most_at_once("abcd"), 2);
}
END_TEST

START_TEST(a_lost_one_gives_its_slot_back) {
        prepare();
        write_jobs(2, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_kill_runner(&sim, true);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        sim_expect_rows(&sim, "a", "lost runner-lost schedule " DUE "\n");
        sim_expect_rows(&sim, "b", "succeeded schedule " DUE "\n");
        assert_queue("io", 1, 0, 0);
}
END_TEST

START_TEST(what_is_stopped_while_it_waits_had_no_slot) {
        prepare();
        write_jobs(3, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_stop_execution(&sim, manager_find_job(sim.manager, "b")->executions->record.id);
        assert_queue("io", 1, 1, 1);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        sim_expect_rows(&sim, "b", "cancelled operator schedule " DUE "\n");
        assert_order("ac");
        assert_queue("io", 1, 0, 0);
}
END_TEST

START_TEST(a_start_by_hand_waits_like_others) {
        prepare();
        sim_write_job(&sim, "a", IN_IO(""));
        sim_write_job(&sim, "b", "command: [/bin/true]\nqueue: io\n");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_start_job(&sim, "b");
        ck_assert_int_eq(sim.last_result, 0);
        assert_queue("io", 1, 1, 1);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("ab");
        ck_assert_uint_eq(most_at_once("ab"), 1);
        assert_queue("io", 1, 0, 0);
}
END_TEST

/* --- changes --------------------------------------------------------------------------------------- */

START_TEST(fewer_slots_let_what_runs_go_on) {
        prepare();
        sim_write_queue(&sim, "io", 3);
        write_jobs(5, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_write_queue(&sim, "io", 1);
        sim_reload(&sim);
        assert_queue("io", 1, 3, 2);
        sim_run_until(&sim, "2026-01-01T00:01:15Z");
        assert_queue("io", 1, 1, 1);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_all_ran(5);
}
END_TEST

START_TEST(more_slots_let_others_in_at_once) {
        prepare();
        write_jobs(3, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_write_queue(&sim, "io", 2);
        sim_reload(&sim);
        sim_run(&sim, 1);
        assert_queue("io", 2, 2, 1);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_all_ran(3);
}
END_TEST

START_TEST(an_edit_takes_what_waits_to_another_queue) {
        prepare();
        write_jobs(3, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_write_job(&sim, "c", PLAIN("queue: net\n"));
        sim_reload(&sim);
        sim_run(&sim, 1);
        assert_queue("io", 1, 1, 1);
        assert_queue("net", 1, 1, 0);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("acb");
}
END_TEST

START_TEST(an_edit_changes_the_priority_of_what_waits) {
        prepare();
        write_jobs(3, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_write_job(&sim, "c", IN_IO("priority: 3\n"));
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("acb");
        assert_queue("io", 1, 0, 0);
}
END_TEST

START_TEST(what_runs_keeps_the_slot_that_it_has) {
        prepare();
        write_jobs(2, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_write_job(&sim, "a", PLAIN(""));
        sim_reload(&sim);
        assert_queue("io", 1, 1, 1);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        ck_assert_uint_eq(most_at_once("ab"), 1);
        assert_queue("io", 1, 0, 0);
}
END_TEST

START_TEST(a_removed_job_waits_no_more) {
        prepare();
        write_jobs(3, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_write_job(&sim, "b", NULL);
        sim_reload(&sim);
        assert_queue("io", 1, 1, 1);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        sim_expect_rows(&sim, "b", "cancelled job-removed schedule " DUE "\n");
        assert_order("ac");
        assert_queue("io", 1, 0, 0);
}
END_TEST

/* --- pause ----------------------------------------------------------------------------------------- */

START_TEST(a_paused_queue_starts_nothing_over_a_restart) {
        prepare();
        write_jobs(2, IN_IO(""));
        sim_write_job(&sim, "c", PLAIN(""));
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
        sim_pause_queue(&sim, "io");
        ck_assert_int_eq(sim.last_result, 0);
        if (_i == 0) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T00:05:00Z");
        assert_order("c");
        assert_queue("io", 1, 0, 2);
        assert_waits("a", "queue 'io' is paused");

        if (_i == 1) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run(&sim, USEC_PER_MINUTE);
        assert_order("c");
        sim_resume_queue(&sim, "io");
        ck_assert_int_eq(sim.last_result, 0);
        sim_run(&sim, USEC_PER_MINUTE);
        assert_order("cab");
        assert_queue("io", 1, 0, 0);
}
END_TEST

START_TEST(all_of_one_job_wait_for_slots_after_a_restart) {
        prepare();
        sim_write_queue(&sim, "io", 3);
        sim_write_job(&sim, "a", "command: [/bin/true]\noverlap: allow\nqueue: io\n");
        sim_start_daemon(&sim);
        sim_pause_queue(&sim, "io");
        for (int i = 0; i < 4; i++)
                sim_start_job(&sim, "a");
        sim_run(&sim, 1);
        assert_queue("io", 3, 0, 4);

        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
        assert_queue("io", 3, 0, 4);
        sim_resume_queue(&sim, "io");
        sim_run(&sim, USEC_PER_SEC);
        assert_queue("io", 3, 3, 1);
        sim_run(&sim, USEC_PER_MINUTE);
        assert_order("aaaa");
        assert_queue("io", 3, 0, 0);
}
END_TEST

START_TEST(what_runs_when_a_queue_is_paused_goes_on) {
        prepare();
        write_jobs(2, IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        sim_pause_queue(&sim, "io");
        sim_run_until(&sim, "2026-01-01T00:02:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule " DUE "\n");
        assert_queue("io", 1, 0, 1);
        sim_resume_queue(&sim, "io");
        sim_run(&sim, USEC_PER_MINUTE);
        assert_all_ran(2);
}
END_TEST

static int print_audit(void *userdata, const AuditRecord *record) {
        char *text = userdata;

        (void) sprintf(text + strlen(text), "%s %s %s\n", audit_event_to_string(record->event), record->user,
                       record->detail);
        return 0;
}

START_TEST(pauses_are_audited_and_said_twice_refused) {
        const AuditFilter filter = { .events = UINT32_C(1) << AUDIT_QUEUE_PAUSED |
                                                     UINT32_C(1) << AUDIT_QUEUE_RESUMED };
        char text[256] = "";

        prepare();
        sim_start_daemon(&sim);
        sim_resume_queue(&sim, "io");
        ck_assert_int_eq(sim.last_result, -EALREADY);
        sim_pause_queue(&sim, "io");
        sim_pause_queue(&sim, "io");
        ck_assert_int_eq(sim.last_result, -EALREADY);
        sim_resume_queue(&sim, "io");
        ck_assert_int_eq(sim.last_result, 0);
        sim_pause_queue(&sim, "oi");
        ck_assert_int_eq(sim.last_result, -ENOENT);
        ck_assert_int_eq(manager_list_audit(sim.manager, &filter, print_audit, text), 0);
        ck_assert_str_eq(text, "queue-resumed root queue 'io'\nqueue-paused root queue 'io'\n");
}
END_TEST

/* --- all ------------------------------------------------------------------------------------------- */

START_TEST(the_limit_of_all_holds_for_all) {
        prepare();
        set_write_ahead(_i);
        sim.max_running = 2;
        write_jobs(3, PLAIN(""));
        sim_write_job(&sim, "d", PLAIN("queue: net\n"));
        sim_write_job(&sim, "e", PLAIN("queue: net\npriority: 1\n"));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        assert_waits("c", "2 executions run, the limit of all");
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("eabcd");
        ck_assert_uint_eq(most_at_once("abcde"), 2);
}
END_TEST

START_TEST(a_row_says_that_the_limit_of_all_is_reached) {
        prepare();
        sim.max_running = 1;
        sim_write_job(&sim, "a", PLAIN(""));
        sim_write_job(&sim, "b",
                      "schedule: {at: 2026-01-01T00:01:05Z}\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:06Z");
        assert_waits("b", "1 execution runs, the limit of all");
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("ab");
}
END_TEST

START_TEST(so_many_start_in_a_second) {
        prepare();
        set_write_ahead(_i);
        sim.starts_per_second = 0.5;
        write_jobs(4, PLAIN(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");
        assert_order("abcd");
        for (size_t i = 0; i < sim.n_runs; i++)
                ck_assert_int_eq(
                                sim.runs[i].started_real_usec,
                                test_usec(DUE) + (usec_t) i * 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(a_clock_set_back_does_not_stop_the_starts) {
        prepare();
        sim.starts_per_second = 0.5;
        write_jobs(3, PLAIN(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:01Z");
        sim_step_clock(&sim, -10 * USEC_PER_SEC);
        sim_run(&sim, USEC_PER_MINUTE);
        assert_order("abc");
}
END_TEST

/* --- restarts -------------------------------------------------------------------------------------- */

START_TEST(what_runs_over_a_restart_has_its_slot) {
        prepare();
        write_jobs(4, IN_IO(""));
        sim_write_job(&sim, "d", IN_IO("priority: 1\n"));
        sim_write_job(&sim, "c", IN_IO("priority: 0\n"));
        sim.duration_usec = 5 * USEC_PER_MINUTE;
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:01:05Z");
        assert_order("c");
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:02:00Z");
        assert_queue("io", 1, 1, 3);
        assert_order("c");
        sim_run_until(&sim, "2026-01-01T00:30:00Z");
        assert_order("cdab");
        assert_all_ran(4);
}
END_TEST

#define CRASH_POINTS_MAX 200U

/* Returns true if the crash point was reached. */
static bool run_with_crash(int variant, unsigned crash_at) {
        bool reached;

        prepare();
        set_write_ahead(variant % 2);
        if (variant / 2 == 1)
                sim.max_running = 1;
        sim.crash_at = crash_at;
        write_jobs(3, variant / 2 == 1 ? PLAIN("") : IN_IO(""));
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:03:00Z");

        reached = sim.n_crashes > 0;
        ck_assert_msg(most_at_once("abc") == 1, "crash at %u", crash_at);
        assert_all_ran(3);
        sim_done(&sim);
        return reached;
}

START_TEST(no_crash_loses_a_slot_or_gives_one_too_many) {
        unsigned n = 0;

        while (n < CRASH_POINTS_MAX && run_with_crash(_i, ++n))
                continue;
        ck_assert_uint_gt(n, 20); /* there were points to crash at */
        prepare();
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "slots",    &so_many_run_at_once_as_there_are_slots, 4 },
        { "slots",    &who_is_let_in_at_once_need_not_wait_for_the_disk, 1 },
        { "slots",    &what_no_runner_was_there_for_is_not_lost_with_it, 2 },
        { "slots",    &a_queue_that_nothing_defines_has_the_default_slots, 1 },
        { "slots",    &the_best_priority_goes_first, 2 },
        { "slots",    &who_has_less_running_goes_first, 2 },
        { "slots",    &a_full_queue_is_in_nobody_else_s_way, 1 },
        { "slots",    &a_lost_one_gives_its_slot_back, 1 },
        { "slots",    &what_is_stopped_while_it_waits_had_no_slot, 1 },
        { "slots",    &a_start_by_hand_waits_like_others, 1 },
        { "changes",  &fewer_slots_let_what_runs_go_on, 1 },
        { "changes",  &more_slots_let_others_in_at_once, 1 },
        { "changes",  &an_edit_takes_what_waits_to_another_queue, 1 },
        { "changes",  &an_edit_changes_the_priority_of_what_waits, 1 },
        { "changes",  &what_runs_keeps_the_slot_that_it_has, 1 },
        { "changes",  &a_removed_job_waits_no_more, 1 },
        { "pause",    &a_paused_queue_starts_nothing_over_a_restart, 2 },
        { "pause",    &all_of_one_job_wait_for_slots_after_a_restart, 1 },
        { "pause",    &what_runs_when_a_queue_is_paused_goes_on, 1 },
        { "pause",    &pauses_are_audited_and_said_twice_refused, 1 },
        { "all",      &the_limit_of_all_holds_for_all, 2 },
        { "all",      &a_row_says_that_the_limit_of_all_is_reached, 1 },
        { "all",      &so_many_start_in_a_second, 2 },
        { "all",      &a_clock_set_back_does_not_stop_the_starts, 1 },
        { "restarts", &what_runs_over_a_restart_has_its_slot, 1 },
        { "restarts", &no_crash_loses_a_slot_or_gives_one_too_many, 4 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-queue", stories, ARRAY_SIZE(stories));
}
