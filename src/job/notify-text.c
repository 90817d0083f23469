/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/notify-text.h"

#include <assert.h>
#include <string.h>

#include "util/json-writer.h"

/* What ${…} may name in a template. What an event does not have is empty. */
static const char *const variable_names[] = {
        "event",   "job",      "description",  "owner",     "user",      "host",   "summary",
        "text",    "state",    "reason",       "detail",    "cause",     "due",    "ended",
        "started", "duration", "attempts",     "execution", "exit-code", "signal", "count",
        "since",   "output",   "requested-by", "subject",   "level",     NULL,
};

int notify_text_encode(char *const *list, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        assert(ret);

        STRING_LIST_FOREACH(item, list) {
                for (const char *at = *item; *at != '\0'; at++) {
                        if (*at == '\n')
                                (void) buffer_add_string(&buffer, "\\n");
                        else if (*at == '\\')
                                (void) buffer_add_string(&buffer, "\\\\");
                        else
                                (void) buffer_add_char(&buffer, *at);
                }
                (void) buffer_add_char(&buffer, '\n');
        }
        return buffer_take(&buffer, ret);
}

/* One line, without its end. */
static int decode_line(const char *text, size_t size, char **ret) {
        CLEANUP_FREE char *item = malloc(size + 1);
        size_t n = 0;

        if (!item)
                return -ENOMEM;
        for (size_t i = 0; i < size; i++) {
                if (text[i] != '\\') {
                        item[n++] = text[i];
                        continue;
                }
                if (++i == size || (text[i] != 'n' && text[i] != '\\'))
                        return -EBADMSG;
                item[n++] = text[i] == 'n' ? '\n' : '\\';
        }
        item[n] = '\0';
        if (!strchr(item, '='))
                return -EBADMSG;
        *ret = TAKE_PTR(item);
        return 0;
}

int notify_text_decode(const char *text, char ***ret) {
        char **list = NULL;
        int r = 0;

        assert(text);
        assert(ret);

        while (r >= 0 && *text != '\0') {
                const char *end = strchr(text, '\n');
                char *item = NULL;

                if (!end) {
                        r = -EBADMSG;
                        break;
                }
                r = decode_line(text, (size_t) (end - text), &item);
                if (r >= 0)
                        r = string_list_take_push(&list, item);
                text = end + 1;
        }
        if (r < 0) {
                (void) string_list_free(list);
                return r;
        }
        *ret = list;
        return 0;
}

const char *notify_text_find(char *const *list, const char *name) {
        size_t length = strlen(name);

        STRING_LIST_FOREACH(item, list)
                if (strncmp(*item, name, length) == 0 && (*item)[length] == '=')
                        return *item + length + 1;
        return "";
}

int notify_text_add(char ***list, const char *name, const char *value) {
        char *item = NULL;

        if (!value)
                return 0;
        if (asprintf(&item, "%s=%s", name, value) < 0)
                return -ENOMEM;
        return string_list_take_push(list, item);
}

static int add_all(char ***list, const char *name, char *const *values) {
        int r = 0;

        STRING_LIST_FOREACH(value, values)
                if (r >= 0)
                        r = notify_text_add(list, name, *value);
        return r;
}

int notify_text_of_target(const NotifyTarget *target, const char *user, const char *shell, char ***ret) {
        bool http = target->channel == NOTIFY_HTTP, command = target->channel == NOTIFY_COMMAND;
        char **list = NULL;
        int r;

        assert(ret);

        r = notify_text_add(&list, "channel", notify_channel_to_string(target->channel));
        if (r >= 0)
                r = notify_text_add(&list, "address", target->address);
        if (r >= 0)
                r = notify_text_add(&list, "url", target->url);
        if (r >= 0)
                r = notify_text_add(&list, "method", target->method);
        if (r >= 0 && http)
                r = notify_text_add(&list, "format", notify_format_to_string(target->format));
        if (r >= 0)
                r = notify_text_add(&list, "body", target->body);
        if (r >= 0)
                r = add_all(&list, "header", target->headers);
        if (r >= 0)
                r = add_all(&list, "argument", target->arguments);
        if (r >= 0)
                r = notify_text_add(&list, "script", target->script);
        if (r >= 0 && command)
                r = notify_text_add(&list, "shell", shell);
        if (r >= 0 && !http)
                r = notify_text_add(&list, "user", user);
        if (r < 0) {
                (void) string_list_free(list);
                return r;
        }
        *ret = list;
        return 0;
}

/* --- templates ------------------------------------------------------------------------------------- */

/* As json_writer_string() escapes it, without the quotes. */
static int add_escaped(Buffer *buffer, const char *value) {
        CLEANUP(buffer_done) Buffer quoted = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &quoted);
        json_writer_string(&writer, NULL, value);
        if (quoted.failed || quoted.size < 2)
                return -ENOMEM;
        return buffer_add(buffer, quoted.data + 1, quoted.size - 2);
}

/* The name of a "${NAME}" at `text`. Returns its length with both braces, or 0 if there is none. */
static size_t reference_length(const char *text) {
        const char *end;

        if (strncmp(text, "${", 2) != 0)
                return 0;
        end = strchr(text, '}');
        return end ? (size_t) (end - text) + 1 : 0;
}

static int add_reference(Buffer *buffer, const char *text, size_t length, char *const *values) {
        CLEANUP_FREE char *name = strndup(text + 2, length - 3);

        return name ? add_escaped(buffer, notify_text_find(values, name)) : -ENOMEM;
}

int notify_template_expand(const char *text, char *const *values, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        int r = 0;

        assert(text);
        assert(ret);

        while (r >= 0 && *text != '\0') {
                size_t length = reference_length(text);

                if (strncmp(text, "$${", 3) == 0) {
                        r = buffer_add_string(&buffer, "${");
                        text += 3;
                } else if (length > 0) {
                        r = add_reference(&buffer, text, length, values);
                        text += length;
                } else {
                        r = buffer_add_char(&buffer, *text++);
                }
        }
        return r < 0 ? r : buffer_take(&buffer, ret);
}

static bool name_is_known(const char *name, size_t length) {
        for (const char *const *known = variable_names; *known; known++)
                if (strlen(*known) == length && strncmp(*known, name, length) == 0)
                        return true;
        return false;
}

int notify_template_check(const char *text, char **reterr) {
        assert(text);
        assert(reterr);

        for (; *text != '\0'; text++) {
                size_t length;

                if (strncmp(text, "$${", 3) == 0) {
                        text += 2;
                        continue;
                }
                length = reference_length(text);
                if (length == 0 || name_is_known(text + 2, length - 3))
                        continue;
                *reterr = strndup(text + 2, length - 3);
                return -EINVAL;
        }
        return 0;
}
