/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/size.h"

#include <errno.h>

#include "support/test-support.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define TIB (KIB * GIB)

/* clang-format off */
static const struct {
        const char *text;
        int r;
        uint64_t size;
} parse_cases[] = {
        { "0",                     0, 0 },
        { "4096",                  0, 4096 },
        { "12B",                   0, 12 },
        { "64K",                   0, 64 * KIB },
        { "2G",                    0, 2 * GIB },
        { "3T",                    0, 3 * TIB },
        { "1.5M",                  0, 3 * MIB / 2 },
        { "0.1K",                  0, 102 },
        { "007K",                  0, 7 * KIB },
        { "1.000000000000000000000000001K", 0, KIB },
        { "18446744073709551615",  0, UINT64_MAX },
        { "16777215.9T",           0, UINT64_C(18446743963758388838) },
        { "18446744073709551616",  -ERANGE, 0 },
        { "18014398509481984K",    -ERANGE, 0 },
        { "16777216T",             -ERANGE, 0 },
        { "999999999999999999999999999999999999999999T", -ERANGE, 0 },
        { "",                      -EINVAL, 0 },
        { "K",                     -EINVAL, 0 },
        { "-1",                    -EINVAL, 0 },
        { "+1",                    -EINVAL, 0 },
        { "1k",                    -EINVAL, 0 },
        { "1KB",                   -EINVAL, 0 },
        { "1KK",                   -EINVAL, 0 },
        { "1P",                    -EINVAL, 0 },
        { "1 K",                   -EINVAL, 0 },
        { " 1K",                   -EINVAL, 0 },
        { "1K ",                   -EINVAL, 0 },
        { "1.K",                   -EINVAL, 0 },
        { ".5K",                   -EINVAL, 0 },
        { "1.5",                   -EINVAL, 0 },
        { "1.5B",                  -EINVAL, 0 },
        { "1.5.5K",                -EINVAL, 0 },
        { "0x10",                  -EINVAL, 0 },
        { "1e3",                   -EINVAL, 0 },
};

static const struct {
        uint64_t size;
        const char *text;
} format_cases[] = {
        { 0,              "0B"    },
        { 12,             "12B"   },
        { 1023,           "1023B" },
        { KIB,            "1K"    },
        { KIB + 1,        "1K"    },
        { 64 * KIB,       "64K"   },
        { 3 * MIB / 2,    "1.5M"  },
        { MIB - 1,        "1023.9K" },
        { 2 * GIB,        "2G"    },
        { 5 * TIB / 2,    "2.5T"  },
        { UINT64_MAX,     "16777215.9T" },
};
/* clang-format on */

START_TEST(parse_reads_whole_and_broken_sizes) {
        uint64_t size = 77;

        ck_assert_int_eq(size_parse(parse_cases[_i].text, &size), parse_cases[_i].r);
        ck_assert_uint_eq(size, parse_cases[_i].r == 0 ? parse_cases[_i].size : 77);
}
END_TEST

START_TEST(format_has_at_most_one_decimal) {
        char buffer[SIZE_FORMAT_MAX];
        uint64_t size = 0;

        ck_assert_str_eq(size_format(format_cases[_i].size, buffer), format_cases[_i].text);
        ck_assert_int_eq(size_parse(buffer, &size), 0);
        ck_assert_uint_le(size, format_cases[_i].size);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("size");
        TCase *size = tcase_create("size");

        tcase_add_loop_test(size, parse_reads_whole_and_broken_sizes, 0, ARRAY_SIZE(parse_cases));
        tcase_add_loop_test(size, format_has_at_most_one_decimal, 0, ARRAY_SIZE(format_cases));
        suite_add_tcase(suite, size);
        return suite;
}
