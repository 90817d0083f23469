/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/expand-job.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/expand.h"
#include "util/string-list.h"
#include "util/string-table.h"

/* --- a shell's -c ----------------------------------------------------------------------------------------
 */

static const char *const shells[] = { "sh",   "ash", "bash", "dash", "rbash", "csh", "tcsh",
                                      "fish", "ksh", "mksh", "lksh", "yash",  "zsh", NULL };
/* They look for their options among all arguments, and give the text to a shell. */
static const char *const switchers[] = { "su", "runuser", NULL };

static bool is_one_of(const char *argument, const char *const *names) {
        const char *slash = strrchr(argument, '/');

        return string_table_find(names, slash ? slash + 1 : argument) >= 0;
}

static bool is_option(const char *argument) {
        return (argument[0] == '-' || argument[0] == '+') && argument[1] != '\0';
}

/* "-c", also among other letters. */
static bool is_command_option(const char *argument) {
        return argument[0] == '-' && argument[1] != '-' && strchr(argument, 'c');
}

static bool takes_argument(const char *option) {
        char last = option[strlen(option) - 1];

        return strcmp(option, "--rcfile") == 0 || strcmp(option, "--init-file") == 0 ||
                        (option[1] != '-' && (last == 'o' || last == 'O'));
}

/* Where the options of a shell end; SIZE_MAX if "-c" is not among them. */
static size_t find_script(char *const *arguments, size_t shell) {
        bool has_command = false;
        size_t i = shell + 1;

        for (; arguments[i] && is_option(arguments[i]); i++) {
                if (strcmp(arguments[i], "--") == 0) {
                        i++;
                        break;
                }
                has_command |= is_command_option(arguments[i]);
                if (takes_argument(arguments[i]) && arguments[i + 1])
                        i++;
        }
        return has_command ? i : SIZE_MAX;
}

static bool is_script_of_switcher(char *const *arguments, size_t index) {
        const char *before = arguments[index - 1], *argument = arguments[index];

        return is_command_option(before) || strcmp(before, "--command") == 0 ||
                        strcmp(before, "--session-command") == 0 ||
                        strncmp(argument, "--command=", 10) == 0 ||
                        strncmp(argument, "--session-command=", 18) == 0 ||
                        (is_command_option(argument) && argument[2] != '\0');
}

bool expand_is_script(char *const *arguments, size_t index) {
        assert(arguments);

        for (size_t i = 0; i < index; i++) {
                /* What a parameter names may be a shell. */
                if ((is_one_of(arguments[i], shells) || (i == 0 && expand_is_needed(arguments[i]))) &&
                    find_script(arguments, i) == index)
                        return true;
                if (is_one_of(arguments[i], switchers) && is_script_of_switcher(arguments, index))
                        return true;
        }
        return false;
}

unsigned expand_argument_flags(size_t index) {
        return index == 0 ? EXPAND_PATH : 0;
}

/* --- at launch -------------------------------------------------------------------------------------------
 */

void expanded_job_done(ExpandedJob *expanded) {
        (void) string_list_free(expanded->arguments);
        (void) string_list_free(expanded->environment);
        free(expanded->input);
        free(expanded->directory);
        free(expanded->output_file);
        *expanded = (ExpandedJob){ 0 };
}

/* One expansion after the other; the first fault counts. */
typedef struct Expansion {
        const ParameterValues *values;
        bool is_on; /* the job declares parameters */
        char **ret_error;
} Expansion;

/* *ret stays NULL for NULL. */
static int expand_one(const Expansion *expansion, const char *text, unsigned flags, char **ret) {
        if (!text)
                return 0;
        if (expansion->is_on)
                return expand_text(text, expansion->values, flags, ret, expansion->ret_error);
        *ret = strdup(text);
        return *ret ? 0 : -ENOMEM;
}

static int expand_arguments(const Expansion *expansion, char *const *arguments, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        size_t n = string_list_length(arguments);

        if (!arguments)
                return 0;
        list = calloc(n + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                bool is_script = expansion->is_on && expand_is_script(arguments, i);
                int r = 0;

                if (is_script)
                        list[i] = strdup(arguments[i]);
                else
                        r = expand_one(expansion, arguments[i], expand_argument_flags(i), &list[i]);
                if (r < 0)
                        return r;
                if (!list[i])
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

static int push_variable(char ***list, const ParameterValue *value) {
        CLEANUP_FREE char *name = NULL;
        char *assignment;
        int r;

        r = parameter_variable(value->name, &name);
        if (r < 0)
                return r;
        if (asprintf(&assignment, "%s=%s", name, value->text) < 0)
                return -ENOMEM;
        return string_list_take_push(list, assignment);
}

static int expand_environment(const Expansion *expansion, char *const *environment, char ***ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        const ParameterValues *values = expansion->values;

        STRING_LIST_FOREACH(item, environment) {
                char *expanded = NULL;
                int r;

                r = expand_one(expansion, *item, 0, &expanded);
                if (r >= 0)
                        r = string_list_take_push(&list, expanded);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; values && i < values->n_items; i++) {
                int r = values->items[i].is_secret ? 0 : push_variable(&list, &values->items[i]);

                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

int expand_output_file(const Job *job, const ParameterValues *values, char **ret, char **ret_error) {
        const Expansion expansion = { values, job->parameters.n_items > 0, ret_error };

        assert(ret);

        *ret = NULL;
        return expand_one(&expansion, job->output.file, EXPAND_PATH | EXPAND_PERCENT, ret);
}

int expand_job(const Job *job, const ParameterValues *values, ExpandedJob *ret, char **ret_error) {
        CLEANUP(expanded_job_done) ExpandedJob expanded = { 0 };
        const Expansion expansion = { values, job->parameters.n_items > 0, ret_error };
        int r;

        assert(job);
        assert(ret);
        assert(ret_error);

        r = expand_arguments(&expansion, job->command.arguments, &expanded.arguments);
        if (r >= 0)
                r = expand_environment(&expansion, job->process.environment, &expanded.environment);
        if (r >= 0)
                r = expand_one(&expansion, job->process.input, 0, &expanded.input);
        if (r >= 0)
                r = expand_one(&expansion, job->process.directory, EXPAND_PATH, &expanded.directory);
        if (r >= 0)
                r = expand_one(&expansion, job->output.file, EXPAND_PATH | EXPAND_PERCENT,
                               &expanded.output_file);
        if (r < 0)
                return r;
        *ret = expanded;
        expanded = (ExpandedJob){ 0 };
        return 0;
}
