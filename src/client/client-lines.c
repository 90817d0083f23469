/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Lists, as JSON lines in a memfd: the cheapest way to carry 100,000 rows. They are only cut into lines here;
 * who wants to look into one parses it.
 */

#include <string.h>

#include "client/client-internal.h"
#include "util/file.h"

#define DUMP_SIZE_MAX ((size_t) 4 * 1024 * 1024 * 1024)

void client_lines_done(ClientLines *lines) {
        free(lines->lines);
        free(lines->data);
        *lines = (ClientLines){ 0 };
}

static size_t count_lines(const char *data, size_t size) {
        const char *end = data + size;
        size_t n = 1;

        for (const char *c = data; c < end && (c = memchr(c, '\n', (size_t) (end - c))); c++)
                n++;
        return n;
}

int client_lines_split(char *data, size_t size, ClientLines *ret) {
        ClientLines lines = { .data = data };
        const char *c = data, *end = data + size;

        lines.lines = calloc(count_lines(data, size), sizeof(*lines.lines));
        if (!lines.lines) {
                client_lines_done(&lines);
                return -ENOMEM;
        }

        while (c < end) {
                const char *newline = memchr(c, '\n', (size_t) (end - c)) ?: end;

                if (newline > c)
                        lines.lines[lines.n_lines++] = (ClientLine){ c, (size_t) (newline - c) };
                c = newline + 1;
        }

        *ret = lines;
        return 0;
}

int client_line_parse(const ClientLine *line, json_t **ret) {
        json_t *json = json_loadb(line->text, line->size, 0, NULL);

        if (!json_is_object(json)) {
                json_decref(json);
                return -EBADMSG;
        }
        *ret = json;
        return 0;
}

static int append_strings(sd_bus_message *call, const char *key, char *const *list) {
        int r;

        if (!list || !*list)
                return 0;

        r = sd_bus_message_open_container(call, SD_BUS_TYPE_DICT_ENTRY, "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "s", key);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(call, SD_BUS_TYPE_VARIANT, "as");
        if (r < 0)
                return r;
        r = sd_bus_message_append_strv(call, (char **) list);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(call);
        if (r < 0)
                return r;
        return sd_bus_message_close_container(call);
}

static int append_ids(sd_bus_message *call, const ClientFilter *filter) {
        int r;

        if (filter->n_ids == 0)
                return 0;

        r = sd_bus_message_open_container(call, SD_BUS_TYPE_DICT_ENTRY, "sv");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", "ids");
        if (r >= 0)
                r = sd_bus_message_open_container(call, SD_BUS_TYPE_VARIANT, "at");
        if (r >= 0)
                r = sd_bus_message_append_array(call, 't', filter->ids, filter->n_ids * sizeof(*filter->ids));
        if (r >= 0)
                r = sd_bus_message_close_container(call);
        return r < 0 ? r : sd_bus_message_close_container(call);
}

static int append_number(sd_bus_message *call, const char *key, const char *type, int64_t value) {
        return value == 0 ? 0 : sd_bus_message_append(call, "{sv}", key, type, value);
}

static int append_filter(sd_bus_message *call, const ClientFilter *filter) {
        const struct {
                const char *key;
                char *const *list;
        } lists[] = {
                { "names", filter->names },       { "states", filter->states },
                { "kinds", filter->kinds },       { "templates", filter->templates },
                { "profiles", filter->profiles }, { "tags", filter->tags },
                { "owners", filter->owners },
        };
        int r;

        r = sd_bus_message_open_container(call, SD_BUS_TYPE_ARRAY, "{sv}");
        for (size_t i = 0; i < ARRAY_SIZE(lists) && r >= 0; i++)
                r = append_strings(call, lists[i].key, lists[i].list);
        if (r >= 0)
                r = append_ids(call, filter);
        if (r >= 0 && filter->after)
                r = sd_bus_message_append(call, "{sv}", "after", "s", filter->after);
        if (r < 0)
                return r;
        r = append_number(call, "since", "x", filter->since_usec);
        if (r < 0)
                return r;
        r = append_number(call, "until", "x", filter->until_usec);
        if (r < 0)
                return r;
        r = append_number(call, "before", "t", (int64_t) filter->before_id);
        if (r < 0)
                return r;
        r = append_number(call, "limit", "t", (int64_t) filter->limit);
        if (r < 0)
                return r;
        r = append_number(call, "keep", "t", (int64_t) filter->keep);
        if (r < 0)
                return r;
        r = filter->all ? sd_bus_message_append(call, "{sv}", "all", "b", true) : 0;
        if (r < 0)
                return r;
        return sd_bus_message_close_container(call);
}

static int new_dump_call(Client *client, const char *what, const ClientFilter *filter, sd_bus_message **ret) {
        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = client_new_call(client, "Dump", &call);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "s", what);
        if (r < 0)
                return r;
        r = append_filter(call, filter);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(call);
        return 0;
}

int client_dump(Client *client,
                const char *what,
                const ClientFilter *filter,
                ClientLines *ret,
                ClientError *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        char *data = NULL;
        size_t size = 0;
        int fd, r;

        r = new_dump_call(client, what, filter, &call);
        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);

        r = sd_bus_call(client->bus, call, 0, &error, &reply);
        if (r < 0)
                return client_error_set_bus(reterr, r, &error);

        r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return client_error_reply(reterr, r, "Dump");
        r = memfd_read_sealed(fd, DUMP_SIZE_MAX, &data, &size);
        if (r < 0)
                return client_error_reply(reterr, r, "Dump");

        r = client_lines_split(data, size, ret);
        return r < 0 ? client_error_reply(reterr, r, "Dump") : 0;
}

int client_prune(
                Client *client,
                const ClientFilter *filter,
                bool dry_run,
                uint64_t *ret_n_rows,
                ClientError *reterr) {

        CLEANUP(sd_bus_message_unrefp) sd_bus_message *call = NULL, *reply = NULL;
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = client_new_call(client, "Prune", &call);
        if (r >= 0)
                r = append_filter(call, filter);
        if (r >= 0)
                r = sd_bus_message_append(call, "b", dry_run);
        if (r < 0)
                return client_error_set_bus(reterr, r, NULL);

        r = sd_bus_call(client->bus, call, 0, &error, &reply);
        if (r < 0)
                return client_error_set_bus(reterr, r, &error);
        r = sd_bus_message_read(reply, "t", ret_n_rows);
        return r < 0 ? client_error_reply(reterr, r, "Prune") : 0;
}
