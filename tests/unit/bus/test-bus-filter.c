/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/bus-filter.h"

#include <check.h>
#include <string.h>

#include "job/execution-record.h"
#include "manager/manager.h"
#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

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

static int read_filter(BusFilterKind kind, bool is_dump, BusFilter *ret) {
        ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);
        ck_assert_int_ge(sd_bus_message_rewind(message, true), 0);
        return bus_filter_read(message, NULL, kind, is_dump, ret, &error);
}

START_TEST(an_empty_filter_is_everything) {
        BusFilter filter = { .limit = 5 };

        ck_assert_int_ge(sd_bus_message_append(message, "a{sv}", 0), 0);
        ck_assert_int_eq(read_filter(BUS_FILTER_JOBS, false, &filter), 0);
        ck_assert_ptr_null(filter.names);
        ck_assert_uint_eq(filter.states, 0);
        ck_assert_uint_eq(filter.limit, 0);
        ck_assert(!filter.mine);
        ck_assert_ptr_null(bus_filter_selection(&filter));
        bus_filter_done(&filter);
}
END_TEST

START_TEST(every_key_is_read) {
        CLEANUP_FREE char *names = NULL;
        BusFilter filter = { 0 };

        ck_assert_int_ge(
                        sd_bus_message_append(
                                        message, "a{sv}", 15, "names", "as", 2, "a*", "b", "kinds", "as", 1,
                                        "ht*", "templates", "as", 1, "t", "profiles", "as", 1, "p", "tags",
                                        "as", 1, "x", "owners", "as", 2, "0", "1000", "ids", "at", 2,
                                        UINT64_C(3), UINT64_C(4), "after", "s", "m", "states", "as", 2,
                                        "failed", "missed", "since", "x", INT64_C(-5), "until", "x",
                                        INT64_C(7), "mine", "b", 1, "limit", "t", UINT64_C(9), "before", "t",
                                        UINT64_MAX, "all", "b", 1),
                        0);
        ck_assert_int_eq(read_filter(BUS_FILTER_EXECUTIONS, true, &filter), 0);
        ck_assert_int_eq(string_list_join(filter.names, " ", &names), 0);
        ck_assert_str_eq(names, "a* b");
        ck_assert_uint_eq(filter.states, 1U << EXECUTION_FAILED | 1U << EXECUTION_MISSED);
        ck_assert_int_eq(filter.since_usec, -5);
        ck_assert_int_eq(filter.until_usec, 7);
        ck_assert(filter.mine);
        ck_assert_uint_eq(filter.limit, 9);
        ck_assert_uint_eq(filter.before_id, UINT64_MAX);
        ck_assert(filter.all);
        ck_assert_str_eq(filter.selection.kinds[0], "ht*");
        ck_assert_str_eq(filter.selection.templates[0], "t");
        ck_assert_str_eq(filter.selection.profiles[0], "p");
        ck_assert_str_eq(filter.selection.tags[0], "x");
        ck_assert_uint_eq(filter.selection.n_owners, 2);
        ck_assert_uint_eq(filter.selection.owners[1], 1000);
        ck_assert_uint_eq(filter.n_ids, 2);
        ck_assert_uint_eq(filter.ids[1], 4);
        ck_assert_str_eq(filter.after, "m");
        ck_assert_ptr_eq(bus_filter_selection(&filter), &filter.selection);
        bus_filter_done(&filter);
}
END_TEST

/* clang-format off */
static const struct {
        BusFilterKind kind;
        const char *state;
        const char *fault; /* NULL: it is one */
} state_cases[] = {
        { BUS_FILTER_JOBS,       "paused",    NULL },
        { BUS_FILTER_TIMERS,     "disabled",  NULL },
        { BUS_FILTER_EXECUTIONS, "timed-out", NULL },
        { BUS_FILTER_JOBS,       "failed",    "The filter's 'states' names 'failed', which is no state of these." },
        { BUS_FILTER_EXECUTIONS, "paused",    "The filter's 'states' names 'paused', which is no state of these." },
        { BUS_FILTER_AUDIT,      "running",   "The filter's 'states' names 'running', which is no audit event." },
};
/* clang-format on */

START_TEST(a_state_must_be_one_of_the_kind) {
        BusFilter filter = { 0 };

        ck_assert_int_ge(
                        sd_bus_message_append(message, "a{sv}", 1, "states", "as", 1, state_cases[_i].state),
                        0);
        if (state_cases[_i].fault) {
                ck_assert_int_eq(read_filter(state_cases[_i].kind, false, &filter), -EINVAL);
                ck_assert_str_eq(error.message, state_cases[_i].fault);
        } else {
                ck_assert_int_eq(read_filter(state_cases[_i].kind, false, &filter), 0);
                ck_assert_int_eq(__builtin_popcount(filter.states), 1);
        }
        bus_filter_done(&filter);
}
END_TEST

