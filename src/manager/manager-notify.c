/* SPDX-License-Identifier: GPL-2.0-or-later */

/* News go up: to the observers, and to the log. */

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "manager/manager-internal.h"

int manager_add_observer(Manager *manager, const ManagerObserver *callbacks) {
        Observer *observer;

        assert(manager);
        assert(callbacks);

        observer = calloc(1, sizeof(*observer));
        if (!observer)
                return -ENOMEM;
        observer->callbacks = *callbacks;
        DL_APPEND(manager->observers, observer);
        return 0;
}

/* Observers may be removed by what they hear: they go when nobody is being told. */
static void sweep_observers(Manager *manager) {
        Observer *observer, *next;

        if (manager->n_notifying > 0)
                return;
        DL_FOREACH_SAFE(manager->observers, observer, next)
        if (observer->removed) {
                DL_DELETE(manager->observers, observer);
                free(observer);
        }
}

void manager_remove_observer(Manager *manager, void *userdata) {
        Observer *observer;

        assert(manager);

        DL_FOREACH(manager->observers, observer)
        if (observer->callbacks.userdata == userdata)
                observer->removed = true;
        sweep_observers(manager);
}

bool manager_is_observed(const Manager *manager) {
        return manager->observers != NULL;
}

/* Calls a member of each observer that has it. */
#define NOTIFY(manager, member, ...)                                                     \
        do {                                                                             \
                Observer *told_;                                                         \
                (manager)->n_notifying++;                                                \
                DL_FOREACH((manager)->observers, told_)                                  \
                if (!told_->removed && told_->callbacks.member)                          \
                        told_->callbacks.member(told_->callbacks.userdata, __VA_ARGS__); \
                (manager)->n_notifying--;                                                \
                sweep_observers(manager);                                                \
        } while (0)

void manager_notify_execution(Manager *manager, const ExecutionRecord *record) {
        NOTIFY(manager, on_execution_changed, record);
}

void manager_notify_job(Manager *manager, JobNoticeKind kind, const ScheduledJob *job, const char *name) {
        if (kind == JOB_NOTICE_REMOVED)
                NOTIFY(manager, on_job_removed, name);
        else if (kind == JOB_NOTICE_ADDED)
                NOTIFY(manager, on_job_added, job);
        else if (job->stored.removed_usec == USEC_INFINITY)
                NOTIFY(manager, on_job_changed, job);
}

void manager_notify_manager(Manager *manager) {
        Observer *observer;

        manager->n_notifying++;
        DL_FOREACH(manager->observers, observer)
        if (!observer->removed && observer->callbacks.on_manager_changed)
                observer->callbacks.on_manager_changed(observer->callbacks.userdata);
        manager->n_notifying--;
        sweep_observers(manager);
}

void manager_notify_output(
                Manager *manager,
                uint64_t execution_id,
                OutputStream stream,
                const void *data,
                size_t size) {

        NOTIFY(manager, on_output, execution_id, stream, data, size);
}

/* --- after a commit -------------------------------------------------------------------------------- */

static void record_notice_free(RecordNotice *notice) {
        DL_DELETE(notice->manager->record_notices, notice);
        execution_record_done(&notice->record);
        free(notice);
}

static void on_record_committed(void *userdata, int result) {
        RecordNotice *notice = userdata;

        if (result >= 0)
                manager_notify_execution(notice->manager, &notice->record);
        record_notice_free(notice);
}

void manager_announce_record(Manager *manager, ExecutionRecord *record) {
        RecordNotice *notice = calloc(1, sizeof(*notice));

        if (!notice) {
                execution_record_done(record); /* the row is written all the same; only the news is lost */
                return;
        }

        notice->manager = manager;
        notice->record = *record;
        execution_record_init(record);
        DL_APPEND(manager->record_notices, notice);

        if (store_after_commit(manager->host.store, on_record_committed, notice) < 0)
                record_notice_free(notice);
}

