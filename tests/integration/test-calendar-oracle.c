/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `systemd-analyze calendar` as the judge of random expressions: what is accepted, the normal form, and the
 * next times in UTC and in zones. Where systemd is known to be wrong is said by rules, not by a list:
 *
 * - In a zone, instants within a day of a clock change are not compared: it loses the skipped hour and the
 *   repeated one. A search that meets one on its way may end with "never", which is believed in UTC only.
 * - A step without an end ("20/13") that leads over the end of its field loses values at the beginning: of
 * the year and of the month for days, of the month for hours, of the day for minutes, of the hour and of the
 *   minute for seconds. Such times are not compared if their field has such a step.
 * - A list of seconds with 0/1 and fractions has "*" as its normal form, which is something else.
 * - It gives up a search after a thousand steps, with a complaint; such an expression is not compared.
 */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "schedule/schedule.h"
#include "support/test-calendar.h"
#include "support/test-support.h"
#include "util/buffer.h"
#include "util/civil-date.h"

#define ANALYZE "systemd-analyze"
#define N_BATCHES 8 /* for each zone */
#define BATCH_SIZE 200
#define N_TIMES 6
#define EXIT_SKIPPED 77 /* as automake has it */

typedef struct Answer {
        char text[TEST_CALENDAR_TEXT_MAX + 32];
        bool accepted, gave_up;
        char normal[2 * TEST_CALENDAR_TEXT_MAX];
        size_t n_times;
        int64_t times[N_TIMES]; /* seconds */
} Answer;

typedef struct Batch {
        uint64_t seed;
        const char *zone_name;
        TimeZone *zone;
        int64_t base; /* seconds */
        char base_option[64];
        size_t n_answers;
        Answer systemd[BATCH_SIZE];
        Answer ours[BATCH_SIZE];
} Batch;

/* UTC has the most; the others have clock changes, of an hour and of half of it, and an odd offset. */
static const char *const zone_names[] = {
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
};

static void run_child(Batch *batch, int output, int errors) {
        const char *arguments[BATCH_SIZE + 8] = { ANALYZE, "calendar", "--iterations=6", batch->base_option,
                                                  "--" };
        size_t n = 5;

        for (size_t i = 0; i < batch->n_answers; i++)
                arguments[n++] = batch->systemd[i].text;
        if (dup2(output, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0 ||
            setenv("TZ", batch->zone_name, 1) < 0 || setenv("LC_ALL", "C", 1) < 0)
                _exit(EXIT_FAILURE);
        (void) execvp(ANALYZE, (char *const *) arguments);
        _exit(EXIT_SKIPPED);
}

static void read_all(int fd, Buffer *buffer) {
        char chunk[65536];
        ssize_t n;

        ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
        while ((n = read(fd, chunk, sizeof(chunk))) > 0)
                (void) buffer_add(buffer, chunk, (size_t) n);
        ck_assert(!buffer->failed);
}

/* All that it says. Its exit status only says that one of the expressions was wrong. */
static void run_systemd(Batch *batch, Buffer *output, Buffer *errors) {
        CLEANUP_CLOSE int output_fd = memfd_create("output", MFD_CLOEXEC);
        CLEANUP_CLOSE int errors_fd = memfd_create("errors", MFD_CLOEXEC);
        int status;
        pid_t pid;

        ck_assert(output_fd >= 0 && errors_fd >= 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0)
                run_child(batch, output_fd, errors_fd);

        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) != EXIT_SKIPPED);
        read_all(output_fd, output);
        read_all(errors_fd, errors);
}

/* "Thu 2026-01-01 00:00:00 UTC" */
static bool read_time(const char *text, int64_t *ret) {
        CivilTime time = {};
        char zone[8];

        if (sscanf(text, "%*s %d-%d-%d %d:%d:%d %7s", &time.date.year, &time.date.month, &time.date.day,
                   &time.hour, &time.minute, &time.second, zone) != 7 ||
            strcmp(zone, "UTC") != 0)
                return false;
        *ret = civil_time_to_usec(time) / USEC_PER_SEC;
        return true;
}

/* An expression that is its own normal form is not repeated; the ones that are passed over were refused. */
static Answer *find_answer(Batch *batch, size_t *next, const char *text) {
        for (size_t i = *next; i < batch->n_answers; i++)
                if (strcmp(batch->systemd[i].text, text) == 0) {
                        *next = i + 1;
                        batch->systemd[i].accepted = true;
                        return &batch->systemd[i];
                }
        ck_abort_msg("systemd-analyze speaks of '%s'", text);
}

