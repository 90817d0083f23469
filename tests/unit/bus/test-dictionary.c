/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/dictionary.h"

#include <check.h>

#include "support/bus-fixture.h"
#include "support/test-support.h"

enum {
        READER_FIRST = 1 << 0,
        READER_SECOND = 1 << 1,
};

typedef struct Target {
        const char *text;
        bool flag;
        uint64_t number;
        usec_t time_usec;
        uid_t uid;
} Target;

static const DictionaryKey keys[] = {
        { DICTIONARY_TEXT("text", Target, text) },
        { DICTIONARY_FLAG("flag", Target, flag), .readers = READER_FIRST | READER_SECOND },
        { DICTIONARY_NUMBER("number", Target, number), .readers = READER_SECOND },
        { DICTIONARY_TIME("time", Target, time_usec) },
        { DICTIONARY_UID("uid", Target, uid) },
};

static const Dictionary dictionary = { "in the test", keys, ARRAY_SIZE(keys) };

static BusFixture fixture;
static sd_bus *client;
static sd_bus_message *message;
static sd_bus_error error;

static void setup(void) {
        bus_fixture_init(&fixture);
        client = bus_fixture_client(&fixture, (uid_t) -1);
        ck_assert_int_ge(sd_bus_message_new_method_call(client, &message, NULL, "/", "a.b", "C"), 0);
        error = SD_BUS_ERROR_NULL;
}

static void teardown(void) {
        sd_bus_error_free(&error);
        (void) sd_bus_message_unref(message);
        (void) sd_bus_close_unref(client);
        bus_fixture_done(&fixture);
}

static int read_back(unsigned reader, Target *target) {
        ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
        ck_assert_int_ge(sd_bus_message_rewind(message, true), 0);
        return dictionary_read(message, &dictionary, reader, target, &error);
}

START_TEST(each_kind_is_read_and_what_follows_stays) {
        Target target = { 0 };
        const char *behind;

        ck_assert_int_ge(
                        sd_bus_message_append(
                                        message, "a{sv}s", 5, "text", "s", "words", "flag", "b", 1, "number",
                                        "t", UINT64_MAX, "time", "x", INT64_C(-5), "uid", "u",
                                        UINT32_C(4294967294), "behind"),
                        0);
        ck_assert_int_ge(read_back(READER_SECOND, &target), 0);
        ck_assert_str_eq(target.text, "words");
        ck_assert(target.flag);
        ck_assert_uint_eq(target.number, UINT64_MAX);
        ck_assert_int_eq(target.time_usec, -5);
        ck_assert_uint_eq(target.uid, 4294967294);
        ck_assert_int_eq(sd_bus_message_read_basic(message, 's', &behind), 1);
        ck_assert_str_eq(behind, "behind");
}
END_TEST

START_TEST(a_key_that_comes_twice_counts_as_it_stands_last) {
        Target target = { 0 };

        ck_assert_int_ge(
                        sd_bus_message_append(
                                        message, "a{sv}", 4, "flag", "b", 1, "text", "s", "a", "flag", "b", 0,
                                        "text", "s", "b"),
                        0);
        ck_assert_int_ge(read_back(READER_FIRST, &target), 0);
        ck_assert(!target.flag);
        ck_assert_str_eq(target.text, "b");
}
END_TEST

START_TEST(an_empty_one_leaves_the_defaults) {
        Target target = { .number = 7 };

        ck_assert_int_ge(sd_bus_message_append(message, "a{sv}", 0), 0);
        ck_assert_int_ge(read_back(READER_FIRST, &target), 0);
        ck_assert_uint_eq(target.number, 7);
}
END_TEST

/* clang-format off */
static const struct {
        const char *key, *type;
        unsigned reader;
        const char *fault;
} fault_cases[] = {
        { "txet",   "t", READER_FIRST,  "Unknown key 'txet' in the test; known are text, flag, time, uid." },
        { "",       "t", READER_SECOND, "Unknown key '' in the test; known are text, flag, number, time, uid." },
        { "number", "t", READER_FIRST,  "Unknown key 'number' in the test; known are text, flag, time, uid." },
        { "number", "x", READER_SECOND, "The key 'number' in the test must have the type 't', not 'x'." },
        { "text",   "t", READER_FIRST,  "The key 'text' in the test must have the type 's', not 't'." },
        { "time",   "t", READER_FIRST,  "The key 'time' in the test must have the type 'x', not 't'." },
};
/* clang-format on */

START_TEST(a_fault_names_the_key) {
        Target target = { .number = 7 };

        ck_assert_int_ge(
                        sd_bus_message_append(
                                        message, "a{sv}", 1, fault_cases[_i].key, fault_cases[_i].type,
                                        UINT64_C(1)),
                        0);
        ck_assert_int_eq(read_back(fault_cases[_i].reader, &target), -EINVAL);
        ck_assert_str_eq(error.message, fault_cases[_i].fault);
        ck_assert_uint_eq(target.number, 7);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("dictionary");
        TCase *read = tcase_create("read");

        tcase_add_checked_fixture(read, setup, teardown);
        tcase_add_test(read, each_kind_is_read_and_what_follows_stays);
        tcase_add_test(read, a_key_that_comes_twice_counts_as_it_stands_last);
        tcase_add_test(read, an_empty_one_leaves_the_defaults);
        tcase_add_loop_test(read, a_fault_names_the_key, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, read);
        return suite;
}
