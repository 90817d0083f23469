/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <string.h>
#include <sys/socket.h>

#include "client/client-internal.h"
#include "support/test-support.h"

static sd_bus *bus;
static sd_bus_message *message;
static int peer;

/* A message needs a connection to be of, but nobody needs to read it. */
static void setup(void) {
        int ends[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        peer = ends[1];
        ck_assert_int_ge(sd_bus_new(&bus), 0);
        ck_assert_int_ge(sd_bus_set_fd(bus, ends[0], ends[0]), 0);
        ck_assert_int_ge(sd_bus_start(bus), 0);
        ck_assert_int_ge(sd_bus_message_new_method_call(bus, &message, NULL, "/", "a.b", "C"), 0);
}

static void teardown(void) {
        (void) sd_bus_message_unref(message);
        (void) sd_bus_close_unref(bus);
        peer = fd_close(peer);
}

static void seal(void) {
        ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
        ck_assert_int_ge(sd_bus_message_rewind(message, true), 0);
}

/* clang-format off */
static const struct {
        const char *name, *type;
        int64_t value;
        const char *json;
} integer_cases[] = {
        { "Count",      "t", 7,             "7" },
        { "Count",      "t", -1,            "9223372036854775807" }, /* UINT64_MAX: more than JSON can hold */
        { "Revision",   "u", 4294967295,    "4294967295" },
        { "Priority",   "i", -5,            "-5" },
        { "Any",        "n", -32768,        "-32768" },
        { "Any",        "q", 65535,         "65535" },
        { "Any",        "y", 255,           "255" },
        { "ExitCode",   "i", 0,             "0" },
        { "ExitCode",   "i", -1,            "null" },
        { "Signal",     "i", -1,            "null" },
        { "Signal",     "i", 9,             "9" },
        { "HttpStatus", "i", -1,            "null" },
        { "HttpStatus", "i", 200,           "200" },
        { "Progress",   "i", -1,            "null" },
        { "Progress",   "i", 0,             "0" },
        { "NextDue",    "x", 1774746000000000, "\"2026-03-29T01:00:00.000000Z\"" },
        { "Pid",        "u", 0,             "null" },
        { "Pid",        "u", 12,            "12" },
        { "MemoryPeakBytes", "x", -1,       "null" },
        { "NextDue",    "x", INT64_MAX,     "null" },
        { "Started",    "x", 0,             "null" },
        { "Enabled",    "b", 1,             "true" },
        { "Enabled",    "b", 0,             "false" },
};
/* clang-format on */

START_TEST(a_number_is_what_its_name_says) {
        const char *type = integer_cases[_i].type;
        int64_t value = integer_cases[_i].value;
        CLEANUP_FREE char *text = NULL;
        json_t *json = NULL;
        int r;

        r = strchr("tx", type[0]) ? sd_bus_message_append(message, "v", type, value)
                                  : sd_bus_message_append(message, "v", type, (int) value);
        ck_assert_int_ge(r, 0);
        seal();
        ck_assert_int_ge(variant_to_json(message, integer_cases[_i].name, &json), 0);
        text = json_dumps(json, JSON_ENCODE_ANY);
        ck_assert_str_eq(text, integer_cases[_i].json);
        json_decref(json);
}
END_TEST

START_TEST(properties_are_an_object_in_snake_case) {
        CLEANUP_FREE char *text = NULL;
        json_t *json = NULL;

        ck_assert_int_ge(
                        sd_bus_message_append(
                                        message, "a{sv}", 8, "Name", "s", "a\"b", "Reason", "s", "",
                                        "StatusText", "s", "", "MemoryPeakBytes", "t", UINT64_C(4096),
                                        "CpuSeconds", "d", 1.5, "Tags", "as", 2, "x", "y", "Path", "o",
                                        "/a/b", "Later", "(is)", 1, "new"),
                        0);
        seal();
        ck_assert_int_ge(properties_to_json(message, &json), 0);
        text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
        ck_assert_str_eq(
                        text,
                        "{\"cpu_seconds\":1.5,\"later\":null,\"memory_peak_bytes\":4096,\"name\":\"a\\\"b\","
                        "\"path\":\"/a/b\",\"reason\":null,\"status_text\":null,\"tags\":[\"x\",\"y\"]}");
        json_decref(json);
}
END_TEST

START_TEST(a_fraction_may_be_unknown) {
        json_t *json = NULL;

        ck_assert_int_ge(sd_bus_message_append(message, "a{sv}", 1, "CpuSeconds", "d", -1.0), 0);
        seal();
        ck_assert_int_ge(properties_to_json(message, &json), 0);
        ck_assert(json_is_null(json_object_get(json, "cpu_seconds")));
        json_decref(json);
}
END_TEST

START_TEST(what_is_no_variant_is_refused) {
        json_t *json = NULL;

        ck_assert_int_ge(sd_bus_message_append(message, "s", "x"), 0);
        seal();
        ck_assert_int_eq(variant_to_json(message, "Name", &json), -EBADMSG);
        ck_assert_int_lt(properties_to_json(message, &json), 0);
        ck_assert_ptr_null(json);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("client-json");
        TCase *json = tcase_create("json");

        tcase_add_checked_fixture(json, setup, teardown);
        tcase_add_loop_test(json, a_number_is_what_its_name_says, 0, ARRAY_SIZE(integer_cases));
        tcase_add_test(json, properties_are_an_object_in_snake_case);
        tcase_add_test(json, a_fraction_may_be_unknown);
        tcase_add_test(json, what_is_no_variant_is_refused);
        suite_add_tcase(suite, json);
        return suite;
}
