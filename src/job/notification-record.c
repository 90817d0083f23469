/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/notification-record.h"

#include <stdlib.h>
#include <string.h>

void notification_record_done(NotificationRecord *record) {
        if (!record)
                return;

        free(record->job);
        free(record->fold_key);
        free(record->target);
        free(record->content);
        free(record->last_error);
        *record = (NotificationRecord){ 0 };
}

static int copy_text(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

int notification_record_copy(const NotificationRecord *record, NotificationRecord *ret) {
        NotificationRecord copy = *record;

        copy.job = copy.fold_key = copy.target = copy.content = copy.last_error = NULL;
        if (copy_text(record->job, &copy.job) < 0 || copy_text(record->fold_key, &copy.fold_key) < 0 ||
            copy_text(record->target, &copy.target) < 0 || copy_text(record->content, &copy.content) < 0 ||
            copy_text(record->last_error, &copy.last_error) < 0) {
                notification_record_done(&copy);
                return -ENOMEM;
        }
        *ret = copy;
        return 0;
}
