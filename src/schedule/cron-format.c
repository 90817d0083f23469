/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/cron.h"

bool cron_field_is_default(const CronSchedule *cron, CronField field) {
        const CronElement *element = &cron->elements[cron->element_begin[field]];

        if (cron->element_begin[field + 1] - cron->element_begin[field] != 1 || element->step > 0)
                return false;
        if (field == CRON_SECOND)
                return element->kind == CRON_VALUE && element->first == 0;
        return field == CRON_YEAR && element->kind == CRON_ALL;
}

static void format_from_end(Buffer *buffer, const CronElement *element) {
        (void) buffer_add_char(buffer, 'L');
        if (element->first > 0)
                (void) buffer_add_format(buffer, "-%u", element->first);
        if (element->kind == CRON_NEAREST_TO_LAST)
                (void) buffer_add_char(buffer, 'W');
}

static void format_element(Buffer *buffer, const CronElement *element) {
        unsigned first = element->first, last = element->last;

        switch (element->kind) {
        case CRON_ALL:
                (void) buffer_add_char(buffer, '*');
                break;
        case CRON_VALUE:
                (void) buffer_add_format(buffer, "%u", first);
                break;
        case CRON_RANGE:
                (void) buffer_add_format(buffer, "%u-%u", first, last);
                break;
        case CRON_HASH:
                (void) buffer_add_char(buffer, 'H');
                break;
        case CRON_HASH_RANGE:
                (void) buffer_add_format(buffer, "H(%u-%u)", first, last);
                break;
        case CRON_RANDOM:
                (void) buffer_add_format(buffer, "%u~%u", first, last);
                break;
        case CRON_FROM_END:
        case CRON_NEAREST_TO_LAST:
                format_from_end(buffer, element);
                break;
        case CRON_NEAREST:
                (void) buffer_add_format(buffer, "%uW", first);
                break;
        case CRON_NTH_WEEKDAY:
                (void) buffer_add_format(buffer, "%u#%u", first, last);
                break;
        case CRON_LAST_WEEKDAY:
                (void) buffer_add_format(buffer, "%uL", first);
                break;
        }
        if (element->step > 0)
                (void) buffer_add_format(buffer, "/%u", element->step);
}

static void format_field(Buffer *buffer, const CronSchedule *cron, CronField field) {
        for (unsigned i = cron->element_begin[field]; i < cron->element_begin[field + 1]; i++) {
                if (i > cron->element_begin[field])
                        (void) buffer_add_char(buffer, ',');
                format_element(buffer, &cron->elements[i]);
        }
}

void cron_format(const Schedule *schedule, Buffer *buffer) {
        const CronSchedule *cron = (const CronSchedule *) schedule;
        bool with_year = !cron_field_is_default(cron, CRON_YEAR);
        bool with_second = with_year || !cron_field_is_default(cron, CRON_SECOND);
        CronField last = with_year ? CRON_YEAR : CRON_WEEKDAY;

        for (CronField field = with_second ? CRON_SECOND : CRON_MINUTE; field <= last; field++) {
                format_field(buffer, cron, field);
                if (field < last)
                        (void) buffer_add_char(buffer, ' ');
        }
}
