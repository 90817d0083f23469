/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/job-fixture.h"

#include <stdlib.h>
#include <string.h>

#include "util/buffer.h"
#include "util/clock.h"
#include "util/string-list.h"

static const JobSite *job_site;

void test_set_site(const JobSite *site) {
        job_site = site;
}

/* The start of 2026, so that what is said of the future does not change with the day of the test. */
static usec_t now(void *userdata, ClockKind kind) {
        return INT64_C(1767225600) * USEC_PER_SEC;
}

static int decode_as(
                const char *name,
                uid_t owner_uid,
                const char *text,
                bool system_mode,
                Diagnostics *diagnostics,
                Job **ret) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        Clock clock = { .now = now };
        JobDecodeContext context = {
                .system_mode = system_mode, .owner_uid = owner_uid, .clock = &clock, .site = job_site
        };

        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        context.zones = zones;
        return job_decode_definition(&context, name, text, strlen(text), diagnostics, ret);
}

static int decode(const char *text, bool system_mode, Diagnostics *diagnostics, Job **ret) {
        return decode_as("test", 0, text, system_mode, diagnostics, ret);
}

Job *test_job_of_user(const char *text) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        Job *job = NULL;

        ck_assert_int_eq(decode_as("ann/test", 1000, text, true, &diagnostics, &job), 0);
        return job;
}

Job *test_job(const char *text) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        Job *job = NULL;
        int r;

        r = decode(text, true, &diagnostics, &job);
        if (r < 0)
                ck_abort_msg("%s\n%s", text,
                             diagnostics.n_items > 0 ? diagnostics.items[0].message : strerror(-r));
        return job;
}

static char *faults_of(const Diagnostics *diagnostics, int r) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char *result;

        ck_assert_msg(r == 0 || r == -EINVAL, "%s", strerror(-r));
        ck_assert((r == 0) == (diagnostics->n_errors == 0));

        for (size_t i = 0; i < diagnostics->n_items; i++) {
                const Diagnostic *item = &diagnostics->items[i];

                (void) buffer_add_format(
                                &buffer, "%s%u:%u: %s%s", i > 0 ? "\n" : "", item->line, item->column,
                                item->severity == DIAGNOSTIC_WARNING ? "warning: " : "", item->message);
        }
        (void) buffer_add_string(&buffer, "");
        ck_assert_int_eq(buffer_take(&buffer, &result), 0);
        return result;
}

char *test_job_faults(const char *text, bool system_mode) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;

        return faults_of(&diagnostics, decode(text, system_mode, &diagnostics, &job));
}

void test_assert_faults(const JobFaultCase *test) {
        CLEANUP_FREE char *faults = test_job_faults(test->text, true);

        ck_assert_msg(strcmp(faults, test->faults) == 0, "%s\ngives   %s\nand not %s", test->text, faults,
                      test->faults);
}

void test_assert_faults_of_user(const JobFaultCase *test) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        CLEANUP_FREE char *faults = NULL;
        int r;

        r = decode_as("ann/test", 1000, test->text, true, &diagnostics, &job);
        faults = faults_of(&diagnostics, r);
        ck_assert_msg(strcmp(faults, test->faults) == 0, "%s\ngives   %s\nand not %s", test->text, faults,
                      test->faults);
}

static void assert_schedules_equal(const Job *a, const Job *b) {
        ck_assert_uint_eq(a->timetable.n_entries, b->timetable.n_entries);
        ck_assert(string_list_equal(a->schedule_texts, b->schedule_texts));
        ck_assert_int_eq(a->dialect, b->dialect);
        ck_assert_int_eq(a->days, b->days);
        ck_assert_int_eq(a->dst.gap, b->dst.gap);
        ck_assert_int_eq(a->dst.overlap, b->dst.overlap);
        ck_assert_pstr_eq(a->hash_key, b->hash_key);
        ck_assert_int_eq(!a->timetable.exceptions, !b->timetable.exceptions);
        ck_assert_int_eq(a->timetable.on_except, b->timetable.on_except);
        ck_assert_uint_eq(a->timetable.business_days, b->timetable.business_days);

        for (size_t i = 0; i < a->timetable.n_entries; i++) {
                ck_assert_int_eq(
                                schedule_kind(a->timetable.entries[i].schedule),
                                schedule_kind(b->timetable.entries[i].schedule));
                ck_assert_int_eq(!a->timetable.entries[i].zone, !b->timetable.entries[i].zone);
                if (a->timetable.entries[i].zone)
                        ck_assert_str_eq(
                                        time_zone_name(a->timetable.entries[i].zone),
                                        time_zone_name(b->timetable.entries[i].zone));
        }
}

