/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/cron-meaning.h"

#include <stdio.h>
#include <string.h>

enum {
        SECOND,
        MINUTE,
        HOUR,
        DAY,
        MONTH,
        WEEKDAY,
        YEAR
};

/* SipHash-2-4 of CRON_MEANING_HASH_KEY, NUL and the number of the field, from another implementation. */
static const uint64_t field_hashes[CRON_MEANING_N_FIELDS] = {
        0x96a58bb89dc8f206U, 0xd629c65f038da6b3U, 0xd28e8d15a1ebc369U, 0x224bbb2faf035e06U,
        0x6810770f1fde629dU, 0x86e79fb8a5dd08b7U, 0x4f5e345c1fefa2caU,
};

static const int field_min[CRON_MEANING_N_FIELDS] = { 0, 0, 0, 1, 1, 0, 1970 };
static const int field_max[CRON_MEANING_N_FIELDS] = { 59, 59, 23, 31, 12, 6, 2199 };

static const char *const month_names[] = { "",    "Jan", "feb", "MARCH",   "apr", "May",     "june",
                                           "jul", "Aug", "sep", "october", "nov", "December" };
static const char *const weekday_names[] = { "sun", "Monday", "tue", "WED", "thu", "friday", "Sat" };

static bool chance(TestRandom *random, int percent) {
        return test_random_between(random, 1, 100) <= percent;
}

static int pick(TestRandom *random, int first, int last) {
        return (int) test_random_between(random, first, last);
}

static int pick_value(TestRandom *random, int field) {
        return field == YEAR ? pick(random, 2018, 2040) : pick(random, field_min[field], field_max[field]);
}

static void pick_range(TestRandom *random, int field, bool may_wrap, CronItem *item) {
        item->first = pick_value(random, field);
        item->last = pick_value(random, field);
        if (item->first > item->last && (!may_wrap || field == YEAR)) {
                int swap = item->first;

                item->first = item->last;
                item->last = swap;
        }
}

CronItem cron_item_random_day(TestRandom *random, int field) {
        if (field == WEEKDAY)
                return chance(random, 50)
                                ? (CronItem){ .kind = CRON_ITEM_NTH,
                                              .first = pick(random, 0, 6),
                                              .last = pick(random, 1, 5) }
                                : (CronItem){ .kind = CRON_ITEM_LAST_OF_KIND, .first = pick(random, 0, 6) };
        switch (pick(random, 0, 3)) {
        case 0:
                return (CronItem){ .kind = CRON_ITEM_LAST,
                                   .first = chance(random, 50) ? 0 : pick(random, 1, 27) };
        case 1:
                return (CronItem){ .kind = CRON_ITEM_LAST_NEAREST,
                                   .first = chance(random, 70) ? 0 : pick(random, 1, 27) };
        default:
                return (CronItem){ .kind = CRON_ITEM_NEAREST, .first = pick(random, 1, 31) };
        }
}

static CronItem random_item(TestRandom *random, const CronMeaning *meaning, int field) {
        bool vixie = meaning->dialect == CRON_DIALECT_VIXIE;
        CronItem item = { .kind = CRON_ITEM_VALUE };

        if ((field == DAY || field == WEEKDAY) && !vixie && chance(random, 25))
                return cron_item_random_day(random, field);

        item.kind = (CronItemKind) pick(random, CRON_ITEM_STAR, vixie ? CRON_ITEM_RANGE : CRON_ITEM_RANDOM);
        item.first = item.last = pick_value(random, field);
        if (item.kind == CRON_ITEM_RANGE || item.kind == CRON_ITEM_HASH_RANGE ||
            item.kind == CRON_ITEM_RANDOM)
                pick_range(random, field, !vixie, &item);
        if (item.kind == CRON_ITEM_HASH) {
                item.first = field_min[field];
                item.last = field == DAY ? 28 : field_max[field];
        }
        if (chance(random, 30) && !(vixie && item.kind == CRON_ITEM_VALUE))
                item.step = pick(random, 1, field == HOUR || field == MONTH ? 8 : 25);
        return item;
}

