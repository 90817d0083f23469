/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Definitions at run time over a socketpair: who may change what, under which name, and what is said. */

#include <string.h>

#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

#define USER_UID 4242U
#define OTHER_UID 4343U
#define GOOD "command: [/bin/true]\n"

static const BusFixtureJob jobs[] = {
        { "alpha", GOOD, 0 },
};

static BusFixture fixture;
static sd_bus *root, *user, *other;

static void setup(void) {
        bus_fixture_init(&fixture);
        fixture.answers_lookups = true;
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
        root = bus_fixture_client(&fixture, (uid_t) -1);
        user = bus_fixture_client(&fixture, USER_UID);
        other = bus_fixture_client(&fixture, OTHER_UID);
}

static void teardown(void) {
        (void) sd_bus_close_unref(root);
        (void) sd_bus_close_unref(user);
        (void) sd_bus_close_unref(other);
        bus_fixture_done(&fixture);
}

static void create(sd_bus *client, const char *name) {
        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "CreateJob", "ss", name, GOOD));
}

static sd_bus_message *call(sd_bus *client, const char *member, const char *types, const char *name) {
        if (strcmp(types, "ss") == 0)
                return bus_fixture_call(
                                &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, member, types, name, GOOD);
        if (strcmp(types, "sst") == 0)
                return bus_fixture_call(
                                &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, member, types, name, GOOD,
                                (uint64_t) 0);
        if (strcmp(types, "su") == 0)
                return bus_fixture_call(
                                &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, member, types, name, 1U);
        return bus_fixture_call(&fixture, client, MANAGER_PATH, MANAGER_INTERFACE, member, types, name);
}

static bool is_there(const char *name) {
        return manager_find_job(fixture.manager, name) != NULL;
}

START_TEST(a_dump_of_definitions_can_be_made_again) {
        CLEANUP_FREE char *text = NULL;
        sd_bus_message *reply;
        int fd;

        create(root, "beta");
        reply = bus_fixture_ask(&fixture, root, "Dump", "sa{sv}", "definitions", 1, "names", "as", 1, "beta");
        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        text = test_read_fd(fd, NULL);
        (void) sd_bus_message_unref(reply);
        ck_assert_ptr_nonnull(strstr(text, "{\"name\":\"beta\","));
        ck_assert_ptr_nonnull(
                        strstr(text,
                               "\"owner_uid\":0,\"origin\":\"runtime\",\"revision\":1,"
                               "\"source\":\"command: [/bin/true]\\n\",\"definition\":\"command:\\n  - "
                               "/bin/true\\n\","
                               "\"paused\":false,\"paused_until\":null,\"one_shot\":false,"
                               "\"pending\":false,\"file\":null}\n"));
}
END_TEST

/* clang-format off */
static const struct {
        const char *key, *type;
        int64_t value;
        bool is_paused;
        usec_t until_usec;
} pauses[] = {
        { "paused",       "b", 1,             true,  USEC_INFINITY },
        { "paused",       "b", 0,             false, USEC_INFINITY },
        { "paused-until", "x", 0,             true,  USEC_INFINITY },
        { "paused-until", "x", INT64_MAX - 1, true,  INT64_MAX - 1 },
        { "paused-until", "x", 1,             false, USEC_INFINITY }, /* it is over */
        { "paused-until", "x", -1,            false, USEC_INFINITY },
};
/* clang-format on */

static void put(const char *key, const char *type, int64_t value) {
        sd_bus_message *reply;

        if (*type == 'b')
                reply = bus_fixture_ask(
                                &fixture, root, "ChangeJobs", "aa{sv}b", 1, 4, "kind", "s", "put", "name",
                                "s", "beta", "definition", "s", GOOD, key, type, (int) value, 0);
        else
                reply = bus_fixture_ask(
                                &fixture, root, "ChangeJobs", "aa{sv}b", 1, 4, "kind", "s", "put", "name",
                                "s", "beta", "definition", "s", GOOD, key, type, value, 0);
        (void) sd_bus_message_unref(reply);
}

