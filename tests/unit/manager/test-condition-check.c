/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/condition-check.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"

#define GIB (1024.0 * 1024 * 1024)

/* clang-format off */
static const struct {
        Condition condition;
        double value;
        const char *detail; /* NULL: it holds */
} fact_cases[] = {
        { { .kind = CONDITION_AC_POWER, .enabled = true },      1, NULL },
        { { .kind = CONDITION_AC_POWER, .enabled = true },      0, "the machine is on battery" },
        { { .kind = CONDITION_AC_POWER },                       0, NULL },
        { { .kind = CONDITION_AC_POWER },                       1, "the machine is not on battery" },
        { { .kind = CONDITION_NETWORK_ONLINE, .enabled = true }, 1, NULL },
        { { .kind = CONDITION_NETWORK_ONLINE, .enabled = true }, 0, "the network is offline" },
        { { .kind = CONDITION_NETWORK_ONLINE },                 0, NULL },
        { { .kind = CONDITION_NETWORK_ONLINE },                 1, "the network is online" },
        { { .kind = CONDITION_LOAD_BELOW, .threshold = 2 },     1.99, NULL },
        { { .kind = CONDITION_LOAD_BELOW, .threshold = 2 },     2,    "load 2.00 is not below 2.00" },
        { { .kind = CONDITION_LOAD_BELOW, .threshold = 0 },     0,    "load 0.00 is not below 0.00" },
        { { .kind = CONDITION_MEMORY_AVAILABLE, .size_bytes = 1024 }, 1024, NULL },
        { { .kind = CONDITION_MEMORY_AVAILABLE, .size_bytes = 2048 }, 1536,
          "1.5K of memory is available, less than 2K" },
        { { .kind = CONDITION_MEMORY_AVAILABLE, .size_bytes = UINT64_MAX }, 5000 * GIB,
          "4.9T of memory is available, less than 16777215.9T" },
        { { .kind = CONDITION_CPU_PRESSURE_BELOW, .threshold = 20 }, 0, NULL },
        { { .kind = CONDITION_CPU_PRESSURE_BELOW, .threshold = 20 }, 99.5, "CPU pressure 99.50% is not below 20.00%" },
};

static const struct {
        ConditionKind kind;
        bool enabled;
        ErrandResult result;
        ConditionFinding finding;
        const char *detail;
} errand_cases[] = {
        { CONDITION_PATH_EXISTS,  true,  { .text = "" },                      CONDITION_HOLDS, "" },
        { CONDITION_PATH_EXISTS,  true,  { .exit_code = 1, .text = "" },      CONDITION_FAILS, "'/x' does not exist" },
        { CONDITION_PATH_EXISTS,  false, { .exit_code = 1, .text = "" },      CONDITION_FAILS, "'/x' exists" },
        { CONDITION_PATH_CHANGED, true,  { .exit_code = 1, .text = "" },      CONDITION_FAILS,
          "'/x' has not changed since the last start" },
        { CONDITION_PATH_EXISTS,  true,  { .error = -EIO, .text = "no such user 'x'" }, CONDITION_FAILS,
          "the path cannot be looked at: no such user 'x'" },
        { CONDITION_PATH_EXISTS,  true,  { .error = -ENOTCONN, .text = "" },  CONDITION_UNKNOWN,
          "the path cannot be looked at: Transport endpoint is not connected" },
        { CONDITION_COMMAND, true, { .signal = -1, .text = "fine" },          CONDITION_HOLDS, "" },
        { CONDITION_COMMAND, true, { .exit_code = 3, .signal = -1, .text = "" }, CONDITION_FAILS,
          "the command exited with status 3" },
        { CONDITION_COMMAND, true, { .exit_code = 3, .signal = -1, .text = "not now\nlater" }, CONDITION_FAILS,
          "the command exited with status 3: not now" },
        { CONDITION_COMMAND, true, { .exit_code = -1, .signal = 9, .text = "x" }, CONDITION_FAILS,
          "the command was killed by signal 9" },
        { CONDITION_COMMAND, true, { .error = -ETIMEDOUT, .text = "it did not end in time" }, CONDITION_FAILS,
          "the command failed: it did not end in time" },
        { CONDITION_COMMAND, true, { .error = -EAGAIN, .text = "the runner has too many errands" },
          CONDITION_UNKNOWN, "the command failed: the runner has too many errands" },
};
/* clang-format on */

START_TEST(a_fact_holds_or_says_why_not) {
        char detail[CONDITION_DETAIL_MAX] = "";

        ck_assert_int_eq(
                        condition_check_fact(&fact_cases[_i].condition, fact_cases[_i].value, detail),
                        !fact_cases[_i].detail);
        ck_assert_str_eq(detail, fact_cases[_i].detail ?: "");
}
END_TEST

START_TEST(an_errand_holds_or_says_why_not) {
        const Condition condition = { .kind = errand_cases[_i].kind,
                                      .enabled = errand_cases[_i].enabled,
                                      .path = (char *) "/x" };
        char detail[CONDITION_DETAIL_MAX] = "";

        ck_assert_int_eq(
                        condition_check_errand(&condition, &errand_cases[_i].result, detail),
                        errand_cases[_i].finding);
        ck_assert_str_eq(detail, errand_cases[_i].detail);
}
END_TEST

START_TEST(what_is_long_is_cut) {
        char path[5000], detail[CONDITION_DETAIL_MAX] = "", text[1025];
        Condition condition = { .kind = CONDITION_PATH_CHANGED, .enabled = true, .path = path };
        ErrandResult result = { .exit_code = 1, .signal = -1, .text = "" };

        memset(path, 'x', sizeof(path));
        memcpy(path + sizeof(path) - 5, "/end", 5);
        ck_assert_int_eq(condition_check_errand(&condition, &result, detail), CONDITION_FAILS);
        ck_assert_ptr_nonnull(strstr(detail, "/end' has not changed since the last start"));

        for (size_t i = 0; i + 1 < sizeof(text); i += 2)
                memcpy(text + i, "\xc3\xa4", 2);
        text[sizeof(text) - 1] = '\0';
        condition.kind = CONDITION_COMMAND;
        result.text = text + 1; /* begins within a character: as it is, but not cut within another */
        ck_assert_int_eq(condition_check_errand(&condition, &result, detail), CONDITION_FAILS);
        ck_assert_uint_lt(strlen(detail), CONDITION_DETAIL_MAX);
        ck_assert_int_eq((unsigned char) detail[strlen(detail) - 1], 0xa4);
}
END_TEST

START_TEST(what_cannot_be_read_says_so) {
        char detail[CONDITION_DETAIL_MAX] = "";

        condition_explain_fact(&(Condition){ .kind = CONDITION_CPU_PRESSURE_BELOW }, -EOPNOTSUPP, detail);
        ck_assert_str_eq(detail, "this machine does not measure CPU pressure (PSI)");
        condition_explain_fact(&(Condition){ .kind = CONDITION_LOAD_BELOW }, -EACCES, detail);
        ck_assert_str_eq(detail, "cannot find out about the load: Permission denied");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("condition-check");
        TCase *tcase = tcase_create("condition-check");

        tcase_add_loop_test(tcase, a_fact_holds_or_says_why_not, 0, ARRAY_SIZE(fact_cases));
        tcase_add_loop_test(tcase, an_errand_holds_or_says_why_not, 0, ARRAY_SIZE(errand_cases));
        tcase_add_test(tcase, what_is_long_is_cut);
        tcase_add_test(tcase, what_cannot_be_read_says_so);
        suite_add_tcase(suite, tcase);
        return suite;
}
