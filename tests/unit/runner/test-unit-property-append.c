/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-property-append.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "support/test-support.h"
#include "util/cleanup.h"

/* clang-format off */
static const struct {
        const char *item;
        const char *name, *type; /* of the first one that is appended; NULL: refused */
        const char *refusal;     /* a part of it */
} append_cases[] = {
        { "1:PrivateTmp=yes",                       "PrivateTmp", "b", NULL },
        { "1:Nice=-5",                              "Nice", "i", NULL },
        { "1:KillSignal=INT",                       "KillSignal", "i", NULL },
        { "1:UMask=0077",                           "UMask", "u", NULL },
        { "1:MemoryMax=64M",                        "MemoryMax", "t", NULL },
        { "1:MemoryMax=10%",                        "MemoryMaxScale", "u", NULL },
        { "1:TasksMax=10%",                         "TasksMaxScale", "u", NULL },
        { "1:CPUQuota=20%",                         "CPUQuotaPerSecUSec", "t", NULL },
        { "1:RuntimeMaxSec=1h",                     "RuntimeMaxUSec", "t", NULL },
        { "1:LimitNOFILE=512:1024",                 "LimitNOFILE", "t", NULL },
        { "1:PAMName=login",                        "PAMName", "s", NULL },
        { "1:AppArmorProfile=-x",                   "AppArmorProfile", "(bs)", NULL },
        { "1:IOSchedulingClass=idle",               "IOSchedulingClass", "i", NULL },
        { "1:After=a.service b.service",            "After", "as", NULL },
        { "1:SystemCallFilter=~@mount",             "SystemCallFilter", "(bas)", NULL },
        { "1:CapabilityBoundingSet=CAP_KILL",       "CapabilityBoundingSet", "t", NULL },
        { "1:RestrictNamespaces=yes",               "RestrictNamespaces", "t", NULL },
        { "1:CPUAffinity=0 1",                      "CPUAffinity", "ay", NULL },
        { "1:EnvironmentFile=-/etc/x",              "EnvironmentFiles", "a(sb)", NULL },
        { "1:BindPaths=/a:/b:norbind /c",           "BindPaths", "a(ssbt)", NULL },
        { "1:TemporaryFileSystem=/a:ro",            "TemporaryFileSystem", "a(ss)", NULL },
        { "1:LoadCredential=key:/etc/key",          "LoadCredential", "a(ss)", NULL },
        { "1:DeviceAllow=/dev/null rw",             "DeviceAllow", "a(ss)", NULL },
        { "1:IODeviceWeight=/dev/sda 200",          "IODeviceWeight", "a(st)", NULL },
        { "1:IOReadBandwidthMax=/dev/sda 1M",       "IOReadBandwidthMax", "a(st)", NULL },

        { "12:MemoryMax=lots",                      NULL, NULL, "line 12: MemoryMax: 'lots' is not a size" },
        { "12:LimitNOFILE=9:8",                     NULL, NULL, "line 12: LimitNOFILE" },
        { "12:Nonsense=1",                          NULL, NULL, "line 12: Nonsense" },
        { "12:BindPaths=/a:/b:other",               NULL, NULL, "line 12: BindPaths" },
};
/* clang-format on */

static int other_end = -EBADF;

static sd_bus *make_bus(void) {
        sd_bus *bus = NULL;
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        other_end = fds[1];
        ck_assert_int_ge(sd_bus_new(&bus), 0);
        ck_assert_int_ge(sd_bus_set_fd(bus, fds[0], fds[0]), 0);
        ck_assert_int_ge(sd_bus_start(bus), 0);
        return bus;
}

START_TEST(a_text_becomes_a_value_of_its_type) {
        CLEANUP(sd_bus_close_unrefp) sd_bus *bus = make_bus();
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        CLEANUP_FREE char *refusal = NULL;
        const char *name, *contents;
        char type;
        int r;

        ck_assert_int_ge(sd_bus_message_new_signal(bus, &message, "/x", "a.b", "C"), 0);
        ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "(sv)"), 0);
        r = unit_property_append(message, append_cases[_i].item, &refusal);
        if (!append_cases[_i].name) {
                ck_assert_int_eq(r, -EINVAL);
                ck_assert_ptr_nonnull(strstr(refusal, append_cases[_i].refusal));
                return;
        }
        ck_assert_int_ge(r, 0);
        ck_assert_int_ge(sd_bus_message_close_container(message), 0);
        ck_assert_int_ge(sd_bus_message_seal(message, 1, 0), 0);

        ck_assert_int_gt(sd_bus_message_enter_container(message, 'a', "(sv)"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(message, 'r', "sv"), 0);
        ck_assert_int_gt(sd_bus_message_read_basic(message, 's', &name), 0);
        ck_assert_int_gt(sd_bus_message_peek_type(message, &type, &contents), 0);
        ck_assert_str_eq(name, append_cases[_i].name);
        ck_assert_str_eq(contents, append_cases[_i].type);
}
END_TEST

START_TEST(a_name_is_found_as_it_is_written_and_as_it_travels) {
        ck_assert_uint_eq(unit_property_is_meant("3:CPUQuota=50%", "CPUQuotaPerSecUSec= is out of range"), 8);
        ck_assert_uint_eq(unit_property_is_meant("3:MemoryMax=1", "MemoryMax= is out of range"), 9);
        ck_assert_uint_eq(
                        unit_property_is_meant("3:Slice=a.service", "Unit name a.service is not a slice"), 1);
        ck_assert_uint_eq(unit_property_is_meant("3:Nice=1", "MemoryMax= is out of range"), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("unit-property-append");
        TCase *properties = tcase_create("properties");

        tcase_add_loop_test(properties, a_text_becomes_a_value_of_its_type, 0, ARRAY_SIZE(append_cases));
        tcase_add_test(properties, a_name_is_found_as_it_is_written_and_as_it_travels);
        suite_add_tcase(suite, properties);
        return suite;
}
