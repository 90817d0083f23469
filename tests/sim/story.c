/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/story.h"

Sim sim;

static void teardown(void) {
        sim_done(&sim);
}

void setup(const char *now, const char *text) {
        sim_init(&sim, now);
        sim_write_job(&sim, "a", text);
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
}

void setup_join(const char *text) {
        setup("2026-01-01T00:00:00Z", BY_HAND);
        sim_write_job(&sim, "b", BY_HAND);
        sim_write_job(&sim, "d", text);
        sim_reload(&sim);
}

void start_and_end(const char *name) {
        sim_start_job(&sim, name);
        sim_run(&sim, 2 * USEC_PER_SEC);
}

Suite *story_suite(const char *name, const Story *stories, size_t n_stories) {
        Suite *suite = suite_create(name);

        for (size_t i = 0; i < n_stories; i++) {
                TCase *tcase = tcase_create(stories[i].theme);

                tcase_add_checked_fixture(tcase, NULL, teardown);
                tcase_set_timeout(tcase, 120);
                tcase_add_loop_test(tcase, *stories[i].test, 0, stories[i].n);
                suite_add_tcase(suite, tcase);
        }
        return suite;
}
