/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Jobs are made, changed and removed at run time: what a list asks for is prepared as a whole (job-edit.c),
 * put in force in order, and written as one transaction.
 */

#include "manager/job-change.h"

#include <assert.h>
#include <string.h>
#include <utlist.h>

#include "manager/dependency.h"
#include "manager/freeze.h"
#include "manager/job-change-secrets.h"
#include "manager/job-edit.h"
#include "manager/profiles.h"
#include "manager/scheduled-job.h"
#include "manager/start-request.h"
#include "manager/user-limits.h"

static const char *const kind_names[] = {
        [JOB_CHANGE_CREATE] = "create", [JOB_CHANGE_REPLACE] = "replace", [JOB_CHANGE_PUT] = "put",
        [JOB_CHANGE_MERGE] = "merge",   [JOB_CHANGE_DELETE] = "delete",   [JOB_CHANGE_RENAME] = "rename",
        [JOB_CHANGE_ENABLE] = "enable", [JOB_CHANGE_DISABLE] = "disable", [JOB_CHANGE_KIND_COUNT] = NULL,
};

DEFINE_STRING_TABLE(job_change_kind, JobChangeKind, kind_names);

static const char *const effect_names[] = {
        [JOB_EFFECT_NONE] = "none",       [JOB_EFFECT_CREATED] = "created", [JOB_EFFECT_CHANGED] = "changed",
        [JOB_EFFECT_DELETED] = "deleted", [JOB_EFFECT_COUNT] = NULL,
};

DEFINE_STRING_TABLE(job_change_effect, JobChangeEffect, effect_names);

/* --- the answer ------------------------------------------------------------------------------------ */

/* Somebody waits for the changes to be on disk. */
typedef struct ChangeOrder {
        Manager *manager;
        manager_changed_t reply;
        void *userdata;
        JobChangeResult *results;
        size_t n_results;
        struct ChangeOrder *prev, *next;
} ChangeOrder;

static void change_order_free(ChangeOrder *order) {
        DL_DELETE(order->manager->change_orders, order);
        for (size_t i = 0; i < order->n_results; i++) {
                free(order->results[i].text);
                free(order->results[i].name);
        }
        free(order->results);
        free(order);
}

void manager_change_orders_done(Manager *manager) {
        ChangeOrder *order, *next;

        DL_FOREACH_SAFE(manager->change_orders, order, next)
        change_order_free(order);
}

static void on_changes_committed(void *userdata, int result) {
        ChangeOrder *order = userdata;

        if (result < 0)
                order->reply(order->userdata, -EIO, NULL, 0, "The daemon is stopping");
        else
                order->reply(order->userdata, 0, order->results, order->n_results, NULL);
        change_order_free(order);
}

/* Made before anything is done, so that nothing is done that nobody could be told of. */
static int change_order_new(
                Manager *manager,
                size_t n_results,
                manager_changed_t reply,
                void *userdata,
                ChangeOrder **ret) {

        CLEANUP_FREE ChangeOrder *order = calloc(1, sizeof(*order));

        if (!order)
                return -ENOMEM;
        order->results = calloc(n_results + 1, sizeof(*order->results));
        if (!order->results)
                return -ENOMEM;
        order->manager = manager;
        order->reply = reply;
        order->userdata = userdata;
        DL_APPEND(manager->change_orders, order);
        *ret = TAKE_PTR(order);
        return 0;
}

/* --- refused --------------------------------------------------------------------------------------- */

/* Nothing was done: not even what would have been all right by itself. */
static void answer_refused(JobEdits *edits, int r, manager_changed_t reply, void *userdata) {
        JobChangeResult *results = calloc(edits->n_edits + 1, sizeof(*results));
        const char *text = r == -ECANCELED ? NULL : "Out of memory";
        int result = r;

        for (size_t i = 0; i < edits->n_edits; i++) {
                JobEdit *edit = &edits->edits[i];

                edit->result.effect = JOB_EFFECT_NONE;
                if (edit->result.result < 0) {
                        result = edit->result.result;
                        text = edit->result.text;
                }
                if (results)
                        results[i] = edit->result;
        }
        reply(userdata, result, results, results ? edits->n_edits : 0, text);
        free(results);
}

static void answer_trial(const JobEdits *edits, manager_changed_t reply, void *userdata) {
        JobChangeResult *results = calloc(edits->n_edits + 1, sizeof(*results));

        for (size_t i = 0; results && i < edits->n_edits; i++)
                results[i] = edits->edits[i].result;
        if (results)
                reply(userdata, 0, results, edits->n_edits, NULL);
        else
                reply(userdata, -ENOMEM, NULL, 0, "Out of memory");
        free(results);
}

/* --- put in force ---------------------------------------------------------------------------------- */

