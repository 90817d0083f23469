/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Random expressions beside a slow oracle. The generator makes the meaning first and writes it down as text
 * in one of the ways that there are; the oracle judges each day, hour, minute and second by the meaning alone
 * and has no masks, no tables and no search.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/cron.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"
#include "util/civil-date.h"

#define HASH_KEY "backup"
#define N_FIELDS 7
#define MAX_ITEMS 3
#define MAX_TIMES 200
#define DAY_SECONDS 86400

enum {
        SECOND,
        MINUTE,
        HOUR,
        DAY,
        MONTH,
        WEEKDAY,
        YEAR
};

/* SipHash-2-4 of HASH_KEY, NUL and the number of the field, from another implementation. */
static const uint64_t field_hashes[N_FIELDS] = {
        0x96a58bb89dc8f206U, 0xd629c65f038da6b3U, 0xd28e8d15a1ebc369U, 0x224bbb2faf035e06U,
        0x6810770f1fde629dU, 0x86e79fb8a5dd08b7U, 0x4f5e345c1fefa2caU,
};

static const int field_min[N_FIELDS] = { 0, 0, 0, 1, 1, 0, 1970 };
static const int field_max[N_FIELDS] = { 59, 59, 23, 31, 12, 6, 2199 };

static const char *const month_names[] = { "",    "Jan", "feb", "MARCH",   "apr", "May",     "june",
                                           "jul", "Aug", "sep", "october", "nov", "December" };
static const char *const weekday_names[] = { "sun", "Monday", "tue", "WED", "thu", "friday", "Sat" };

typedef enum ItemKind {
        STAR,
        VALUE,
        RANGE,
        HASH,
        HASH_RANGE,
        RANDOM,
        LAST,
        LAST_NEAREST,
        NEAREST,
        NTH,
        LAST_OF_KIND,
} ItemKind;

typedef struct Item {
        ItemKind kind;
        int first, last, step; /* step 0: none */
} Item;

typedef struct Meaning {
        Item items[N_FIELDS][MAX_ITEMS];
        int n_items[N_FIELDS];
        int n_fields;
        CronDialect dialect;
        CronDays days;
        char text[512];
} Meaning;

/* --- the generator ---------------------------------------------------------------------------------- */

static bool chance(TestRandom *random, int percent) {
        return test_random_between(random, 1, 100) <= percent;
}

static int pick(TestRandom *random, int first, int last) {
        return (int) test_random_between(random, first, last);
}

static int pick_value(TestRandom *random, int field) {
        return field == YEAR ? pick(random, 2018, 2040) : pick(random, field_min[field], field_max[field]);
}

static void pick_range(TestRandom *random, int field, bool may_wrap, Item *item) {
        item->first = pick_value(random, field);
        item->last = pick_value(random, field);
        if (item->first > item->last && (!may_wrap || field == YEAR)) {
                int swap = item->first;

                item->first = item->last;
                item->last = swap;
        }
}

static Item random_day_item(TestRandom *random, int field) {
        if (field == WEEKDAY)
                return chance(random, 50) ? (Item){ .kind = NTH,
                                                    .first = pick(random, 0, 6),
                                                    .last = pick(random, 1, 5) }
                                          : (Item){ .kind = LAST_OF_KIND, .first = pick(random, 0, 6) };
        switch (pick(random, 0, 3)) {
        case 0:
                return (Item){ .kind = LAST, .first = chance(random, 50) ? 0 : pick(random, 1, 27) };
        case 1:
                return (Item){ .kind = LAST_NEAREST, .first = chance(random, 70) ? 0 : pick(random, 1, 27) };
        default:
                return (Item){ .kind = NEAREST, .first = pick(random, 1, 31) };
        }
}

static Item random_item(TestRandom *random, const Meaning *meaning, int field) {
        bool vixie = meaning->dialect == CRON_DIALECT_VIXIE;
        Item item = { .kind = VALUE };

        if ((field == DAY || field == WEEKDAY) && !vixie && chance(random, 25))
                return random_day_item(random, field);

        item.kind = (ItemKind) pick(random, STAR, vixie ? RANGE : RANDOM);
        item.first = item.last = pick_value(random, field);
        if (item.kind == RANGE || item.kind == HASH_RANGE || item.kind == RANDOM)
                pick_range(random, field, !vixie, &item);
        if (item.kind == HASH) {
                item.first = field_min[field];
                item.last = field == DAY ? 28 : field_max[field];
        }
        if (chance(random, 30) && !(vixie && item.kind == VALUE))
                item.step = pick(random, 1, field == HOUR || field == MONTH ? 8 : 25);
        return item;
}

