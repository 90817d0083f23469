/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-queue.h"

#include <assert.h>
#include <string.h>
#include <utlist.h>

#include "job/notify-text.h"
#include "manager/notification-fold.h"
#include "manager/notification-private.h"
#include "manager/user-limits.h"

/* So many errands of a lane at a time: the runner has other work. */
#define ON_THEIR_WAY_MAX 8U

/* --- rows ------------------------------------------------------------------------------------------ */

static NotificationTarget *target_find(NotificationQueue *queue, uint64_t hash) {
        NotificationTarget *target = NULL;

        HASH_FIND(hh, queue->targets, &hash, sizeof(hash), target);
        return target;
}

static int target_count(NotificationQueue *queue, uint64_t hash) {
        NotificationTarget *target = target_find(queue, hash);

        if (!target) {
                target = calloc(1, sizeof(*target));
                if (!target)
                        return -ENOMEM;
                target->hash = hash;
                HASH_ADD(hh, queue->targets, hash, sizeof(target->hash), target);
        }
        target->n_rows++;
        return 0;
}

static void target_discount(NotificationQueue *queue, uint64_t hash) {
        NotificationTarget *target = target_find(queue, hash);

        if (target && --target->n_rows == 0) {
                HASH_DEL(queue->targets, target);
                free(target);
        }
}

static void notification_free(Notification *notification) {
        if (notification->removed)
                DL_DELETE(notification->queue->removed, notification);
        heap_remove(&notification->lane->heap, &notification->node);
        notification_errand_done(&notification->errand);
        notification_record_done(&notification->record);
        free(notification);
}

static NotificationTries *lane_of(NotificationQueue *queue, uid_t owner_uid) {
        bool is_ordinary = user_limits_concern(queue->manager, owner_uid);

        return &queue->lanes[is_ordinary ? NOTIFICATION_LANE_USERS : NOTIFICATION_LANE_PRIVILEGED];
}

/* Takes the record. */
static int notification_new(NotificationQueue *queue, NotificationRecord *record, Notification **ret) {
        Notification *notification = calloc(1, sizeof(*notification));
        int r;

        if (!notification)
                return -ENOMEM;
        notification->target_hash = notification_target_hash(record->target);
        r = target_count(queue, notification->target_hash);
        if (r < 0) {
                free(notification);
                return r;
        }
        notification->queue = queue;
        notification->lane = lane_of(queue, record->owner_uid);
        notification->node.index = HEAP_NONE;
        notification->record = *record;
        *record = (NotificationRecord){ 0 };
        HASH_ADD_KEYPTR(hh, queue->items, notification->record.fold_key,
                        strlen(notification->record.fold_key), notification);
        *ret = notification;
        return 0;
}

static Notification *notification_find(NotificationQueue *queue, const char *key) {
        Notification *notification = NULL;

        HASH_FIND_STR(queue->items, key, notification);
        return notification;
}

void notification_schedule(Notification *notification) {
        if (notification->removed || notification->on_its_way ||
            (notification->n_pending > 0 && !notification->at_once))
                return;
        if (heap_put(&notification->lane->heap, &notification->node, notification->record.next_try_usec) < 0)
                log_warning("A message is sent after the next restart only: %s", strerror(ENOMEM));
}

static void on_saved(void *userdata, int result) {
        Notification *notification = userdata;
        NotificationQueue *queue = notification->queue;

        if (result < 0) /* the store was closed; the next daemon goes on from what is on disk */
                return;
        assert(notification->n_pending > 0);
        if (--notification->n_pending > 0)
                return;
        if (notification->removed && !notification->on_its_way) {
                notification_free(notification);
                return;
        }
        notification_schedule(notification);
        notification_queue_run(queue);
        manager_arm_timer(queue->manager);
}

static void await_disk(Notification *notification, int r) {
        Manager *manager = notification->queue->manager;

        if (r >= 0)
                r = store_after_commit(manager->host.store, on_saved, notification);
        if (r >= 0)
                notification->n_pending++;
        else
                (void) manager_store_error(manager, r, "a message");
}

void notification_save(Notification *notification) {
        heap_remove(&notification->lane->heap, &notification->node);
        await_disk(notification,
                   store_put_notification(notification->queue->manager->host.store, &notification->record));
        notification_schedule(notification);
}

void notification_remove(Notification *notification) {
        NotificationQueue *queue = notification->queue;

        HASH_DEL(queue->items, notification);
        target_discount(queue, notification->target_hash);
        heap_remove(&notification->lane->heap, &notification->node);
        notification->removed = true;
        DL_APPEND(queue->removed, notification);
        await_disk(notification,
                   store_delete_notification(queue->manager->host.store, notification->record.id));
        if (notification->n_pending == 0)
                notification_free(notification);
}

