/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-fold.h"

#include <assert.h>
#include <string.h>

#include "job/notify-text.h"
#include "manager/notification-content.h"
#include "schedule/stable-hash.h"

static int print_key(char **ret, int length) {
        if (length >= 0)
                return 0;
        *ret = NULL;
        return -ENOMEM;
}

int notification_key(
                NotifyEvent event,
                bool is_end,
                const char *job,
                uid_t owner_uid,
                uint64_t target_hash,
                char **ret) {
        return print_key(
                        ret,
                        asprintf(ret, "%s%s %s %u %016" PRIx64, notify_event_to_string(event),
                                 is_end ? "-end" : "", job ?: "", (unsigned) owner_uid, target_hash));
}

int notification_gather_key(uid_t owner_uid, uint64_t target_hash, char **ret) {
        return print_key(ret, asprintf(ret, "several %u %016" PRIx64, (unsigned) owner_uid, target_hash));
}

int notification_ping_key(uint64_t target_hash, char **ret) {
        return print_key(ret, asprintf(ret, "ping %016" PRIx64, target_hash));
}

uint64_t notification_target_hash(const char *target) {
        StableHash hash;

        stable_hash_init(&hash);
        stable_hash_add(&hash, target, strlen(target));
        return stable_hash_finish(&hash);
}

static bool is_line(const char *item) {
        return strncmp(item, "line=", 5) == 0;
}

/* Copies what is wanted of `from`: the values, or of the lines the last `n_lines`. */
static int take_over(char ***list, char *const *from, bool values, uint64_t n_lines) {
        uint64_t n_skip = 0;
        int r = 0;

        STRING_LIST_FOREACH(item, from)
                n_skip += is_line(*item);
        n_skip -= MIN(n_skip, n_lines);

        STRING_LIST_FOREACH(item, from) {
                if (r < 0)
                        break;
                if (!is_line(*item))
                        r = values ? string_list_push(list, *item) : 0;
                else if (n_skip > 0)
                        n_skip--;
                else
                        r = string_list_push(list, *item);
        }
        return r;
}

static int put_together(
                char *const *values,
                char *const *older,
                uint64_t n_older,
                char *const *newer,
                uint64_t n_newer,
                char **ret) {

        char **list = NULL;
        int r;

        r = take_over(&list, values, true, 0);
        if (r >= 0)
                r = take_over(&list, older, false, n_older);
        if (r >= 0)
                r = take_over(&list, newer, false, n_newer);
        if (r >= 0)
                r = notify_text_encode(list, ret);
        (void) string_list_free(list);
        return r;
}

int notification_fold(NotificationRecord *record, char *const *content, usec_t now_usec) {
        char **old = NULL, *text = NULL;
        int r;

        assert(record);

        r = notify_text_decode(record->content, &old);
        if (r >= 0)
                r = put_together(
                                content, old, MIN(record->count, (uint64_t) NOTIFICATION_LINES_MAX - 1),
                                content, NOTIFICATION_LINES_MAX, &text);
        (void) string_list_free(old);
        if (r < 0)
                return r;

        free(record->content);
        record->content = text;
        if (record->count++ == 0)
                record->created_usec = now_usec;
        return 0;
}

int notification_told(NotificationRecord *record, uint64_t n_told, usec_t now_usec) {
        char **old = NULL, *text = NULL;
        uint64_t n_left;
        int r;

        assert(record);
        assert(n_told <= record->count);

        n_left = record->count - n_told;
        r = notify_text_decode(record->content, &old);
        if (r >= 0)
                r = put_together(old, old, n_left, NULL, 0, &text);
        (void) string_list_free(old);
        if (r < 0)
                return r;

        free(record->content);
        record->content = text;
        record->count = n_left;
        record->attempts = 0;
        free(record->last_error);
        record->last_error = NULL;
        if (n_left > 0)
                record->created_usec = now_usec;
        if (n_told > 1)
                record->window_usec = MIN(2 * record->window_usec, NOTIFICATION_WINDOW_MAX_USEC);
        record->next_try_usec = usec_add(now_usec, record->window_usec);
        return 0;
}
