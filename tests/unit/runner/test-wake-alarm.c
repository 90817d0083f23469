/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/wake-alarm.h"

#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>

#include "support/test-support.h"

/* As the kernel has it. */
static usec_t remaining_usec(const WakeAlarm *alarm) {
        struct itimerspec spec;

        ck_assert_int_eq(timerfd_gettime(alarm->fd, &spec), 0);
        return spec.it_value.tv_sec * USEC_PER_SEC + spec.it_value.tv_nsec / 1000;
}

static int clock_of(const WakeAlarm *alarm) {
        char path[64], line[128];
        int id = -1;
        FILE *file;

        (void) snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", alarm->fd);
        file = fopen(path, "re");
        ck_assert_ptr_nonnull(file);
        while (fgets(line, sizeof(line), file))
                (void) sscanf(line, "clockid: %d", &id);
        (void) fclose(file);
        return id;
}

START_TEST(it_is_armed_moved_and_disarmed) {
        usec_t in_one_hour = time(NULL) * USEC_PER_SEC + USEC_PER_HOUR;
        WakeAlarm alarm;

        wake_alarm_init(&alarm);
        wake_alarm_set(&alarm, USEC_INFINITY);
        ck_assert_int_lt(alarm.fd, 0); /* whoever wakes nobody needs nothing */

        wake_alarm_set(&alarm, in_one_hour);
        ck_assert_int_eq(alarm.instant_usec, in_one_hour);
        if (alarm.fd < 0) {
                ck_assert(alarm.told); /* no CAP_WAKE_ALARM */
                return;
        }
        ck_assert_int_eq(clock_of(&alarm), CLOCK_REALTIME_ALARM);
        ck_assert_int_le(remaining_usec(&alarm), USEC_PER_HOUR);
        ck_assert_int_gt(remaining_usec(&alarm), USEC_PER_HOUR - USEC_PER_MINUTE);

        wake_alarm_set(&alarm, in_one_hour + USEC_PER_HOUR);
        ck_assert_int_gt(remaining_usec(&alarm), USEC_PER_HOUR);
        wake_alarm_set(&alarm, 0);
        ck_assert_int_eq(remaining_usec(&alarm), 0);
        wake_alarm_set(&alarm, USEC_INFINITY - 1);
        ck_assert_int_gt(remaining_usec(&alarm), USEC_PER_DAY);
        wake_alarm_set(&alarm, USEC_INFINITY);
        ck_assert_int_lt(alarm.fd, 0);
        wake_alarm_set(&alarm, in_one_hour);
        ck_assert_int_le(remaining_usec(&alarm), USEC_PER_HOUR);
        wake_alarm_done(&alarm);
        ck_assert_int_lt(alarm.fd, 0);
}
END_TEST

START_TEST(a_machine_that_cannot_wake_is_told_of_once) {
        struct timespec resolution;
        bool has_clock = clock_getres(CLOCK_REALTIME_ALARM, &resolution) >= 0;
        WakeAlarm alarm;

        wake_alarm_init(&alarm);
        wake_alarm_set(&alarm, USEC_INFINITY);
        ck_assert(!alarm.told);
        wake_alarm_set(&alarm, 1);
        ck_assert_int_eq(alarm.told, !has_clock || alarm.fd < 0);
        wake_alarm_done(&alarm);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("wake-alarm");
        TCase *tcase = tcase_create("alarm");

        tcase_add_test(tcase, it_is_armed_moved_and_disarmed);
        tcase_add_test(tcase, a_machine_that_cannot_wake_is_told_of_once);
        suite_add_tcase(suite, tcase);
        return suite;
}
