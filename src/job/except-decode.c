/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `except:`: when a job is not to run although its schedule says so. */

#include <string.h>

#include "job/ics-file.h"
#include "job/job-fields.h"
#include "util/string-list.h"

#define ITEMS_MAX 1000U

/* One item as it is written. */
typedef struct ExceptSpec {
        char *days;
        char **dates;
        char *time, *calendar, *cron, *ics;
} ExceptSpec;

static void except_spec_done(ExceptSpec *spec) {
        free(spec->days);
        (void) string_list_free(spec->dates);
        free(spec->time);
        free(spec->calendar);
        free(spec->cron);
        free(spec->ics);
}

/* A list is as good as one text with commas, which would have to be in quotes. */
static int decode_days(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        CLEANUP(string_list_freep) char **days = NULL;
        char *text;
        int r;

        if (node->kind != YAML_KIND_LIST)
                return yaml_decode_string(context, field, node, member);

        r = yaml_decode_string_list(context, field, node, &days);
        if (r < 0)
                return r;
        r = string_list_join(days, ",", &text);
        if (r < 0)
                return r;
        free(*(char **) member);
        *(char **) member = text;
        return 0;
}

/* One date, or a list of them. */
static int decode_dates(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text;

        if (node->kind == YAML_KIND_LIST)
                return yaml_decode_string_list(context, field, node, member);

        text = yaml_text(context, node, field->key);
        return text ? string_list_push(member, text) : 0;
}

/* clang-format off */
const YamlField except_fields[] = {
        { YAML_CUSTOM("days",     ExceptSpec, days, char *, decode_days),
          .type = "weekdays", .fallback = "" },
        { YAML_CUSTOM("dates",    ExceptSpec, dates, char **, decode_dates),
          .type = "date | list of dates", .fallback = "" },
        { YAML_STRING("time",     ExceptSpec, time),
          .type = "span of the day", .fallback = "" },
        { YAML_STRING("calendar", ExceptSpec, calendar),
          .type = "calendar expression", .fallback = "" },
        { YAML_STRING("cron",     ExceptSpec, cron),
          .type = "cron expression", .fallback = "" },
        { YAML_CUSTOM("ics",      ExceptSpec, ics, char *, job_decode_path),
          .type = "absolute path", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

/* The value of `key`; of a list of dates the first one that is wrong by itself. */
static const YamlNode *node_at_fault(const YamlNode *node, const char *key) {
        const YamlNode *pair = yaml_mapping_find(node, key);

        if (!pair)
                return node;
        if (pair->value->kind != YAML_KIND_LIST || strcmp(key, "dates") != 0)
                return pair->value;

        YAML_FOREACH(date, pair->value) {
                CLEANUP(exceptions_freep) Exceptions *alone = NULL;
                const char *const dates[] = { date->text, NULL };
                ScheduleError error;

                if (exceptions_new(&alone) >= 0 &&
                    exceptions_add(alone, &(ExceptionItem){ .dates = dates }, &key, &error) == -EINVAL)
                        return date;
        }
        return pair->value;
}

static unsigned line_of_offset(const char *text, size_t offset) {
        unsigned line = 1;

        for (size_t i = 0; i < offset && text[i]; i++)
                line += text[i] == '\n';
        return line;
}

static void report(
                const YamlContext *context,
                const YamlNode *node,
                const char *path,
                const ExceptionItem *item,
                const char *key,
                const ScheduleError *error) {

        const YamlNode *value = node_at_fault(node, key);

        if (strcmp(key, "ics") == 0)
                yaml_error(context, value, "'ics': line %u of '%s': %s",
                           line_of_offset(item->ics, error->offset), path, error->reason);
        else
                yaml_error_at(context, value, error->offset, "'%s': %s", key, error->reason);
}

/* ret->text stays NULL if the file cannot be had. */
static int read_ics(const YamlContext *context, const YamlNode *node, const char *path, IcsFile *ret) {
        const JobDecodeContext *job = job_decode_context(context);
        int r;

        /* The daemon may read every file there is, so no path of whoever calls it is opened, nor looked at.
         */
        if (job->system_mode && job->origin == JOB_ORIGIN_RUNTIME) {
                yaml_error(context, yaml_mapping_find(node, "ics")->value,
                           "'ics': a job that is made at run time can name no file here; a job of a file "
                           "can");
                return 0;
        }
        r = ics_file_read(job, path, ret);
        if (r >= 0 && job->on_file)
                r = job->on_file(job->on_file_userdata, path, &ret->status);
        if (r < 0)
                return r;
        if (!ret->text)
                yaml_error(context, yaml_mapping_find(node, "ics")->value, "'ics': '%.256s' %s", path,
                           ret->fault);
        return 0;
}

static int decode_item(const YamlContext *context, const YamlNode *node, Exceptions *exceptions) {
        CLEANUP(except_spec_done) ExceptSpec spec = { 0 };
        CLEANUP(ics_file_done) IcsFile ics = { 0 };
        size_t n_errors = context->diagnostics->n_errors;
        ExceptionItem item;
        ScheduleError error = { 0 };
        const char *key = "";
        int r;

        r = yaml_fields_decode(context, except_fields, node, &spec);
        if (r >= 0 && spec.ics && !job_decode_context(context)->ignore_files)
                r = read_ics(context, node, spec.ics, &ics);
        if (r < 0 || context->diagnostics->n_errors > n_errors)
                return r;

        item = (ExceptionItem){
                .days = spec.days,
                .dates = (const char *const *) spec.dates,
                .time = spec.time,
                .calendar = spec.calendar,
                .cron = spec.cron,
                .ics = ics.text,
                .find_zone = time_zone_cache_find,
                .find_zone_userdata = job_decode_context(context)->zones,
        };
        if (spec.ics && !ics.text)
                return 0;
        r = exceptions_add(exceptions, &item, &key, &error);
        if (r != -EINVAL)
                return r;
        report(context, node, spec.ics, &item, key, &error);
        return 0;
}

static int decode_items(const YamlContext *context, const YamlNode *node, Exceptions *exceptions) {
        int r;

        if (node->kind != YAML_KIND_LIST)
                return decode_item(context, node, exceptions);

        if (node->size > ITEMS_MAX) {
                yaml_error(context, node, "'except' may hold at most %u items", ITEMS_MAX);
                return 0;
        }
        YAML_FOREACH(item, node) {
                r = decode_item(context, item, exceptions);
                if (r < 0)
                        return r;
        }
        return 0;
}

int job_decode_except(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        int r;

        if (node->kind == YAML_KIND_SCALAR) {
                yaml_error(context, node,
                           "'except' expects a mapping such as {days: [Sat, Sun]} or a list of such, "
                           "not %s",
                           yaml_kind_phrase(node));
                return 0;
        }
        if (node->kind == YAML_KIND_LIST && node->size == 0)
                return 0;

        r = exceptions_new(&exceptions);
        if (r >= 0)
                r = decode_items(context, node, exceptions);
        if (r < 0)
                return r;

        (void) exceptions_free(*(Exceptions **) member);
        *(Exceptions **) member = TAKE_PTR(exceptions);
        return 0;
}
