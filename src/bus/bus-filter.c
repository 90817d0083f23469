/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/bus-filter.h"

#include <assert.h>
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

typedef struct FilterKey {
        const char *name, *signature;
        unsigned users; /* FOR_… */
        int (*read)(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr);
} FilterKey;

void bus_filter_done(BusFilter *filter) {
        filter->names = string_list_free(filter->names);
        *filter = (BusFilter){ 0 };
}

static void filter_cleanup(BusFilter *filter) {
        bus_filter_done(filter);
}

/* A text stays in the message, which outlives the decoding. */
static int next_text(sd_bus_message *message, const char **ret) {
        return sd_bus_message_read_basic(message, 's', ret);
}

static int read_names(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
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
                                        "The filter's 'names' takes at most %u patterns of at most %u bytes.",
                                        BUS_FILTER_NAMES_MAX, BUS_FILTER_NAME_LENGTH_MAX);
                r = string_list_push(&filter->names, text);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

static int read_states(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        static int (*const from_string[])(const char *) = {
                [BUS_FILTER_JOBS] = job_state_from_string,
                [BUS_FILTER_TIMERS] = job_state_from_string,
                [BUS_FILTER_DEPENDENCIES] = join_standing_from_string,
                [BUS_FILTER_EXECUTIONS] = execution_state_from_string,
                [BUS_FILTER_HISTORY] = execution_state_from_string,
                [BUS_FILTER_AUDIT] = audit_event_from_string,
                [BUS_FILTER_QUEUES] = NULL,
        };
        const char *text;
        int r;

        r = sd_bus_message_enter_container(message, 'a', "s");
        if (r < 0)
                return r;
        while ((r = next_text(message, &text)) > 0) {
                int state = from_string[kind] ? from_string[kind](text) : -EINVAL;

                if (state < 0)
                        return sd_bus_error_setf(
                                        reterr, SD_BUS_ERROR_INVALID_ARGS,
                                        "The filter's 'states' names '%.100s', which is no %s.", text,
                                        kind == BUS_FILTER_AUDIT ? "audit event" : "state of these");
                filter->states |= UINT32_C(1) << (unsigned) state;
        }
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

static int read_since(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 'x', &filter->since_usec);
}

static int read_until(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 'x', &filter->until_usec);
}

static int read_mine(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        int flag, r;

        r = sd_bus_message_read_basic(message, 'b', &flag);
        if (r >= 0)
                filter->mine = flag != 0;
        return r;
}

static int read_limit(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 't', &filter->limit);
}

static int read_before(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 't', &filter->before_id);
}

static int read_all(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        int flag, r;

        r = sd_bus_message_read_basic(message, 'b', &flag);
        if (r >= 0)
                filter->all = flag != 0;
        return r;
}

static int read_kinds(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        const char *text;
        int r;

        r = sd_bus_message_enter_container(message, 'a', "s");
        if (r < 0)
                return r;
        while ((r = next_text(message, &text)) > 0) {
                int action = action_kind_from_string(text);

                if (action < 0)
                        return sd_bus_error_setf(
                                        reterr, SD_BUS_ERROR_INVALID_ARGS,
                                        "The filter's 'kinds' names '%.100s', which is no kind of action.",
                                        text);
                filter->kinds |= UINT32_C(1) << (unsigned) action;
        }
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

static int read_keep(sd_bus_message *message, BusFilterKind kind, BusFilter *filter, sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 't', &filter->keep);
}

/* clang-format off */
static const FilterKey keys[] = {
        { "names",  "as", FOR_ALL,                read_names },
        { "states", "as", FOR_ALL,                read_states },
        { "since",  "x",  FOR_ALL,                read_since },
        { "until",  "x",  FOR_ALL,                read_until },
        { "mine",   "b",  FOR_ALL,                read_mine },
        { "limit",  "t",  FOR_DUMP,               read_limit },
        { "before", "t",  FOR_DUMP,               read_before },
        { "all",    "b",  FOR_DUMP | FOR_HISTORY, read_all },
        { "kinds",  "as", FOR_HISTORY,            read_kinds },
        { "keep",   "t",  FOR_HISTORY,            read_keep },
};
/* clang-format on */

static unsigned user_of(BusFilterKind kind, bool is_dump) {
        if (kind == BUS_FILTER_HISTORY)
                return FOR_HISTORY;
        return is_dump ? FOR_DUMP : FOR_LISTS;
}

static const FilterKey *find_key(const char *name, unsigned user) {
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                if (strcmp(keys[i].name, name) == 0 && (keys[i].users & user))
                        return &keys[i];
        return NULL;
}

static const char *more_keys(unsigned user) {
        if (user == FOR_HISTORY)
                return ", all, kinds, keep";
        return user == FOR_DUMP ? ", limit, before, all" : "";
}

static int read_entry(
                sd_bus_message *message,
                BusFilterKind kind,
                bool is_dump,
                BusFilter *filter,
                sd_bus_error *reterr) {

        const FilterKey *key;
        const char *name, *signature;
        int r;

        r = next_text(message, &name);
        if (r < 0)
                return r;
        key = find_key(name, user_of(kind, is_dump));
        if (!key)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The filter has an unknown key '%.100s'; known are names, states, since, "
                                "until, mine%s.",
                                name, more_keys(user_of(kind, is_dump)));

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
        r = key->read(message, kind, filter, reterr);
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

int bus_filter_read(
                sd_bus_message *message,
                BusFilterKind kind,
                bool is_dump,
                BusFilter *ret,
                sd_bus_error *reterr) {

        CLEANUP(filter_cleanup) BusFilter filter = { 0 };
        int r;

        assert(message);
        assert(kind < BUS_FILTER_KIND_COUNT);

        r = sd_bus_message_enter_container(message, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = read_entry(message, kind, is_dump, &filter, reterr);
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
        filter.names = NULL;
        return 0;
}