START_TEST(what_is_put_may_be_paused) {
        bool is_new = _i % 2 == 0;
        const ScheduledJob *job;

        if (!is_new)
                create(root, "beta");
        put(pauses[_i / 2].key, pauses[_i / 2].type, pauses[_i / 2].value);
        job = manager_find_job(fixture.manager, "beta");
        ck_assert_int_eq(job->stored.paused_since_usec != USEC_INFINITY, pauses[_i / 2].is_paused);
        ck_assert_int_eq(job->stored.paused_until_usec, pauses[_i / 2].until_usec);
}
END_TEST

START_TEST(a_users_job_has_the_users_name_and_uid) {
        create(user, "mine");
        ck_assert(is_there("user-4242/mine"));
        ck_assert_uint_eq(manager_find_job(fixture.manager, "user-4242/mine")->stored.owner_uid, USER_UID);
        ck_assert(!is_there("mine"));
        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, user, "GetSource", "s", "mine"));
        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, user, "DeleteJob", "s", "mine"));
        ck_assert(!is_there("user-4242/mine"));
}
END_TEST

/* clang-format off */
static const struct {
        const char *member, *types, *name, *error;
        bool as_other;
} refusals[] = {
        { "CreateJob",  "ss",  "root/x",         SD_BUS_ERROR_ACCESS_DENIED },
        { "CreateJob",  "ss",  "user-4343/x",    SD_BUS_ERROR_ACCESS_DENIED },
        { "CreateJob",  "ss",  "../x",           SD_BUS_ERROR_ACCESS_DENIED },
        { "CreateJob",  "ss",  "user-4242/a/b",  ERROR_INVALID_DEFINITION },
        { "CreateJob",  "ss",  "",               ERROR_INVALID_DEFINITION },
        { "CreateJob",  "ss",  "mine",           ERROR_JOB_EXISTS },
        { "ReplaceJob", "sst", "alpha",          ERROR_NO_SUCH_JOB },
        { "DeleteJob",  "s",   "alpha",          ERROR_NO_SUCH_JOB },
        { "DeleteJob",  "s",   "beta",           ERROR_NO_SUCH_JOB },
        { "GetSource",  "s",   "beta",           ERROR_NO_SUCH_JOB },
        { "SkipJob",    "su",  "beta",           ERROR_NO_SUCH_JOB },
        { "GetSource",  "s",   "user-4242/mine", ERROR_NO_SUCH_JOB, .as_other = true },
        { "DeleteJob",  "s",   "user-4242/mine", ERROR_NO_SUCH_JOB, .as_other = true },
        { "ReplaceJob", "sst", "user-4242/mine", ERROR_NO_SUCH_JOB, .as_other = true },
        { "CreateJob",  "ss",  "user-4242/mine", SD_BUS_ERROR_ACCESS_DENIED, .as_other = true },
};
/* clang-format on */

START_TEST(nobody_touches_what_is_anothers) {
        create(root, "beta");
        create(user, "mine");
        test_expect_error(
                        call(refusals[_i].as_other ? other : user, refusals[_i].member, refusals[_i].types,
                             refusals[_i].name),
                        refusals[_i].error);
        ck_assert(is_there("beta"));
        ck_assert(is_there("user-4242/mine"));
        ck_assert_uint_eq(manager_find_job(fixture.manager, "user-4242/mine")->stored.revision, 1);
}
END_TEST

START_TEST(root_may_make_a_job_for_somebody) {
        test_expect_error(call(root, "CreateJob", "ss", "user-4242/x"), SD_BUS_ERROR_INVALID_ARGS);
        (void) sd_bus_message_unref(bus_fixture_ask(
                        &fixture, root, "ChangeJobs", "aa{sv}b", 1, 4, "kind", "s", "create", "name", "s",
                        "user-4242/x", "owner", "u", USER_UID, "definition", "s", GOOD, 0));
        ck_assert_uint_eq(manager_find_job(fixture.manager, "user-4242/x")->stored.owner_uid, USER_UID);
}
END_TEST

