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