/* In a list, W cannot stand beside plain values. */
static bool is_odd_list(const Meaning *meaning, int field) {
        bool plain = false, nearest = false;

        for (int i = 0; i < meaning->n_items[field]; i++) {
                plain = plain || meaning->items[field][i].kind < LAST;
                nearest = nearest || meaning->items[field][i].kind == NEAREST;
        }
        return plain && nearest;
}

static void write_value(TestRandom *random, int field, int value, char *text) {
        if (field == MONTH && chance(random, 30))
                (void) sprintf(text, "%.*s", 3, month_names[value]);
        else if (field == WEEKDAY && chance(random, 30))
                (void) sprintf(text, "%.*s", 3, weekday_names[value]);
        else
                (void) sprintf(text, chance(random, 90) ? "%d" : "0%d", value);
}

/* Only where the dialect knows them. */
static void write_long_value(TestRandom *random, int field, int value, char *text) {
        if (field == MONTH && chance(random, 30))
                strcpy(text, month_names[value]);
        else if (field == WEEKDAY && chance(random, 30))
                strcpy(text, weekday_names[value]);
        else if (field == WEEKDAY && value == 0 && chance(random, 50))
                strcpy(text, "7");
        else
                write_value(random, field, value, text);
}

static void write_item(TestRandom *random, const Meaning *meaning, int field, const Item *item, char *text) {
        bool vixie = meaning->dialect == CRON_DIALECT_VIXIE;
        char first[32] = "", last[32] = "";

        write_value(random, field, item->first, first);
        if (!vixie && (item->kind == VALUE || item->kind == NTH || item->kind == LAST_OF_KIND))
                write_long_value(random, field, item->first, first);
        if (item->kind != NTH)
                write_value(random, field, item->last, last);

        switch (item->kind) {
        case STAR:
                text += sprintf(text, vixie || chance(random, 70) ? "*" : "?");
                break;
        case VALUE:
                text += sprintf(text, "%s", first);
                break;
        case RANGE:
                text += sprintf(text, "%s-%s", first, last);
                break;
        case HASH:
                text += sprintf(text, chance(random, 70) ? "H" : "h");
                break;
        case HASH_RANGE:
                text += sprintf(text, "H(%s-%s)", first, last);
                break;
        case RANDOM:
                text += sprintf(text, "%s~%s", item->first == field_min[field] ? "" : first,
                                item->last == field_max[field] ? "" : last);
                break;
        case LAST:
        case LAST_NEAREST:
                text += sprintf(text, item->first > 0 ? "L-%d" : "L", item->first);
                text += sprintf(text, "%s", item->kind == LAST_NEAREST ? "W" : "");
                break;
        case NEAREST:
                text += sprintf(text, "%d%s", item->first, chance(random, 70) ? "W" : "w");
                break;
        case NTH:
                text += sprintf(text, "%s#%d", first, item->last);
                break;
        case LAST_OF_KIND:
                text += sprintf(text, "%sL", first);
                break;
        }
        if (item->step > 0)
                (void) sprintf(text, "/%d", item->step);
}

/* Fields that are mostly "*" would make most expressions rare, and few would be compared at all. */
static void fill_field(TestRandom *random, Meaning *meaning, int field) {
        do {
                meaning->n_items[field] = chance(random, 75) ? 1 : pick(random, 2, MAX_ITEMS);
                for (int i = 0; i < meaning->n_items[field]; i++)
                        meaning->items[field][i] = random_item(random, meaning, field);
        } while (is_odd_list(meaning, field));

        if (chance(random, field >= DAY ? 55 : 20)) {
                meaning->n_items[field] = 1;
                meaning->items[field][0] = (Item){ .kind = STAR };
        }
}

