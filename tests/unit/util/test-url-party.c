/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/url-party.h"

#include "support/test-support.h"
#include "util/types.h"

/* clang-format off */
static const struct {
        const char *meant, *other;
        bool same;
} cases[] = {
        { "http://h/a",          "http://h/b?c",         true },
        { "http://h/a",          "http://h:80/",         true },
        { "http://h/a",          "HTTP://H/",            true },
        { "http://h/a",          "https://h/a",          true },
        { "http://h/a",          "https://h:8443/a",     true },
        { "http://ann:x@h/",     "http://h/",            true },
        { "http://h:81/",        "http://h/",            false },
        { "https://h/",          "http://h/",            false },
        { "https://h/",          "http://h:443/",        false },
        { "http://h/",           "http://i/",            false },
        { "http://h/",           "http://h.example/",    false },
        { "http://h/",           "http://h@i/",          false },
        { "http://h/",           "http://i/@h/",         false },
        { "http://h/",           "http://i#@h/",         false },
        { "http://127.0.0.1/",   "http://localhost/",    false },
        { "http://[::1]/",       "http://[::1]:80/",     true },
        { "http://h/",           "",                     false },
        { "http://h/",           "ftp://h/",             false },
        { "none",                "none",                 false },
};
/* clang-format on */

START_TEST(who_is_the_same) {
        ck_assert_int_eq(url_is_same_party(cases[_i].meant, cases[_i].other), cases[_i].same);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("url-party");
        TCase *tcase = tcase_create("party");

        tcase_add_loop_test(tcase, who_is_the_same, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
