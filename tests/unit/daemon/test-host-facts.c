/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Sample files below a root of the test's own; the network is the kernel's own answer. */

#include "daemon/host-facts.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/file.h"

static char root[64];
static sd_event *event;
static FactReader *reader;
static const HostFacts *facts;
static unsigned n_changes;

static void on_changed(void *userdata, ConditionKind kind) {
        n_changes++;
}

static void write_text(const char *path, const char *text) {
        char whole[256], directory[256];

        (void) snprintf(whole, sizeof(whole), "%s%s", root, path);
        (void) snprintf(directory, sizeof(directory), "%s", whole);
        *strrchr(directory, '/') = '\0';
        ck_assert_int_eq(directory_make_all(directory, 0755), 0);
        ck_assert_int_eq(file_replace(whole, text, strlen(text), 0644, false), 0);
}

static void setup(void) {
        (void) snprintf(root, sizeof(root), "/tmp/test-host-facts.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(root));
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(fact_reader_new(event, root, on_changed, NULL, &reader), 0);
        facts = fact_reader_facts(reader);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
        return remove(path);
}

static void teardown(void) {
        (void) fact_reader_free(reader);
        (void) sd_event_unref(event);
        (void) nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static double read_fact(ConditionKind kind) {
        double value = -1;

        ck_assert_int_eq(facts->read(facts->userdata, kind, &value), 0);
        return value;
}

START_TEST(files_are_read) {
        write_text("/proc/loadavg", "1.25 0.10 0.05 1/100 5\n");
        write_text("/proc/meminfo", "MemTotal: 100 kB\nMemAvailable: 50 kB\n");
        write_text("/proc/pressure/cpu", "some avg10=7.50 avg60=0.00 avg300=0.00 total=0\n");
        ck_assert_double_eq(read_fact(CONDITION_LOAD_BELOW), 1.25);
        ck_assert_double_eq(read_fact(CONDITION_MEMORY_AVAILABLE), 50 * 1024);
        ck_assert_double_eq(read_fact(CONDITION_CPU_PRESSURE_BELOW), 7.5);
}
END_TEST

START_TEST(power_is_found_out) {
        ck_assert_double_eq(read_fact(CONDITION_AC_POWER), 1); /* no supplies: it hangs on the mains */
        write_text("/sys/class/power_supply/BAT0/type", "Battery\n");
        write_text("/sys/class/power_supply/BAT0/status", "Discharging\n");
        ck_assert_double_eq(read_fact(CONDITION_AC_POWER), 0);
        write_text("/sys/class/power_supply/AC/type", "Mains\n");
        write_text("/sys/class/power_supply/AC/online", "0\n");
        ck_assert_double_eq(read_fact(CONDITION_AC_POWER), 0);
        write_text("/sys/class/power_supply/AC/online", "1\n");
        ck_assert_double_eq(read_fact(CONDITION_AC_POWER), 1);
}
END_TEST

START_TEST(what_is_not_there_says_so) {
        double value;

        ck_assert_int_eq(facts->read(facts->userdata, CONDITION_CPU_PRESSURE_BELOW, &value), -EOPNOTSUPP);
        ck_assert_int_eq(facts->read(facts->userdata, CONDITION_LOAD_BELOW, &value), -ENOENT);
        ck_assert_int_eq(facts->read(facts->userdata, CONDITION_COMMAND, &value), -EOPNOTSUPP);
        write_text("/proc/loadavg", "high");
        ck_assert_int_eq(facts->read(facts->userdata, CONDITION_LOAD_BELOW, &value), -EBADMSG);
}
END_TEST

START_TEST(the_kernel_is_asked_for_the_network) {
        double value = read_fact(CONDITION_NETWORK_ONLINE);

        ck_assert(value == 0 || value == 1);
}
END_TEST

START_TEST(watches_are_counted) {
        for (int on = 1; on >= 0; on--)
                for (int i = 0; i < 2; i++)
                        for (ConditionKind kind = 0; kind <= CONDITION_CPU_PRESSURE_BELOW; kind++)
                                facts->watch(facts->userdata, kind, on);
        ck_assert_int_eq(sd_event_run(event, 0), 0);
        ck_assert_uint_eq(n_changes, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("host-facts");
        TCase *tcase = tcase_create("host-facts");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_test(tcase, files_are_read);
        tcase_add_test(tcase, power_is_found_out);
        tcase_add_test(tcase, what_is_not_there_says_so);
        tcase_add_test(tcase, the_kernel_is_asked_for_the_network);
        tcase_add_test(tcase, watches_are_counted);
        suite_add_tcase(suite, tcase);
        return suite;
}