static Meaning random_meaning(TestRandom *random) {
        Meaning meaning = {
                .dialect = chance(random, 25) ? CRON_DIALECT_VIXIE : CRON_DIALECT_DEFAULT,
                .days = chance(random, 60) ? CRON_DAYS_AUTO
                                           : (CronDays) pick(random, CRON_DAYS_OR, CRON_DAYS_AND),
        };

        meaning.n_fields =
                        meaning.dialect == CRON_DIALECT_VIXIE || chance(random, 50) ? 5 : pick(random, 6, 7);
        for (int field = 0; field < N_FIELDS; field++) {
                bool absent = (field == SECOND && meaning.n_fields == 5) ||
                                (field == YEAR && meaning.n_fields < 7);

                if (absent) {
                        meaning.items[field][0] = (Item){ .kind = field == YEAR ? STAR : VALUE };
                        meaning.n_items[field] = 1;
                        continue;
                }
                fill_field(random, &meaning, field);
                for (int i = 0; i < meaning.n_items[field]; i++) {
                        char item[96];

                        write_item(random, &meaning, field, &meaning.items[field][i], item);
                        (void) sprintf(meaning.text + strlen(meaning.text), "%s%s", i > 0 ? "," : "", item);
                }
                strcat(meaning.text, chance(random, 90) ? " " : " \t");
        }
        return meaning;
}

/* --- the oracle ------------------------------------------------------------------------------------- */

/* Goes from the first value on, over the end of the field, until the last one. */
static bool item_has_value(const Item *item, int field, int value) {
        int first = item->first, last = item->last, step = item->step > 0 ? item->step : 1, skip = 0,
            choices = 1;

        if (item->kind == STAR || (item->kind == VALUE && item->step > 0))
                last = field_max[field];
        if (item->kind == STAR)
                first = field_min[field];
        for (int v = first; v != last; v = v == field_max[field] ? field_min[field] : v + 1)
                choices++;
        if (item->kind == HASH || item->kind == HASH_RANGE || item->kind == RANDOM)
                skip = (int) (field_hashes[field] %
                              (uint64_t) (item->step > 0 && item->step < choices ? item->step : choices));

        for (int v = first, i = 0; i < choices; v = v == field_max[field] ? field_min[field] : v + 1, i++) {
                bool chosen = item->kind >= HASH && item->step == 0 ? i == skip
                                                                    : i >= skip && (i - skip) % step == 0;

                if (v == value && chosen)
                        return true;
        }
        return false;
}

static bool field_has_value(const Meaning *meaning, int field, int value) {
        for (int i = 0; i < meaning->n_items[field]; i++)
                if (meaning->items[field][i].kind < LAST &&
                    item_has_value(&meaning->items[field][i], field, value))
                        return true;
        return false;
}

/* Looks around the day in growing distance for a Monday to Friday of the same month. */
static int nearest_working_day(CivilDate date, int day) {
        int n_days = civil_days_in_month(date.year, date.month);

        for (int distance = 0;; distance++)
                for (int sign = -1; sign <= 1; sign += 2) {
                        int weekday;

                        date.day = day + sign * distance;
                        if (date.day < 1 || date.day > n_days)
                                continue;
                        weekday = civil_date_weekday(date);
                        if (weekday >= 1 && weekday <= 5)
                                return date.day;
                }
}

static bool special_item_has_date(const Item *item, CivilDate date) {
        int n_days = civil_days_in_month(date.year, date.month), day = n_days - item->first;

        switch (item->kind) {
        case LAST:
                return date.day == day;
        case LAST_NEAREST:
                return day >= 1 && date.day == nearest_working_day(date, day);
        case NEAREST:
                return item->first <= n_days && date.day == nearest_working_day(date, item->first);
        case NTH:
                return civil_date_weekday(date) == item->first && (date.day + 6) / 7 == item->last;
        case LAST_OF_KIND:
                return civil_date_weekday(date) == item->first && date.day + 7 > n_days;
        default:
                return false;
        }
}

static bool field_has_date(const Meaning *meaning, int field, CivilDate date) {
        for (int i = 0; i < meaning->n_items[field]; i++)
                if (special_item_has_date(&meaning->items[field][i], date))
                        return true;
        return field_has_value(meaning, field, field == DAY ? date.day : civil_date_weekday(date));
}