/* clang-format off */
static const struct {
        const char *key, *type, *fault;
        bool is_dump;
} fault_cases[] = {
        { "nmaes", "x", "Unknown key 'nmaes' in the filter; known are names, ids, states, kinds, templates, "
                        "profiles, owners, tags, since, until, mine.", false },
        { "limit", "x", "Unknown key 'limit' in the filter; known are names, ids, states, kinds, templates, "
                        "profiles, owners, tags, since, until, mine.", false },
        { "nmaes", "x", "Unknown key 'nmaes' in the filter; known are names, ids, states, kinds, templates, "
                        "profiles, owners, tags, since, until, mine, limit, before, after, all.", true },
        { "limit", "x", "The key 'limit' in the filter must have the type 't', not 'x'.", true },
        { "names", "x", "The key 'names' in the filter must have the type 'as', not 'x'.", false },
        { "since", "t", "The key 'since' in the filter must have the type 'x', not 't'.", false },
};
/* clang-format on */

START_TEST(a_fault_names_the_key) {
        BusFilter filter = { .limit = 5 };

        ck_assert_int_ge(
                        sd_bus_message_append(
                                        message, "a{sv}", 1, fault_cases[_i].key, fault_cases[_i].type,
                                        UINT64_C(1)),
                        0);
        ck_assert_int_eq(read_filter(BUS_FILTER_JOBS, fault_cases[_i].is_dump, &filter), -EINVAL);
        ck_assert_str_eq(error.message, fault_cases[_i].fault);
        ck_assert_uint_eq(filter.limit, 5); /* untouched */
}
END_TEST

static void append_names(unsigned n, const char *name) {
        ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "{sv}"), 0);
        ck_assert_int_ge(sd_bus_message_open_container(message, 'e', "sv"), 0);
        ck_assert_int_ge(sd_bus_message_append(message, "s", "names"), 0);
        ck_assert_int_ge(sd_bus_message_open_container(message, 'v', "as"), 0);
        ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "s"), 0);
        for (unsigned i = 0; i < n; i++)
                ck_assert_int_ge(sd_bus_message_append(message, "s", name), 0);
        for (unsigned i = 0; i < 4; i++)
                ck_assert_int_ge(sd_bus_message_close_container(message), 0);
}

START_TEST(names_have_limits) {
        char name[BUS_FILTER_NAME_LENGTH_MAX + 2] = "";
        bool is_too_long = _i == 2, is_too_many = _i == 1;
        BusFilter filter = { 0 };

        memset(name, 'a', BUS_FILTER_NAME_LENGTH_MAX + is_too_long);
        append_names(BUS_FILTER_NAMES_MAX + is_too_many, name);
        ck_assert_int_eq(
                        read_filter(BUS_FILTER_JOBS, false, &filter),
                        is_too_long || is_too_many ? -EINVAL : 0);
        if (!is_too_long && !is_too_many)
                ck_assert_uint_eq(string_list_length(filter.names), BUS_FILTER_NAMES_MAX);
        bus_filter_done(&filter);
}
END_TEST

START_TEST(an_owner_that_nobody_knows_is_refused) {
        static const char *const owners[] = { "nobody-knows-them", "", "-1", "4294967295", "1x" };
        BusFilter filter = { 0 };

        ck_assert_int_ge(sd_bus_message_append(message, "a{sv}", 1, "owners", "as", 1, owners[_i]), 0);
        ck_assert_int_eq(read_filter(BUS_FILTER_JOBS, false, &filter), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error.message, "give the number"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-filter");
        TCase *filter = tcase_create("filter");

        tcase_add_checked_fixture(filter, setup, teardown);
        tcase_add_test(filter, an_empty_filter_is_everything);
        tcase_add_test(filter, every_key_is_read);
        tcase_add_loop_test(filter, a_state_must_be_one_of_the_kind, 0, ARRAY_SIZE(state_cases));
        tcase_add_loop_test(filter, a_fault_names_the_key, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(filter, names_have_limits, 0, 3);
        tcase_add_loop_test(filter, an_owner_that_nobody_knows_is_refused, 0, 5);
        suite_add_tcase(suite, filter);
        return suite;
}
