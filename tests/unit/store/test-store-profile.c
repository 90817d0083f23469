/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/store-fixture.h"
#include "support/test-support.h"

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
        store_fixture_open(&fixture, NULL);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

static void put(const char *name,
                JobOrigin origin,
                uint64_t revision,
                const char *definition,
                usec_t removed) {
        const StoredProfile profile = { .name = (char *) name,
                                        .origin = origin,
                                        .owner_uid = 7,
                                        .revision = revision,
                                        .definition = (char *) definition,
                                        .changed_usec = 100,
                                        .removed_usec = removed };

        ck_assert_int_eq(store_put_profile(fixture.store, &profile), 0);
}

static int print(void *userdata, const StoredProfile *profile) {
        char *text = userdata;

        ck_assert_uint_eq(profile->owner_uid, 7);
        ck_assert_int_eq(profile->changed_usec, 100);
        (void) sprintf(text + strlen(text), "%s/%s/%" PRIu64 "/%s%s ", profile->name,
                       job_origin_to_string(profile->origin), profile->revision, profile->definition,
                       profile->removed_usec == USEC_INFINITY ? "" : "/removed");
        return 0;
}

START_TEST(both_origins_of_a_name_are_there_after_a_restart) {
        char text[256] = "";

        put("europe", JOB_ORIGIN_RUNTIME, 1, "{}", USEC_INFINITY);
        put("europe", JOB_ORIGIN_FILE, 2, "{\"a\":\"1\"}", USEC_INFINITY);
        put("asia", JOB_ORIGIN_FILE, 1, "{\"b\":\"2\"}", USEC_INFINITY);
        put("asia", JOB_ORIGIN_FILE, 1, "{\"b\":\"2\"}", 200);
        store_fixture_close(&fixture);
        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_load_profiles(fixture.store, print, text), 0);
        ck_assert_str_eq(
                        text,
                        "asia/file/1/{\"b\":\"2\"}/removed europe/file/2/{\"a\":\"1\"} europe/runtime/1/{} ");
}
END_TEST

START_TEST(the_values_of_each_revision_stay) {
        char *definition = NULL;

        put("europe", JOB_ORIGIN_RUNTIME, 1, "{}", USEC_INFINITY);
        put("europe", JOB_ORIGIN_RUNTIME, 2, "{\"a\":\"1\"}", USEC_INFINITY);
        put("europe", JOB_ORIGIN_RUNTIME, 2, "{\"a\":\"1\"}", 200);
        ck_assert_int_eq(store_flush(fixture.store), 0);

        ck_assert_int_eq(store_read_profile_revision(fixture.store, "europe", 1, &definition), 1);
        ck_assert_str_eq(definition, "{}");
        free(definition);
        ck_assert_int_eq(store_read_profile_revision(fixture.store, "europe", 2, &definition), 1);
        ck_assert_str_eq(definition, "{\"a\":\"1\"}");
        free(definition);
        ck_assert_int_eq(store_read_profile_revision(fixture.store, "europe", 3, &definition), 0);
        ck_assert_int_eq(store_read_profile_revision(fixture.store, "asia", 1, &definition), 0);
}
END_TEST

static int refuse_it(void *userdata, const StoredProfile *profile) {
        return -EXDEV;
}

START_TEST(a_visitor_s_fault_goes_up) {
        put("europe", JOB_ORIGIN_RUNTIME, 1, "{}", USEC_INFINITY);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_profiles(fixture.store, refuse_it, NULL), -EXDEV);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-profile");
        TCase *profiles = tcase_create("profiles");

        tcase_add_checked_fixture(profiles, setup, teardown);
        tcase_add_test(profiles, both_origins_of_a_name_are_there_after_a_restart);
        tcase_add_test(profiles, the_values_of_each_revision_stay);
        tcase_add_test(profiles, a_visitor_s_fault_goes_up);
        suite_add_tcase(suite, profiles);
        return suite;
}