static void read_line(Batch *batch, char *line, size_t *next, Answer **answer) {
        char *value = strstr(line, ": ");
        int64_t time;

        if (!value)
                return;
        value += 2;
        if (strstr(line, "Original form: "))
                *answer = find_answer(batch, next, value);
        else if (strstr(line, "Normalized form: ")) {
                if (!*answer || (*answer)->normal[0])
                        *answer = find_answer(batch, next, value);
                (void) stpcpy((*answer)->normal, value);
        } else if (*answer && (*answer)->n_times < N_TIMES && read_time(value, &time))
                (*answer)->times[(*answer)->n_times++] = time;
}

static void mark_given_up(Batch *batch, const char *errors) {
        for (size_t i = 0; errors && i < batch->n_answers; i++) {
                char complaint[sizeof(batch->systemd[i].text) + 64];

                (void) snprintf(complaint, sizeof(complaint), "determine next elapse for '%s'",
                                batch->systemd[i].text);
                batch->systemd[i].gave_up = strstr(errors, complaint);
        }
}

static void ask_systemd(Batch *batch) {
        CLEANUP(buffer_done) Buffer output = {}, errors = {};
        Answer *answer = NULL;
        size_t next = 0;

        run_systemd(batch, &output, &errors);
        for (char *line = output.data, *rest; line && *line; line = rest) {
                rest = line + strcspn(line, "\n");
                if (*rest)
                        *rest++ = '\0';
                read_line(batch, line, &next, &answer);
        }
        mark_given_up(batch, errors.data);
}

static int find_zone(void *userdata, const char *name, TimeZone **ret) {
        return time_zone_load(name, ret);
}

static void ask_ourselves(const Batch *batch, Answer *answer) {
        const ScheduleOptions options = {
                .dst = { DST_GAP_SKIP, DST_OVERLAP_FIRST }, /* the nearest to what systemd does */
                .find_zone = find_zone,
        };
        const ScheduleContext context = { .zone = batch->zone };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP_FREE char *normal = NULL;
        usec_t at = batch->base * USEC_PER_SEC;
        Occurrence occurrence;

        if (schedule_parse(SCHEDULE_CALENDAR, answer->text, &options, &schedule, NULL) < 0)
                return;
        answer->accepted = true;
        ck_assert_int_eq(schedule_format(schedule, &normal), 0);
        ck_assert_uint_lt(strlen(normal), sizeof(answer->normal));
        (void) stpcpy(answer->normal, normal);

        while (answer->n_times < N_TIMES && schedule_next(schedule, &context, at, &occurrence) > 0) {
                at = occurrence.due_usec;
                answer->times[answer->n_times++] = at / USEC_PER_SEC;
        }
}

/* Whether one of the seconds of a normal form, that is not "*", is 0/1. */
static bool has_false_star(const char *normal) {
        for (const char *at = strrchr(normal, ':'); at && *at && *at != ' '; at += strcspn(at + 1, ", ") + 1)
                if (strncmp(at + 1, "00/1", 4) == 0 && strchr(", ", at[5]))
                        return true;
        return false;
}

/* The fields of a normal form, from the back: second, minute, hour, day, month. */
typedef struct OpenSteps {
        bool in[5];
} OpenSteps;

static OpenSteps find_open_steps(const char *normal) {
        OpenSteps steps = {};
        unsigned field = 0;
        size_t end;

        /* Behind the first colon there is no blank but the one before a zone. */
        end = strcspn(normal, ":");
        end += strcspn(normal + end, " ");

        for (size_t i = end; i-- > 0 && field < 5;) {
                if (strchr("-~: ", normal[i]))
                        field++;
                else if (normal[i] == '/') {
                        size_t begin = i;

                        while (begin > 0 && !strchr(",-~: ", normal[begin - 1]))
                                begin--;
                        steps.in[field] |= !memmem(normal + begin, i - begin, "..", 2);
                }
        }
        return steps;
}

static bool is_compared(const Batch *batch, const OpenSteps *steps, int64_t time) {
        usec_t begin, end, instant = time * USEC_PER_SEC;
        LocalTime local;

        time_zone_span(batch->zone, instant, &begin, &end);
        time_zone_to_local(batch->zone, instant, &local);
        if (begin > instant - USEC_PER_DAY || end < instant + USEC_PER_DAY)
                return false;
        if (steps->in[0] && (local.civil.minute == 0 || local.civil.second == 0))
                return false;
        if ((steps->in[1] && local.civil.hour == 0) || (steps->in[2] && local.civil.date.day == 1))
                return false;
        if (steps->in[3] && (local.civil.date.month == 1 || local.civil.date.day == 1))
                return false;
        return !(steps->in[4] && local.civil.date.month == 1 && local.civil.date.day == 1);
}

