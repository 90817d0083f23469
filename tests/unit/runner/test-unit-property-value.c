/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-property-value.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>

#include "support/test-support.h"
#include "util/string-list.h"

#define WRONG (UINT64_MAX - 1)

/* clang-format off */
static const struct {
        UnitPropertyKind kind;
        const char *text;
        uint64_t value; /* WRONG: it is none */
} number_cases[] = {
        { UNIT_BYTES, "512", 512 },
        { UNIT_BYTES, "512M", UINT64_C(512) << 20 },
        { UNIT_BYTES, "1.5K", 1536 },
        { UNIT_BYTES, "2GiB", UINT64_C(2) << 30 },
        { UNIT_BYTES, "infinity", UINT64_MAX },
        { UNIT_BYTES, "", WRONG },
        { UNIT_BYTES, "-1", WRONG },
        { UNIT_BYTES, "12 x", WRONG },
        { UNIT_BYTES, "99999999999E", WRONG },
        { UNIT_TASKS, "20", 20 },
        { UNIT_TASKS, "infinity", UINT64_MAX },
        { UNIT_TASKS, "2k", WRONG },
        { UNIT_WEIGHT, "100", 100 },
        { UNIT_WEIGHT, "idle", 0 },
        { UNIT_WEIGHT, "infinity", WRONG },
        { UNIT_QUOTA, "50%", 500000 },
        { UNIT_QUOTA, "150%", 1500000 },
        { UNIT_QUOTA, "12.5%", 125000 },
        { UNIT_QUOTA, "0.25%", 2500 },
        { UNIT_QUOTA, "50", WRONG },
        { UNIT_QUOTA, "0%", WRONG },
        { UNIT_DURATION, "90", 90 * USEC_PER_SEC },
        { UNIT_DURATION, "1min 30s", 90 * USEC_PER_SEC },
        { UNIT_DURATION, "infinity", UINT64_MAX },
        { UNIT_DURATION, "soon", WRONG },
        { UNIT_LIMIT_SECONDS, "1500ms", 2 },
        { UNIT_LIMIT_USEC, "7", 7 },
        { UNIT_LIMIT_USEC, "7ms", 7000 },
        { UNIT_LIMIT_NUMBER, "1024", 1024 },
        { UNIT_TEXT, "1", WRONG },
};

static const struct {
        const char *text;
        int32_t value; /* 0: it is none */
} signal_cases[] = {
        { "TERM", SIGTERM }, { "SIGHUP", SIGHUP }, { "9", 9 }, { "TREM", 0 }, { "0", 0 }, { "999", 0 }, { "", 0 },
};

static const struct {
        const char *text;
        int count; /* -1: it is no list */
        const char *words[4];
} word_cases[] = {
        { "", 0, { NULL } },
        { "  a  b\tc ", 3, { "a", "b", "c" } },
        { "A='x y' \"B=1 2\"", 2, { "A=x y", "B=1 2" } },
        { "a\\ b ''", 2, { "a b", "" } },
        { "'a", -1, { NULL } },
        { "a\\", -1, { NULL } },
};

static const struct {
        const char *text;
        int size; /* -1: it is none */
        uint8_t first, second;
} cpu_cases[] = {
        { "0-3 8", 2, 0x0f, 0x01 }, { "1,3", 1, 0x0a, 0 }, { "", 0, 0, 0 }, { "3-1", -1, 0, 0 }, { "9999", -1, 0, 0 }, { "x", -1, 0, 0 },
};
/* clang-format on */

START_TEST(numbers) {
        uint64_t value = WRONG;
        int r = unit_value_number(number_cases[_i].kind, number_cases[_i].text, &value);

        ck_assert_int_eq(r, number_cases[_i].value == WRONG ? -EINVAL : 0);
        if (r >= 0)
                ck_assert_uint_eq(value, number_cases[_i].value);
}
END_TEST

