/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/secrets.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "manager/scheduled-job.h"
#include "util/string-list.h"

/* Ids on their way: being kept, or no longer named. */
typedef struct SecretUse {
        Manager *manager; /* NULL: it has gone, and the executor has yet to answer */
        Buffer ids;       /* SECRET_ID_LENGTH bytes each */

        size_t n_waiting; /* answers */
        int error;
        secrets_kept_t kept; /* NULL: they are released */
        void *userdata;
        char *job; /* of which they are released */

        struct SecretUse *prev, *next;
} SecretUse;

static SecretUse *use_new(Manager *manager) {
        SecretUse *use = calloc(1, sizeof(*use));

        if (!use)
                return NULL;
        use->manager = manager;
        DL_APPEND(manager->secrets, use);
        return use;
}

/* Calls `visit` for each id, with a NUL. */
static void use_foreach(const SecretUse *use, void (*visit)(const SecretUse *use, const char *id)) {
        char id[SECRET_ID_LENGTH + 1] = "";

        for (size_t at = 0; at < use->ids.size; at += SECRET_ID_LENGTH) {
                memcpy(id, use->ids.data + at, SECRET_ID_LENGTH);
                visit(use, id);
        }
}

static SecretUse *use_free(SecretUse *use) {
        if (use->manager)
                DL_DELETE(use->manager->secrets, use);
        buffer_done(&use->ids);
        free(use->job);
        free(use);
        return NULL;
}

/* What the runner does not hear is made up for by secrets_tell(). */
static void drop(const SecretUse *use, const char *id) {
        const Executor *executor = use->manager->host.executor;

        if (executor->keep_secret)
                (void) executor->keep_secret(executor->userdata, id, NULL, NULL, NULL);
}

/* --- keep ------------------------------------------------------------------------------------------ */

static void finish(SecretUse *use) {
        if (use->manager && !use->kept(use->userdata, use->error))
                use_foreach(use, drop);
        (void) use_free(use);
}

static void on_kept(void *userdata, int error) {
        SecretUse *use = userdata;

        assert(use->n_waiting > 0);
        use->error = use->error < 0 ? use->error : error;
        if (--use->n_waiting == 0)
                finish(use);
}

static int copy_ids(const SecretValues *values, Buffer *ret) {
        for (size_t i = 0; i < values->n_items; i++)
                (void) buffer_add_string(ret, values->items[i].id);
        return ret->failed ? -ENOMEM : 0;
}

/* Returns 0 when at least one answer comes. */
static int send_all(SecretUse *use, const SecretValues *values) {
        const Executor *executor = use->manager->host.executor;
        int r = executor->keep_secret ? 0 : -EOPNOTSUPP;

        use->n_waiting = 1; /* not answered before all are sent */
        for (size_t i = 0; i < values->n_items && r >= 0; i++) {
                use->n_waiting++;
                r = executor->keep_secret(
                                executor->userdata, values->items[i].id, values->items[i].value, on_kept,
                                use);
                if (r < 0)
                        use->n_waiting--;
        }
        use->n_waiting--;
        use->error = MIN(r, 0);
        return use->n_waiting > 0 ? 0 : r;
}

int secrets_keep(Manager *manager, SecretValues *values, secrets_kept_t done, void *userdata) {
        SecretUse *use;
        int r;

        assert(manager);
        assert(values);
        assert(done);

        if (values->n_items == 0) {
                (void) done(userdata, 0);
                return 0;
        }
        use = use_new(manager);
        r = use ? copy_ids(values, &use->ids) : -ENOMEM;
        if (r >= 0) {
                use->kept = done;
                use->userdata = userdata;
                r = send_all(use, values);
        }
        secret_values_done(values);
        if (r < 0 && use)
                (void) use_free(use);
        else if (r >= 0 && use->n_waiting == 0)
                finish(use); /* answered at once */
        return r;
}

/* --- who names an id ------------------------------------------------------------------------------- */

/* In the form of "NAME=ID" lines. */
static bool is_in_lines(char *const *lines, const char *id) {
        STRING_LIST_FOREACH(line, lines) {
                const char *value = strchr(*line, '=');

                if (value && strcmp(value + 1, id) == 0)
                        return true;
        }
        return false;
}

static bool is_in_text(const char *text, const char *id) {
        return text && strstr(text, id);
}

