/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-except.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"
#include "util/string-list.h"

#define ICS_SIZE_MAX ((size_t) 1024 * 1024)

/* An item as it is written; what is not in it is NULL. */
typedef struct Item {
        size_t number; /* from 1, for messages */
        char *days;    /* joined, if they are a list */
        char **dates;
        const char *time, *calendar, *cron, *ics; /* borrowed from the JSON */
        char *ics_text;
} Item;

typedef struct ItemKey {
        const char *name;
        bool is_list; /* or may be one */
        size_t offset;
} ItemKey;

/* clang-format off */
static const ItemKey item_keys[] = {
        { "days",     true,  offsetof(Item, days) },
        { "dates",    true,  offsetof(Item, dates) },
        { "time",     false, offsetof(Item, time) },
        { "calendar", false, offsetof(Item, calendar) },
        { "cron",     false, offsetof(Item, cron) },
        { "ics",      false, offsetof(Item, ics) },
};
/* clang-format on */

static void item_done(Item *item) {
        free(item->days);
        (void) string_list_free(item->dates);
        free(item->ics_text);
}

static int item_fault(CalendarError *reterr, const Item *item, const char *key, const char *reason) {
        return calendar_error(
                        reterr, CALENDAR_ERROR_VALUE, "except", "'except', item %zu, '%.20s': %s",
                        item->number, key, reason);
}

static int read_list(
                const Item *item,
                const char *key,
                const json_t *value,
                char ***ret,
                CalendarError *reterr) {
        CLEANUP(string_list_freep) char **list = NULL;
        const json_t *element;
        size_t i;
        int r;

        json_array_foreach(value, i, element) {
                if (!json_is_string(element))
                        return item_fault(reterr, item, key, "is a list of strings");
                r = string_list_push(&list, json_string_value(element));
                if (r < 0)
                        return r;
        }
        if (!list)
                return item_fault(reterr, item, key, "is an empty list");
        *ret = TAKE_PTR(list);
        return 0;
}

/* A list, or a text that is as good as a list of one. */
static int read_texts(Item *item, const ItemKey *key, const json_t *value, CalendarError *reterr) {
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        r = json_is_string(value) ? string_list_push(&list, json_string_value(value))
                                  : read_list(item, key->name, value, &list, reterr);
        if (r < 0)
                return r;
        if (strcmp(key->name, "days") == 0)
                return string_list_join(list, ",", &item->days);
        item->dates = TAKE_PTR(list);
        return 0;
}

static int read_value(Item *item, const char *name, const json_t *value, CalendarError *reterr) {
        size_t i = 0;

        while (i < ARRAY_SIZE(item_keys) && strcmp(item_keys[i].name, name) != 0)
                i++;
        if (i == ARRAY_SIZE(item_keys))
                return item_fault(
                                reterr, item, name,
                                "is an unknown key; there are days, dates, time, calendar, cron and ics");
        if (!json_is_string(value) && !(item_keys[i].is_list && json_is_array(value)))
                return item_fault(
                                reterr, item, name,
                                item_keys[i].is_list ? "is a string or a list of strings" : "is a string");
        if (item_keys[i].is_list)
                return read_texts(item, &item_keys[i], value, reterr);
        *(const char **) ((char *) item + item_keys[i].offset) = json_string_value(value);
        return 0;
}

static int read_ics(Item *item, CalendarError *reterr) {
        size_t size = 0;
        int r;

        if (!item->ics)
                return 0;
        r = file_read(item->ics, ICS_SIZE_MAX, &item->ics_text, &size);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return item_fault(reterr, item, "ics", strerror(-r));
        return strlen(item->ics_text) == size ? 0 : item_fault(reterr, item, "ics", "the file is not a text");
}

static int find_zone(void *userdata, const char *name, TimeZone **ret) {
        return time_zone_load(name, ret);
}

static int add_item(const Item *item, Exceptions *exceptions, CalendarError *reterr) {
        const ExceptionItem exception = {
                .days = item->days,
                .dates = (const char *const *) item->dates,
                .time = item->time,
                .calendar = item->calendar,
                .cron = item->cron,
                .ics = item->ics_text,
                .find_zone = find_zone,
        };
        ScheduleError error = { 0 };
        const char *key = "except";
        int r;

        r = exceptions_add(exceptions, &exception, &key, &error);
        return r == -EINVAL ? item_fault(reterr, item, key, error.reason) : r;
}

static int read_item(size_t number, const json_t *json, Exceptions *exceptions, CalendarError *reterr) {
        CLEANUP(item_done) Item item = { .number = number };
        const char *name;
        json_t *value;
        int r;

        if (!json_is_object(json))
                return calendar_error(
                                reterr, CALENDAR_ERROR_VALUE, "except",
                                "'except' is an object such as {\"days\": \"Sat,Sun\"} or a list of such");

        json_object_foreach((json_t *) json, name, value) {
                r = read_value(&item, name, value, reterr);
                if (r < 0)
                        return r;
        }
        r = read_ics(&item, reterr);
        return r < 0 ? r : add_item(&item, exceptions, reterr);
}

int calendar_except_read(const json_t *except, Exceptions **ret, CalendarError *reterr) {
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        const json_t *item;
        size_t i;
        int r;

        r = exceptions_new(&exceptions);
        if (r >= 0 && !json_is_array(except))
                r = read_item(1, except, exceptions, reterr);
        if (r < 0)
                return r;

        json_array_foreach(except, i, item) {
                r = read_item(i + 1, item, exceptions, reterr);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(exceptions);
        return 0;
}