static bool oracle_day(const Meaning *meaning, CivilDate date) {
        const Item *day = &meaning->items[DAY][0], *weekday = &meaning->items[WEEKDAY][0];
        bool by_day, by_weekday, either = day->kind != STAR && weekday->kind != STAR;

        if (!field_has_value(meaning, MONTH, date.month))
                return false;
        if (meaning->n_fields == 7 && !field_has_value(meaning, YEAR, date.year)) {
                bool any = false;

                for (int i = 0; i < meaning->n_items[YEAR]; i++)
                        any = any ||
                                        (meaning->items[YEAR][i].kind == STAR &&
                                         meaning->items[YEAR][i].step <= 1);
                if (!any)
                        return false;
        }

        by_day = field_has_date(meaning, DAY, date);
        by_weekday = field_has_date(meaning, WEEKDAY, date);
        if (meaning->days == CRON_DAYS_AND)
                either = false;
        if (meaning->days == CRON_DAYS_OR)
                either = !(day->kind == STAR && day->step <= 1) &&
                                !(weekday->kind == STAR && weekday->step <= 1);
        return either ? by_day || by_weekday : by_day && by_weekday;
}

static bool oracle_time(const Meaning *meaning, int second_of_day) {
        return field_has_value(meaning, HOUR, second_of_day / 3600) &&
                        field_has_value(meaning, MINUTE, second_of_day / 60 % 60) &&
                        field_has_value(meaning, SECOND, second_of_day % 60);
}

static bool oracle_interval_like(const Meaning *meaning) {
        if (meaning->dialect == CRON_DIALECT_VIXIE)
                return meaning->items[MINUTE][0].kind == STAR || meaning->items[HOUR][0].kind == STAR;
        for (int field = SECOND; field <= HOUR; field++)
                for (int i = 0; i < meaning->n_items[field]; i++) {
                        const Item *item = &meaning->items[field][i];

                        if (item->kind == STAR || item->kind == RANGE || item->step > 0)
                                return true;
                }
        return false;
}

/* The first times from a day on, until there are enough or the days are over. Returns how many. */
static int oracle_times(const Meaning *meaning, int64_t day, int n_days, usec_t times[static MAX_TIMES]) {
        int n = 0;

        for (int i = 0; i < n_days; i++, day++) {
                if (!oracle_day(meaning, civil_date_from_days(day)))
                        continue;
                for (int second = 0; second < DAY_SECONDS; second++) {
                        /* What no second of an hour or a minute can match is not tried second by second. */
                        if (second % 3600 == 0 && !field_has_value(meaning, HOUR, second / 3600)) {
                                second += 3599;
                                continue;
                        }
                        if (second % 60 == 0 && !field_has_value(meaning, MINUTE, second / 60 % 60)) {
                                second += 59;
                                continue;
                        }
                        if (!oracle_time(meaning, second))
                                continue;
                        if (n == MAX_TIMES)
                                return n;
                        times[n++] = (day * DAY_SECONDS + second) * USEC_PER_SEC;
                }
        }
        return n;
}

/* --- the tests -------------------------------------------------------------------------------------- */

/* NULL if no day ever matches, which random dates may well come to. */
static Schedule *parse(const TestRandom *random, const Meaning *meaning) {
        const ScheduleOptions options = {
                .hash_key = HASH_KEY,
                .dialect = meaning->dialect,
                .days = meaning->days,
        };
        Schedule *schedule = NULL;
        ScheduleError error = {};
        int r;

        r = schedule_parse(SCHEDULE_CRON, meaning->text, &options, &schedule, &error);
        ck_assert_msg(r == 0 || strstr(error.reason, "never be due"), "'%s' (seed %" PRIu64 "): %s",
                      meaning->text, random->seed, error.reason);
        return schedule;
}

static void check_never_due(const TestRandom *random, const Meaning *meaning) {
        for (int64_t day = -3653; day < 146097; day++)
                ck_assert_msg(!oracle_day(meaning, civil_date_from_days(day)),
                              "'%s' (seed %" PRIu64 ") comes", meaning->text, random->seed);
}

static void check_times(
                const TestRandom *random,
                const Meaning *meaning,
                const Schedule *schedule,
                int64_t day,
                int n_days) {
        usec_t times[MAX_TIMES], from = day * USEC_PER_DAY, at = from, time;
        int n = oracle_times(meaning, day, n_days, times);

        for (int i = 0; i < n; i++, at = time + 1)
                ck_assert_msg(cron_pattern_next(schedule, at, &time) && time == times[i],
                              "'%s' (seed %" PRIu64 "): %" PRId64 " after %" PRId64 " instead of %" PRId64,
                              meaning->text, random->seed, time, at, times[i]);
        if (n < MAX_TIMES && cron_pattern_next(schedule, at, &time))
                ck_assert_msg(time >= from + n_days * USEC_PER_DAY,
                              "'%s' (seed %" PRIu64 "): one too many at %" PRId64, meaning->text,
                              random->seed, time);

        for (int i = n - 1; i >= 0; i--) {
                at = i == n - 1 ? times[i] : times[i + 1] - 1;
                ck_assert_msg(cron_pattern_previous(schedule, at, &time) && time == times[i],
                              "'%s' (seed %" PRIu64 "): %" PRId64 " before %" PRId64 " instead of %" PRId64,
                              meaning->text, random->seed, time, at, times[i]);
        }
        for (int i = 0; i < n; i += 1 + i / 3)
                ck_assert_uint_eq(cron_pattern_count(schedule, from, times[i]), (uint64_t) i + 1);
}

