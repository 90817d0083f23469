/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/bus-filter.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
        FOR_ALL = FOR_LISTS | FOR_DUMP | FOR_HISTORY,
};

/* What the values of a filter depend on. */
typedef struct Reading {
        BusFilterKind kind;
        bool is_dump;
        const UserNames *users;
} Reading;

typedef struct FilterKey {
        const char *name, *signature;
        unsigned users; /* FOR_… */
        int (*read)(sd_bus_message *message, const Reading *reading, BusFilter *filter, sd_bus_error *reterr);
} FilterKey;

void bus_filter_done(BusFilter *filter) {
        (void) string_list_free(filter->names);
        job_selection_done(&filter->selection);
        free(filter->ids);
        free(filter->after);
        *filter = (BusFilter){ 0 };
}

static void filter_cleanup(BusFilter *filter) {
        bus_filter_done(filter);
}

/* A text stays in the message, which outlives the decoding. */
static int next_text(sd_bus_message *message, const char **ret) {
        return sd_bus_message_read_basic(message, 's', ret);
}

/* `what` is the key's name. */
static int read_list(sd_bus_message *message, const char *what, char ***list, sd_bus_error *reterr) {
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
                                        what, BUS_FILTER_NAMES_MAX, BUS_FILTER_NAME_LENGTH_MAX);
                r = string_list_push(list, text);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

static int read_names(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return read_list(message, "names", &filter->names, reterr);
}

static int read_kinds(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return read_list(message, "kinds", &filter->selection.kinds, reterr);
}

static int read_templates(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return read_list(message, "templates", &filter->selection.templates, reterr);
}

static int read_profiles(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return read_list(message, "profiles", &filter->selection.profiles, reterr);
}

static int read_tags(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return read_list(message, "tags", &filter->selection.tags, reterr);
}

static int parse_owner(const Reading *reading, const char *text, uid_t *ret, sd_bus_error *reterr) {
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
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        CLEANUP(string_list_freep) char **list = NULL;
        int r;

        r = read_list(message, "owners", &list, reterr);
        STRING_LIST_FOREACH(text, list) {
                uid_t uid = 0;

                if (r >= 0)
                        r = parse_owner(reading, *text, &uid, reterr);
                if (r >= 0)
                        r = job_selection_add_owner(&filter->selection, uid);
        }
        return r;
}

static int read_ids(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
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

static int read_after(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
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
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
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
                filter->states |= UINT32_C(1) << (unsigned) state;
        }
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

static int read_since(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 'x', &filter->since_usec);
}

static int read_until(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 'x', &filter->until_usec);
}

static int read_mine(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        int flag, r;

        r = sd_bus_message_read_basic(message, 'b', &flag);
        if (r >= 0)
                filter->mine = flag != 0;
        return r;
}

static int read_limit(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 't', &filter->limit);
}

static int read_before(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 't', &filter->before_id);
}

static int read_all(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        int flag, r;

        r = sd_bus_message_read_basic(message, 'b', &flag);
        if (r >= 0)
                filter->all = flag != 0;
        return r;
}

static int read_keep(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 't', &filter->keep);
}

/* clang-format off */
static const FilterKey keys[] = {
        { "names",  "as", FOR_ALL,                read_names },
        { "ids",    "at", FOR_ALL,                read_ids },
        { "kinds",  "as", FOR_ALL,                read_kinds },
        { "templates", "as", FOR_ALL,             read_templates },
        { "profiles", "as", FOR_ALL,              read_profiles },
        { "owners", "as", FOR_ALL,                read_owners },
        { "tags",   "as", FOR_ALL,                read_tags },
        { "states", "as", FOR_ALL,                read_states },
        { "since",  "x",  FOR_ALL,                read_since },
        { "until",  "x",  FOR_ALL,                read_until },
        { "mine",   "b",  FOR_ALL,                read_mine },
        { "limit",  "t",  FOR_DUMP,               read_limit },
        { "before", "t",  FOR_DUMP,               read_before },
        { "after",  "s",  FOR_DUMP,               read_after },
        { "all",    "b",  FOR_DUMP | FOR_HISTORY, read_all },
        { "keep",   "t",  FOR_HISTORY,            read_keep },
};
/* clang-format on */

const JobSelection *bus_filter_selection(const BusFilter *filter) {
        const JobSelection *selection = &filter->selection;
        bool says_something = selection->kinds || selection->templates || selection->profiles ||
                        selection->tags || selection->n_owners > 0;

        return says_something ? selection : NULL;
}

bool bus_filter_is_private(const BusFilter *filter) {
        return filter->selection.templates || filter->selection.profiles;
}

static unsigned user_of(const Reading *reading) {
        if (reading->kind == BUS_FILTER_HISTORY)
                return FOR_HISTORY;
        return reading->is_dump ? FOR_DUMP : FOR_LISTS;
}

static const FilterKey *find_key(const char *name, unsigned user) {
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                if (strcmp(keys[i].name, name) == 0 && (keys[i].users & user))
                        return &keys[i];
        return NULL;
}

static const char *more_keys(unsigned user) {
        if (user == FOR_HISTORY)
                return ", all, keep";
        return user == FOR_DUMP ? ", limit, before, after, all" : "";
}

static int read_entry(
                sd_bus_message *message,
                const Reading *reading,
                BusFilter *filter,
                sd_bus_error *reterr) {

        const FilterKey *key;
        const char *name, *signature;
        int r;

        r = next_text(message, &name);
        if (r < 0)
                return r;
        key = find_key(name, user_of(reading));
        if (!key)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The filter has an unknown key '%.100s'; known are names, ids, states, "
                                "kinds, "
                                "templates, profiles, owners, tags, since, until, mine%s.",
                                name, more_keys(user_of(reading)));

        r = sd_bus_message_peek_type(message, NULL, &signature);
        if (r < 0)
                return r;
        if (strcmp(signature, key->signature) != 0)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The filter's '%s' must have the type '%s', not '%.50s'.", key->name,
                                key->signature, signature);
        r = sd_bus_message_enter_container(message, 'v', key->signature);
        if (r < 0)
                return r;
        r = key->read(message, reading, filter, reterr);
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

int bus_filter_read(
                sd_bus_message *message,
                const UserNames *users,
                BusFilterKind kind,
                bool is_dump,
                BusFilter *ret,
                sd_bus_error *reterr) {

        const Reading reading = { .kind = kind, .is_dump = is_dump, .users = users };
        CLEANUP(filter_cleanup) BusFilter filter = { 0 };
        int r;

        assert(message);
        assert(kind < BUS_FILTER_KIND_COUNT);

        r = sd_bus_message_enter_container(message, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = read_entry(message, &reading, &filter, reterr);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;

        *ret = filter;
        filter = (BusFilter){ 0 };
        return 0;
}
