/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-request.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "job/notify-text.h"
#include "util/json-writer.h"

void notification_request_done(NotificationRequest *request) {
        if (!request)
                return;

        free(request->url);
        (void) string_list_free(request->headers);
        free(request->body);
        *request = (NotificationRequest){ 0 };
}

static bool has_level(char *const *values, const char *level) {
        return strcmp(notify_text_find(values, "level"), level) == 0;
}

static bool has_header(char *const *headers, const char *name) {
        size_t length = strlen(name);

        STRING_LIST_FOREACH(header, headers)
                if (strncasecmp(*header, name, length) == 0 && (*header)[length] == ':')
                        return true;
        return false;
}

static int add_header(NotificationRequest *request, const char *name, const char *value) {
        CLEANUP_FREE char *header = NULL;

        if (has_header(request->headers, name))
                return 0; /* what the user wrote counts */

        if (asprintf(&header, "%s: %s", name, value) < 0)
                return -ENOMEM;
        for (char *at = header; *at != '\0'; at++)
                if ((unsigned char) *at < 0x20 || *at == 0x7f)
                        *at = ' ';
        return string_list_push(&request->headers, header);
}

/* --- formats --------------------------------------------------------------------------------------- */

static int body_of_chat(NotificationRequest *request, char *const *values) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        json_writer_string(&writer, "text", notify_text_find(values, "text"));
        json_writer_end_object(&writer);
        return buffer_take(&buffer, &request->body);
}

/* Numbers where the Execution of `schedctl --output=json` has numbers. */
static const struct {
        const char *key, *name;
        bool number;
} document_fields[] = {
        { "id", "execution", true },   { "job", "job", false },
        { "owner", "owner", true },    { "state", "state", false },
        { "reason", "reason", false }, { "detail", "detail", false },
        { "cause", "cause", false },   { "requested_by", "requested-by", false },
        { "due", "due", false },       { "started", "started", false },
        { "ended", "ended", false },   { "exit_code", "exit-code", true },
        { "signal", "signal", true },  { "attempts", "attempts", true },
};

static void write_field(JsonWriter *writer, const char *key, const char *value, bool number) {
        if (value[0] == '\0')
                json_writer_null(writer, key);
        else if (number)
                json_writer_integer(writer, key, strtoll(value, NULL, 10));
        else
                json_writer_string(writer, key, value);
}

static int body_of_json(NotificationRequest *request, char *const *values) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        json_writer_string(&writer, "event", notify_text_find(values, "event"));
        json_writer_string(&writer, "level", notify_text_find(values, "level"));
        json_writer_string(&writer, "summary", notify_text_find(values, "summary"));
        json_writer_string(&writer, "host", notify_text_find(values, "host"));
        write_field(&writer, "count", notify_text_find(values, "count"), true);
        write_field(&writer, "since", notify_text_find(values, "since"), false);
        json_writer_begin_object(&writer, "execution");
        for (size_t i = 0; i < ARRAY_SIZE(document_fields); i++)
                write_field(&writer, document_fields[i].key,
                            notify_text_find(values, document_fields[i].name), document_fields[i].number);
        json_writer_end_object(&writer);
        write_field(&writer, "output", notify_text_find(values, "output"), false);
        json_writer_string(&writer, "text", notify_text_find(values, "text"));
        json_writer_end_object(&writer);
        return buffer_take(&buffer, &request->body);
}

static int body_of_ntfy(NotificationRequest *request, char *const *values) {
        bool alarm = has_level(values, "alarm");
        int r;

        r = add_header(request, "Title", notify_text_find(values, "subject"));
        if (r >= 0)
                r = add_header(request, "Tags", alarm ? "rotating_light" : "information_source");
        if (r >= 0 && alarm)
                r = add_header(request, "Priority", "high");
        if (r < 0)
                return r;
        request->body = strdup(notify_text_find(values, "text"));
        return request->body ? 0 : -ENOMEM;
}

/* A ping says a state: the path decides, and what a query says stays behind it. */
static int body_of_healthchecks(NotificationRequest *request, char *const *values) {
        const char *output = notify_text_find(values, "output");
        const char *suffix = has_level(values, "alarm") ? "/fail" : has_level(values, "note") ? "/log" : "";
        size_t path = strcspn(request->url, "?#");
        char *url = NULL;

        if (path > 0 && request->url[path - 1] == '/' && suffix[0] != '\0')
                suffix++;
        if (asprintf(&url, "%.*s%s%s", (int) path, request->url, suffix, request->url + path) < 0)
                return -ENOMEM;
        free(request->url);
        request->url = url;
        request->body = strdup(output[0] != '\0' ? output : notify_text_find(values, "subject"));
        return request->body ? 0 : -ENOMEM;
}

static const struct {
        const char *content_type;
        int (*fill)(NotificationRequest *request, char *const *values);
} formats[NOTIFY_FORMAT_COUNT] = {
        [NOTIFY_FORMAT_JSON] = { "application/json", body_of_json },
        [NOTIFY_FORMAT_SLACK] = { "application/json", body_of_chat },
        [NOTIFY_FORMAT_MATTERMOST] = { "application/json", body_of_chat },
        [NOTIFY_FORMAT_NTFY] = { "text/plain; charset=utf-8", body_of_ntfy },
        [NOTIFY_FORMAT_HEALTHCHECKS] = { "text/plain; charset=utf-8", body_of_healthchecks },
};

static int fill(NotificationRequest *request, char *const *target, char *const *values) {
        const char *template = notify_text_find(target, "body"), *type = "application/json";
        int format = notify_format_from_string(notify_text_find(target, "format")), r;

        request->url = strdup(notify_text_find(target, "url"));
        if (!request->url)
                return -ENOMEM;
        if (request->url[0] == '\0')
                return -EBADMSG;

        STRING_LIST_FOREACH(item, target)
                if (strncmp(*item, "header=", 7) == 0 && string_list_push(&request->headers, *item + 7) < 0)
                        return -ENOMEM;

        if (template[0] != '\0') {
                r = notify_template_expand(template, values, &request->body);
        } else if (format >= 0) {
                type = formats[format].content_type;
                r = formats[format].fill(request, values);
        } else
                r = -EBADMSG;

        if (r >= 0)
                r = add_header(request, "Content-Type", type);
        return r;
}

int notification_request_new(char *const *target, char *const *values, NotificationRequest *ret) {
        NotificationRequest request = { 0 };
        int r;

        assert(ret);

        r = fill(&request, target, values);
        if (r < 0) {
                notification_request_done(&request);
                return r;
        }
        *ret = request;
        return 0;
}
