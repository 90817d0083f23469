/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the words behind a verb stand for: jobs by name or pattern, executions by their number. */

#include "schedctl/context.h"

/* The states of executions that `stop` and `kill` mean, NULL-terminated. */
extern const char *const active_states[];
/* Those of executions that had a process, and so perhaps output. */
extern const char *const started_states[];

/* All states of jobs, NULL-terminated. */
extern const char *const job_states[];

bool execution_state_is_over(const char *state);

/* Only digits: the number of an execution. A job whose name is a number is written as a pattern: "[4]2". */
bool parse_execution_id(const char *word, uint64_t *ret_id);

bool is_pattern(const char *word);

/*
 * The names of the jobs that the words stand for, each once and in order; --state, --kind, --tag and their
 * like choose among them, or without words among all. A name that is not there is complained of, the others
 * are given all the same. Returns a status; STATUS_USAGE if nothing chooses.
 */
int select_jobs(Context *context, char **words, char ***ret_names);

/*
 * The same for verbs whose words may be numbers of executions, too: where no option chooses they are given as
 * they are, else as the names of the jobs.
 */
int select_words(Context *context, char **words, char ***ret_words);

/* Adds the JSON objects of the jobs of one word to the array. Returns a status. */
int fetch_jobs(Context *context, const char *word, json_t *array);

/* All jobs that the filter finds, as an array; none is no error. Returns a status. */
int fetch_matching_jobs(Context *context, const ClientFilter *filter, json_t **ret);

/* The same, with what is needed to make them again. */
int fetch_definitions(Context *context, const ClientFilter *filter, json_t **ret);

/* All profiles, as list-profiles has them. Returns a status. */
int fetch_profiles(Context *context, json_t **ret);

/* The one of that name among them; for an ordinary user, who may leave out USER/, first the own one, never
 * that of another user. NULL: none. Borrowed. */
json_t *find_profile(const json_t *profiles, const char *name);

/* One execution. Returns a status, STATUS_NO_SUCH after saying so. */
int fetch_execution(Context *context, uint64_t id, json_t **ret);

/* All executions that the filter finds, as an array. Returns a status. */
int fetch_executions(Context *context, const ClientFilter *filter, json_t **ret);

/* The edges between jobs that the filter finds, as an array. Returns a status. */
int fetch_dependencies(Context *context, const ClientFilter *filter, json_t **ret);

typedef struct ExecutionIds {
        uint64_t *ids;
        size_t n_ids;
} ExecutionIds;

void execution_ids_done(ExecutionIds *ids);

/* The executions that the words stand for: those numbers, and the active ones of those jobs. Returns a
 * status. */
int select_executions(Context *context, char **words, ExecutionIds *ret);

/* What there is for statistics of a job: its last runs that have ended, newest first. Returns a status. */
int fetch_last_runs(Context *context, const char *job, json_t **ret);
