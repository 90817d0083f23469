/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/parameter.h"

#include <string.h>

#include "support/test-support.h"

#define T(text) ((char *) (text))

static Parameter declared_items[] = {
        { .name = (char *) "user-id", .type = PARAMETER_INTEGER, .minimum = (char *) "1", .required = true },
        { .name = (char *) "channel", .type = PARAMETER_STRING, .fallback = (char *) "sms" },
        { .name = (char *) "password", .type = PARAMETER_SECRET },
        { .name = (char *) "dry-run", .type = PARAMETER_BOOLEAN },
};
static const ParameterSet declared = { declared_items, ARRAY_SIZE(declared_items) };

/* clang-format off */
static const struct {
        char *const start[3], *const start_profile[3], *const values[3], *const profile[3];
        const char *json;  /* NULL: refused … */
        const char *error; /* … with this */
} resolve_cases[] = {
        { .values = { T("user-id=7") }, .json = "{\"user-id\":7,\"channel\":\"sms\"}" },
        { .values = { T("user-id=7"), T("dry-run=true") }, .json = "{\"user-id\":7,\"channel\":\"sms\",\"dry-run\":true}" },

        /* the strongest first */
        { .start = { T("user-id=1") }, .start_profile = { T("user-id=2") }, .values = { T("user-id=3") }, .profile = { T("user-id=4") },
          .json = "{\"user-id\":1,\"channel\":\"sms\"}" },
        { .start_profile = { T("user-id=2") }, .values = { T("user-id=3") }, .profile = { T("user-id=4") },
          .json = "{\"user-id\":2,\"channel\":\"sms\"}" },
        { .values = { T("user-id=3") }, .profile = { T("user-id=4"), T("channel=") }, .json = "{\"user-id\":3,\"channel\":\"\"}" },
        { .profile = { T("user-id=4") }, .json = "{\"user-id\":4,\"channel\":\"sms\"}" },

        /* a value may hold everything */
        { .values = { T("user-id=3"), T("channel=a=b\"${user-id}") }, .json = "{\"user-id\":3,\"channel\":\"a=b\\\"${user-id}\"}" },

        /* of a profile only what is declared */
        { .values = { T("user-id=3") }, .profile = { T("region=eu") }, .json = "{\"user-id\":3,\"channel\":\"sms\"}" },
        { .values = { T("user-id=3") }, .start_profile = { T("region=eu") }, .json = "{\"user-id\":3,\"channel\":\"sms\"}" },

        /* secrets are never shown */
        { .values = { T("user-id=3"), T("password=hunter2") }, .json = "{\"user-id\":3,\"channel\":\"sms\",\"password\":\"***\"}" },

        { .values = { T("user-id=3") }, .profile = { T("password=${credential:x}") },
          .json = "{\"user-id\":3,\"channel\":\"sms\",\"password\":\"***\"}" },
        { .values = { T("user-id=3") }, .profile = { T("password=hunter2") },
          .error = "parameter 'password' is a secret, which a profile can give as ${credential:NAME} only" },

        { .error = "parameter 'user-id' needs a value" },
        { .values = { T("user-id=3"), T("chanel=x") }, .error = "there is no parameter 'chanel'; did you mean 'channel'?" },
        { .values = { T("user-id=3") }, .start = { T("zzz=x") }, .error = "there is no parameter 'zzz'" },
        { .values = { T("user-id=0") }, .profile = { T("dry-run=yes") },
          .error = "parameter 'user-id' expects an integer of at least 1, not '0'; parameter 'dry-run' expects true or false, not 'yes'" },
        { .start = { T("x=1"), T("y=2") },
          .error = "there is no parameter 'x'; there is no parameter 'y'; parameter 'user-id' needs a value" },
};
/* clang-format on */

START_TEST(sources_go_together) {
        const ParameterSources sources = { resolve_cases[_i].start, resolve_cases[_i].start_profile,
                                           resolve_cases[_i].values, resolve_cases[_i].profile };
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP_FREE char *error = NULL;
        CLEANUP_FREE char *json = NULL;
        int r;

        r = parameter_values_resolve(&declared, &sources, &values, &error);
        if (!resolve_cases[_i].json) {
                ck_assert_int_eq(r, -EINVAL);
                ck_assert_str_eq(error, resolve_cases[_i].error);
                return;
        }
        ck_assert_msg(r == 0, "%s", error ?: "");
        ck_assert_int_eq(parameter_values_format(&declared, &values, &json), 0);
        ck_assert_str_eq(json, resolve_cases[_i].json);
}
END_TEST

START_TEST(a_job_without_parameters_takes_none) {
        static const ParameterSet none = { 0 };
        char *const given[] = { T("a=1"), NULL };
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP_FREE char *error = NULL;

        ck_assert_int_eq(parameter_values_resolve(&none, &(ParameterSources){ 0 }, &values, &error), 0);
        ck_assert_uint_eq(values.n_items, 0);
        ck_assert_int_eq(
                        parameter_values_resolve(
                                        &none, &(ParameterSources){ .start = given }, &values, &error),
                        -EINVAL);
        ck_assert_str_eq(error, "there is no parameter 'a': the job has none");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("parameter-resolve");
        TCase *resolve = tcase_create("resolve");

        tcase_add_loop_test(resolve, sources_go_together, 0, ARRAY_SIZE(resolve_cases));
        tcase_add_test(resolve, a_job_without_parameters_takes_none);
        suite_add_tcase(suite, resolve);
        return suite;
}
