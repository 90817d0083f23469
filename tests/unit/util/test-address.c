/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *address;
        bool is_public;
} cases[] = {
        { "1.1.1.1", true }, { "8.8.8.8", true }, { "93.184.216.34", true },
        { "0.0.0.0", false }, { "0.1.2.3", false },
        { "9.255.255.255", true }, { "10.0.0.0", false }, { "10.255.255.255", false }, { "11.0.0.0", true },
        { "100.63.255.255", true }, { "100.64.0.0", false }, { "100.127.255.255", false }, { "100.128.0.0", true },
        { "127.0.0.1", false }, { "127.255.255.255", false }, { "128.0.0.1", true },
        { "169.253.255.255", true }, { "169.254.169.254", false }, { "169.255.0.0", true },
        { "172.15.255.255", true }, { "172.16.0.0", false }, { "172.31.255.255", false }, { "172.32.0.0", true },
        { "192.0.0.192", false }, { "192.0.2.1", false }, { "192.88.99.1", false },
        { "192.167.255.255", true }, { "192.168.0.1", false }, { "192.169.0.0", true },
        { "198.17.255.255", true }, { "198.18.0.1", false }, { "198.19.255.255", false }, { "198.51.100.1", false },
        { "203.0.113.1", false },
        { "223.255.255.255", true }, { "224.0.0.1", false }, { "240.0.0.1", false }, { "255.255.255.255", false },

        { "2606:4700::1111", true }, { "2a00:1450:4001::1", true },
        { "::", false }, { "::1", false }, { "::2", false }, { "::7f00:1", false },
        { "::ffff:127.0.0.1", false }, { "::ffff:10.0.0.1", false }, { "::ffff:8.8.8.8", true },
        { "::ffff:0:127.0.0.1", false }, { "::ffff:0:8.8.8.8", true },
        { "64:ff9b::7f00:1", false }, { "64:ff9b::a9fe:a9fe", false }, { "64:ff9b::808:808", true },
        { "64:ff9b:1::808:808", false },
        { "2002:7f00:1::1", false }, { "2002:c0a8:1::1", false }, { "2002:808:808::1", true },
        { "2001:0:808:808::80ff:fffe", false },  /* the client is 127.0.0.1 */
        { "2001:0:7f00:1::f7f7:f7f7", false },   /* the server is */
        { "2001:0:808:808::f7f7:f7f7", true },
        { "100::1", false }, { "2001:db8::1", false }, { "2001:2::1", false }, { "2001:10::1", false },
        { "3fff::1", false }, { "5f00::1", false },
        { "fc00::1", false }, { "fd12:3456::1", false }, { "fe80::1", false }, { "febf::1", false },
        { "fec0::1", false }, { "ff02::1", false },
};
/* clang-format on */

static void parse(const char *text, struct sockaddr_storage *ret) {
        struct sockaddr_in *v4 = (struct sockaddr_in *) (void *) ret;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) (void *) ret;

        *ret = (struct sockaddr_storage){ 0 };
        if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
                v4->sin_family = AF_INET;
        } else {
                ck_assert_int_eq(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
                v6->sin6_family = AF_INET6;
        }
}

START_TEST(what_is_public) {
        struct sockaddr_storage address;

        parse(cases[_i].address, &address);
        ck_assert_msg(address_is_in_public_range((const struct sockaddr *) (const void *) &address) ==
                                      cases[_i].is_public,
                      "%s", cases[_i].address);
}
END_TEST

START_TEST(what_is_not_is_never_reached) {
        struct sockaddr_storage address;

        parse(cases[_i].address, &address);
        if (!cases[_i].is_public)
                ck_assert(!address_is_public((const struct sockaddr *) (const void *) &address));
}
END_TEST

START_TEST(other_families_are_not_public) {
        const struct sockaddr_un address = { .sun_family = AF_UNIX };

        ck_assert(!address_is_public((const struct sockaddr *) (const void *) &address));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("address");
        TCase *tcase = tcase_create("address");

        tcase_add_loop_test(tcase, what_is_public, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(tcase, what_is_not_is_never_reached, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, other_families_are_not_public);
        suite_add_tcase(suite, tcase);
        return suite;
}