/* In a list, W cannot stand beside plain values. */
static bool is_odd_list(const CronMeaning *meaning, int field) {
        bool plain = false, nearest = false;

        for (int i = 0; i < meaning->n_items[field]; i++) {
                plain = plain || meaning->items[field][i].kind < CRON_ITEM_LAST;
                nearest = nearest || meaning->items[field][i].kind == CRON_ITEM_NEAREST;
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

void cron_item_write(
                TestRandom *random,
                const CronMeaning *meaning,
                int field,
                const CronItem *item,
                char *text) {
        bool vixie = meaning->dialect == CRON_DIALECT_VIXIE;
        char first[32] = "", last[32] = "";

        write_value(random, field, item->first, first);
        if (!vixie &&
            (item->kind == CRON_ITEM_VALUE || item->kind == CRON_ITEM_NTH ||
             item->kind == CRON_ITEM_LAST_OF_KIND))
                write_long_value(random, field, item->first, first);
        if (item->kind != CRON_ITEM_NTH)
                write_value(random, field, item->last, last);

        switch (item->kind) {
        case CRON_ITEM_STAR:
                text += sprintf(text, vixie || chance(random, 70) ? "*" : "?");
                break;
        case CRON_ITEM_VALUE:
                text += sprintf(text, "%s", first);
                break;
        case CRON_ITEM_RANGE:
                text += sprintf(text, "%s-%s", first, last);
                break;
        case CRON_ITEM_HASH:
                text += sprintf(text, chance(random, 70) ? "H" : "h");
                break;
        case CRON_ITEM_HASH_RANGE:
                text += sprintf(text, "H(%s-%s)", first, last);
                break;
        case CRON_ITEM_RANDOM:
                text += sprintf(text, "%s~%s", item->first == field_min[field] ? "" : first,
                                item->last == field_max[field] ? "" : last);
                break;
        case CRON_ITEM_LAST:
        case CRON_ITEM_LAST_NEAREST:
                text += sprintf(text, item->first > 0 ? "L-%d" : "L", item->first);
                text += sprintf(text, "%s", item->kind == CRON_ITEM_LAST_NEAREST ? "W" : "");
                break;
        case CRON_ITEM_NEAREST:
                text += sprintf(text, "%d%s", item->first, chance(random, 70) ? "W" : "w");
                break;
        case CRON_ITEM_NTH:
                text += sprintf(text, "%s#%d", first, item->last);
                break;
        case CRON_ITEM_LAST_OF_KIND:
                text += sprintf(text, "%sL", first);
                break;
        }
        if (item->step > 0)
                (void) sprintf(text, "/%d", item->step);
}

/* Fields that are mostly "*" would make most expressions rare, and few would be compared at all. */
static void fill_field(TestRandom *random, CronMeaning *meaning, int field) {
        do {
                meaning->n_items[field] = chance(random, 75) ? 1 : pick(random, 2, CRON_MEANING_MAX_ITEMS);
                for (int i = 0; i < meaning->n_items[field]; i++)
                        meaning->items[field][i] = random_item(random, meaning, field);
        } while (is_odd_list(meaning, field));

        if (chance(random, field >= DAY ? 55 : 20)) {
                meaning->n_items[field] = 1;
                meaning->items[field][0] = (CronItem){ .kind = CRON_ITEM_STAR };
        }
}

CronMeaning cron_meaning_random(TestRandom *random) {
        CronMeaning meaning = {
                .dialect = chance(random, 25) ? CRON_DIALECT_VIXIE : CRON_DIALECT_DEFAULT,
                .days = chance(random, 60) ? CRON_DAYS_AUTO
                                           : (CronDays) pick(random, CRON_DAYS_OR, CRON_DAYS_AND),
        };

        meaning.n_fields =
                        meaning.dialect == CRON_DIALECT_VIXIE || chance(random, 50) ? 5 : pick(random, 6, 7);
        for (int field = 0; field < CRON_MEANING_N_FIELDS; field++) {
                bool absent = (field == SECOND && meaning.n_fields == 5) ||
                                (field == YEAR && meaning.n_fields < 7);

                if (absent) {
                        meaning.items[field][0] = (CronItem){ .kind = field == YEAR ? CRON_ITEM_STAR
                                                                                    : CRON_ITEM_VALUE };
                        meaning.n_items[field] = 1;
                        continue;
                }
                fill_field(random, &meaning, field);
                for (int i = 0; i < meaning.n_items[field]; i++) {
                        char item[96];

                        cron_item_write(random, &meaning, field, &meaning.items[field][i], item);
                        (void) sprintf(meaning.text + strlen(meaning.text), "%s%s", i > 0 ? "," : "", item);
                }
                strcat(meaning.text, chance(random, 90) ? " " : " \t");
        }
        return meaning;
}

/* Goes from the first value on, over the end of the field, until the last one. */
static bool item_has_value(const CronItem *item, int field, int value) {
        int first = item->first, last = item->last, step = item->step > 0 ? item->step : 1, skip = 0,
            choices = 1;

        if (item->kind == CRON_ITEM_STAR || (item->kind == CRON_ITEM_VALUE && item->step > 0))
                last = field_max[field];
        if (item->kind == CRON_ITEM_STAR)
                first = field_min[field];
        for (int v = first; v != last; v = v == field_max[field] ? field_min[field] : v + 1)
                choices++;
        if (item->kind == CRON_ITEM_HASH || item->kind == CRON_ITEM_HASH_RANGE ||
            item->kind == CRON_ITEM_RANDOM)
                skip = (int) (field_hashes[field] %
                              (uint64_t) (item->step > 0 && item->step < choices ? item->step : choices));

        for (int v = first, i = 0; i < choices; v = v == field_max[field] ? field_min[field] : v + 1, i++) {
                bool chosen = item->kind >= CRON_ITEM_HASH && item->step == 0
                                ? i == skip
                                : i >= skip && (i - skip) % step == 0;

                if (v == value && chosen)
                        return true;
        }
        return false;
}

bool cron_meaning_has_value(const CronMeaning *meaning, int field, int value) {
        for (int i = 0; i < meaning->n_items[field]; i++)
                if (meaning->items[field][i].kind < CRON_ITEM_LAST &&
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

static bool special_item_has_date(const CronItem *item, CivilDate date) {
        int n_days = civil_days_in_month(date.year, date.month), day = n_days - item->first;

        switch (item->kind) {
        case CRON_ITEM_LAST:
                return date.day == day;
        case CRON_ITEM_LAST_NEAREST:
                return day >= 1 && date.day == nearest_working_day(date, day);
        case CRON_ITEM_NEAREST:
                return item->first <= n_days && date.day == nearest_working_day(date, item->first);
        case CRON_ITEM_NTH:
                return civil_date_weekday(date) == item->first && (date.day + 6) / 7 == item->last;
        case CRON_ITEM_LAST_OF_KIND:
                return civil_date_weekday(date) == item->first && date.day + 7 > n_days;
        default:
                return false;
        }
}

static bool field_has_date(const CronMeaning *meaning, int field, CivilDate date) {
        for (int i = 0; i < meaning->n_items[field]; i++)
                if (special_item_has_date(&meaning->items[field][i], date))
                        return true;
        return cron_meaning_has_value(meaning, field, field == DAY ? date.day : civil_date_weekday(date));
}

bool cron_meaning_has_day(const CronMeaning *meaning, CivilDate date) {
        const CronItem *day = &meaning->items[DAY][0], *weekday = &meaning->items[WEEKDAY][0];
        bool by_day, by_weekday, either = day->kind != CRON_ITEM_STAR && weekday->kind != CRON_ITEM_STAR;

        if (!cron_meaning_has_value(meaning, MONTH, date.month))
                return false;
        if (meaning->n_fields == 7 && !cron_meaning_has_value(meaning, YEAR, date.year)) {
                bool any = false;

                for (int i = 0; i < meaning->n_items[YEAR]; i++)
                        any = any ||
                                        (meaning->items[YEAR][i].kind == CRON_ITEM_STAR &&
                                         meaning->items[YEAR][i].step <= 1);
                if (!any)
                        return false;
        }

        by_day = field_has_date(meaning, DAY, date);
        by_weekday = field_has_date(meaning, WEEKDAY, date);
        if (meaning->days == CRON_DAYS_AND)
                either = false;
        if (meaning->days == CRON_DAYS_OR)
                either = !(day->kind == CRON_ITEM_STAR && day->step <= 1) &&
                                !(weekday->kind == CRON_ITEM_STAR && weekday->step <= 1);
        return either ? by_day || by_weekday : by_day && by_weekday;
}

bool cron_meaning_has_time(const CronMeaning *meaning, int second_of_day) {
        return cron_meaning_has_value(meaning, HOUR, second_of_day / 3600) &&
                        cron_meaning_has_value(meaning, MINUTE, second_of_day / 60 % 60) &&
                        cron_meaning_has_value(meaning, SECOND, second_of_day % 60);
}

bool cron_meaning_is_interval_like(const CronMeaning *meaning) {
        if (meaning->dialect == CRON_DIALECT_VIXIE)
                return meaning->items[MINUTE][0].kind == CRON_ITEM_STAR ||
                                meaning->items[HOUR][0].kind == CRON_ITEM_STAR;
        for (int field = SECOND; field <= HOUR; field++)
                for (int i = 0; i < meaning->n_items[field]; i++) {
                        const CronItem *item = &meaning->items[field][i];

                        if (item->kind == CRON_ITEM_STAR || item->kind == CRON_ITEM_RANGE || item->step > 0)
                                return true;
                }
        return false;
}
