/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/simulation-jobs.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "job/job-decode.h"
#include "schedctl/columns.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
#include "schedctl/view.h"
#include "schedule/stable-delay.h"
#include "util/duration.h"
#include "util/string-list.h"

/* So many of the last executions say how long one takes. */
#define N_HISTORY 15U

/* --- how long -------------------------------------------------------------------------------------- */

int simulation_duration(char *const *texts, const char *name, usec_t *ret_usec, const char **reterr_text) {
        bool found = false, by_name = false;

        STRING_LIST_FOREACH(text, texts) {
                const char *equals = strchr(*text, '='), *span = equals ? equals + 1 : *text;
                bool fits = !equals ||
                                (name && strncmp(*text, name, (size_t) (equals - *text)) == 0 &&
                                 name[equals - *text] == '\0');
                usec_t span_usec;

                if (duration_parse(span, &span_usec) < 0 || span_usec == USEC_INFINITY) {
                        *reterr_text = *text;
                        return -EINVAL;
                }
                if (!fits || (by_name && !equals))
                        continue;
                found = true;
                by_name = by_name || equals;
                *ret_usec = span_usec;
        }
        return found ? 1 : 0;
}

static int compare_spans(const void *a, const void *b) {
        usec_t x = *(const usec_t *) a, y = *(const usec_t *) b;

        return (x > y) - (x < y);
}

usec_t simulation_median(usec_t *spans, size_t n) {
        qsort(spans, n, sizeof(*spans), compare_spans);
        return spans[(n - 1) / 2];
}

/* From the daemon's history; it stays as it is if there is none. */
static int learn_duration(Context *context, SimulationJob *job) {
        char *const names[] = { job->job->name, NULL };
        const ClientFilter filter = {
                .names = names,
                .states = (char *const *) started_states,
                .limit = N_HISTORY,
        };
        CLEANUP_JSON json_t *executions = NULL;
        usec_t spans[N_HISTORY];
        const json_t *execution;
        size_t i, n = 0;
        int status;

        status = fetch_executions(context, &filter, &executions);
        if (status != STATUS_OK)
                return status;
        json_array_foreach(executions, i, execution) {
                usec_t span_usec = execution_duration(execution, 0);

                if (view_instant(execution, "ended") != USEC_INFINITY && span_usec != USEC_INFINITY &&
                    n < N_HISTORY)
                        spans[n++] = MAX(span_usec, (usec_t) 0);
        }
        if (n > 0)
                job->duration_usec = simulation_median(spans, n);
        return STATUS_OK;
}

static int set_durations(Context *context, SimulationJobs *jobs) {
        char *const *texts = context->options.durations;

        for (size_t i = 0; i < jobs->n_items; i++) {
                SimulationJob *item = &jobs->items[i];
                const char *fault = NULL;
                int status = STATUS_OK;

                item->duration_usec = SIMULATION_DURATION_DEFAULT;
                if (simulation_duration(texts, item->job->name, &item->duration_usec, &fault) == 0 &&
                    jobs->from_daemon)
                        status = learn_duration(context, item);
                if (status != STATUS_OK)
                        return status;
                item->duration_usec = MIN(item->duration_usec, item->job->process.timeout_usec);
        }
        return STATUS_OK;
}

static int check_durations(const Context *context) {
        const char *fault = NULL;
        usec_t span_usec;

        if (simulation_duration(context->options.durations, NULL, &span_usec, &fault) >= 0)
                return STATUS_OK;
        complain("--duration is a span such as 5min, or NAME=5min of one job, not '%s'", fault);
        return STATUS_USAGE;
}

/* As the daemon spreads them on this machine. */
static void set_delays(SimulationJobs *jobs) {
        for (size_t i = 0; i < jobs->n_items; i++) {
                const Job *job = jobs->items[i].job;

                if (!job->random_delay.fresh)
                        jobs->items[i].delay_usec =
                                        stable_delay(jobs->definitions.machine_id, job->owner_uid, job->name,
                                                     job->random_delay.up_to_usec);
        }
}

/* --- which ----------------------------------------------------------------------------------------- */

/* Takes over the reference. */
static int add_job(SimulationJobs *jobs, Job *job, bool paused) {
        SimulationJob *items = reallocarray(jobs->items, jobs->n_items + 1, sizeof(*items));

        if (!items) {
                (void) job_unref(job);
                return complain_errno(-ENOMEM, "cannot remember the jobs");
        }
        jobs->items = items;
        items[jobs->n_items++] = (SimulationJob){ .job = job, .paused = paused };
        return STATUS_OK;
}

/* As the daemon has it in force. */
static int add_definition(Context *context, const json_t *row, SimulationJobs *jobs) {
        CLEANUP(diagnostics_done) Diagnostics faults = { 0 };
        const char *name = view_text(row, "name");
        const JobDecodeContext decode = {
                .zones = jobs->definitions.zones,
                .owner_uid = context->options.user ? getuid() : 0,
                .system_mode = !context->options.user,
                .site = &jobs->definitions.site,
        };
        ClientDefinition definition = { 0 };
        ClientError error = { 0 };
        Job *job = NULL;
        int r;

        r = client_get_definition(context->client, name, &definition, &error);
        if (r < 0)
                return complain_client(r, &error, name);
        r = job_decode_definition(&decode, name, definition.text, strlen(definition.text), &faults, &job);
        client_definition_done(&definition);
        if (r == -EINVAL) {
                definitions_print_faults(&faults, NULL, NULL);
                return STATUS_OK;
        }
        if (r < 0)
                return complain_errno(r, "cannot read the definition of '%s'", name);
        return add_job(jobs, job, view_true(row, "paused"));
}

