/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text;
        bool is_public;
} cases[] = {
        { "8.8.8.8",                true },
        { "172.15.255.255",         true },
        { "172.32.0.0",             true },
        { "100.63.255.255",         true },
        { "100.128.0.0",            true },
        { "223.255.255.255",        true },
        { "0.0.0.0",                false },
        { "0.1.2.3",                false },
        { "10.0.0.1",               false },
        { "100.64.0.1",             false },
        { "127.0.0.1",              false },
        { "127.255.255.255",        false },
        { "169.254.169.254",        false },
        { "172.16.0.1",             false },
        { "172.31.255.255",         false },
        { "192.0.0.8",              false },
        { "192.168.1.1",            false },
        { "198.19.0.1",             false },
        { "224.0.0.1",              false },
        { "255.255.255.255",        false },
        { "2001:4860:4860::8888",   true },
        { "2a00:1450::1",           true },
        { "::",                     false },
        { "::1",                    false },
        { "::127.0.0.1",            false },
        { "::ffff:127.0.0.1",       false },
        { "::ffff:8.8.8.8",         true },
        { "::ffff:169.254.169.254", false },
        { "64:ff9b::7f00:1",        false },
        { "64:ff9b::808:808",       true },
        { "64:ff9b:1::808:808",     false },
        { "2002:7f00:1::",          false },
        { "2002:808:808::",         true },
        { "fc00::1",                false },
        { "fd12:3456::1",           false },
        { "fe80::1",                false },
        { "fec0::1",                false },
        { "ff02::1",                false },
        { "2001:db8::1",            false },
};
/* clang-format on */

START_TEST(a_range_is_public_or_not) {
        struct sockaddr_storage storage = { 0 };
        struct sockaddr_in *v4 = (struct sockaddr_in *) (void *) &storage;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) (void *) &storage;
        const struct sockaddr *address = (const struct sockaddr *) (const void *) &storage;
        bool is_v6 = strchr(cases[_i].text, ':') != NULL;

        storage.ss_family = is_v6 ? AF_INET6 : AF_INET;
        ck_assert_int_eq(
                        inet_pton(storage.ss_family, cases[_i].text,
                                  is_v6 ? (void *) &v6->sin6_addr : (void *) &v4->sin_addr),
                        1);
        ck_assert(address_is_in_public_range(address) == cases[_i].is_public);
        if (!cases[_i].is_public)
                ck_assert(!address_is_public(address));
}
END_TEST

START_TEST(other_families_are_not_public) {
        const struct sockaddr address = { .sa_family = AF_UNIX };

        ck_assert(!address_is_public(&address));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("address");
        TCase *ranges = tcase_create("ranges");

        tcase_add_loop_test(ranges, a_range_is_public_or_not, 0, ARRAY_SIZE(cases));
        tcase_add_test(ranges, other_families_are_not_public);
        suite_add_tcase(suite, ranges);
        return suite;
}
