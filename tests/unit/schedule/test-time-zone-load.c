/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schedule/time-zone.h"
#include "support/test-support.h"
#include "util/file.h"

/* clang-format off */
static const struct {
        const char *name;
        int result;
} cases[] = {
        { "Test/Good",           0 },
        { "UTC",                 0 }, /* needs no file */
        { "Etc/UTC",             0 },
        { "Test/Missing",        -ENOENT },
        { "Test",                -ENOENT }, /* a directory */
        { "Test/Good/More",      -ENOENT },
        { "Test/Damaged",        -EBADMSG },
        { "Test/Huge",           -EBADMSG },
        { "",                    -EINVAL },
        { "/etc/passwd",         -EINVAL },
        { "../zoneinfo/UTC",     -EINVAL },
        { "Test/../Test/Good",   -EINVAL },
        { "Test//Good",          -EINVAL },
        { "Test/Good/",          -EINVAL },
        { "Test Good",           -EINVAL },
        { "CET-1CEST,M3.5.0",    -EINVAL },
        { ":UTC",                -EINVAL },
        { "right/Europe/Berlin", -EINVAL },
        { "posixrules",          -EINVAL },
};
/* clang-format on */

static const char good_file[] = "TZif\0"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
                                "\0\0\16\20\0\0"
                                "TST";

static char directory[] = "/tmp/test-time-zone-XXXXXX";

static void write_file(const char *name, const void *data, size_t size) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(directory, name, &path), 0);
        ck_assert_int_eq(file_replace(path, data, size, 0644, false), 0);
}

static void remove_file(const char *name) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(directory, name, &path), 0);
        (void) remove(path);
}

static void make_directory(void) {
        static char huge[100000];
        CLEANUP_FREE char *path = NULL;

        ck_assert_ptr_nonnull(mkdtemp(directory));
        ck_assert_int_eq(path_join(directory, "Test", &path), 0);
        ck_assert_int_eq(mkdir(path, 0755), 0);
        memcpy(huge, good_file, sizeof(good_file));
        write_file("Test/Good", good_file, sizeof(good_file));
        write_file("Test/Damaged", good_file, sizeof(good_file) - 3);
        write_file("Test/Huge", huge, sizeof(huge));
        ck_assert_int_eq(setenv("TZDIR", directory, 1), 0);
}

static void remove_directory(void) {
        remove_file("Test/Good");
        remove_file("Test/Damaged");
        remove_file("Test/Huge");
        remove_file("Test");
        (void) rmdir(directory);
}

START_TEST(only_names_below_the_directory_are_loaded) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        int r = time_zone_load(cases[_i].name, &zone);

        ck_assert_msg(r == cases[_i].result, "'%s': %d", cases[_i].name, r);
        if (r == 0)
                ck_assert_str_eq(time_zone_name(zone), cases[_i].name);
        else
                ck_assert_ptr_nonnull(time_zone_strerror(r));
}
END_TEST

START_TEST(local_is_always_there) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;

        ck_assert_int_eq(time_zone_load("local", &zone), 0);
        ck_assert_int_gt(strlen(time_zone_name(zone)), 0);
}
END_TEST

START_TEST(the_cache_loads_once_until_it_is_refreshed) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *cache = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *first = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *second = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *third = NULL;
        TimeZone *missing = NULL;
        LocalTime local;

        ck_assert_int_eq(time_zone_cache_new(&cache), 0);
        ck_assert_int_eq(time_zone_cache_get(cache, "Test/Good", &first), 0);
        ck_assert_int_eq(time_zone_cache_get(cache, "Test/Good", &second), 0);
        ck_assert_ptr_eq(first, second);
        ck_assert_int_eq(time_zone_cache_get(cache, "Test/Missing", &missing), -ENOENT);

        time_zone_cache_refresh(cache);
        ck_assert_int_eq(time_zone_cache_get(cache, "Test/Good", &third), 0);
        ck_assert_ptr_ne(first, third);

        time_zone_to_local(first, 0, &local); /* the reference is still good */
        ck_assert_int_eq(local.offset_seconds, 3600);
        ck_assert_str_eq(local.abbreviation, "TST");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("time-zone-load");
        TCase *load = tcase_create("load");

        tcase_add_unchecked_fixture(load, make_directory, remove_directory);
        tcase_add_loop_test(load, only_names_below_the_directory_are_loaded, 0, ARRAY_SIZE(cases));
        tcase_add_test(load, local_is_always_there);
        tcase_add_test(load, the_cache_loads_once_until_it_is_refreshed);
        suite_add_tcase(suite, load);
        return suite;
}
