/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/host-fact-parse.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "support/test-support.h"
#include "util/cleanup.h"

/* clang-format off */
static const struct {
        int (*parse)(const char *text, double *ret);
        const char *text;
        int r;
        double value;
} number_cases[] = {
        { load_parse, "0.20 0.18 0.12 1/80 11206\n",  0,        0.20 },
        { load_parse, "123.05 0.18",                  0,        123.05 },
        { load_parse, "7",                            0,        7 },
        { load_parse, "",                             -EBADMSG, 0 },
        { load_parse, "load",                         -EBADMSG, 0 },
        { load_parse, "-1",                           -EBADMSG, 0 },
        { memory_available_parse, "MemTotal: 100 kB\nMemAvailable:   2048 kB\nBuffers: 1 kB\n", 0, 2048 * 1024 },
        { memory_available_parse, "MemTotal: 100 kB\nMemFree: 3 kB",      -EBADMSG, 0 },
        { memory_available_parse, "MemAvailable: much",                   -EBADMSG, 0 },
        { memory_available_parse, "",                                     -EBADMSG, 0 },
        { cpu_pressure_parse, "some avg10=12.34 avg60=1.00 avg300=0.10 total=9\nfull avg10=0.00\n", 0, 12.34 },
        { cpu_pressure_parse, "full avg10=12.34\n",                       -EBADMSG, 0 },
        { cpu_pressure_parse, "some avg10=",                              -EBADMSG, 0 },
};

static const struct {
        const char *supplies[3][4]; /* type, scope, online, status */
        bool ac;
} power_cases[] = {
        { { { NULL } }, true }, /* none at all */
        { { { "Mains\n", NULL, "1\n", NULL } }, true },
        { { { "Mains\n", NULL, "0\n", NULL }, { "Battery\n", NULL, NULL, "Discharging\n" } }, false },
        { { { "Mains\n", NULL, "1\n", NULL }, { "Battery\n", NULL, NULL, "Discharging\n" } }, true },
        { { { "Battery\n", NULL, NULL, "Full\n" } }, true },
        { { { "Battery\n", NULL, NULL, "Discharging\n" } }, false },
        { { { "Battery\n", "Device\n", NULL, "Discharging\n" } }, true }, /* a mouse */
        { { { "USB_PD\n", NULL, "1\n", NULL }, { "Battery\n", "System\n", NULL, "Discharging\n" } }, true },
        { { { "UPS\n", NULL, NULL, NULL } }, true },
};

#define TEXT(literal) .data = (literal), .size = sizeof(literal) - 1

static const struct {
        const char *data;
        size_t size;
        bool of_power;
} uevent_cases[] = {
        { TEXT("change@/devices/x\0ACTION=change\0SUBSYSTEM=power_supply\0SEQNUM=5\0"), true },
        { TEXT("change@/devices/x\0SUBSYSTEM=power_supply"),                            true }, /* no NUL */
        { TEXT("add@/devices/x\0SUBSYSTEM=net\0"),                                      false },
        { TEXT("add@/SUBSYSTEM=power_supply\0"),                                        false },
        { TEXT("SUBSYSTEM=power_supply2\0"),                                            false },
        { TEXT("\0\0\0"),                                                               false },
        { TEXT(""),                                                                     false },
};
/* clang-format on */

START_TEST(a_number_is_read) {
        double value = -1;

        ck_assert_int_eq(number_cases[_i].parse(number_cases[_i].text, &value), number_cases[_i].r);
        if (number_cases[_i].r == 0)
                ck_assert_double_eq_tol(value, number_cases[_i].value, 1e-9);
}
END_TEST

START_TEST(power_is_judged_by_its_supplies) {
        PowerSupply supplies[3];
        size_t n = 0;

        for (; n < ARRAY_SIZE(supplies) && power_cases[_i].supplies[n][0]; n++) {
                const char *const *texts = power_cases[_i].supplies[n];

                supplies[n] = power_supply_parse(texts[0], texts[1], texts[2], texts[3]);
        }
        ck_assert_int_eq(power_supplies_say_ac(supplies, n), power_cases[_i].ac);
}
END_TEST

START_TEST(a_uevent_is_of_power_or_not) {
        ck_assert_int_eq(
                        uevent_is_of_power(uevent_cases[_i].data, uevent_cases[_i].size),
                        uevent_cases[_i].of_power);
}
END_TEST