int apply_notice_new(Manager *manager, size_t n_max, ApplyNotice **ret) {
        CLEANUP(apply_notice_freep) ApplyNotice *notice = calloc(1, sizeof(*notice));

        if (!notice)
                return -ENOMEM;
        notice->manager = manager;
        DL_APPEND(manager->apply_notices, notice);

        notice->items = calloc(MAX(n_max, (size_t) 1), sizeof(*notice->items));
        if (!notice->items)
                return -ENOMEM;
        notice->n_allocated = n_max;

        *ret = TAKE_PTR(notice);
        return 0;
}

ApplyNotice *apply_notice_free(ApplyNotice *notice) {
        if (!notice)
                return NULL;

        DL_DELETE(notice->manager->apply_notices, notice);
        for (size_t i = 0; i < notice->n_items; i++)
                free(notice->items[i].name);
        free(notice->items);
        free(notice);
        return NULL;
}

void apply_notice_add(ApplyNotice *notice, JobNoticeKind kind, const char *name) {
        char *copy;

        assert(notice->n_items < notice->n_allocated);

        copy = strdup(name);
        if (copy)
                notice->items[notice->n_items++] = (JobNotice){ kind, copy };
}

static void on_applied(void *userdata, int result) {
        ApplyNotice *notice = userdata;
        Manager *manager = notice->manager;

        for (size_t i = 0; result >= 0 && i < notice->n_items; i++) {
                const JobNotice *item = &notice->items[i];
                ScheduledJob *job = manager_find_job(manager, item->name);

                /* What has become different since is told by the notice of that change. */
                if (job || item->kind == JOB_NOTICE_REMOVED)
                        manager_notify_job(manager, item->kind, job, item->name);
        }
        (void) apply_notice_free(notice);
        manager_notify_manager(manager);
}

void apply_notice_queue(ApplyNotice *notice) {
        int r;

        r = store_after_commit(notice->manager->host.store, on_applied, notice);
        if (r < 0) {
                (void) manager_store_error(notice->manager, r, "what changed");
                (void) apply_notice_free(notice);
        }
}

void manager_notices_done(Manager *manager) {
        Observer *observer, *next_observer;
        RecordNotice *record, *next_record;
        ApplyNotice *apply, *next_apply;

        DL_FOREACH_SAFE(manager->record_notices, record, next_record)
        record_notice_free(record);
        DL_FOREACH_SAFE(manager->apply_notices, apply, next_apply)
        (void) apply_notice_free(apply);
        DL_FOREACH_SAFE(manager->observers, observer, next_observer) {
                DL_DELETE(manager->observers, observer);
                free(observer);
        }
}

/* --- log ------------------------------------------------------------------------------------------- */

int manager_log(int level,
                int error,
                const char *message_id,
                const char *job,
                uint64_t execution_id,
                const char *format,
                ...) {

        char id_field[64], job_field[320], execution_field[48];
        CLEANUP_FREE char *message = NULL;
        const char *fields[4];
        va_list arguments;
        size_t n = 0;
        int r;

        if (level > log_get_max_level())
                return -abs(error);

        va_start(arguments, format);
        r = vasprintf(&message, format, arguments);
        va_end(arguments);
        if (r < 0)
                message = NULL;

        if (message_id) {
                (void) snprintf(id_field, sizeof(id_field), "MESSAGE_ID=%s", message_id);
                fields[n++] = id_field;
        }
        if (job) {
                (void) snprintf(job_field, sizeof(job_field), "JOBSCHED_JOB=%s", job);
                fields[n++] = job_field;
        }
        if (execution_id != 0) {
                (void) snprintf(execution_field, sizeof(execution_field), "JOBSCHED_EXECUTION=%" PRIu64,
                                execution_id);
                fields[n++] = execution_field;
        }
        fields[n] = NULL;
        return log_full(level, error, fields, "%s", message ?: format);
}
