/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a cron expression means, without any text: the generator makes it at random and writes it down in one
 * of the ways that there are, and the oracle judges days and times by it alone. It has no masks, no tables
 * and no search, and shares nothing with the code that it judges.
 */

#include "schedule/schedule.h"
#include "support/test-random.h"
#include "util/civil-date.h"

#define CRON_MEANING_HASH_KEY "backup" /* that H and ~ need */

#define CRON_MEANING_N_FIELDS 7
#define CRON_MEANING_MAX_ITEMS 3

typedef enum CronItemKind {
        CRON_ITEM_STAR,
        CRON_ITEM_VALUE,
        CRON_ITEM_RANGE,
        CRON_ITEM_HASH,
        CRON_ITEM_HASH_RANGE,
        CRON_ITEM_RANDOM,
        CRON_ITEM_LAST,         /* first: days before the last one */
        CRON_ITEM_LAST_NEAREST, /* the same */
        CRON_ITEM_NEAREST,      /* first: the day */
        CRON_ITEM_NTH,          /* first: the weekday, last: n */
        CRON_ITEM_LAST_OF_KIND, /* first: the weekday */
} CronItemKind;

typedef struct CronItem {
        CronItemKind kind;
        int first, last, step; /* step 0: none */
} CronItem;

/* Fields are second, minute, hour, day, month, weekday, year. */
typedef struct CronMeaning {
        CronItem items[CRON_MEANING_N_FIELDS][CRON_MEANING_MAX_ITEMS];
        int n_items[CRON_MEANING_N_FIELDS];
        int n_fields;
        CronDialect dialect;
        CronDays days;
        char text[512];
} CronMeaning;

CronMeaning cron_meaning_random(TestRandom *random);

/* An item of L, W or # for the day (3) or the weekday (5), and any item as text. */
CronItem cron_item_random_day(TestRandom *random, int field);
void cron_item_write(
                TestRandom *random,
                const CronMeaning *meaning,
                int field,
                const CronItem *item,
                char *text);

bool cron_meaning_has_value(const CronMeaning *meaning, int field, int value);
bool cron_meaning_has_day(const CronMeaning *meaning, CivilDate date);
bool cron_meaning_has_time(const CronMeaning *meaning, int second_of_day);
bool cron_meaning_is_interval_like(const CronMeaning *meaning);
