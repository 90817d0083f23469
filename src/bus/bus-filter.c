/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/bus-filter.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus/dictionary.h"
#include "job/audit-record.h"
#include "job/execution-record.h"
#include "manager/dependency-list.h"
#include "manager/manager.h"
#include "util/string-list.h"

/* Who may use a key that not every list has. */
enum {
        FOR_LISTS = 1 << 0,
        FOR_DUMP = 1 << 1,
        FOR_HISTORY = 1 << 2,
};

/* The filter, and what the values of its keys depend on. */
typedef struct FilterReading {
        BusFilter filter;
        BusFilterKind kind;
        const UserNames *users;
} FilterReading;

void bus_filter_done(BusFilter *filter) {
        (void) string_list_free(filter->names);
        job_selection_done(&filter->selection);
        free(filter->ids);
        free(filter->after);
        *filter = (BusFilter){ 0 };
}

static void reading_done(FilterReading *reading) {
        bus_filter_done(&reading->filter);
}

/* A text stays in the message, which outlives the decoding. */
static int next_text(sd_bus_message *message, const char **ret) {
        return sd_bus_message_read_basic(message, 's', ret);
}

static int add_texts(sd_bus_message *message, const DictionaryKey *key, char ***list, sd_bus_error *reterr) {
        const char *text;
        size_t n = 0;
        int r;

        r = sd_bus_message_enter_container(message, 'a', "s");
        if (r < 0)
                return r;
        while ((r = next_text(message, &text)) > 0) {
                if (++n > BUS_FILTER_NAMES_MAX || strlen(text) > BUS_FILTER_NAME_LENGTH_MAX)
                        return sd_bus_error_setf(
                                        reterr, SD_BUS_ERROR_INVALID_ARGS,
                                        "The filter's '%s' takes at most %u patterns of at most %u bytes.",
                                        key->name, BUS_FILTER_NAMES_MAX, BUS_FILTER_NAME_LENGTH_MAX);
                r = string_list_push(list, text);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

static int read_texts(sd_bus_message *message, const DictionaryKey *key, void *target, sd_bus_error *reterr) {
        return add_texts(message, key, (char ***) ((char *) target + key->offset), reterr);
}

static int parse_owner(const FilterReading *reading, const char *text, uid_t *ret, sd_bus_error *reterr) {
        char *end = NULL;
        unsigned long uid;

        if (reading->users && user_names_find_uid(reading->users, text, ret))
                return 0;
        errno = 0;
        uid = strtoul(text, &end, 10);
        if (errno != 0 || *text < '0' || *text > '9' || *end || uid >= UINT32_MAX)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The filter's 'owners' names '%.100s', who is not known here; give the "
                                "number.",
                                text);
        *ret = (uid_t) uid;
        return 0;
}

static int read_owners(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {
        CLEANUP(string_list_freep) char **list = NULL;
        FilterReading *reading = target;
        int r;

        r = add_texts(message, key, &list, reterr);
        STRING_LIST_FOREACH(text, list) {
                uid_t uid = 0;

                if (r >= 0)
                        r = parse_owner(reading, *text, &uid, reterr);
                if (r >= 0)
                        r = job_selection_add_owner(&reading->filter.selection, uid);
        }
        return r;
}

static int read_ids(sd_bus_message *message, const DictionaryKey *key, void *target, sd_bus_error *reterr) {
        BusFilter *filter = &((FilterReading *) target)->filter;
        const void *ids;
        size_t size;
        int r;

        r = sd_bus_message_read_array(message, 't', &ids, &size);
        if (r < 0)
                return r;
        if (size == 0 || size > BUS_FILTER_IDS_MAX * sizeof(uint64_t))
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The filter's 'ids' takes 1 to %u numbers of executions.",
                                BUS_FILTER_IDS_MAX);
        free(filter->ids);
        filter->ids = malloc(size);
        if (!filter->ids)
                return -ENOMEM;
        memcpy(filter->ids, ids, size);
        filter->n_ids = size / sizeof(uint64_t);
        return 0;
}

static int read_after(sd_bus_message *message, const DictionaryKey *key, void *target, sd_bus_error *reterr) {
        BusFilter *filter = &((FilterReading *) target)->filter;
        const char *text;
        int r;

        r = next_text(message, &text);
        if (r < 0)
                return r;
        free(filter->after);
        filter->after = strdup(text);
        return filter->after ? 0 : -ENOMEM;
}

static int read_states(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {
        FilterReading *reading = target;
        static int (*const from_string[])(const char *) = {
                [BUS_FILTER_JOBS] = job_state_from_string,
                [BUS_FILTER_TIMERS] = job_state_from_string,
                [BUS_FILTER_DEFINITIONS] = job_state_from_string,
                [BUS_FILTER_DEPENDENCIES] = join_standing_from_string,
                [BUS_FILTER_EXECUTIONS] = execution_state_from_string,
                [BUS_FILTER_HISTORY] = execution_state_from_string,
                [BUS_FILTER_AUDIT] = audit_event_from_string,
                [BUS_FILTER_QUEUES] = NULL,
                [BUS_FILTER_PROFILES] = NULL,
                [BUS_FILTER_TEMPLATES] = NULL,
                [BUS_FILTER_ACTIONS] = NULL,
        };
        const char *text;
        int r;

        r = sd_bus_message_enter_container(message, 'a', "s");
        if (r < 0)
                return r;
        while ((r = next_text(message, &text)) > 0) {
                int state = from_string[reading->kind] ? from_string[reading->kind](text) : -EINVAL;

                if (state < 0)
                        return sd_bus_error_setf(
                                        reterr, SD_BUS_ERROR_INVALID_ARGS,
                                        "The filter's 'states' names '%.100s', which is no %s.", text,
                                        reading->kind == BUS_FILTER_AUDIT ? "audit event" : "state of these");
                reading->filter.states |= UINT32_C(1) << (unsigned) state;
        }
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

#define TEXTS(key, member)                                    \
        .name = (key), .signature = "as", .read = read_texts, \
        .offset = TYPED_OFFSET(FilterReading, member, char **)

/* clang-format off */
static const DictionaryKey keys[] = {
        { TEXTS("names",     filter.names) },
        { .name = "ids",     .signature = "at", .read = read_ids },
        { .name = "states",  .signature = "as", .read = read_states },
        { TEXTS("kinds",     filter.selection.kinds) },
        { TEXTS("templates", filter.selection.templates) },
        { TEXTS("profiles",  filter.selection.profiles) },
        { .name = "owners",  .signature = "as", .read = read_owners },
        { TEXTS("tags",      filter.selection.tags) },
        { DICTIONARY_TIME  ("since",  FilterReading, filter.since_usec) },
        { DICTIONARY_TIME  ("until",  FilterReading, filter.until_usec) },
        { DICTIONARY_FLAG  ("mine",   FilterReading, filter.mine) },
        { DICTIONARY_NUMBER("limit",  FilterReading, filter.limit),     .readers = FOR_DUMP },
        { DICTIONARY_NUMBER("before", FilterReading, filter.before_id), .readers = FOR_DUMP },
        { .name = "after",   .signature = "s",  .read = read_after,     .readers = FOR_DUMP },
        { DICTIONARY_FLAG  ("all",    FilterReading, filter.all),       .readers = FOR_DUMP | FOR_HISTORY },
        { DICTIONARY_NUMBER("keep",   FilterReading, filter.keep),      .readers = FOR_HISTORY },
};
/* clang-format on */

static const Dictionary dictionary = { "in the filter", keys, ARRAY_SIZE(keys) };

const JobSelection *bus_filter_selection(const BusFilter *filter) {
        const JobSelection *selection = &filter->selection;
        bool says_something = selection->kinds || selection->templates || selection->profiles ||
                        selection->tags || selection->n_owners > 0;

        return says_something ? selection : NULL;
}

bool bus_filter_is_private(const BusFilter *filter) {
        return filter->selection.templates || filter->selection.profiles;
}

int bus_filter_read(
                sd_bus_message *message,
                const UserNames *users,
                BusFilterKind kind,
                bool is_dump,
                BusFilter *ret,
                sd_bus_error *reterr) {

        CLEANUP(reading_done) FilterReading reading = { .kind = kind, .users = users };
        unsigned reader = is_dump ? FOR_DUMP : FOR_LISTS;
        int r;

        assert(message);
        assert(kind < BUS_FILTER_KIND_COUNT);

        if (kind == BUS_FILTER_HISTORY)
                reader = FOR_HISTORY;
        r = dictionary_read(message, &dictionary, reader, &reading, reterr);
        if (r < 0)
                return r;

        *ret = reading.filter;
        reading.filter = (BusFilter){ 0 };
        return 0;
}
