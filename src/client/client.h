/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A connection to jobschedd, and its Manager interface as functions.
 *
 * The control socket comes first; where it is not there, or not for us, the bus does. Calls block until they
 * are answered: this is for programs that do one thing, and no daemon uses it. Each function returns 0 or a
 * negative errno, with *reterr filled then.
 */

#include <jansson.h>
#include <systemd/sd-bus.h>

#include "client/client-error.h"
#include "util/cleanup.h"
#include "util/types.h"

typedef struct Client Client;

typedef struct ClientOptions {
        bool user; /* the caller's own daemon instead of the system's */
        bool bus;  /* not by the control socket */
} ClientOptions;

int client_open(const ClientOptions *options, Client **ret, ClientError *reterr);
Client *client_free(Client *client);
DEFINE_CLEANUP(Client, client_free);

sd_bus *client_bus(const Client *client); /* borrowed, for attaching it to an event loop */

/* json_decrefp() is jansson's */
#define CLEANUP_JSON CLEANUP(json_decrefp)

/* --- lists ----------------------------------------------------------------------------------------- */

/* All borrowed; the zero value asks for everything. */
typedef struct ClientFilter {
        char *const *names; /* globs of job names */
        char *const *states;
        char *const *kinds; /* of action; globs, as the next ones */
        char *const *templates, *const *profiles, *const *tags;
        char *const *owners; /* numbers, or names that the daemon knows */
        const uint64_t *ids; /* of executions */
        size_t n_ids;        /* 0: all */
        usec_t since_usec;   /* 0: open */
        usec_t until_usec;   /* 0: open */
        uint64_t before_id;  /* 0: from the newest */
        const char *after;   /* jobs: names behind it; NULL: from the first */
        uint64_t limit;      /* 0: all */
        bool all;            /* timers: also of jobs that have no next start; prune: also last executions */
        uint64_t keep;       /* prune: the newest so many of each job stay */
} ClientFilter;

/* JSON objects as text, one a line, in the daemon's order. */
typedef struct ClientLine {
        const char *text; /* into ClientLines.data; not terminated */
        size_t size;
} ClientLine;

typedef struct ClientLines {
        char *data;
        ClientLine *lines;
        size_t n_lines;
} ClientLines;

void client_lines_done(ClientLines *lines);

/* `what`: "jobs", "executions", "audit", "timers", "dependencies", "queues", "profiles", "templates". */
int client_dump(Client *client,
                const char *what,
                const ClientFilter *filter,
                ClientLines *ret,
                ClientError *reterr);

/* Parses one of them. Returns 0, -EBADMSG (it is no JSON object) or -ENOMEM. */
int client_line_parse(const ClientLine *line, json_t **ret);

/* Splits text that holds JSON lines, which `ret` takes over, also on failure. Returns 0 or -ENOMEM. */
int client_lines_split(char *data, size_t size, ClientLines *ret);

/* --- questions ------------------------------------------------------------------------------------- */

/* The manager's properties as a JSON object with keys like "next_start"; instants are ISO 8601 or null. */
int client_get_status(Client *client, json_t **ret, ClientError *reterr);

/* The schedules of a job in plain English, NULL-terminated; NULL if it has none. */
int client_get_schedule_descriptions(Client *client, const char *job, char ***ret, ClientError *reterr);

/* Of `expect-within`: when the job is overdue; USEC_INFINITY: nothing is expected. */
int client_get_expectation(
                Client *client,
                const char *job,
                usec_t *ret_expect_by_usec,
                bool *ret_overdue,
                ClientError *reterr);

typedef struct ClientDefinition {
        char *text; /* YAML */
        char *file; /* NULL: not from a file */
        unsigned line;
} ClientDefinition;

void client_definition_done(ClientDefinition *definition);
int client_get_definition(Client *client, const char *job, ClientDefinition *ret, ClientError *reterr);

/* The attempts, as objects in an array, the first one first; the last may still run. */
int client_list_attempts(Client *client, uint64_t id, json_t **ret, ClientError *reterr);
/* Pieces as output-pieces.h reads them. attempt 0: the last. */
int client_get_output(
                Client *client,
                uint64_t id,
                unsigned attempt,
                char **ret,
                size_t *ret_size,
                ClientError *reterr);
int client_follow(Client *client, uint64_t id, int *ret_fd, ClientError *reterr);

/* from and until both 0: the last occurrence that was decided. */
int client_why(Client *client,
               const char *job,
               usec_t from_usec,
               usec_t until_usec,
               json_t **ret,
               ClientError *reterr);
int client_why_execution(Client *client, uint64_t id, json_t **ret, ClientError *reterr);
int client_backup(Client *client, int *ret_fd, ClientError *reterr);

/* Deletes history, or with `dry_run` only counts what would go. */
int client_prune(
                Client *client,
                const ClientFilter *filter,
                bool dry_run,
                uint64_t *ret_n_rows,
                ClientError *reterr);

