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
        { "right/Europe/Berlin", -EOPNOTSUPP },
        { "posixrules",          -EOPNOTSUPP },
        { "localtime",           -EOPNOTSUPP },
        { "..",                  -EINVAL },
        { "Test/..",             -EINVAL },
        { "./Test/Good",         -EINVAL },
        { "-Test/Good",          -EINVAL },
        { "Test/Alias",          0 },
        { "Test/Round",          -ELOOP }, /* a link to itself */
        { "Test/Dangling",       -ENOENT },
        { "Test/Pipe",           -ENOENT }, /* which nobody waits for */
        { "Test/Empty",          -EBADMSG },
        { "Test/Text",           -EBADMSG },
        { "Test/Leap",           -EBADMSG }, /* a file of "right/" under another name */
};
/* clang-format on */

static const char good_file[] = "TZif\0"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
                                "\0\0\16\20\0\0"
                                "TST";

/* The same, but for one leap second. */
static const char leap_file[] = "TZif\0"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\4"
                                "\0\0\16\20\0\0"
                                "TST\0"
                                "\0\0\1\0\0\0\0";

static const char *const files[] = { "Test/Good",  "Test/Damaged",  "Test/Huge", "Test/Alias",
                                     "Test/Round", "Test/Dangling", "Test/Pipe", "Test/Empty",
                                     "Test/Text",  "Test/Leap" };

static char directory[] = "/tmp/test-time-zone-XXXXXX";

static void write_file(const char *name, const void *data, size_t size) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(directory, name, &path), 0);
        ck_assert_int_eq(file_replace(path, data, size, 0644, false), 0);
}

static void make_link(const char *target, const char *name) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(directory, name, &path), 0);
        ck_assert_int_eq(symlink(target, path), 0);
}

static void make_pipe(const char *name) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(directory, name, &path), 0);
        ck_assert_int_eq(mkfifo(path, 0644), 0);
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
        write_file("Test/Empty", "", 0);
        write_file("Test/Text", "CET-1CEST,M3.5.0,M10.5.0/3\n", 27);
        write_file("Test/Leap", leap_file, sizeof(leap_file));
        make_link("Good", "Test/Alias");
        make_link("Round", "Test/Round");
        make_link("Nothing", "Test/Dangling");
        make_pipe("Test/Pipe");
        ck_assert_int_eq(setenv("TZDIR", directory, 1), 0);
}

static void remove_directory(void) {
        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                remove_file(files[i]);
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
        uint64_t generation;
        LocalTime local;

        ck_assert_int_eq(time_zone_cache_new(&cache), 0);
        ck_assert_int_eq(time_zone_cache_get(cache, "Test/Good", &first), 0);
        ck_assert_int_eq(time_zone_cache_get(cache, "Test/Good", &second), 0);
        ck_assert_ptr_eq(first, second);
        ck_assert_int_eq(time_zone_cache_get(cache, "Test/Missing", &missing), -ENOENT);

        generation = time_zone_cache_generation(cache);
        time_zone_cache_refresh(cache);
        ck_assert_uint_gt(time_zone_cache_generation(cache), generation);
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
