/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * How each key of a job is decoded: the rows' own decoders, for job-decode.c alone. YamlContext.userdata is
 * the JobDecodeContext.
 */

#include "job/job-decode.h"
#include "job/yaml-field.h"

static inline const JobDecodeContext *job_decode_context(const YamlContext *context) {
        return context->userdata;
}

/* True where the owner is neither root nor whoever the daemon runs as: much is refused then. */
static inline bool job_is_of_ordinary_user(const JobDecodeContext *context) {
        return context->system_mode && context->owner_uid != 0;
}

/* `schedule:`, once all other keys are known: they say how it is read. The job has no schedule yet. */
int job_decode_schedules(const YamlContext *context, const YamlNode *node, Job *job);

/* YAML_OBJECT rows: `member` is the Job. */
int job_decode_timezone(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int job_decode_command(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* A `command` of any kind; one of the two is set, unless it is faulty. */
int job_decode_text_or_arguments(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                char **ret_text,
                char ***ret_arguments);

/* char *: an absolute path */
int job_decode_path(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* char *, char **: the name or number of a user or a group */
int job_decode_account(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int job_decode_groups(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* mode_t */
int job_decode_umask(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* char **: "NAME=value" */
int job_decode_environment(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* char **: absolute paths, one that may be missing with '-' before it */
int job_decode_environment_files(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* char **: names */
int job_decode_credentials(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* YAML_OBJECT rows for `nice` and `oom-score`, and for `cpu-affinity` */
int job_decode_nice(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);

/* uint64_t and bool: an ordinary user's jobs go before nobody else's, and wake nobody. */
int job_decode_priority(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int job_decode_wake(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
int job_decode_affinity(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* IoClass */
int job_decode_io_class(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* unsigned */
int job_decode_io_priority(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* YAML_OBJECT row for `unit` */
int job_decode_unit(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* What can be said once the whole job is known. */
void job_check_unit(const YamlContext *context, const YamlNode *body);
void job_complete_io(const YamlContext *context, const YamlNode *body, Job *job);

/* int */
int job_decode_signal(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* SuccessCodes */
int job_decode_success_codes(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* Adds the exit code or signal that a scalar names; false if it names none. */
bool job_find_code(const YamlNode *node, SuccessCodes *codes);

/* RetryPolicy */
int job_decode_retry(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* What can be said once the whole job is known. */
void job_check_retry(const YamlContext *context, const YamlNode *body, const Job *job);
/* Overlap */
int job_decode_overlap(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* char *: the name of a queue */
int job_decode_queue(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* uint64_t */
int job_decode_max_instances(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* OutputPolicy */
int job_decode_output(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* What can be said once the whole job is known. */
void job_check_notify(const YamlContext *context, const YamlNode *body, const Job *job);
/* char **: names of jobs, those of an ordinary user in full */
int job_decode_references(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* AfterPolicy */
int job_decode_after(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* What can be said once the whole job is known. */
void job_check_after(const YamlContext *context, const YamlNode *body, Job *job);
/* Conditions */
int job_decode_conditions(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* CatchUp */
int job_decode_catch_up(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* RandomDelay */
int job_decode_random_delay(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* char **: words */
int job_decode_tags(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);
/* char *: the name of a template, a profile, a job of the same owner */
int job_decode_template(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int job_decode_profile(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
int job_decode_renamed_from(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);
/* What can be said once the whole job is known. Returns 0 or -ENOMEM. */
int job_complete_values(const YamlContext *context, const YamlNode *body, Job *job);
int job_check_expansions(const YamlContext *context, const YamlNode *body, const Job *job);

/* Exceptions * */
int job_decode_except(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member);

/* The zone of that name, a new reference; *ret stays NULL with an error at `node` if there is none. */
int job_decode_zone(const YamlContext *context, const YamlNode *node, const char *key, TimeZone **ret);

/* The rows of mappings inside a job, also for the manual. */
extern const YamlField schedule_fields[], dst_fields[], random_delay_fields[], except_fields[],
                overlap_fields[], retry_fields[], after_fields[], trigger_fields[], conditions_fields[],
                notify_fields[], limits_fields[], catch_up_fields[], output_fields[], keep_fields[];