static bool is_named(const ScheduledJob *job, const char *id) {
        const Execution *execution;

        if (scheduled_job_is_listed(job) &&
            ((job->job && is_in_lines(job->job->values, id)) || is_in_text(job->stored.source, id) ||
             is_in_text(job->stored.definition, id)))
                return true;
        DL_FOREACH(job->executions, execution) {
                if (execution_state_is_final(execution->record.state))
                        continue;
                if (is_in_lines(execution->record.secrets, id) ||
                    (execution->job && is_in_lines(execution->job->values, id)))
                        return true;
        }
        return false;
}

/* --- release --------------------------------------------------------------------------------------- */

static void drop_unnamed(const SecretUse *use, const char *id) {
        const ScheduledJob *job = manager_find_any_job(use->manager, use->job);

        if (!job || !is_named(job, id))
                drop(use, id);
}

static void on_released(void *userdata, int result) {
        SecretUse *use = userdata;

        if (result >= 0)
                use_foreach(use, drop_unnamed);
        (void) use_free(use);
}

/* Takes the ids. For want of memory they stay until the runner connects the next time. */
static void release(Manager *manager, const char *job, Buffer *ids) {
        SecretUse *use = ids->size > 0 && !ids->failed ? use_new(manager) : NULL;

        if (!use)
                return;
        use->ids = *ids;
        *ids = (Buffer){ 0 };
        use->job = strdup(job);
        if (!use->job || store_after_commit(manager->host.store, on_released, use) < 0)
                (void) use_free(use);
}

void secrets_release_definition(Manager *manager, const char *job, const char *definition) {
        CLEANUP(buffer_done) Buffer ids = { 0 };

        if (definition && secret_ids_in_text(definition, &ids) >= 0)
                release(manager, job, &ids);
}

static void add_lines(char *const *lines, Buffer *ids) {
        STRING_LIST_FOREACH(line, lines)
                (void) secret_ids_in_text(strchrnul(*line, '='), ids); /* a failure stays in the buffer */
}

void secrets_release_execution(const Execution *execution) {
        CLEANUP(buffer_done) Buffer ids = { 0 };

        add_lines(execution->record.secrets, &ids);
        release(execution->manager, execution->scheduled_job->stored.name, &ids);
}

/* --- tell ------------------------------------------------------------------------------------------ */

static void add_job(const ScheduledJob *job, Buffer *ids) {
        const Execution *execution;

        bool is_listed = scheduled_job_is_listed(job);

        if (is_listed && job->job)
                add_lines(job->job->values, ids);
        if (is_listed && job->stored.source)
                (void) secret_ids_in_text(job->stored.source, ids);
        if (is_listed && job->stored.definition)
                (void) secret_ids_in_text(job->stored.definition, ids);
        DL_FOREACH(job->executions, execution) {
                add_lines(execution->record.secrets, ids);
                if (execution->job)
                        add_lines(execution->job->values, ids);
        }
}

static void collect(const Manager *manager, Buffer *ids) {
        const ScheduledJob *job, *next;
        const SecretUse *use;

        HASH_ITER(hh, manager->jobs, job, next)
                add_job(job, ids);
        DL_FOREACH(manager->secrets, use)
        (void) buffer_add(ids, use->ids.data, use->ids.size);
}

static int compare_ids(const void *a, const void *b) {
        return memcmp(a, b, SECRET_ID_LENGTH);
}

void secrets_tell(Manager *manager) {
        const Executor *executor = manager->host.executor;
        CLEANUP(buffer_done) Buffer ids = { 0 };
        int r;

        if (!manager->applied || !manager->connected || !executor->keep_only_secrets)
                return;
        collect(manager, &ids);
        r = ids.failed ? -ENOMEM : 0;
        if (r >= 0) {
                size_t n_ids = ids.size / SECRET_ID_LENGTH;

                if (n_ids > 0)
                        qsort(ids.data, n_ids, SECRET_ID_LENGTH, compare_ids);
                r = executor->keep_only_secrets(executor->userdata, ids.data, n_ids);
        }
        if (r < 0)
                (void) log_warning_errno(
                                r,
                                "Cannot tell the runner which secret parameters are in use: %m; those that "
                                "are not stay until it connects again");
}

void secrets_done(Manager *manager) {
        while (manager->secrets) {
                SecretUse *use = manager->secrets;

                DL_DELETE(manager->secrets, use);
                use->manager = NULL;
                if (use->kept)
                        (void) use->kept(use->userdata, -ESHUTDOWN);
                if (use->n_waiting == 0)
                        (void) use_free(use); /* its commit is told to nobody any more */
        }
}
