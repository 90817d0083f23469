/* SPDX-License-Identifier: GPL-2.0-or-later */

/* job-file.c by files that are shipped; with overrides and faults it is tested by test-job-loader.c. */

#include "job/job-file.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/test-support.h"

static const char *const examples[] = { "backup", "demo", "governed", "reports", "watch" };

START_TEST(the_examples_are_right) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(job_file_freep) JobFile *file = NULL;
        CLEANUP_FREE char *path = NULL;
        JobDecodeContext context = { .system_mode = true };
        JobFileReader reader = { .context = &context };

        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        context.zones = zones;
        ck_assert_int_gt(
                        asprintf(&path, "%s/etc/examples/%s.yaml", getenv("srcdir") ?: ".", examples[_i]), 0);

        ck_assert_int_eq(job_file_read_path(&reader, path, &file), 1);

        ck_assert_msg(file->diagnostics.n_items == 0, "%s",
                      file->diagnostics.n_items > 0 ? file->diagnostics.items[0].message : "");
        ck_assert_uint_gt(file->n_entries, 0);
        for (size_t i = 0; i < file->n_entries; i++)
                ck_assert_ptr_nonnull(file->entries[i].job);
        job_file_reader_rest(&reader);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job-file");
        TCase *tcase = tcase_create("job-file");

        tcase_add_loop_test(tcase, the_examples_are_right, 0, ARRAY_SIZE(examples));
        suite_add_tcase(suite, tcase);
        return suite;
}
