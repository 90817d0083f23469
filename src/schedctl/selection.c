/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/selection.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedctl/message.h"
#include "schedctl/statistics.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"

#define ID_MAX ((uint64_t) 1 << 53)

const char *const active_states[] = { "waiting", "starting", "running", "retrying", NULL };
const char *const started_states[] = { "starting",  "running",   "retrying", "succeeded", "failed",
                                       "timed-out", "cancelled", "lost",     NULL };

const char *const job_states[] = { "idle",     "waiting", "running",        "paused", "disabled",
                                   "finished", "blocked", "failed-to-load", NULL };

static const char *const final_states[] = { "succeeded", "failed",  "timed-out", "cancelled",
                                            "lost",      "skipped", "missed",    NULL };

bool execution_state_is_over(const char *state) {
        return string_list_contains((char *const *) final_states, state);
}

bool parse_execution_id(const char *word, uint64_t *ret_id) {
        char *end = NULL;

        if (!*word || strspn(word, "0123456789") != strlen(word) || strlen(word) > 16)
                return false;
        *ret_id = strtoull(word, &end, 10);
        return *ret_id < ID_MAX;
}

bool is_pattern(const char *word) {
        return strpbrk(word, "*?[") != NULL;
}

/* Parses all lines to the end of `array`. */
static int append_lines(const ClientLines *lines, json_t *array) {
        for (size_t i = 0; i < lines->n_lines; i++) {
                json_t *row = NULL;
                int r = client_line_parse(&lines->lines[i], &row);

                if (r < 0)
                        return r;
                if (json_array_append_new(array, row) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int fetch(Context *context, const char *what, const ClientFilter *filter, json_t *array) {
        ClientError error = { 0 };
        ClientLines lines = { 0 };
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;

        r = client_dump(context->client, what, filter, &lines, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);

        r = append_lines(&lines, array);
        client_lines_done(&lines);
        return r < 0 ? complain_errno(r, "cannot read what jobschedd answered") : STATUS_OK;
}

/* `filter` NULL: the word alone chooses. */
static int fetch_chosen(Context *context, const char *word, const ClientFilter *filter, json_t *array) {
        char *const names[] = { (char *) word, NULL };
        ClientFilter wanted = filter ? *filter : (ClientFilter){ 0 };
        size_t n_before = json_array_size(array);
        int status;

        if (word)
                wanted.names = names;
        status = fetch(context, "jobs", &wanted, array);
        if (status != STATUS_OK || json_array_size(array) > n_before)
                return status;

        if (!word)
                complain("no job matches the options");
        else if (filter)
                complain("no job '%s' matches the options", word);
        else if (is_pattern(word))
                complain("no job matches '%s'", word);
        else
                complain("no such job: '%s'; 'schedctl list-jobs' shows all", word);
        return STATUS_NO_SUCH;
}

int fetch_jobs(Context *context, const char *word, json_t *array) {
        return fetch_chosen(context, word, NULL, array);
}

int fetch_matching_jobs(Context *context, const ClientFilter *filter, json_t **ret) {
        CLEANUP_JSON json_t *array = json_array();
        int status;

        status = fetch(context, "jobs", filter, array);
        if (status == STATUS_OK)
                *ret = TAKE_PTR(array);
        return status;
}

int fetch_definitions(Context *context, const ClientFilter *filter, json_t **ret) {
        CLEANUP_JSON json_t *array = json_array();
        int status;

        status = fetch(context, "definitions", filter, array);
        if (status == STATUS_OK)
                *ret = TAKE_PTR(array);
        return status;
}

int fetch_profiles(Context *context, json_t **ret) {
        CLEANUP_JSON json_t *array = json_array();
        int status;

        status = fetch(context, "profiles", &(const ClientFilter){ 0 }, array);
        if (status == STATUS_OK)
                *ret = TAKE_PTR(array);
        return status;
}

json_t *find_profile(const json_t *profiles, const char *name) {
        const struct passwd *user =
                        geteuid() == 0 ? NULL : getpwuid(geteuid()); // NOLINT(concurrency-mt-unsafe)
        size_t length = user ? strlen(user->pw_name) : 0;
        json_t *profile, *found = NULL;
        size_t i;

        json_array_foreach(profiles, i, profile) {
                const char *full = view_text(profile, "name");

                if (length > 0 && strncmp(full, user->pw_name, length) == 0 && full[length] == '/' &&
                    strcmp(full + length + 1, name) == 0)
                        return profile;
                if (strcmp(full, name) == 0)
                        found = profile;
        }
        return found;
}

int fetch_executions(Context *context, const ClientFilter *filter, json_t **ret) {
        CLEANUP_JSON json_t *array = json_array();
        int status;

        status = fetch(context, "executions", filter, array);
        if (status == STATUS_OK)
                *ret = TAKE_PTR(array);
        return status;
}

int fetch_dependencies(Context *context, const ClientFilter *filter, json_t **ret) {
        CLEANUP_JSON json_t *array = json_array();
        int status;

        status = fetch(context, "dependencies", filter, array);
        if (status == STATUS_OK)
                *ret = TAKE_PTR(array);
        return status;
}

int fetch_execution(Context *context, uint64_t id, json_t **ret) {
        CLEANUP_JSON json_t *array = NULL;
        json_t *execution;
        int status;

        status = fetch_executions(context, &(const ClientFilter){ .before_id = id + 1, .limit = 1 }, &array);
        if (status != STATUS_OK)
                return status;

        execution = json_array_get(array, 0);
        if (view_integer(execution, "id", -1) != (int64_t) id) {
                complain("there is no execution %" PRIu64 ", or it is no longer kept", id);
                return STATUS_NO_SUCH;
        }
        *ret = json_incref(execution);
        return STATUS_OK;
}

static int push_names(const json_t *jobs, char ***names) {
        const json_t *job;
        size_t i;
        int r;

        json_array_foreach(jobs, i, job) {
                const char *name = view_text(job, "name");

                if (string_list_contains(*names, name))
                        continue;
                r = string_list_push(names, name);
                if (r < 0)
                        return complain_errno(r, "cannot remember the jobs");
        }
        return STATUS_OK;
}

static int select_word(Context *context, const char *word, const ClientFilter *filter, char ***ret_names) {
        CLEANUP_JSON json_t *jobs = json_array();
        int status;

        status = fetch_chosen(context, word, filter, jobs);
        return status == STATUS_OK ? push_names(jobs, ret_names) : status;
}

/* --until of `pause` is when the pause ends. */
static int choosing_filter(const Context *context, ClientFilter *ret, bool *ret_chooses) {
        const Options *options = &context->options;
        bool is_timed = options->since || (options->until && strcmp(context->verb->name, "pause") != 0);
        ClientFilter filter = { 0 };
        int status = STATUS_OK;

        if (is_timed)
                status = context_filter(context, NULL, &filter);
        else
                context_choice(context, &filter);
        filter.limit = 0; /* -n has another meaning where jobs are chosen */
        *ret = filter;
        *ret_chooses = is_timed || options_choose(options);
        return status;
}

int select_jobs(Context *context, char **words, char ***ret_names) {
        ClientFilter filter;
        bool chooses = false;
        int worst;

        worst = choosing_filter(context, &filter, &chooses);
        if (worst != STATUS_OK)
                return worst;
        if ((!words || !*words) && !chooses) {
                complain("nothing says which jobs: name them, or choose them by --state, --kind, --tag, "
                         "--template, --profile or --owner");
                return STATUS_USAGE;
        }
        if (!words || !*words)
                return select_word(context, NULL, &filter, ret_names);

        STRING_LIST_FOREACH(word, words) {
                int status = select_word(context, *word, chooses ? &filter : NULL, ret_names);

                worst = MAX(worst, status);
        }
        return worst;
}

/* A name of digits only would be taken for a number of an execution. */
static int push_word(const char *name, char ***words) {
        char *pattern = NULL;
        uint64_t id;

        if (!parse_execution_id(name, &id))
                return string_list_push(words, name);
        return asprintf(&pattern, "[%c]%s", name[0], name + 1) < 0 ? -ENOMEM
                                                                   : string_list_take_push(words, pattern);
}

int select_words(Context *context, char **words, char ***ret_words) {
        bool chooses = options_choose(&context->options);
        CLEANUP(string_list_freep) char **names = NULL;
        int r = 0, status = STATUS_OK;

        if (chooses || !words || !*words)
                status = select_jobs(context, words, &names);
        STRING_LIST_FOREACH(word, chooses ? names : words) {
                if (r >= 0)
                        r = chooses ? push_word(*word, ret_words) : string_list_push(ret_words, *word);
        }
        return r < 0 ? complain_errno(r, "cannot remember the jobs") : status;
}

void execution_ids_done(ExecutionIds *ids) {
        free(ids->ids);
        *ids = (ExecutionIds){ 0 };
}

static int push_id(ExecutionIds *ids, uint64_t id) {
        uint64_t *grown = reallocarray(ids->ids, ids->n_ids + 1, sizeof(*grown));

        if (!grown)
                return complain_errno(-ENOMEM, "cannot remember the executions");
        ids->ids = grown;
        ids->ids[ids->n_ids++] = id;
        return STATUS_OK;
}

static int push_active(Context *context, const char *word, ExecutionIds *ids) {
        CLEANUP_JSON json_t *executions = NULL, *jobs = json_array();
        char *const names[] = { (char *) word, NULL };
        const json_t *execution;
        size_t i;
        int status;

        status = fetch_executions(
                        context,
                        &(const ClientFilter){ .names = names, .states = (char *const *) active_states },
                        &executions);
        if (status != STATUS_OK)
                return status;

        if (json_array_size(executions) == 0) {
                status = fetch_jobs(context, word, jobs);
                if (status == STATUS_OK)
                        context_remark(context, "No execution of '%s' is active.", word);
                return status;
        }
        json_array_foreach(executions, i, execution) {
                status = push_id(ids, (uint64_t) view_integer(execution, "id", 0));
                if (status != STATUS_OK)
                        return status;
        }
        return STATUS_OK;
}

int select_executions(Context *context, char **words, ExecutionIds *ret) {
        int worst = STATUS_OK;

        STRING_LIST_FOREACH(word, words) {
                uint64_t id;
                int status = parse_execution_id(*word, &id) ? push_id(ret, id)
                                                            : push_active(context, *word, ret);

                worst = MAX(worst, status);
        }
        return worst;
}

int fetch_last_runs(Context *context, const char *job, json_t **ret) {
        char *const names[] = { (char *) job, NULL };
        const ClientFilter filter = {
                .names = names,
                .states = (char *const *) outcome_states,
                .limit = STATISTICS_RUNS_MAX,
        };

        return fetch_executions(context, &filter, ret);
}