/* --- orders ---------------------------------------------------------------------------------------- */

typedef struct ClientStart {
        const char *job;
        bool force;              /* neither overlap nor queue nor conditions hold it */
        char *const *parameters; /* "NAME=VALUE"; NULL: none */
        const char *profile;     /* NULL: none */
} ClientStart;

int client_start_job(Client *client, const ClientStart *start, uint64_t *ret_id, ClientError *reterr);
int client_pause_job(
                Client *client,
                const char *job,
                usec_t until_usec,
                ClientError *reterr); /* 0: for good */
int client_resume_job(Client *client, const char *job, ClientError *reterr);
int client_pause_queue(Client *client, const char *queue, ClientError *reterr);
int client_resume_queue(Client *client, const char *queue, ClientError *reterr);
int client_freeze(Client *client, ClientError *reterr);
int client_thaw(Client *client, bool skip_missed, ClientError *reterr);
/* Since when nothing starts; USEC_INFINITY: it may. */
int client_get_frozen(Client *client, usec_t *ret_since_usec, ClientError *reterr);
int client_stop_execution(Client *client, uint64_t id, ClientError *reterr);
int client_kill_execution(Client *client, uint64_t id, const char *whom, int number, ClientError *reterr);
int client_reload(Client *client, char ***ret_faults, ClientError *reterr);

/* --- definitions ----------------------------------------------------------------------------------- */

/* One change of a job that was made at run time; see ChangeJobs in org.jobsched1(5). All borrowed. */
typedef struct ClientChange {
        const char *kind; /* "create", "replace", "put", "merge", "delete", "rename", "enable", "disable" */
        const char *name;
        const char *definition; /* YAML; NULL: none */
        const char *new_name;   /* NULL: none */
        uint64_t if_revision;   /* 0: any */
        bool numbered, one_shot, paused, start;
        usec_t paused_until_usec; /* with `paused`; 0: until it is resumed */
        bool has_owner;           /* of a new one, for root: whose it is to be; otherwise the instance's */
        uid_t owner_uid;
} ClientChange;

/*
 * All of them or none; with `trial` none in any case. *ret_results is an array of objects, one for each
 * change: name, revision, effect, execution, text, result; those with a negative "result" (an errno) say why
 * nothing was changed.
 */
int client_change_jobs(
                Client *client,
                const ClientChange *changes,
                size_t n_changes,
                bool trial,
                json_t **ret_results,
                ClientError *reterr);

/* The next `n` occurrences are skipped; 0: none any more. *ret_until_usec is the last of them. */
int client_skip_job(Client *client, const char *job, unsigned n, usec_t *ret_until_usec, ClientError *reterr);

/* What was written of a job that was made at run time. */
int client_get_source(Client *client, const char *job, char **ret, ClientError *reterr);

/* --- templates and profiles ------------------------------------------------------------------------ */

/* As objects in an array, by name; "parameters" and "schema" are texts that hold JSON. */
int client_list_templates(Client *client, json_t **ret, ClientError *reterr);

/* See SetProfile in org.jobsched1(5). All borrowed. */
typedef struct ClientProfile {
        const char *name;
        char *const *values; /* "NAME=VALUE" */
        bool create, replace;
        uint64_t if_revision; /* 0: any */
} ClientProfile;

int client_set_profile(
                Client *client,
                const ClientProfile *profile,
                uint64_t *ret_revision,
                ClientError *reterr);
/* *ret_deleted: the names of those that went, or would go. */
int client_delete_profiles(
                Client *client,
                char *const *names,
                bool trial,
                char ***ret_deleted,
                ClientError *reterr);
int client_prune_profiles(Client *client, bool trial, char ***ret_deleted, ClientError *reterr);

/* --- signals --------------------------------------------------------------------------------------- */

typedef enum ClientEventKind {
        CLIENT_EVENT_JOB_ADDED,
        CLIENT_EVENT_JOB_CHANGED,
        CLIENT_EVENT_JOB_REMOVED,
        CLIENT_EVENT_EXECUTION_CHANGED,
        CLIENT_EVENT_KIND_COUNT,
} ClientEventKind;

typedef struct ClientEvent {
        ClientEventKind kind;
        const char *job;   /* its name */
        uint64_t id;       /* of the execution; 0: about a job */
        json_t *execution; /* id, job, state, reason, cause, due, started, ended, exit_code, signal, progress,
                            * status_text; borrowed
                            */
} ClientEvent;

typedef struct ClientWatcher {
        void (*on_event)(void *userdata, const ClientEvent *event);
        void (*on_gone)(void *userdata); /* the daemon ended, or closed the connection; perhaps twice */
        void *userdata;
} ClientWatcher;

/* From the return of this call on nothing is missed. Events come out of sd_bus_process(client_bus()). */
int client_watch(Client *client, const ClientWatcher *watcher, ClientError *reterr);