static void assert_surroundings_equal(const Job *a, const Job *b) {
        ck_assert_pstr_eq(a->process.user, b->process.user);
        ck_assert_pstr_eq(a->process.group, b->process.group);
        ck_assert(string_list_equal(a->process.groups, b->process.groups));
        ck_assert_pstr_eq(a->process.directory, b->process.directory);
        ck_assert_uint_eq(a->process.umask, b->process.umask);
        ck_assert(string_list_equal(a->process.environment, b->process.environment));
        ck_assert(string_list_equal(a->process.environment_files, b->process.environment_files));
        ck_assert(string_list_equal(a->process.credentials, b->process.credentials));
        ck_assert_pstr_eq(a->process.input, b->process.input);
}

static void assert_shares_equal(const ProcessPolicy *a, const ProcessPolicy *b) {
        ck_assert_int_eq(a->has_nice, b->has_nice);
        ck_assert_int_eq(a->nice, b->nice);
        ck_assert_int_eq(a->has_oom_score, b->has_oom_score);
        ck_assert_int_eq(a->oom_score, b->oom_score);
        ck_assert_int_eq(a->io_class, b->io_class);
        ck_assert_uint_eq(a->io_priority, b->io_priority);
        ck_assert_int_eq(a->has_affinity, b->has_affinity);
        ck_assert_mem_eq(a->affinity, b->affinity, sizeof(a->affinity));
        ck_assert_int_eq(a->left_behind, b->left_behind);
        ck_assert_int_eq(a->is_unit, b->is_unit);
        ck_assert_uint_eq(a->n_unit, b->n_unit);
        for (size_t i = 0; i < a->n_unit; i++) {
                ck_assert_str_eq(a->unit[i].name, b->unit[i].name);
                ck_assert_str_eq(a->unit[i].value, b->unit[i].value);
        }
        ck_assert_uint_eq(a->limits.memory_bytes, b->limits.memory_bytes);
        ck_assert_uint_eq(a->limits.cpu_percent, b->limits.cpu_percent);
        ck_assert_uint_eq(a->limits.tasks, b->limits.tasks);
        ck_assert_uint_eq(a->limits.io_weight, b->limits.io_weight);
        ck_assert_uint_eq(a->limits.n_resources, b->limits.n_resources);
        for (size_t i = 0; i < a->limits.n_resources; i++) {
                ck_assert_int_eq(a->limits.resources[i].resource, b->limits.resources[i].resource);
                ck_assert_uint_eq(a->limits.resources[i].soft, b->limits.resources[i].soft);
                ck_assert_uint_eq(a->limits.resources[i].hard, b->limits.resources[i].hard);
        }
}

static void assert_retries_equal(const RetryPolicy *a, const RetryPolicy *b) {
        ck_assert_uint_eq(a->attempts, b->attempts);
        ck_assert_int_eq(a->delay_usec, b->delay_usec);
        ck_assert_int_eq(a->backoff, b->backoff);
        ck_assert_int_eq(a->max_delay_usec, b->max_delay_usec);
        ck_assert_double_eq(a->jitter, b->jitter);
        ck_assert_int_eq(a->max_elapsed_usec, b->max_elapsed_usec);
        ck_assert_int_eq(a->on_failed, b->on_failed);
        ck_assert_int_eq(a->on_timeout, b->on_timeout);
        ck_assert_int_eq(a->on_lost, b->on_lost);
        ck_assert_mem_eq(&a->on_codes, &b->on_codes, sizeof(a->on_codes));
}

static void assert_conditions_equal(const Conditions *a, const Conditions *b) {
        ck_assert_int_eq(a->wait_usec, b->wait_usec);
        ck_assert_uint_eq(a->n_items, b->n_items);
        for (size_t i = 0; i < a->n_items; i++) {
                const Condition *x = &a->items[i], *y = &b->items[i];

                ck_assert_int_eq(x->kind, y->kind);
                ck_assert_int_eq(x->enabled, y->enabled);
                ck_assert_double_eq(x->threshold, y->threshold);
                ck_assert_uint_eq(x->size_bytes, y->size_bytes);
                ck_assert_pstr_eq(x->path, y->path);
                ck_assert(string_list_equal(x->jobs, y->jobs));
                ck_assert(string_list_equal(x->arguments, y->arguments));
                ck_assert_pstr_eq(x->script, y->script);
        }
}

