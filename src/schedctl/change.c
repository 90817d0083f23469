/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/change.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"

#define NAMES_SHOWN 20U

/* --- answers --------------------------------------------------------------------------------------- */

/* "LINE:COLUMN: " of a text that the user has never seen. What is in a file keeps its place. */
static const char *skip_place(const char *line) {
        const char *rest = line;

        for (size_t n; (n = strspn(rest, "0123456789")) > 0 && rest[n] == ':';)
                rest += n + 1;
        return rest > line && *rest == ' ' ? rest + 1 : line;
}

/* The sentences of a definition's faults are lines: each is given the job that it is about. */
static void print_lines(const char *name, const char *text, bool has_places) {
        while (*text) {
                const char *line = has_places ? text : skip_place(text);
                size_t length = strcspn(line, "\n");

                if (length > 0)
                        complain("%s: %.*s", name, (int) length, line);
                text = line + length + (line[length] == '\n');
        }
}

static int tell_faults(const json_t *results, bool has_places) {
        const json_t *result;
        int status = STATUS_OK;
        size_t i;

        json_array_foreach(results, i, result) {
                int64_t number = view_integer(result, "result", 0);
                const char *text = view_text(result, "text");
                int one = number == -ENOENT ? STATUS_NO_SUCH : STATUS_FAILURE;

                if (number >= 0)
                        continue;
                print_lines(view_text(result, "name"), *text ? text : strerror((int) -number), has_places);
                status = MAX(status, one);
        }
        if (status != STATUS_OK && json_array_size(results) > 1)
                complain("nothing was changed");
        return status;
}

static void tell_warnings(const Context *context, const json_t *results, bool has_places) {
        const json_t *result;
        size_t i;

        json_array_foreach(results, i, result) {
                if (!context->options.quiet)
                        print_lines(view_text(result, "name"), view_text(result, "text"), has_places);
        }
}

/* A new job that root calls USER/NAME is that user's. */
static int choose_owner(ClientChange *change, const ClientChange *before) {
        const char *end = strchr(change->name, '/');
        size_t length = end ? (size_t) (end - change->name) : 0;
        CLEANUP_FREE char *user = NULL;
        const struct passwd *entry;

        if (!end || (strcmp(change->kind, "create") != 0 && strcmp(change->kind, "put") != 0))
                return STATUS_OK;
        if (before && before->has_owner && strncmp(before->name, change->name, length + 1) == 0) {
                change->has_owner = true;
                change->owner_uid = before->owner_uid;
                return STATUS_OK;
        }
        user = strndup(change->name, length);
        if (!user)
                return complain_errno(-ENOMEM, "cannot ask for the change");
        entry = getpwnam(user); // NOLINT(concurrency-mt-unsafe)
        if (!entry) {
                complain("%s: there is no user '%s', whose job it would be", change->name, user);
                return STATUS_FAILURE;
        }
        change->has_owner = true;
        change->owner_uid = entry->pw_uid;
        return STATUS_OK;
}

static int choose_owners(ClientChange *changes, size_t n_changes) {
        int status = STATUS_OK;

        for (size_t i = 0; i < n_changes && status == STATUS_OK; i++)
                status = choose_owner(&changes[i], i > 0 ? &changes[i - 1] : NULL);
        return status;
}

int change_send(Context *context,
                const ClientChange *asked,
                size_t n_changes,
                bool as_written,
                json_t **ret_results) {

        CLEANUP_FREE ClientChange *changes = calloc(n_changes + 1, sizeof(*changes));
        CLEANUP_JSON json_t *results = NULL;
        ClientError error = { 0 };
        int r, status;

        if (!changes)
                return complain_errno(-ENOMEM, "cannot ask for the change");
        for (size_t i = 0; i < n_changes; i++)
                changes[i] = asked[i];
        status = context_client(context);
        if (status == STATUS_OK && !context->options.user && geteuid() == 0)
                status = choose_owners(changes, n_changes);
        if (status != STATUS_OK)
                return status;
        r = client_change_jobs(
                        context->client, changes, n_changes, context->options.dry_run, &results, &error);
        if (r < 0)
                return complain_client(r, &error, n_changes == 1 ? changes[0].name : NULL);

        status = tell_faults(results, as_written);
        if (status != STATUS_OK)
                return status;
        tell_warnings(context, results, as_written);
        *ret_results = TAKE_PTR(results);
        return STATUS_OK;
}