/* --- a new event ----------------------------------------------------------------------------------- */

static bool is_ping(const NotifyTarget *target) {
        return target->channel == NOTIFY_HTTP && target->format == NOTIFY_FORMAT_HEALTHCHECKS &&
                        !target->body;
}

static int copy_text(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

/* Takes `key` and `target`. */
static int begin(
                NotificationQueue *queue,
                const NotificationEvent *event,
                char **key,
                char **target,
                usec_t window_usec,
                usec_t wait_usec) {

        usec_t now_usec = manager_now(queue->manager);
        CLEANUP(notification_record_done)
        NotificationRecord record = {
                .id = queue->last_id + 1,
                .created_usec = now_usec,
                .event = event->event,
                .owner_uid = event->owner_uid,
                .execution_id = event->execution_id,
                .fold_key = TAKE_PTR(*key),
                .target = TAKE_PTR(*target),
                .window_usec = window_usec,
                .count = 1,
                .next_try_usec = usec_add(now_usec, wait_usec),
        };
        Notification *notification;
        int r;

        r = copy_text(event->job, &record.job);
        if (r >= 0)
                r = notify_text_encode(event->content, &record.content);
        if (r >= 0)
                r = notification_new(queue, &record, &notification);
        if (r < 0)
                return r;

        queue->last_id++;
        notification->at_once = event->at_once;
        notification_save(notification);
        return 0;
}

static int join(Notification *notification, const NotificationEvent *event) {
        int r;

        r = notification_fold(
                        &notification->record, event->content, manager_now(notification->queue->manager));
        if (r < 0)
                return r;
        notification->record.execution_id = event->execution_id;
        notification->at_once |= event->at_once;
        notification_save(notification);
        return 0;
}

/* Good news must not overtake the bad that they follow. */
static void hurry_trouble(NotificationQueue *queue, const NotificationEvent *event, uint64_t target_hash) {
        NotifyEvent trouble = event->is_end ? event->event : NOTIFY_ON_FAILURE;
        usec_t now_usec = manager_now(queue->manager);
        CLEANUP_FREE char *key = NULL;
        Notification *failure;

        if (notification_key(trouble, false, event->job, event->owner_uid, target_hash, &key) < 0)
                return; /* it comes a little later */
        failure = notification_find(queue, key);
        if (failure && failure->record.count > 0 && failure->record.attempts == 0 && !failure->on_its_way) {
                failure->record.next_try_usec = MIN(failure->record.next_try_usec, now_usec);
                notification_save(failure);
        }
}

static int add_gathered(
                NotificationQueue *queue,
                const NotificationEvent *event,
                char **target,
                uint64_t hash) {
        CLEANUP_FREE char *key = NULL;
        Notification *gathered;
        int r;

        r = notification_gather_key(event->owner_uid, hash, &key);
        if (r < 0)
                return r;
        gathered = notification_find(queue, key);
        return gathered ? join(gathered, event)
                        : begin(queue, event, &key, target, NOTIFICATION_WINDOW_USEC,
                                NOTIFICATION_GATHER_USEC);
}

static int add(NotificationQueue *queue, const NotificationEvent *event, const NotifyTarget *target) {
        CLEANUP_FREE char *text = NULL, *key = NULL;
        const NotificationTarget *others;
        Notification *same;
        char **list = NULL;
        uint64_t hash;
        int r;

        r = notify_text_of_target(target, event->user, event->shell, &list);
        if (r >= 0)
                r = notify_text_encode(list, &text);
        (void) string_list_free(list);
        if (r < 0)
                return r;

        hash = notification_target_hash(text);
        if (is_ping(target))
                r = notification_ping_key(hash, &key);
        else
                r = notification_key(event->event, event->is_end, event->job, event->owner_uid, hash, &key);
        if (r < 0)
                return r;

        same = notification_find(queue, key);
        if (same)
                return join(same, event);
        if (is_ping(target))
                return begin(queue, event, &key, &text, 0, 0);

        others = target_find(queue, hash);
        if (others && others->n_rows >= NOTIFICATION_TARGET_BURST)
                return add_gathered(queue, event, &text, hash);
        if (event->is_end || event->event == NOTIFY_ON_RECOVERY || event->event == NOTIFY_ON_SUCCESS)
                hurry_trouble(queue, event, hash);
        return begin(queue, event, &key, &text, NOTIFICATION_WINDOW_USEC, 0);
}

void notification_queue_add(
                NotificationQueue *queue,
                const NotificationEvent *event,
                const NotifyTarget *target) {
        int r;

        assert(queue);
        assert(event);

        r = add(queue, event, target);
        if (r < 0)
                (void) manager_log(
                                LOG_ERR, r, NULL, event->job, event->execution_id,
                                "A message (%s) cannot be queued: %s", notify_event_to_string(event->event),
                                strerror(-r));
        else if (event->at_once)
                notification_queue_run(queue);
        manager_arm_timer(queue->manager);
}

/* --- its time --------------------------------------------------------------------------------------- */

usec_t notification_queue_wakeup(const NotificationQueue *queue) {
        usec_t next_usec = USEC_INFINITY;

        /* Otherwise a connection, or the end of an errand, is what wakes it. */
        for (size_t i = 0; i < NOTIFICATION_LANE_COUNT && queue->manager->connected; i++) {
                const HeapNode *first = heap_first(&queue->lanes[i].heap);

                if (first && queue->lanes[i].n_on_their_way < ON_THEIR_WAY_MAX)
                        next_usec = MIN(next_usec, first->key);
        }
        return next_usec;
}

static void run_lane(NotificationQueue *queue, NotificationTries *lane) {
        Manager *manager = queue->manager;
        HeapNode *first;

        while (manager->connected && lane->n_on_their_way < ON_THEIR_WAY_MAX &&
               (first = heap_first(&lane->heap)) && first->key <= manager_now(manager)) {
                Notification *notification = HEAP_CONTAINER(first, Notification, node);

                heap_remove(&lane->heap, &notification->node);
                if (notification->record.count == 0)
                        notification_remove(notification); /* its window is over */
                else
                        notification_send(notification);
        }
}

void notification_queue_run(NotificationQueue *queue) {
        for (size_t i = 0; i < NOTIFICATION_LANE_COUNT; i++)
                run_lane(queue, &queue->lanes[i]);
}

void notification_queue_shift(NotificationQueue *queue, usec_t delta_usec) {
        Notification *notification, *next;

        HASH_ITER(hh, queue->items, notification, next) {
                NotificationRecord *record = &notification->record;

                record->next_try_usec = usec_add(record->next_try_usec, delta_usec);
                record->created_usec = usec_add(record->created_usec, delta_usec);
                notification_save(notification);
        }
}

uint64_t notification_queue_length(const NotificationQueue *queue, const char **ret_error) {
        const Notification *notification;
        uint64_t n = 0;

        for (notification = queue->items; notification; notification = notification->hh.next)
                n += notification->record.count > 0;
        *ret_error = n > 0 ? queue->last_error : NULL;
        return n;
}

/* --- life ------------------------------------------------------------------------------------------- */

static int on_stored(void *userdata, const NotificationRecord *stored) {
        CLEANUP(notification_record_done) NotificationRecord record = { 0 };
        NotificationQueue *queue = userdata;
        Notification *notification;
        int r;

        r = notification_record_copy(stored, &record);
        if (r >= 0)
                r = notification_new(queue, &record, &notification);
        if (r < 0)
                return r;
        queue->last_id = MAX(queue->last_id, stored->id);
        /* A clock that was wrong then must not hold it back for ever. */
        notification->record.next_try_usec =
                        MIN(notification->record.next_try_usec,
                            usec_add(manager_now(queue->manager), NOTIFICATION_WINDOW_MAX_USEC));
        notification_schedule(notification);
        return 0;
}

int notification_queue_load(NotificationQueue *queue) {
        return store_load_notifications(queue->manager->host.store, on_stored, queue);
}

int notification_queue_new(Manager *manager, NotificationQueue **ret) {
        NotificationQueue *queue = calloc(1, sizeof(*queue));

        if (!queue)
                return -ENOMEM;
        queue->manager = manager;
        *ret = queue;
        return 0;
}

NotificationQueue *notification_queue_free(NotificationQueue *queue) {
        Notification *notification, *next;
        NotificationTarget *target, *next_target;

        if (!queue)
                return NULL;

        HASH_ITER(hh, queue->items, notification, next) {
                const Executor *executor = queue->manager->host.executor;

                HASH_DEL(queue->items, notification);
                if (notification->on_its_way)
                        executor->cancel_errand(executor->userdata, notification->errand_id);
                notification_free(notification);
        }
        DL_FOREACH_SAFE(queue->removed, notification, next)
        notification_free(notification);
        HASH_ITER(hh, queue->targets, target, next_target) {
                HASH_DEL(queue->targets, target);
                free(target);
        }
        for (size_t i = 0; i < NOTIFICATION_LANE_COUNT; i++)
                heap_done(&queue->lanes[i].heap);
        free(queue->last_error);
        free(queue);
        return NULL;
}