/* By no kind of change: the job would run as root. */
START_TEST(a_users_name_makes_no_job_of_root) {
        static const char *const kinds[] = { "create", "put" };

        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
                test_expect_error(
                                bus_fixture_call(
                                                &fixture, root, MANAGER_PATH, MANAGER_INTERFACE, "ChangeJobs",
                                                "aa{sv}b", 1, 3, "kind", "s", kinds[i], "name", "s",
                                                "user-4242/x", "definition", "s", GOOD, 0),
                                SD_BUS_ERROR_INVALID_ARGS);
        ck_assert(!is_there("user-4242/x"));
}
END_TEST

START_TEST(a_user_makes_jobs_for_nobody_else) {
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, user, MANAGER_PATH, MANAGER_INTERFACE, "ChangeJobs",
                                        "aa{sv}b", 1, 4, "kind", "s", "create", "name", "s", "x", "owner",
                                        "u", 0U, "definition", "s", GOOD, 0),
                        SD_BUS_ERROR_ACCESS_DENIED);
}
END_TEST

/* A rename cannot take a job to another's name. */
START_TEST(a_renamed_job_stays_its_owners) {
        static const char *const names[] = { "user-4343/x", "root/x" };

        create(user, "mine");
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                test_expect_error(
                                bus_fixture_call(
                                                &fixture, user, MANAGER_PATH, MANAGER_INTERFACE, "ChangeJobs",
                                                "aa{sv}b", 1, 3, "kind", "s", "rename", "name", "s", "mine",
                                                "new-name", "s", names[i], 0),
                                SD_BUS_ERROR_INVALID_ARGS);
        (void) sd_bus_message_unref(
                        bus_fixture_ask(&fixture, user, "ChangeJobs", "aa{sv}b", 1, 3, "kind", "s", "rename",
                                        "name", "s", "mine", "new-name", "s", "other", 0));
        ck_assert(is_there("user-4242/other"));
}
END_TEST

START_TEST(what_is_missing_in_a_change_is_named) {
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, root, MANAGER_PATH, MANAGER_INTERFACE, "ChangeJobs",
                                        "aa{sv}b", 1, 1, "kind", "s", "delete", 0),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, root, MANAGER_PATH, MANAGER_INTERFACE, "ChangeJobs",
                                        "aa{sv}b", 1, 2, "kind", "s", "delete", "name", "u", 7U, 0),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, root, MANAGER_PATH, MANAGER_INTERFACE, "ChangeJobs",
                                        "aa{sv}b", 1, 2, "kind", "s", "explode", "name", "s", "x", 0),
                        SD_BUS_ERROR_INVALID_ARGS);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-change");
        TCase *change = tcase_create("change");

        tcase_add_checked_fixture(change, setup, teardown);
        tcase_add_test(change, a_dump_of_definitions_can_be_made_again);
        tcase_add_loop_test(change, what_is_put_may_be_paused, 0, 2 * ARRAY_SIZE(pauses));
        tcase_add_test(change, a_users_job_has_the_users_name_and_uid);
        tcase_add_loop_test(change, nobody_touches_what_is_anothers, 0, ARRAY_SIZE(refusals));
        tcase_add_test(change, root_may_make_a_job_for_somebody);
        tcase_add_test(change, a_users_name_makes_no_job_of_root);
        tcase_add_test(change, a_user_makes_jobs_for_nobody_else);
        tcase_add_test(change, a_renamed_job_stays_its_owners);
        tcase_add_test(change, what_is_missing_in_a_change_is_named);
        suite_add_tcase(suite, change);
        return suite;
}