START_TEST(times_are_those_of_a_scan) {
        TestRandom random = test_random_new();
        int n_rejected = 0;

        for (int i = 0; i < 1500; i++) {
                Meaning meaning = random_meaning(&random);
                CLEANUP(schedule_freep) Schedule *schedule = parse(&random, &meaning);

                if (!schedule) {
                        if (n_rejected++ < 10)
                                check_never_due(&random, &meaning);
                        continue;
                }
                ck_assert_msg(schedule_is_interval_like(schedule) == oracle_interval_like(&meaning), "'%s'",
                              meaning.text);
                check_times(&random, &meaning, schedule, pick(&random, 17000, 24000), 800);
        }
}
END_TEST

/* Sparse ones over a whole cycle of the calendar. */
START_TEST(a_time_may_be_generations_away) {
        TestRandom random = test_random_new();

        for (int i = 0; i < 12; i++) {
                Meaning meaning = {
                        .n_fields = 5,
                        .days = CRON_DAYS_AND,
                        .items = { [SECOND] = { { .kind = VALUE } },
                                   [MINUTE] = { { .kind = VALUE } },
                                   [HOUR] = { { .kind = VALUE } },
                                   [MONTH] = { { .kind = VALUE, .first = 2, .last = 2 } },
                                   [DAY] = { { .kind = VALUE, .first = 29, .last = 29 } },
                                   [WEEKDAY] = { { .kind = VALUE, .first = i % 7, .last = i % 7 } },
                                   [YEAR] = { { .kind = STAR } } },
                        .n_items = { 1, 1, 1, 1, 1, 1, 1 },
                };
                CLEANUP(schedule_freep) Schedule *schedule = NULL;

                if (i >= 7)
                        meaning.items[DAY][0] = random_day_item(&random, DAY);
                strcpy(meaning.text, "0 0 ");
                write_item(&random, &meaning, DAY, &meaning.items[DAY][0],
                           meaning.text + strlen(meaning.text));
                (void) sprintf(meaning.text + strlen(meaning.text), " 2 %d", i % 7);

                schedule = parse(&random, &meaning);
                if (schedule)
                        check_times(&random, &meaning, schedule, pick(&random, 0, 40000), 146097);
        }
}
END_TEST

/* clang-format off */
static const struct {
        const char *zone, *around; /* a clock change */
} changes[] = {
        { "UTC",                 "2026-03-29T01:00:00Z" },
        { "Europe/Berlin",       "2026-03-29T01:00:00Z" },
        { "Europe/Berlin",       "2026-10-25T01:00:00Z" },
        { "America/New_York",    "2026-03-08T07:00:00Z" },
        { "America/New_York",    "2026-11-01T06:00:00Z" },
        { "Australia/Lord_Howe", "2026-10-03T15:30:00Z" },
        { "Australia/Lord_Howe", "2026-04-04T15:00:00Z" },
        { "America/Sao_Paulo",   "2018-11-04T03:00:00Z" },
        { "Asia/Kathmandu",      "2026-06-01T00:00:00Z" },
};
/* clang-format on */

#define N_HOURS_AROUND 30

static bool oracle_local(const Meaning *meaning, usec_t local) {
        CivilTime time = civil_time_from_usec(local);

        return oracle_time(meaning, time.hour * 3600 + time.minute * 60 + time.second) &&
                        oracle_day(meaning, time.date);
}

static usec_t clock_shows(const TimeZone *zone, usec_t instant) {
        LocalTime local;

        time_zone_to_local(zone, instant, &local);
        return civil_time_to_usec(local.civil);
}

/*
 * Walks through the instants. An interval-like schedule is due whenever the clock shows a time of it; a
 * fixed-time one when the clock shows it, or more than it, for the first time.
 */
