/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/one-shot.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schedctl/change.h"
#include "schedctl/message.h"
#include "schedctl/view.h"
#include "util/string-list.h"
#include "util/timestamp.h"
#include "util/utf8.h"

static int out_of_memory(void) {
        return complain_errno(-ENOMEM, "cannot make the job");
}

int one_shot_take_command(Draft *draft, char *const *command) {
        CLEANUP_FREE char *directory = getcwd(NULL, 0);

        if (!directory)
                return complain_errno(-errno, "cannot find out the working directory");
        if (draft_set(draft, "command", draft_list(draft, command)) < 0 ||
            draft_set_text(draft, "directory", directory) < 0)
                return out_of_memory();
        return STATUS_OK;
}

static bool is_text(const char *text) {
        size_t size = strlen(text), length = 1;

        for (; size > 0 && length > 0; text += length, size -= length)
                length = utf8_length(text, size);
        return length > 0;
}

/* What is about the caller's terminal and shell, and what no definition can hold, is left out. */
static bool is_kept(const char *variable, size_t name_length) {
        static const char *const left_out[] = { "TERM",      "TERMCAP",  "DISPLAY", "_",
                                                "SHELLOPTS", "BASH_ENV", "OLDPWD",  "SHLVL",
                                                "COLUMNS",   "LINES",    "SSH_TTY", "WINDOWID" };

        if (name_length == 0 || isdigit((unsigned char) variable[0]) ||
            strncmp(variable, "JOBSCHED_", strlen("JOBSCHED_")) == 0 || !is_text(variable))
                return false;
        for (size_t i = 0; i < name_length; i++)
                if (!isalnum((unsigned char) variable[i]) && variable[i] != '_')
                        return false;
        for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
                if (strlen(left_out[i]) == name_length && strncmp(variable, left_out[i], name_length) == 0)
                        return false;
        return true;
}

int one_shot_take_surroundings(Draft *draft) {
        YamlNode *environment = draft_mapping(draft);
        mode_t mask = umask(0);
        char text[8];

        (void) umask(mask); /* there is no other way to ask for it */
        (void) snprintf(text, sizeof(text), "%04o", (unsigned) mask);
        if (!environment || draft_set_text(draft, "umask", text) < 0)
                return out_of_memory();
        STRING_LIST_FOREACH(variable, environ) {
                const char *equals = strchr(*variable, '=');
                size_t length = equals ? (size_t) (equals - *variable) : 0;
                CLEANUP_FREE char *name = strndup(*variable, length);

                if (!is_kept(*variable, length))
                        continue;
                if (!name || draft_put(draft, environment, name, draft_text(draft, equals + 1)) < 0)
                        return out_of_memory();
        }
        return draft_set(draft, "environment", environment) < 0 ? out_of_memory() : STATUS_OK;
}

int one_shot_set_due(Draft *draft, usec_t due_usec) {
        char instant[TIMESTAMP_MAX];

        return draft_set_text(draft, "schedule.at", timestamp_format_utc(due_usec, instant)) < 0
                        ? out_of_memory()
                        : STATUS_OK;
}

int one_shot_create(
                Context *context,
                const OneShot *one_shot,
                const Draft *draft,
                char **ret_name,
                uint64_t *ret_execution_id) {

        CLEANUP_JSON json_t *results = NULL;
        CLEANUP_FREE char *definition = NULL;
        ClientChange change = {
                .kind = "create",
                .name = one_shot->prefix,
                .numbered = true,
                .one_shot = true,
                .start = one_shot->starts,
        };
        const json_t *result;
        int status;

        if (draft_format(draft, true, &definition) < 0)
                return out_of_memory();
        change.definition = definition;
        status = change_send(context, &change, 1, false, &results);
        if (status != STATUS_OK)
                return status;

        result = json_array_get(results, 0);
        *ret_name = strdup(view_text(result, "name"));
        *ret_execution_id = (uint64_t) view_integer(result, "execution", 0);
        return *ret_name ? STATUS_OK : out_of_memory();
}