typedef struct RouteAnswer {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr first;
        uint32_t first_value;
        struct rtattr second;
        uint32_t second_value;
} RouteAnswer;

static RouteAnswer make_route(void) {
        return (RouteAnswer){
                .header = { .nlmsg_len = sizeof(RouteAnswer), .nlmsg_type = RTM_NEWROUTE },
                .route = { .rtm_family = AF_INET, .rtm_type = RTN_UNICAST },
                .first = { .rta_len = RTA_LENGTH(4), .rta_type = RTA_GATEWAY },
                .second = { .rta_len = RTA_LENGTH(4), .rta_type = RTA_OIF },
                .second_value = 7,
        };
}

START_TEST(a_route_leads_through_an_interface) {
        RouteAnswer answer = make_route();
        unsigned interface = 0;

        ck_assert_int_eq(route_answer_parse(&answer, sizeof(answer), &interface), 1);
        ck_assert_uint_eq(interface, 7);
        answer.route.rtm_type = RTN_UNREACHABLE;
        ck_assert_int_eq(route_answer_parse(&answer, sizeof(answer), &interface), 0);
        answer.header.nlmsg_type = NLMSG_ERROR;
        ck_assert_int_eq(route_answer_parse(&answer, sizeof(answer), &interface), 0);
        answer = make_route();
        answer.second.rta_type = RTA_PRIORITY;
        ck_assert_int_eq(route_answer_parse(&answer, sizeof(answer), &interface), 0);
        answer.header.nlmsg_type = RTM_NEWLINK;
        ck_assert_int_eq(route_answer_parse(&answer, sizeof(answer), &interface), -EBADMSG);
}
END_TEST

START_TEST(a_link_is_up_with_a_carrier) {
        struct {
                struct nlmsghdr header;
                struct ifinfomsg link;
        } answer = { { .nlmsg_len = sizeof(answer), .nlmsg_type = RTM_NEWLINK }, { .ifi_flags = IFF_UP } };

        ck_assert_int_eq(link_answer_parse(&answer, sizeof(answer)), 0);
        answer.link.ifi_flags = IFF_UP | IFF_RUNNING;
        ck_assert_int_eq(link_answer_parse(&answer, sizeof(answer)), 1);
        answer.link.ifi_flags |= IFF_LOOPBACK;
        ck_assert_int_eq(link_answer_parse(&answer, sizeof(answer)), 0);
        ck_assert_int_eq(link_answer_parse(&answer, sizeof(answer) - 1), -EBADMSG);
}
END_TEST

/* Cut short anywhere, and with any two bytes changed: never read beyond its end (the sanitizers see that). */
START_TEST(rubbish_is_refused_or_ignored) {
        RouteAnswer whole = make_route();
        unsigned interface;

        for (size_t size = 0; size < sizeof(whole); size++) {
                CLEANUP_FREE char *cut = malloc(size + 1);

                memcpy(cut, &whole, size);
                ck_assert_int_eq(route_answer_parse(cut, size, &interface), -EBADMSG);
                (void) link_answer_parse(cut, size);
                (void) uevent_is_of_power(cut, size);
        }
        for (size_t i = 0; i < sizeof(whole); i++) {
                for (unsigned byte = 0; byte < 256; byte++) {
                        CLEANUP_FREE char *changed = malloc(sizeof(whole));

                        memcpy(changed, &whole, sizeof(whole));
                        changed[i] = (char) byte;
                        changed[(i * 7 + byte) % sizeof(whole)] ^= (char) (byte + 1);
                        (void) route_answer_parse(changed, sizeof(whole), &interface);
                        (void) link_answer_parse(changed, sizeof(whole));
                }
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("host-fact-parse");
        TCase *tcase = tcase_create("host-fact-parse");

        tcase_add_loop_test(tcase, a_number_is_read, 0, ARRAY_SIZE(number_cases));
        tcase_add_loop_test(tcase, power_is_judged_by_its_supplies, 0, ARRAY_SIZE(power_cases));
        tcase_add_loop_test(tcase, a_uevent_is_of_power_or_not, 0, ARRAY_SIZE(uevent_cases));
        tcase_add_test(tcase, a_route_leads_through_an_interface);
        tcase_add_test(tcase, a_link_is_up_with_a_carrier);
        tcase_add_test(tcase, rubbish_is_refused_or_ignored);
        suite_add_tcase(suite, tcase);
        return suite;
}