static void assert_notifications_equal(const NotifyPolicy *a, const NotifyPolicy *b) {
        ck_assert_int_eq(a->late_after_usec, b->late_after_usec);
        ck_assert_int_eq(a->long_running_after_usec, b->long_running_after_usec);
        for (size_t event = 0; event < ARRAY_SIZE(a->on); event++) {
                ck_assert_uint_eq(a->on[event].n_items, b->on[event].n_items);
                for (size_t i = 0; i < a->on[event].n_items; i++) {
                        const NotifyTarget *x = &a->on[event].items[i], *y = &b->on[event].items[i];

                        ck_assert_int_eq(x->channel, y->channel);
                        ck_assert_pstr_eq(x->address, y->address);
                        ck_assert_pstr_eq(x->url, y->url);
                        ck_assert_pstr_eq(x->method, y->method);
                        ck_assert_int_eq(x->format, y->format);
                        ck_assert_pstr_eq(x->body, y->body);
                        ck_assert(string_list_equal(x->headers, y->headers));
                        ck_assert(string_list_equal(x->arguments, y->arguments));
                        ck_assert_pstr_eq(x->script, y->script);
                }
        }
}

static void assert_policies_equal(const Job *a, const Job *b) {
        ck_assert_int_eq(a->process.timeout_usec, b->process.timeout_usec);
        ck_assert_int_eq(a->process.start_timeout_usec, b->process.start_timeout_usec);
        ck_assert_int_eq(a->process.kill_timeout_usec, b->process.kill_timeout_usec);
        ck_assert_int_eq(a->process.kill_signal, b->process.kill_signal);
        ck_assert_mem_eq(&a->success_codes, &b->success_codes, sizeof(a->success_codes));
        ck_assert_mem_eq(&a->overlap, &b->overlap, sizeof(a->overlap));
        assert_conditions_equal(&a->conditions, &b->conditions);
        ck_assert_pstr_eq(a->queue, b->queue);
        ck_assert(string_list_equal(a->after.jobs, b->after.jobs));
        ck_assert_int_eq(a->after.when, b->after.when);
        ck_assert_int_eq(a->after.wait_usec, b->after.wait_usec);
        ck_assert(string_list_equal(a->triggers.on_success, b->triggers.on_success));
        ck_assert(string_list_equal(a->triggers.on_failure, b->triggers.on_failure));
        ck_assert_uint_eq(a->priority, b->priority);
        assert_retries_equal(&a->retry, &b->retry);
        ck_assert_int_eq(a->catch_up.policy, b->catch_up.policy);
        ck_assert_int_eq(a->catch_up.within_usec, b->catch_up.within_usec);
        ck_assert_uint_eq(a->catch_up.max, b->catch_up.max);
        ck_assert_int_eq(a->random_delay.up_to_usec, b->random_delay.up_to_usec);
        ck_assert_int_eq(a->random_delay.fresh, b->random_delay.fresh);
        ck_assert_int_eq(a->wake, b->wake);
        ck_assert_int_eq(a->accuracy_usec, b->accuracy_usec);
        ck_assert_uint_eq(a->output.capture_bytes, b->output.capture_bytes);
        ck_assert_int_eq(a->output.journal, b->output.journal);
        ck_assert_pstr_eq(a->output.file, b->output.file);
        ck_assert_uint_eq(a->output.keep_files, b->output.keep_files);
        ck_assert_int_eq(a->output.keep_age_usec, b->output.keep_age_usec);
        assert_notifications_equal(&a->notify, &b->notify);
        ck_assert_int_eq(a->expect_within_usec, b->expect_within_usec);
        ck_assert_uint_eq(a->keep.executions, b->keep.executions);
        ck_assert_int_eq(a->keep.age_usec, b->keep.age_usec);
}

void test_assert_jobs_equal(const Job *a, const Job *b) {
        ck_assert_str_eq(a->definition, b->definition);
        ck_assert_pstr_eq(a->description, b->description);
        ck_assert_int_eq(a->enabled, b->enabled);
        ck_assert_str_eq(a->timezone, b->timezone);
        ck_assert_int_eq(a->action, b->action);
        ck_assert(string_list_equal(a->command.arguments, b->command.arguments));
        ck_assert_pstr_eq(a->command.script, b->command.script);
        ck_assert_str_eq(a->command.shell, b->command.shell);
        assert_schedules_equal(a, b);
        assert_surroundings_equal(a, b);
        assert_shares_equal(&a->process, &b->process);
        assert_policies_equal(a, b);
}
