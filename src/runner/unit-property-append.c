/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-property-append.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "protocol/unit-property.h"
#include "runner/unit-property-value.h"
#include "util/cleanup.h"
#include "util/string-list.h"

#define VALUE_LENGTH_MIN 4U /* of one that can be recognised in a sentence */

/* A property while it is written: what it is, and as what it goes. */
typedef struct Append {
        sd_bus_message *message;
        const UnitPropertyType *type;
        const char *name; /* on D-Bus */
        const char *value;
} Append;

static int open_property(const Append *append, const char *signature) {
        int r;

        r = sd_bus_message_open_container(append->message, 'r', "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(append->message, 's', append->name);
        return r < 0 ? r : sd_bus_message_open_container(append->message, 'v', signature);
}

static int close_property(const Append *append) {
        int r = sd_bus_message_close_container(append->message);

        return r < 0 ? r : sd_bus_message_close_container(append->message);
}

static int append_boolean(const Append *append) {
        bool value;
        int r = unit_value_boolean(append->value, &value);

        return r < 0 ? r : sd_bus_message_append(append->message, "(sv)", append->name, "b", (int) value);
}

static int append_integer(const Append *append) {
        const UnitPropertyType *type = append->type;
        int32_t value;
        int r;

        if (type->kind == UNIT_INDEX)
                r = unit_value_index(append->value, type->choices, &value);
        else if (type->kind == UNIT_SIGNAL)
                r = unit_value_signal(append->value, &value);
        else
                r = unit_value_integer(append->value, &value);
        return r < 0 ? r : sd_bus_message_append(append->message, "(sv)", append->name, "i", value);
}

static int append_mode(const Append *append) {
        uint32_t value;
        int r = unit_value_mode(append->value, &value);

        return r < 0 ? r : sd_bus_message_append(append->message, "(sv)", append->name, "u", value);
}

/* A percentage of what the machine has is another property: MemoryMaxScale. */
static int append_number(const Append *append) {
        char scale_name[64];
        uint64_t value;
        uint32_t scale;
        int r;

        if ((append->type->kind == UNIT_BYTES || append->type->kind == UNIT_TASKS) &&
            strchr(append->value, '%')) {
                r = unit_value_scale(append->value, &scale);
                (void) snprintf(scale_name, sizeof(scale_name), "%sScale", append->name);
                return r < 0 ? r : sd_bus_message_append(append->message, "(sv)", scale_name, "u", scale);
        }
        r = unit_value_number(append->type->kind, append->value, &value);
        return r < 0 ? r : sd_bus_message_append(append->message, "(sv)", append->name, "t", value);
}

static int append_limit(const Append *append) {
        CLEANUP_FREE char *soft_text = NULL;
        const char *colon = strchr(append->value, ':');
        uint64_t soft, hard;
        char soft_name[64];
        int r;

        soft_text = colon ? strndup(append->value, (size_t) (colon - append->value)) : strdup(append->value);
        if (!soft_text)
                return -ENOMEM;
        r = unit_value_number(append->type->kind, soft_text, &soft);
        if (r >= 0)
                r = unit_value_number(append->type->kind, colon ? colon + 1 : soft_text, &hard);
        if (r < 0)
                return r;
        if (soft > hard)
                return -EINVAL;
        (void) snprintf(soft_name, sizeof(soft_name), "%sSoft", append->name);
        return sd_bus_message_append(
                        append->message, "(sv)(sv)", append->name, "t", hard, soft_name, "t", soft);
}

static int append_text(const Append *append) {
        return sd_bus_message_append(append->message, "(sv)", append->name, "s", append->value);
}

static int append_label(const Append *append) {
        bool optional = append->value[0] == '-';

        return sd_bus_message_append(
                        append->message, "(sv)", append->name, "(bs)", (int) optional,
                        append->value + optional);
}

static int append_words(const Append *append) {
        CLEANUP(string_list_freep) char **words = NULL;
        int r = unit_value_words(append->value, &words);

        if (r >= 0)
                r = open_property(append, "as");
        if (r >= 0)
                r = sd_bus_message_append_strv(append->message, words);
        return r < 0 ? r : close_property(append);
}

static int append_filter(const Append *append) {
        bool denied = append->value[0] == '~';
        CLEANUP(string_list_freep) char **words = NULL;
        int r = unit_value_words(append->value + denied, &words);

        if (r >= 0)
                r = open_property(append, "(bas)");
        if (r >= 0)
                r = sd_bus_message_open_container(append->message, 'r', "bas");
        if (r >= 0)
                r = sd_bus_message_append(append->message, "b", (int) !denied);
        if (r >= 0)
                r = sd_bus_message_append_strv(append->message, words);
        if (r >= 0)
                r = sd_bus_message_close_container(append->message);
        return r < 0 ? r : close_property(append);
}

static int append_mask(const Append *append) {
        uint64_t value;
        int r = append->type->kind == UNIT_CAPABILITIES ? unit_value_capabilities(append->value, &value)
                                                        : unit_value_namespaces(append->value, &value);

        return r < 0 ? r : sd_bus_message_append(append->message, "(sv)", append->name, "t", value);
}

static int append_cpus(const Append *append) {
        uint8_t mask[UNIT_CPUS_MAX / 8];
        size_t size;
        int r = unit_value_cpus(append->value, mask, &size);

        return r < 0 ? r : unit_property_append_bytes(append->message, append->name, mask, size);
}

static int append_files(const Append *append) {
        bool optional = append->value[0] == '-';

        return sd_bus_message_append(
                        append->message, "(sv)", append->name, "a(sb)", 1, append->value + optional,
                        (int) optional);
}

/* Both halves around the first of `separators`; the second is "" without one. */
static int split(const char *text, const char *separators, char **ret_first, const char **ret_second) {
        size_t length = strcspn(text, separators);

        *ret_first = strndup(text, length);
        if (!*ret_first)
                return -ENOMEM;
        *ret_second = text + length + (text[length] != '\0');
        return 0;
}

static int append_bind_word(sd_bus_message *message, const char *word) {
        bool optional = word[0] == '-';
        CLEANUP_FREE char *source = NULL, *target = NULL;
        const char *rest, *options;
        uint64_t flags = MS_REC;
        int r;

        r = split(word + optional, ":", &source, &rest);
        if (r >= 0)
                r = split(rest, ":", &target, &options);
        if (r < 0)
                return r;
        if (strcmp(options, "norbind") == 0)
                flags = 0;
        else if (options[0] != '\0' && strcmp(options, "rbind") != 0)
                return -EINVAL;
        return sd_bus_message_append(
                        message, "(ssbt)", source, target[0] != '\0' ? target : source, (int) optional,
                        flags);
}

static int append_pair_word(sd_bus_message *message, const char *word) {
        CLEANUP_FREE char *first = NULL;
        const char *second;
        int r = split(word, ":", &first, &second);

        return r < 0 ? r : sd_bus_message_append(message, "(ss)", first, second);
}

static int append_each(
                const Append *append,
                const char *signature,
                int (*append_word)(sd_bus_message *message, const char *word)) {

        CLEANUP(string_list_freep) char **words = NULL;
        char array[16];
        int r;

        (void) snprintf(array, sizeof(array), "a%s", signature);
        r = unit_value_words(append->value, &words);
        if (r >= 0)
                r = open_property(append, array);
        if (r >= 0)
                r = sd_bus_message_open_container(append->message, 'a', signature);
        STRING_LIST_FOREACH(word, words) {
                if (r >= 0)
                        r = append_word(append->message, *word);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(append->message);
        return r < 0 ? r : close_property(append);
}

static int append_binds(const Append *append) {
        return append_each(append, "(ssbt)", append_bind_word);
}

static int append_file_systems(const Append *append) {
        return append_each(append, "(ss)", append_pair_word);
}

static int append_pair(const Append *append) {
        CLEANUP_FREE char *first = NULL;
        const char *second;
        int r = split(append->value, strchr(append->value, ' ') ? " " : ":", &first, &second);

        if (r < 0)
                return r;
        return sd_bus_message_append(
                        append->message, "(sv)", append->name, "a(ss)", 1, first,
                        second + strspn(second, " "));
}

static int append_device(const Append *append) {
        UnitPropertyKind kind = append->type->kind == UNIT_DEVICE_WEIGHT ? UNIT_WEIGHT : UNIT_DEVICE_BYTES;
        CLEANUP_FREE char *path = NULL;
        const char *number;
        uint64_t value;
        int r = split(append->value, " ", &path, &number);

        if (r >= 0)
                r = unit_value_number(kind, number + strspn(number, " "), &value);
        return r < 0 ? r
                     : sd_bus_message_append(append->message, "(sv)", append->name, "a(st)", 1, path, value);
}

static int (*const appenders[])(const Append *append) = {
        [UNIT_BOOLEAN] = append_boolean,
        [UNIT_INTEGER] = append_integer,
        [UNIT_SIGNAL] = append_integer,
        [UNIT_MODE] = append_mode,
        [UNIT_BYTES] = append_number,
        [UNIT_TASKS] = append_number,
        [UNIT_WEIGHT] = append_number,
        [UNIT_QUOTA] = append_number,
        [UNIT_DURATION] = append_number,
        [UNIT_LIMIT_NUMBER] = append_limit,
        [UNIT_LIMIT_BYTES] = append_limit,
        [UNIT_LIMIT_SECONDS] = append_limit,
        [UNIT_LIMIT_USEC] = append_limit,
        [UNIT_TEXT] = append_text,
        [UNIT_LABEL] = append_label,
        [UNIT_CHOICE] = append_text,
        [UNIT_INDEX] = append_integer,
        [UNIT_LIST] = append_words,
        [UNIT_PATHS] = append_words,
        [UNIT_FILTER] = append_filter,
        [UNIT_CAPABILITIES] = append_mask,
        [UNIT_NAMESPACES] = append_mask,
        [UNIT_CPUS] = append_cpus,
        [UNIT_ENVIRONMENT] = append_words,
        [UNIT_FILES] = append_files,
        [UNIT_BIND] = append_binds,
        [UNIT_TMPFS] = append_file_systems,
        [UNIT_PAIR] = append_pair,
        [UNIT_DEVICE_WEIGHT] = append_device,
        [UNIT_DEVICE_BYTES] = append_device,
};
_Static_assert(ARRAY_SIZE(appenders) == UNIT_PROPERTY_KIND_COUNT, "a way for each kind");

int unit_property_append_bytes(sd_bus_message *message, const char *name, const void *bytes, size_t size) {
        const Append append = { .message = message, .name = name };
        int r = open_property(&append, "ay");

        if (r >= 0)
                r = sd_bus_message_append_array(message, 'y', bytes, size);
        return r < 0 ? r : close_property(&append);
}

typedef struct Item {
        int line_length; /* of its digits */
        char *name;
        const char *value;
} Item;

static void item_done(Item *item) {
        free(item->name);
}

/* "LINE:NAME=VALUE" */
static int item_parse(const char *text, Item *ret) {
        size_t line_length = strspn(text, "0123456789");
        const char *name = text + line_length + 1, *equals;

        if (text[line_length] != ':')
                return -EINVAL;
        equals = strchr(name, '=');
        if (!equals)
                return -EINVAL;
        ret->name = strndup(name, (size_t) (equals - name));
        ret->line_length = (int) line_length;
        ret->value = equals + 1;
        return ret->name ? 0 : -ENOMEM;
}

static char *explain(const char *text, const Item *item, const UnitPropertyType *type) {
        CLEANUP_FREE char *expectation = NULL;
        char *message;

        if (type && unit_property_expectation(type, &expectation) < 0)
                return NULL;
        if (asprintf(&message, "line %.*s: %s: '%s' is not %s", item->line_length, text, item->name,
                     item->value, expectation ?: "the value of a property that may be set") < 0)
                return NULL;
        return message;
}

int unit_property_append(sd_bus_message *message, const char *text, char **reterr_message) {
        CLEANUP(item_done) Item item = { 0 };
        const UnitPropertyType *type;
        Append append;
        int r;

        r = item_parse(text, &item);
        if (r < 0)
                return r;
        type = unit_property_find(item.name);
        append = (Append){ message, type, type && type->bus_name ? type->bus_name : item.name, item.value };
        r = type ? appenders[type->kind](&append) : -EINVAL;
        if (r == -EINVAL)
                *reterr_message = explain(text, &item, type);
        return r;
}

size_t unit_property_is_meant(const char *text, const char *message) {
        CLEANUP(item_done) Item item = { 0 };
        const UnitPropertyType *type;

        if (item_parse(text, &item) < 0)
                return 0;
        type = unit_property_find(item.name);
        if (strstr(message, item.name) || (type && type->bus_name && strstr(message, type->bus_name)))
                return strlen(item.name);
        return strlen(item.value) >= VALUE_LENGTH_MIN && strstr(message, item.value) ? 1 : 0;
}
