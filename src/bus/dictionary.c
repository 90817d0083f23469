/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/dictionary.h"

#include <assert.h>
#include <string.h>

#include "util/buffer.h"
#include "util/cleanup.h"

static void *member(const DictionaryKey *key, void *target) {
        return (char *) target + key->offset;
}

int dictionary_read_text(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, 's', member(key, target));
}

int dictionary_read_flag(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {
        bool *flag = member(key, target);
        int on, r;

        r = sd_bus_message_read_basic(message, 'b', &on);
        if (r >= 0)
                *flag = on != 0;
        return r;
}

int dictionary_read_number(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {
        return sd_bus_message_read_basic(message, key->signature[0], member(key, target));
}

static bool is_for(const DictionaryKey *key, unsigned reader) {
        return key->readers == 0 || (key->readers & reader) != 0;
}

static const DictionaryKey *find_key(const Dictionary *dictionary, unsigned reader, const char *name) {
        for (size_t i = 0; i < dictionary->n_keys; i++)
                if (strcmp(dictionary->keys[i].name, name) == 0 && is_for(&dictionary->keys[i], reader))
                        return &dictionary->keys[i];
        return NULL;
}

static int refuse_key(const Dictionary *dictionary, unsigned reader, const char *name, sd_bus_error *reterr) {
        CLEANUP(buffer_done) Buffer known = { 0 };
        CLEANUP_FREE char *names = NULL;
        int r;

        for (size_t i = 0; i < dictionary->n_keys; i++)
                if (is_for(&dictionary->keys[i], reader))
                        (void) buffer_add_format(
                                        &known, "%s%s", known.size > 0 ? ", " : "", dictionary->keys[i].name);
        r = buffer_take(&known, &names);
        if (r < 0)
                return r;
        return sd_bus_error_setf(
                        reterr, SD_BUS_ERROR_INVALID_ARGS, "Unknown key '%.100s' %s; known are %s.", name,
                        dictionary->where, names);
}

static int read_value(
                sd_bus_message *message,
                const Dictionary *dictionary,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {

        const char *signature;
        int r;

        r = sd_bus_message_peek_type(message, NULL, &signature);
        if (r < 0)
                return r;
        if (strcmp(signature, key->signature) != 0)
                return sd_bus_error_setf(
                                reterr, SD_BUS_ERROR_INVALID_ARGS,
                                "The key '%s' %s must have the type '%s', not '%.50s'.", key->name,
                                dictionary->where, key->signature, signature);
        r = sd_bus_message_enter_container(message, 'v', key->signature);
        if (r >= 0)
                r = key->read(message, key, target, reterr);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

int dictionary_read(
                sd_bus_message *message,
                const Dictionary *dictionary,
                unsigned reader,
                void *target,
                sd_bus_error *reterr) {

        int r;

        assert(message);
        assert(dictionary);

        r = sd_bus_message_enter_container(message, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                const DictionaryKey *key;
                const char *name;

                r = sd_bus_message_read_basic(message, 's', &name);
                if (r < 0)
                        return r;
                key = find_key(dictionary, reader, name);
                r = key ? read_value(message, dictionary, key, target, reterr)
                        : refuse_key(dictionary, reader, name, reterr);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}