int change_report(const Context *context, const json_t *results) {
        const Options *options = &context->options;
        const json_t *result;
        size_t i;

        if (options->output == OUTPUT_JSON || options->output == OUTPUT_YAML)
                return output_print_json(
                                context,
                                json_array_size(results) == 1 ? json_array_get(results, 0) : results);
        json_array_foreach(results, i, result) {
                const char *effect = view_text(result, "effect");
                bool nothing = strcmp(effect, "none") == 0;

                if (options->output == OUTPUT_SHORT)
                        (void) puts(view_text(result, "name"));
                else if (!options->quiet)
                        printf("%s: %s%s\n", view_text(result, "name"),
                               options->dry_run && !nothing ? "would be " : "",
                               nothing ? "unchanged" : effect);
        }
        return STATUS_OK;
}

int change_jobs(Context *context, const ClientChange *changes, size_t n_changes, bool as_written) {
        CLEANUP_JSON json_t *results = NULL;
        int status;

        status = change_send(context, changes, n_changes, as_written, &results);
        return status == STATUS_OK ? change_report(context, results) : status;
}

/* --- questions ------------------------------------------------------------------------------------- */

/* Ordinary users may leave out their own in USER/NAME. */
static bool was_spelt_out(char *const *words, const char *name) {
        const char *own = strchr(name, '/');

        return string_list_contains(words, name) || (own && string_list_contains(words, own + 1));
}

/* Every job was named by whoever gave the order. */
static bool all_were_spelt_out(const Context *context, char *const *words, char *const *names) {
        if (options_choose(&context->options) && (!words || !*words))
                return false;
        STRING_LIST_FOREACH(name, names)
                if (!was_spelt_out(words, *name))
                        return false;
        return true;
}

static void show_names(FILE *file, char *const *names) {
        size_t n = string_list_length(names);

        for (size_t i = 0; i < n && i < NAMES_SHOWN; i++)
                (void) fprintf(file, "  %s\n", names[i]);
        if (n > NAMES_SHOWN)
                (void) fprintf(file, "  and %zu more\n", n - NAMES_SHOWN);
}

static bool is_agreed(const char *doing, char *const *names) {
        size_t n = string_list_length(names);
        char answer[16];

        show_names(stderr, names);
        (void) fprintf(stderr, "%s %s%zu job%s? [y/N] ", doing, n == 1 ? "this " : "these ", n,
                       n == 1 ? "" : "s");
        return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static void show_trial(const Context *context, const char *doing, char *const *names) {
        STRING_LIST_FOREACH(name, names)
                if (context->options.output == OUTPUT_SHORT)
                        (void) puts(*name);
                else
                        printf("Would %c%s %s\n", tolower((unsigned char) doing[0]), doing + 1, *name);
}

int change_confirm(
                const Context *context,
                const char *doing,
                char *const *words,
                char *const *names,
                bool destroys,
                bool *ret_done) {

        size_t n = string_list_length(names);

        *ret_done = true;
        if (n == 0)
                return STATUS_OK;
        if (context->options.dry_run) {
                show_trial(context, doing, names);
                return STATUS_OK;
        }
        *ret_done = false;
        if (context->options.yes || all_were_spelt_out(context, words, names))
                return STATUS_OK;

        if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
                if (is_agreed(doing, names))
                        return STATUS_OK;
                *ret_done = true;
                return STATUS_FAILURE;
        }
        if (!destroys)
                return STATUS_OK;
        complain("that is %zu job%s, which were not all named, and there is no terminal to ask at; --dry-run "
                 "shows them, --yes goes on",
                 n, n == 1 ? "" : "s");
        return STATUS_USAGE;
}
