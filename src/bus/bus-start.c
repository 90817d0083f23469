/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a start is asked for with: force, parameters, profile. */

#include <string.h>

#include "bus/bus-internal.h"
#include "util/string-list.h"

void bus_start_done(BusStart *start) {
        STRING_LIST_FOREACH(line, start->parameters)
                explicit_bzero(*line, strlen(*line)); /* a secret may be among them */
        (void) string_list_free(start->parameters);
        *start = (BusStart){ 0 };
}

static int read_force(sd_bus_message *message, BusStart *start) {
        int force, r = sd_bus_message_read(message, "v", "b", &force);

        start->options.force = r >= 0 && force != 0;
        return r;
}

static int read_profile(sd_bus_message *message, BusStart *start) {
        return sd_bus_message_read(message, "v", "s", &start->options.profile);
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

static int read_parameters(sd_bus_message *message, BusStart *start) {
        int r;

        start->parameters = string_list_free(start->parameters); /* given twice: the last one counts */
        r = sd_bus_message_enter_container(message, 'v', "a{ss}");
        if (r >= 0)
                r = bus_read_values(message, &start->parameters);
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        start->options.parameters = start->parameters;
        return r;
}

static const struct {
        const char *name, *signature, *type;
        int (*read)(sd_bus_message *message, BusStart *start);
} options[] = {
        { "force", "b", "a boolean", read_force },
        { "parameters", "a{ss}", "a dictionary of texts", read_parameters },
        { "profile", "s", "a text", read_profile },
};

static int read_option(sd_bus_message *message, BusStart *start, sd_bus_error *reterr) {
        const char *name, *type;
        int r;

        r = sd_bus_message_read_basic(message, 's', &name);
        if (r >= 0)
                r = sd_bus_message_peek_type(message, NULL, &type);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
                if (strcmp(name, options[i].name) != 0)
                        continue;
                if (!type || strcmp(type, options[i].signature) != 0)
                        return sd_bus_error_setf(
                                        reterr, SD_BUS_ERROR_INVALID_ARGS, "The option '%s' is %s.", name,
                                        options[i].type);
                return options[i].read(message, start);
        }
        return sd_bus_error_setf(
                        reterr, SD_BUS_ERROR_INVALID_ARGS,
                        "A start takes no option '%.100s', only 'force', 'parameters' and 'profile'.", name);
}

int bus_read_start(sd_bus_message *message, BusStart *ret, sd_bus_error *reterr) {
        int r;

        r = sd_bus_message_enter_container(message, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = read_option(message, ret, reterr);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}