static void start_made(const JobEdits *edits, JobEdit *edit) {
        const Caller *caller = edits->caller;
        ScheduledJob *job = edit->change.job;
        StartAnswer answer = { 0 };
        int r;

        job->is_being_made = false;
        r =
                        start_request(job,
                                      &(StartRequest){
                                                      .cause = CAUSE_MANUAL,
                                                      .due_usec = manager_now(edits->manager),
                                                      .requested_by = caller ? caller->user : NULL,
                                      },
                                      &answer);
        if (r < 0) {
                (void) manager_store_error(edits->manager, r, "the start of a job that was made");
                return;
        }
        edit->result.execution_id = answer.execution_id;
        (void) manager_queue_audit(
                        edits->manager, AUDIT_EXECUTION_STARTED, job->stored.name, answer.execution_id,
                        caller, NULL);
}

/* When a pause that is asked for ends. Returns false if none is, or it is over. */
static bool wants_pause(const JobEdits *edits, const JobEdit *edit, usec_t *ret_until_usec) {
        usec_t until_usec =
                        edit->asked->paused_until_usec == 0 ? USEC_INFINITY : edit->asked->paused_until_usec;

        if (!edit->asked->paused || until_usec <= manager_now(edits->manager))
                return false;
        *ret_until_usec = until_usec;
        return true;
}

/* A job that is there already is paused before its new definition counts: nothing of that can start. */
static void pause_known(const DefinitionChanges *common, const JobEdits *edits, const JobEdit *edit) {
        ScheduledJob *job = manager_find_any_job(edits->manager, edit->result.name);
        usec_t until_usec;

        if (!job || !wants_pause(edits, edit, &until_usec) || order_pause(job, until_usec, edits->caller) < 0)
                return;
        scheduled_job_replan(job);
        apply_notice_add(common->notice, JOB_NOTICE_CHANGED, job->stored.name);
}

/* What an earlier life of the name was told counts no more. */
static void begin_paused(const JobEdits *edits, const JobEdit *edit, ScheduledJob *job) {
        usec_t until_usec;

        job->stored.paused_since_usec = job->stored.paused_until_usec = job->stored.skip_until_usec =
                        USEC_INFINITY;
        if (wants_pause(edits, edit, &until_usec)) {
                job->stored.paused_since_usec = manager_now(edits->manager);
                job->stored.paused_until_usec = until_usec;
        }
}

static bool lacks_profile(const ScheduledJob *job) {
        return scheduled_job_is_listed(job) && job->job && job->job->profile &&
                        !profiles_find(job, job->job->profile);
}

/* What was made cannot start: whoever made it should not find out at night. */
static void tell_of_profile(ScheduledJob *job, JobEdit *edit) {
        CLEANUP_FREE char *before = edit->result.text;

        if (asprintf(&edit->result.text,
                     "%s%swarning: there is no profile '%s'; it cannot start before there is", before ?: "",
                     before ? "\n" : "", job->job->profile) < 0)
                edit->result.text = TAKE_PTR(before);
}

static void put_in_force(const DefinitionChanges *common, const JobEdits *edits, JobEdit *edit) {
        ScheduledJob *job = edit->change.job;
        bool is_new = edit->result.effect == JOB_EFFECT_CREATED;

        if (!is_new)
                pause_known(common, edits, edit);
        if (!job)
                return;
        job->is_being_made = is_new && edit->asked->start;
        if (is_new)
                begin_paused(edits, edit, job);

        definition_change_apply(common, &edit->change);
        if (is_new && scheduled_job_is_paused(job))
                order_audit_pause(job, edits->caller);
        if (is_new && edit->asked->start)
                start_made(edits, edit);
        profiles_look(job);
        if (lacks_profile(job))
                tell_of_profile(job, edit);
        queues_follow_job(job);
}

static bool concerns_others(const JobEdit *edit) {
        const DefinitionChange *change = &edit->change;

        return change->job &&
                        (change->new_name || dependency_concerns(change->job, change->job->job) ||
                         dependency_concerns(change->job, change->loaded));
}

static void commit(JobEdits *edits, ChangeOrder *order, ApplyNotice *notice) {
        Manager *manager = edits->manager;
        const DefinitionChanges common = { .manager = manager, .caller = edits->caller, .notice = notice };
        bool concerns = false;
        int r;

        manager_begin_batch(manager);
        store_begin_group(manager->host.store);
        for (size_t i = 0; i < edits->n_edits; i++) {
                JobEdit *edit = &edits->edits[i];

                concerns = concerns || concerns_others(edit);
                put_in_force(&common, edits, edit);
                order->results[i] = edit->result;
                edit->result = (JobChangeResult){ 0 };
        }
        order->n_results = edits->n_edits;
        if (concerns)
                dependency_definitions_changed(manager);
        manager_invalidate(manager);
        manager_end_batch(manager); /* what it writes belongs to the changes */
        store_end_group(manager->host.store);

        apply_notice_queue(notice);
        r = store_after_commit(manager->host.store, on_changes_committed, order);
        if (r < 0)
                on_changes_committed(order, 0); /* it is only told too early */
}

