/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/unit-value.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "support/test-support.h"

#define MIB (UINT64_C(1024) * 1024)

/* clang-format off */
static const struct {
        const char *name, *text;
        UnitValue value;
} cases[] = {
        { "PrivateTmp",     "true",         { .number = 1 } },
        { "PrivateTmp",     "No",           { .number = 0 } },
        { "Nice",           "-20",          { .number = -20 } },
        { "OOMScoreAdjust", "500",          { .number = 500 } },
        { "KillSignal",     "SIGINT",       { .number = SIGINT } },
        { "KillSignal",     "hup",          { .number = SIGHUP } },
        { "KillSignal",     "15",           { .number = 15 } },
        { "UMask",          "0027",         { .value = 027 } },
        { "MemoryMax",      "512M",         { .value = 512 * MIB } },
        { "MemoryMax",      "infinity",     { .value = UINT64_MAX } },
        { "MemoryMax",      "50%",          { .value = UINT32_MAX / 2, .is_scale = true } },
        { "TasksMax",       "100",          { .value = 100 } },
        { "TasksMax",       "100%",         { .value = UINT32_MAX, .is_scale = true } },
        { "CPUWeight",      "10000",        { .value = 10000 } },
        { "CPUQuota",       "50%",          { .value = 500000 } },
        { "CPUQuota",       "250%",         { .value = 2500000 } },
        { "CPUQuota",       "12.5%",        { .value = 125000 } },
        { "RuntimeMaxSec",  "1min 30s",     { .value = 90000000 } },
        { "RuntimeMaxSec",  "90",           { .value = 90000000 } },
        { "LimitNOFILE",    "1024:4096",    { .value = 4096, .soft = 1024 } },
        { "LimitNOFILE",    "infinity",     { .value = UINT64_MAX, .soft = UINT64_MAX } },
        { "LimitCORE",      "0:infinity",   { .value = UINT64_MAX, .soft = 0 } },
        { "LimitFSIZE",     "1M",           { .value = MIB, .soft = MIB } },
        { "LimitCPU",       "1500ms",       { .value = 2, .soft = 2 } },
        { "LimitRTTIME",    "5ms",          { .value = 5000, .soft = 5000 } },
        { "IOSchedulingClass", "idle",      { .number = 3 } },
        { "CPUSchedulingPolicy", "idle",    { .number = 5 } },
        { "ProcSubset",     "pid",          { .number = 1 } },

        /* of lists only the form is looked at */
        { "ReadWritePaths", "/srv -/mnt/x", { 0 } },
        { "After",          "a.service b.target", { 0 } },
        { "CPUAffinity",    "0-3,8 10",     { 0 } },
        { "Environment",    "A=b \"C=d e\"", { 0 } },
        { "EnvironmentFile", "-/etc/x",     { 0 } },
        { "LoadCredential", "key:/etc/key", { 0 } },
        { "DeviceAllow",    "/dev/null rw", { 0 } },
        { "IODeviceWeight", "/dev/sda 500", { 0 } },
        { "IOReadBandwidthMax", "/dev/sda 5M", { 0 } },
        { "SystemCallFilter", "~@mount",    { 0 } },
        { "BindPaths",      "/a:/b",        { 0 } },
};

static const struct {
        const char *name, *text;
} faults[] = {
        { "PrivateTmp",     "maybe" },
        { "PrivateTmp",     "" },
        { "Nice",           "low" },
        { "Nice",           "99999999999" },
        { "KillSignal",     "FOO" },
        { "KillSignal",     "65" },
        { "UMask",          "0089" },
        { "MemoryMax",      "much" },
        { "MemoryMax",      "101%" },
        { "MemoryMax",      "-1" },
        { "TasksMax",       "1K" },
        { "CPUWeight",      "0" },
        { "CPUWeight",      "10001" },
        { "CPUQuota",       "50" },
        { "CPUQuota",       "0%" },
        { "CPUQuota",       "x%" },
        { "CPUQuota",       "1.%%" },
        { "RuntimeMaxSec",  "soon" },
        { "LimitNOFILE",    "4096:1024" },
        { "LimitNOFILE",    "1:2:3" },
        { "LimitNOFILE",    ":" },
        { "ProtectSystem",  "full-strict" },
        { "CPUSchedulingPolicy", "" },
        { "ReadWritePaths", "srv" },
        { "ReadWritePaths", " " },
        { "CPUAffinity",    "0-" },
        { "CPUAffinity",    "3-1" },
        { "CPUAffinity",    "9999" },
        { "CPUAffinity",    "a" },
        { "CPUAffinity",    "," },
        { "Environment",    "A" },
        { "EnvironmentFile", "etc" },
        { "LoadCredential", ":x" },
        { "IODeviceWeight", "/dev/sda" },
        { "IODeviceWeight", "/dev/sda 0" },
        { "IOReadBandwidthMax", "sda 5M" },
};
/* clang-format on */

START_TEST(texts_mean_what_they_mean_to_systemd) {
        const UnitPropertyType *type = unit_property_find(cases[_i].name);
        UnitValue value;

        ck_assert_ptr_nonnull(type);
        ck_assert_int_eq(unit_property_parse(type, cases[_i].text, &value), 0);
        ck_assert_int_eq(value.number, cases[_i].value.number);
        ck_assert_uint_eq(value.value, cases[_i].value.value);
        ck_assert_uint_eq(value.soft, cases[_i].value.soft);
        ck_assert_int_eq(value.is_scale, cases[_i].value.is_scale);
}
END_TEST

START_TEST(texts_of_another_type_are_refused) {
        const UnitPropertyType *type = unit_property_find(faults[_i].name);
        UnitValue value;

        ck_assert_ptr_nonnull(type);
        ck_assert_int_eq(unit_property_parse(type, faults[_i].text, &value), -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("unit-value");
        TCase *tcase = tcase_create("unit-value");

        tcase_add_loop_test(tcase, texts_mean_what_they_mean_to_systemd, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(tcase, texts_of_another_type_are_refused, 0, ARRAY_SIZE(faults));
        suite_add_tcase(suite, tcase);
        return suite;
}
