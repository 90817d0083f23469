/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A message goes out, and what became of it. */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "job/notify-text.h"
#include "manager/notification-fold.h"
#include "manager/notification-private.h"
#include "util/duration.h"

#define GIVE_UP_USEC (3 * USEC_PER_DAY)

/* Where it goes to, without what may be secret in it: the path of an URL often is. */
static char *describe_target(const Notification *notification) {
        char **target = NULL, *text = NULL;
        const char *url, *address, *host;
        int length;

        if (notify_text_decode(notification->record.target, &target) < 0)
                return NULL;
        url = notify_text_find(target, "url");
        address = notify_text_find(target, "address");
        host = strstr(url, "://");
        host = host ? host + 3 : url;
        if (strrchr(host, '@'))
                host = strrchr(host, '@') + 1;
        length =
                        asprintf(&text, "%s %.*s%s", notify_text_find(target, "channel"),
                                 (int) strcspn(host, "/?#"), host, address);
        (void) string_list_free(target);
        return length < 0 ? NULL : text;
}

static void remember_error(Notification *notification, const char *text) {
        char *copy = strdup(text);

        if (!copy)
                return; /* the log has it */
        free(notification->record.last_error);
        notification->record.last_error = copy;

        copy = strdup(text);
        if (!copy)
                return;
        free(notification->queue->last_error);
        notification->queue->last_error = copy;
        manager_notify_manager(notification->queue->manager);
}

static void settle(Notification *notification, uint64_t n_told) {
        Manager *manager = notification->queue->manager;
        usec_t now_usec = manager_now(manager);

        if (notification_told(&notification->record, n_told, now_usec) < 0) {
                log_warning("A message may be told twice: %s", strerror(ENOMEM));
                notification->record.next_try_usec = usec_add(now_usec, NOTIFICATION_WINDOW_USEC);
        }
        notification->at_once = false;
        if (notification->record.count == 0 && notification->record.window_usec == 0)
                notification_remove(notification);
        else
                notification_save(notification);
        manager_notify_manager(manager);
}

static void give_up(Notification *notification, const char *error) {
        const NotificationRecord *record = &notification->record;
        Manager *manager = notification->queue->manager;
        CLEANUP_FREE char *where = describe_target(notification), *detail = NULL;

        if (asprintf(&detail, "%s by %s: %s", notify_event_to_string(record->event), where ?: "?", error) < 0)
                detail = NULL;
        (void) manager_log(
                        LOG_WARNING, 0, MESSAGE_ID_NOTIFICATION_LOST, record->job, record->execution_id,
                        "A message was given up after %u attempt%s: %s", record->attempts,
                        record->attempts == 1 ? "" : "s", detail ?: error);
        (void) manager_queue_audit(
                        manager, AUDIT_NOTIFICATION_LOST, record->job, record->execution_id, NULL, detail);
        settle(notification, notification->n_sent);
}

static void try_again(Notification *notification, const char *error, usec_t wait_usec) {
        NotificationRecord *record = &notification->record;
        usec_t now_usec = manager_now(notification->queue->manager);
        CLEANUP_FREE char *where = describe_target(notification);
        char span[DURATION_SHORT_MAX];

        record->attempts++;
        wait_usec = MAX(wait_usec, notification_backoff(record->attempts));
        remember_error(notification, error);
        if (now_usec - record->created_usec >= GIVE_UP_USEC) {
                give_up(notification, error);
                return;
        }

        (void) manager_log(
                        record->attempts == 1 ? LOG_WARNING : LOG_INFO, 0, NULL, record->job,
                        record->execution_id, "A message (%s by %s) could not be delivered: %s; again in %s",
                        notify_event_to_string(record->event), where ?: "?", error,
                        duration_format_short(wait_usec, span));
        record->next_try_usec = usec_add(now_usec, wait_usec);
        notification_save(notification);
}

/* A sentence on what went wrong. */
static const char *say_error(const ErrandResult *result, char *buffer, size_t size) {
        const char *text = result->text ?: "";

        if (result->http_status > 0)
                (void) snprintf(buffer, size, "the server answered %d%s%.200s", result->http_status,
                                text[0] != '\0' ? ": " : "", text);
        else if (result->error != 0)
                (void) snprintf(buffer, size, "%.200s", text[0] != '\0' ? text : strerror(-result->error));
        else if (result->signal > 0)
                (void) snprintf(buffer, size, "signal %d%s%.200s", result->signal,
                                text[0] != '\0' ? ": " : "", text);
        else
                (void) snprintf(buffer, size, "exit code %d%s%.200s", result->exit_code,
                                text[0] != '\0' ? ": " : "", text);
        buffer[strcspn(buffer, "\n")] = '\0';
        return buffer;
}

static void on_done(void *userdata, const ErrandResult *result) {
        Notification *notification = userdata;
        NotificationQueue *queue = notification->queue;
        DeliveryVerdict verdict;
        char error[320];
        usec_t wait_usec;

        notification->on_its_way = false;
        notification->lane->n_on_their_way--;
        verdict = notification_judge(&notification->errand, result, &wait_usec);
        notification_errand_done(&notification->errand);

        if (result->error == -ENOTCONN) {
                notification_schedule(notification); /* goes with the next connection */
        } else if (verdict == DELIVERY_DONE) {
                free(queue->last_error);
                queue->last_error = NULL;
                settle(notification, notification->n_sent);
        } else if (verdict == DELIVERY_REFUSED) {
                notification->record.attempts++;
                give_up(notification, say_error(result, error, sizeof(error)));
        } else {
                try_again(notification, say_error(result, error, sizeof(error)), wait_usec);
        }

        notification_queue_run(queue);
        manager_arm_timer(queue->manager);
}

void notification_send(Notification *notification) {
        NotificationQueue *queue = notification->queue;
        Manager *manager = queue->manager;
        const Executor *executor = manager->host.executor;
        const NotificationSite site = {
                .sendmail = manager->notify.sendmail,
                .mail_from = manager->notify.mail_from,
                .host = manager->host.host_name,
        };
        int r;

        notification->n_sent = notification->record.count;
        r = notification_render(&notification->record, &site, manager_now(manager), &notification->errand);
        if (r == -EBADMSG) {
                give_up(notification, "there is no way to deliver it");
                return;
        }
        if (r >= 0)
                r = executor->run_errand(
                                executor->userdata, &notification->errand.errand, on_done, notification,
                                &notification->errand_id);
        if (r < 0) {
                notification_errand_done(&notification->errand);
                try_again(notification, strerror(-r), 0);
                return;
        }
        notification->on_its_way = true;
        notification->lane->n_on_their_way++;
}