static size_t compared_times(
                const Batch *batch,
                const OpenSteps *steps,
                const Answer *answer,
                int64_t times[static N_TIMES]) {

        size_t n = 0;

        for (size_t i = 0; i < answer->n_times; i++)
                if (is_compared(batch, steps, answer->times[i]))
                        times[n++] = answer->times[i];
        return n;
}

static void compare(const Batch *batch, const Answer *systemd, const Answer *ours) {
        int64_t expected[N_TIMES], times[N_TIMES];
        size_t n_expected, n_times;
        OpenSteps steps;

        if (systemd->gave_up)
                return;
        ck_assert_msg(ours->accepted == systemd->accepted, "seed %" PRIu64 ": '%s' is %s in %s %s",
                      batch->seed, ours->text, systemd->accepted ? "refused" : "accepted", batch->zone_name,
                      batch->base_option);
        if (!ours->accepted)
                return;
        if (!has_false_star(ours->normal))
                ck_assert_msg(strcmp(ours->normal, systemd->normal) == 0,
                              "seed %" PRIu64 ": '%s' is '%s' and not '%s'", batch->seed, ours->text,
                              ours->normal, systemd->normal);

        steps = find_open_steps(ours->normal);
        n_expected = compared_times(batch, &steps, systemd, expected);
        n_times = compared_times(batch, &steps, ours, times);
        ck_assert_msg(systemd->n_times > 0 || n_times == 0 || strcmp(batch->zone_name, "UTC") != 0,
                      "seed %" PRIu64 ": '%s' is never due", batch->seed, ours->text);
        for (size_t i = 0; i < MIN(n_expected, n_times); i++)
                ck_assert_msg(times[i] == expected[i],
                              "seed %" PRIu64 ": '%s' in %s from %" PRId64 ": %" PRId64 " and not %" PRId64,
                              batch->seed, ours->text, batch->zone_name, batch->base, times[i], expected[i]);
}

static void fill_batch(Batch *batch, TestRandom *random) {
        static const char *const suffixes[] = { " UTC", " utc", " Asia/Tokyo", " Asia/Nowhere" };

        batch->base = test_random_between(random, 0, (int64_t) 220 * 365 * 86400);
        (void) snprintf(batch->base_option, sizeof(batch->base_option), "--base-time=@%" PRId64, batch->base);
        batch->n_answers = 0;
        while (batch->n_answers < BATCH_SIZE) {
                char *text = batch->systemd[batch->n_answers].text;
                TestCalendar calendar;

                batch->systemd[batch->n_answers] = (Answer){};
                if (test_random_between(random, 0, 2) > 0) {
                        test_calendar_random(random, &calendar);
                        (void) stpcpy(text, calendar.text);
                } else
                        test_calendar_random_wrong(random, text);
                if (test_random_between(random, 0, 9) == 0)
                        (void) strcat(text, suffixes[test_random_between(random, 0, 3)]);

                /* Blanks around a text are no part of it for us. */
                if (text[0] == ' ' || text[strlen(text) - 1] == ' ')
                        continue;
                batch->ours[batch->n_answers] = batch->systemd[batch->n_answers];
                batch->n_answers++;
        }
}

START_TEST(systemd_says_the_same) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        CLEANUP_FREE Batch *batch = calloc(1, sizeof(*batch));
        TestRandom random = test_random_new();

        ck_assert_ptr_nonnull(batch);
        if (time_zone_load(zone_names[_i], &zone) < 0)
                return;                /* nor has systemd its data */
        random.state += (uint64_t) _i; /* each zone has expressions of its own */
        batch->seed = random.seed;
        batch->zone_name = zone_names[_i];
        batch->zone = zone;

        for (int n = 0; n < N_BATCHES; n++) {
                fill_batch(batch, &random);
                ask_systemd(batch);
                for (size_t i = 0; i < batch->n_answers; i++) {
                        ask_ourselves(batch, &batch->ours[i]);
                        compare(batch, &batch->systemd[i], &batch->ours[i]);
                }
        }
}
END_TEST

static bool is_installed(void) {
        return system("command -v " ANALYZE " >/dev/null") == 0;
}

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-oracle");
        TCase *tcase = tcase_create("calendar-oracle");

        if (!is_installed()) {
                (void) puts("skipped: " ANALYZE " is not installed");
                exit(EXIT_SKIPPED);
        }

        tcase_set_timeout(tcase, 60);
        tcase_add_loop_test(tcase, systemd_says_the_same, 0, ARRAY_SIZE(zone_names));
        suite_add_tcase(suite, tcase);
        return suite;
}