START_TEST(signals) {
        int32_t value = 0;
        int r = unit_value_signal(signal_cases[_i].text, &value);

        ck_assert_int_eq(r, signal_cases[_i].value == 0 ? -EINVAL : 0);
        if (r >= 0)
                ck_assert_int_eq(value, signal_cases[_i].value);
}
END_TEST

START_TEST(real_time_signals) {
        int32_t value;

        ck_assert_int_eq(unit_value_signal("RTMIN+3", &value), 0);
        ck_assert_int_eq(value, SIGRTMIN + 3);
        ck_assert_int_eq(unit_value_signal("SIGRTMAX-1", &value), 0);
        ck_assert_int_eq(value, SIGRTMAX - 1);
        ck_assert_int_eq(unit_value_signal("RTMAX+1", &value), -EINVAL);
}
END_TEST

START_TEST(words) {
        CLEANUP(string_list_freep) char **list = NULL;
        int r = unit_value_words(word_cases[_i].text, &list);

        ck_assert_int_eq(r, word_cases[_i].count < 0 ? -EINVAL : 0);
        if (r < 0)
                return;
        ck_assert_int_eq((int) string_list_length(list), word_cases[_i].count);
        for (int i = 0; i < word_cases[_i].count; i++)
                ck_assert_str_eq(list[i], word_cases[_i].words[i]);
}
END_TEST

START_TEST(cpus) {
        uint8_t mask[UNIT_CPUS_MAX / 8];
        size_t size = 0;
        int r = unit_value_cpus(cpu_cases[_i].text, mask, &size);

        ck_assert_int_eq(r, cpu_cases[_i].size < 0 ? -EINVAL : 0);
        if (r < 0)
                return;
        ck_assert_uint_eq(size, cpu_cases[_i].size);
        ck_assert_uint_eq(mask[0], cpu_cases[_i].first);
        ck_assert_uint_eq(mask[1], cpu_cases[_i].second);
}
END_TEST

START_TEST(masks_and_the_rest) {
        uint64_t mask;
        uint32_t number;
        bool yes = false;

        ck_assert_int_eq(unit_value_capabilities("CAP_CHOWN CAP_KILL", &mask), 0);
        ck_assert_uint_eq(mask, 1 << 0 | 1 << 5);
        ck_assert_int_eq(unit_value_capabilities("~CAP_CHOWN", &mask), 0);
        ck_assert_uint_eq(mask, ((UINT64_C(1) << 41) - 1) & ~UINT64_C(1));
        ck_assert_int_eq(unit_value_capabilities("CAP_NONE", &mask), -EINVAL);
        ck_assert_int_eq(unit_value_namespaces("user net", &mask), 0);
        ck_assert_uint_eq(mask, CLONE_NEWUSER | CLONE_NEWNET);
        ck_assert_int_eq(unit_value_namespaces("yes", &mask), 0);
        ck_assert_uint_eq(mask, 0);
        ck_assert_int_eq(unit_value_mode("0027", &number), 0);
        ck_assert_uint_eq(number, 027);
        ck_assert_int_eq(unit_value_mode("8", &number), -EINVAL);
        ck_assert_int_eq(unit_value_scale("50%", &number), 0);
        ck_assert_uint_eq(number, UINT32_MAX / 2);
        ck_assert_int_eq(unit_value_scale("101%", &number), -EINVAL);
        ck_assert_int_eq(unit_value_boolean("Yes", &yes), 0);
        ck_assert(yes);
        ck_assert_int_eq(unit_value_boolean("maybe", &yes), -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("unit-property-value");
        TCase *values = tcase_create("values");

        tcase_add_loop_test(values, numbers, 0, ARRAY_SIZE(number_cases));
        tcase_add_loop_test(values, signals, 0, ARRAY_SIZE(signal_cases));
        tcase_add_test(values, real_time_signals);
        tcase_add_loop_test(values, words, 0, ARRAY_SIZE(word_cases));
        tcase_add_loop_test(values, cpus, 0, ARRAY_SIZE(cpu_cases));
        tcase_add_test(values, masks_and_the_rest);
        suite_add_tcase(suite, values);
        return suite;
}
