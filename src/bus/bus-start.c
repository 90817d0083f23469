/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a start is asked for with: force, parameters, profile. */

#include <string.h>

#include "bus/bus-internal.h"
#include "bus/dictionary.h"
#include "util/string-list.h"

void bus_start_done(BusStart *start) {
        STRING_LIST_FOREACH(line, start->parameters)
                explicit_bzero(*line, strlen(*line)); /* a secret may be among them */
        (void) string_list_free(start->parameters);
        *start = (BusStart){ 0 };
}

int bus_read_values(sd_bus_message *message, char ***ret) {
        const char *name, *value;
        int r;

        r = sd_bus_message_enter_container(message, 'a', "{ss}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(message, "{ss}", &name, &value)) > 0) {
                char *line;

                r = asprintf(&line, "%s=%s", name, value) < 0 ? -ENOMEM : string_list_take_push(ret, line);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_parameters(
                sd_bus_message *message,
                const DictionaryKey *key,
                void *target,
                sd_bus_error *reterr) {

        BusStart *start = target;
        int r;

        start->parameters = string_list_free(start->parameters); /* given twice: the last one counts */
        r = bus_read_values(message, &start->parameters);
        start->options.parameters = start->parameters;
        return r;
}

static const DictionaryKey keys[] = {
        { DICTIONARY_FLAG("force", BusStart, options.force) },
        { .name = "parameters", .signature = "a{ss}", .read = read_parameters },
        { DICTIONARY_TEXT("profile", BusStart, options.profile) },
};

static const Dictionary dictionary = { "in the options of a start", keys, ARRAY_SIZE(keys) };

int bus_read_start(sd_bus_message *message, BusStart *ret, sd_bus_error *reterr) {
        return dictionary_read(message, &dictionary, 0, ret, reterr);
}