/* All that putting them in force could fail for. */
static int reserve(JobEdits *edits, ApplyNotice **ret) {
        Manager *manager = edits->manager;
        size_t n_jobs = HASH_COUNT(manager->jobs) + edits->n_edits;
        int r;

        r = heap_reserve(&manager->wakes, n_jobs);
        if (r >= 0)
                r = heap_reserve(&manager->alarms, n_jobs);
        return r < 0 ? r : apply_notice_new(manager, 3 * edits->n_edits, ret);
}

static const char *unready(const Manager *manager, int *ret_error) {
        if (!manager->applied) {
                *ret_error = -EAGAIN;
                return "The daemon has not read its jobs yet: try again";
        }
        if (manager->store_trouble) {
                *ret_error = -EIO;
                return manager->store_trouble;
        }
        return NULL;
}

/* What is refused as a whole, before anything is read. */
static int check_caller(
                Manager *manager,
                const JobChange *changes,
                size_t n_changes,
                const Caller *caller,
                char **reterr) {

        int r = 0;

        for (size_t i = 0; i < n_changes && r >= 0; i++)
                if (changes[i].start)
                        r = freeze_refuse(manager, "The job", reterr);
        return r < 0 ? r : user_limits_check_changes(manager, changes, n_changes, caller, reterr);
}

static bool resume(const HeldChanges *held);

/* What has no id yet waits for the runner. Returns true if the changes are in force. */
static bool change(const HeldChanges *asked, bool trial, bool is_resumed) {
        Manager *manager = asked->manager;
        CLEANUP(job_edits_done)
        JobEdits edits = { .manager = manager,
                           .caller = asked->has_caller ? &asked->caller : NULL,
                           .known = &asked->secrets };
        CLEANUP(apply_notice_freep) ApplyNotice *notice = NULL;
        ChangeOrder *order = NULL;
        int r;

        r = job_edits_prepare(&edits, asked->changes, asked->n_changes);
        if (r >= 0 && trial) {
                answer_trial(&edits, asked->reply, asked->userdata);
                return false;
        }
        if (r >= 0 && edits.secrets.n_items > 0) {
                HeldChanges held = *asked;

                held.secrets = edits.secrets;
                edits.secrets = (SecretValues){ 0 };
                if (!is_resumed)
                        job_change_hold(&held, resume);
                else
                        asked->reply(asked->userdata, -EAGAIN, NULL, 0,
                                     "A template was changed meanwhile: try again");
                secret_values_done(&held.secrets);
                return false;
        }
        if (r >= 0)
                r = reserve(&edits, &notice);
        if (r >= 0)
                r = change_order_new(manager, asked->n_changes, asked->reply, asked->userdata, &order);
        if (r < 0) {
                answer_refused(&edits, r, asked->reply, asked->userdata);
                return false;
        }
        commit(&edits, order, TAKE_PTR(notice));
        return true;
}

static bool resume(const HeldChanges *held) {
        const char *text;
        int r = 0;

        text = unready(held->manager, &r);
        if (!text)
                return change(held, false, true);
        held->reply(held->userdata, r, NULL, 0, text);
        return false;
}

void manager_change_jobs(
                Manager *manager,
                const JobChange *changes,
                size_t n_changes,
                bool trial,
                const Caller *caller,
                manager_changed_t reply,
                void *userdata) {

        HeldChanges asked = { .manager = manager,
                              .changes = (JobChange *) changes, /* only read */
                              .n_changes = n_changes,
                              .has_caller = caller != NULL,
                              .reply = reply,
                              .userdata = userdata };
        CLEANUP_FREE char *refusal = NULL;
        const char *text;
        int r = 0;

        assert(manager);
        assert(reply);

        text = unready(manager, &r);
        if (text) {
                reply(userdata, r, NULL, 0, text);
                return;
        }
        r = check_caller(manager, changes, n_changes, caller, &refusal);
        if (r < 0) {
                reply(userdata, r, NULL, 0, refusal);
                return;
        }
        if (caller)
                asked.caller = *caller;
        (void) change(&asked, trial, false);
}

int manager_get_source(Manager *manager, const ScheduledJob *job, char **ret) {
        if (!job->stored.source)
                return 0;
        *ret = strdup(job->stored.source);
        return *ret ? 1 : -ENOMEM;
}