static int load_daemon(Context *context, char **words, SimulationJobs *jobs) {
        char *all[] = { (char *) "*", NULL };
        CLEANUP_JSON json_t *rows = json_array();
        const json_t *row;
        int status = STATUS_OK;
        size_t i;

        STRING_LIST_FOREACH(word, *words ? words : all) {
                status = fetch_jobs(context, *word, rows);
                if (status != STATUS_OK && *words)
                        return status;
        }
        json_array_foreach(rows, i, row) {
                status = strcmp(view_text(row, "state"), "failed-to-load") == 0
                                ? STATUS_OK
                                : add_definition(context, row, jobs);
                if (status != STATUS_OK)
                        return status;
        }
        return STATUS_OK;
}

static bool is_wanted(char **words, const char *name) {
        return !*words || string_list_matches(words, name);
}

/* Takes what is wanted of it, and says what is wrong with it. */
static int take_set(SimulationJobs *jobs, char **words, JobSet *set) {
        int status = STATUS_OK;

        definitions_print_faults(&set->diagnostics, NULL, NULL);
        for (size_t i = 0; i < set->n_jobs && status == STATUS_OK; i++)
                if (set->jobs[i].job && is_wanted(words, set->jobs[i].name))
                        status = add_job(jobs, job_ref(set->jobs[i].job), false);
        job_set_done(set);
        return status;
}

static int load_file(SimulationJobs *jobs, char **words, const char *path) {
        JobSet set = { 0 };
        int r;

        r = job_loader_check_file(jobs->definitions.loader, path, &set);
        return r < 0 ? complain_errno(r, "cannot read '%s'", path) : take_set(jobs, words, &set);
}

static int load_path(SimulationJobs *jobs, char **words, const char *path) {
        CLEANUP_FREE char *pattern = NULL;
        glob_t files = { 0 };
        struct stat state;
        int status = STATUS_OK;

        if (stat(path, &state) < 0)
                return complain_errno(-errno, "cannot read '%s'", path);
        if (!S_ISDIR(state.st_mode))
                return load_file(jobs, words, path);

        if (asprintf(&pattern, "%s/*.yaml", path) < 0 ||
            glob(pattern, GLOB_NOSORT, NULL, &files) == GLOB_NOSPACE)
                return complain_errno(-ENOMEM, "cannot read '%s'", path);
        for (size_t i = 0; i < files.gl_pathc && status == STATUS_OK; i++)
                status = load_file(jobs, words, files.gl_pathv[i]);
        globfree(&files);
        return status;
}

static int load_configuration(SimulationJobs *jobs, char **words) {
        JobSet set = { 0 };
        int r;

        r = job_loader_scan(jobs->definitions.loader, &set);
        return r < 0 ? complain_errno(r, "cannot read the definitions") : take_set(jobs, words, &set);
}

/* Without a word: that there is no daemon is no fault here. */
static bool daemon_answers(Context *context) {
        const ClientOptions options = { .user = context->options.user, .bus = context->options.bus };
        ClientError error = { 0 };

        if (client_open(&options, &context->client, &error) >= 0)
                return true;
        client_error_done(&error);
        return false;
}

static int load(Context *context, char **words, SimulationJobs *jobs) {
        int status = STATUS_OK;

        if (context->options.paths) {
                STRING_LIST_FOREACH(path, context->options.paths) {
                        status = load_path(jobs, words, *path);
                        if (status != STATUS_OK)
                                break;
                }
                return status;
        }
        jobs->from_daemon = daemon_answers(context);
        if (jobs->from_daemon)
                return load_daemon(context, words, jobs);
        context_remark(context, "jobschedd does not answer: these are the jobs of the configuration.");
        return load_configuration(jobs, words);
}

/* --- all ------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b) {
        return strcmp(((const SimulationJob *) a)->job->name, ((const SimulationJob *) b)->job->name);
}

/* Of two words or files that give the same job one is enough. */
static void drop_doubles(SimulationJobs *jobs) {
        size_t n = 0;

        if (jobs->n_items > 1)
                qsort(jobs->items, jobs->n_items, sizeof(*jobs->items), compare_names);
        for (size_t i = 0; i < jobs->n_items; i++) {
                if (n > 0 && compare_names(&jobs->items[i], &jobs->items[n - 1]) == 0)
                        (void) job_unref((Job *) jobs->items[i].job);
                else
                        jobs->items[n++] = jobs->items[i];
        }
        jobs->n_items = n;
}

static int check_words(char **words, const SimulationJobs *jobs) {
        STRING_LIST_FOREACH(word, words) {
                size_t i = 0;

                while (i < jobs->n_items && fnmatch(*word, jobs->items[i].job->name, 0) != 0)
                        i++;
                if (i < jobs->n_items)
                        continue;
                complain("no such job: '%s'", *word);
                return STATUS_NO_SUCH;
        }
        return STATUS_OK;
}

int simulation_jobs_load(Context *context, char **words, SimulationJobs *ret) {
        int status;

        *ret = (SimulationJobs){ 0 };
        status = check_durations(context);
        if (status == STATUS_OK)
                status = definitions_open(context, &ret->definitions);
        if (status == STATUS_OK)
                status = load(context, words, ret);
        drop_doubles(ret);
        set_delays(ret);
        if (status == STATUS_OK)
                status = check_words(words, ret);
        if (status == STATUS_OK)
                status = set_durations(context, ret);
        return status;
}

void simulation_jobs_done(SimulationJobs *jobs) {
        for (size_t i = 0; i < jobs->n_items; i++)
                (void) job_unref((Job *) jobs->items[i].job);
        free(jobs->items);
        definitions_done(&jobs->definitions);
        *jobs = (SimulationJobs){ 0 };
}