static int walk(const Meaning *meaning,
                const TimeZone *zone,
                usec_t from,
                usec_t step,
                usec_t times[static 1]) {
        bool interval_like = oracle_interval_like(meaning);
        usec_t highest = USEC_INFINITY, until = from + 2 * N_HOURS_AROUND * USEC_PER_HOUR;
        int n = 0;

        /* What the clock has shown before the walk; no gap or overlap is longer than a few hours. */
        for (usec_t at = from - 3 * USEC_PER_HOUR; at <= until && n < MAX_TIMES; at += step) {
                usec_t shown = clock_shows(zone, at);
                bool due = interval_like && oracle_local(meaning, shown);

                for (usec_t local = highest; !interval_like && highest < USEC_INFINITY && local < shown;
                     local += step)
                        due = due || oracle_local(meaning, local + step);
                if (highest == USEC_INFINITY || shown > highest)
                        highest = shown;
                if (due && at > from)
                        times[n++] = at;
        }
        return n;
}

START_TEST(instants_are_those_of_a_walk) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(changes[_i].zone);
        usec_t from = test_usec(changes[_i].around) - N_HOURS_AROUND * USEC_PER_HOUR;
        const ScheduleContext context = { .zone = zone };
        TestRandom random = test_random_new();

        for (int i = 0; zone && i < 40; i++) {
                Meaning meaning = random_meaning(&random);
                CLEANUP(schedule_freep) Schedule *schedule = parse(&random, &meaning);
                usec_t times[MAX_TIMES], at = from;
                Occurrence occurrence;
                int n;

                if (!schedule)
                        continue;
                n = walk(&meaning, zone, from, meaning.n_fields > 5 ? USEC_PER_SEC : USEC_PER_MINUTE, times);
                for (int k = 0; k < n; k++, at = occurrence.due_usec)
                        ck_assert_msg(schedule_next(schedule, &context, at, &occurrence) == 1 &&
                                                      occurrence.due_usec == times[k],
                                      "'%s' in %s (seed %" PRIu64 "): %" PRId64 " after %" PRId64,
                                      meaning.text, changes[_i].zone, random.seed, times[k], at);
                for (int k = n - 1; k > 0; k--)
                        ck_assert_msg(schedule_previous(schedule, &context, times[k], &occurrence) == 1 &&
                                                      occurrence.due_usec == times[k - 1],
                                      "'%s' in %s (seed %" PRIu64 "): %" PRId64 " before %" PRId64,
                                      meaning.text, changes[_i].zone, random.seed, times[k - 1], times[k]);
                if (n > 0)
                        ck_assert_uint_eq(
                                        schedule_count(schedule, &context, from, times[n - 1]), (uint64_t) n);
        }
}
END_TEST

START_TEST(the_normal_form_means_the_same) {
        TestRandom random = test_random_new();

        for (int i = 0; i < 3000; i++) {
                Meaning meaning = random_meaning(&random), normal = meaning;
                CLEANUP(schedule_freep) Schedule *schedule = parse(&random, &meaning);
                CLEANUP(schedule_freep) Schedule *again = NULL;
                CLEANUP_FREE char *text = NULL;
                CLEANUP_FREE char *text_again = NULL;

                if (!schedule)
                        continue;
                ck_assert_int_eq(schedule_format(schedule, &text), 0);
                strcpy(normal.text, text);
                again = parse(&random, &normal);
                ck_assert_msg(again, "'%s' became '%s'", meaning.text, text);
                ck_assert_int_eq(schedule_format(again, &text_again), 0);
                ck_assert_str_eq(text, text_again);
                ck_assert_mem_eq(
                                ((CronSchedule *) schedule)->month_days, ((CronSchedule *) again)->month_days,
                                sizeof(((CronSchedule *) schedule)->month_days));
                ck_assert_int_eq(schedule_is_interval_like(schedule), schedule_is_interval_like(again));
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-property");
        TCase *property = tcase_create("property");

        tcase_set_timeout(property, 300);
        tcase_add_test(property, times_are_those_of_a_scan);
        tcase_add_test(property, a_time_may_be_generations_away);
        tcase_add_loop_test(property, instants_are_those_of_a_walk, 0, ARRAY_SIZE(changes));
        tcase_add_test(property, the_normal_form_means_the_same);
        suite_add_tcase(suite, property);
        return suite;
}
