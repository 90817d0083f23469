/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The fields of each message type: one table per type. */

#include "protocol/message-layout.h"

#include <signal.h>

#include "protocol/message.h"

#define STRING_LENGTH_MAX RECORD_SIZE_MAX
#define NAME_LENGTH_MAX 255U
#define UUID_LENGTH_MAX 64U
#define LIST_COUNT_MAX 65536U
#define EXECUTION_ID_MAX ((UINT64_C(1) << 53) - 1) /* ids stay exact in JSON */
#define SIGNAL_MAX 64U

#define MESSAGE_MEMBER(member, expected) TYPED_OFFSET(Message, member, expected)

#define UNSIGNED_RANGE(member, low, high)                                                            \
        {                                                                                            \
                .kind = FIELD_UNSIGNED, .offset = MESSAGE_MEMBER(member, uint64_t), .lowest = (low), \
                .maximum = (high),                                                                   \
        }
#define UNSIGNED(member) UNSIGNED_RANGE(member, 0, UINT64_MAX)
#define BOOLEAN(member) UNSIGNED_RANGE(member, 0, 1)
#define ENUM(member, last) UNSIGNED_RANGE(member, 0, (last))
#define PID(member) UNSIGNED_RANGE(member, 0, INT32_MAX)
#define SIGNED_FROM(member, low) \
        { .kind = FIELD_SIGNED, .offset = MESSAGE_MEMBER(member, int64_t), .minimum = (low) }
#define SIGNED(member) SIGNED_FROM(member, INT64_MIN)
#define STRING_UP_TO(member, length) \
        { .kind = FIELD_STRING, .offset = MESSAGE_MEMBER(member, char *), .maximum = (length) }
#define STRING(member) STRING_UP_TO(member, STRING_LENGTH_MAX)
#define BYTES(member, size_member)                                                                  \
        {                                                                                           \
                .kind = FIELD_BYTES, .offset = MESSAGE_MEMBER(member, char *),                      \
                .size_offset = MESSAGE_MEMBER(size_member, uint64_t), .maximum = STRING_LENGTH_MAX, \
        }
#define LIST(member) \
        { .kind = FIELD_LIST, .offset = MESSAGE_MEMBER(member, char **), .maximum = LIST_COUNT_MAX }
#define LAUNCH_ID(prefix)                                         \
        UNSIGNED_RANGE(prefix.execution_id, 0, EXECUTION_ID_MAX), \
                        UNSIGNED_RANGE(prefix.attempt, 1, UINT32_MAX)

/* clang-format off */
static const MessageField hello_fields[] = {
        UNSIGNED(hello.version_min),
        UNSIGNED(hello.version_max),
        STRING_UP_TO(hello.store_uuid, UUID_LENGTH_MAX),
        STRING_UP_TO(hello.daemon_version, NAME_LENGTH_MAX),
};

static const MessageField start_fields[] = {
        LAUNCH_ID(start),
        STRING_UP_TO(start.job, NAME_LENGTH_MAX),
        STRING_UP_TO(start.cause, NAME_LENGTH_MAX),
        SIGNED(start.due_usec),
        UNSIGNED_RANGE(start.owner_uid, 0, UINT32_MAX - 1),
        STRING_UP_TO(start.user, NAME_LENGTH_MAX),
        STRING_UP_TO(start.group, NAME_LENGTH_MAX),
        BOOLEAN(start.has_groups),
        LIST(start.groups),
        STRING(start.directory),
        UNSIGNED_RANGE(start.umask, 0, 0777),
        LIST(start.arguments),
        STRING(start.script),
        STRING(start.shell),
        LIST(start.environment),
        SIGNED_FROM(start.timeout_usec, 0),
        SIGNED_FROM(start.start_timeout_usec, 0),
        SIGNED_FROM(start.kill_timeout_usec, 0),
        UNSIGNED_RANGE(start.kill_signal, 1, SIGNAL_MAX),
        UNSIGNED_RANGE(start.capture_bytes, 0, OUTPUT_CAPTURE_MAX),
        BOOLEAN(start.journal),
        STRING(start.output_file),
        STRING(start.output_pattern),
        UNSIGNED(start.output_keep_files),
        SIGNED_FROM(start.output_keep_age_usec, 0),
        LIST(start.environment_files),
        STRING(start.input),
        BOOLEAN(start.has_input),
        LIST(start.credentials),
        BOOLEAN(start.has_nice),
        BOOLEAN(start.has_oom_score),
        BOOLEAN(start.has_affinity),
        SIGNED_FROM(start.nice, -20),
        SIGNED_FROM(start.oom_score, -1000),
        UNSIGNED_RANGE(start.io_class, 0, 3),
        UNSIGNED_RANGE(start.io_priority, 0, 7),
        STRING(start.affinity),
        LIST(start.resource_limits),
        UNSIGNED(start.memory_max_bytes),
        UNSIGNED(start.cpu_percent),
        UNSIGNED(start.tasks_max),
        UNSIGNED(start.io_weight),
        ENUM(start.left_behind, LEFT_BEHIND_IS_LEFT),
        BOOLEAN(start.is_unit),
        LIST(start.unit_properties),
        ENUM(start.work, START_WORK_COUNT - 1),
        STRING_UP_TO(start.kind, NAME_LENGTH_MAX),
        STRING(start.request),
        LIST(start.files),
        BOOLEAN(start.allow_private),
        LIST(start.secrets),
};

static const MessageField stop_fields[] = {
        LAUNCH_ID(stop),
        ENUM(stop.kind, STOP_SIGNAL),
        UNSIGNED_RANGE(stop.signal, 0, SIGNAL_MAX),
        BOOLEAN(stop.whole_group),
};

static const MessageField acknowledge_fields[] = {
        LAUNCH_ID(acknowledge),
};

static const MessageField follow_fields[] = {
        LAUNCH_ID(follow),
        BOOLEAN(follow.on),
};

static const MessageField lookup_fields[] = {
        UNSIGNED(lookup.cookie),
        STRING_UP_TO(lookup.name, NAME_LENGTH_MAX),
        UNSIGNED_RANGE(lookup.uid, 0, UINT32_MAX),
};

static const MessageField welcome_fields[] = {
        UNSIGNED(welcome.version),
        STRING_UP_TO(welcome.incarnation, UUID_LENGTH_MAX),
        STRING_UP_TO(welcome.generation, UUID_LENGTH_MAX),
        PID(welcome.pid),
        STRING_UP_TO(welcome.runner_version, NAME_LENGTH_MAX),
        BOOLEAN(welcome.cgroup),
};

static const MessageField listed_fields[] = {
        LAUNCH_ID(listed),
        STRING_UP_TO(listed.store_uuid, UUID_LENGTH_MAX),
        STRING_UP_TO(listed.job, NAME_LENGTH_MAX),
        ENUM(listed.state, LISTED_LOST),
        PID(listed.pid),
        SIGNED(listed.started_usec),
};

static const MessageField started_fields[] = {
        LAUNCH_ID(started),
        PID(started.pid),
        SIGNED(started.started_usec),
};

static const MessageField ended_fields[] = {
        LAUNCH_ID(ended),
        ENUM(ended.kind, END_KIND_COUNT - 1),
        SIGNED_FROM(ended.exit_code, -1),
        SIGNED_FROM(ended.signal, -1),
        BOOLEAN(ended.oom),
        STRING(ended.message),
        PID(ended.pid),
        SIGNED(ended.started_usec),
        SIGNED(ended.ended_usec),
        SIGNED_FROM(ended.cpu_usec, -1),
        SIGNED_FROM(ended.memory_peak_bytes, -1),
        BYTES(ended.output, ended.output_size),
        UNSIGNED(ended.output_total_bytes),
        SIGNED_FROM(ended.http_status, -1),
        ENUM(ended.verdict, RESULT_VERDICT_COUNT - 1),
        STRING_UP_TO(ended.result, RESULT_SIZE_MAX),
};

static const MessageField output_fields[] = {
        LAUNCH_ID(output),
        UNSIGNED_RANGE(output.stream, 0, 3),
        BYTES(output.data, output.data_size),
};

static const MessageField looked_up_fields[] = {
        UNSIGNED(looked_up.cookie),
        UNSIGNED_RANGE(looked_up.error, 0, 4095),
        STRING_UP_TO(looked_up.name, NAME_LENGTH_MAX),
        UNSIGNED_RANGE(looked_up.uid, 0, UINT32_MAX),
        UNSIGNED_RANGE(looked_up.gid, 0, UINT32_MAX),
};

static const MessageField wake_at_fields[] = {
        SIGNED_FROM(wake_at.instant_usec, 0),
};

static const MessageField errand_fields[] = {
        UNSIGNED(errand.cookie),
        ENUM(errand.work, ERRAND_WORK_COUNT - 1),
        STRING_UP_TO(errand.job, NAME_LENGTH_MAX),
        UNSIGNED_RANGE(errand.owner_uid, 0, UINT32_MAX - 1),
        STRING_UP_TO(errand.user, NAME_LENGTH_MAX),
        STRING_UP_TO(errand.group, NAME_LENGTH_MAX),
        STRING(errand.directory),
        LIST(errand.arguments),
        STRING(errand.script),
        STRING(errand.shell),
        LIST(errand.environment),
        BYTES(errand.input, errand.input_size),
        STRING(errand.path),
        BOOLEAN(errand.opposite),
        BOOLEAN(errand.watch),
        SIGNED(errand.since_usec),
        STRING(errand.url),
        STRING_UP_TO(errand.method, NAME_LENGTH_MAX),
        LIST(errand.headers),
        SIGNED_FROM(errand.timeout_usec, 0),
};

static const MessageField errand_cancel_fields[] = {
        UNSIGNED(errand_cancel.cookie),
};

static const MessageField errand_done_fields[] = {
        UNSIGNED(errand_done.cookie),
        UNSIGNED_RANGE(errand_done.error, 0, 4095),
        SIGNED_FROM(errand_done.exit_code, -1),
        SIGNED_FROM(errand_done.signal, -1),
        SIGNED_FROM(errand_done.http_status, -1),
        SIGNED_FROM(errand_done.retry_after_usec, -1),
        STRING(errand_done.text),
};

static const MessageField progress_fields[] = {
        LAUNCH_ID(progress),
        SIGNED_FROM(progress.progress, -1),
        STRING(progress.status_text),
};

static const MessageField keep_secret_fields[] = {
        STRING_UP_TO(keep_secret.id, UUID_LENGTH_MAX),
        BYTES(keep_secret.value, keep_secret.value_size),
};

static const MessageField drop_secret_fields[] = {
        STRING_UP_TO(drop_secret.id, UUID_LENGTH_MAX),
};

static const MessageField secret_kept_fields[] = {
        STRING_UP_TO(secret_kept.id, UUID_LENGTH_MAX),
        UNSIGNED_RANGE(secret_kept.error, 0, 4095),
};

static const MessageField keep_only_fields[] = {
        BYTES(keep_only.ids, keep_only.ids_size),
};

static const MessageField http_request_fields[] = {
        UNSIGNED(http_request.cookie),
        UNSIGNED_RANGE(http_request.owner_uid, 0, UINT32_MAX - 1),
        BOOLEAN(http_request.allow_private),
        UNSIGNED_RANGE(http_request.execution_id, 0, EXECUTION_ID_MAX),
        STRING_UP_TO(http_request.store_uuid, UUID_LENGTH_MAX),
        STRING_UP_TO(http_request.job, NAME_LENGTH_MAX),
        STRING(http_request.request),
        SIGNED_FROM(http_request.timeout_usec, 0),
        UNSIGNED_RANGE(http_request.output_max, 0, OUTPUT_CAPTURE_MAX),
        BYTES(http_request.pieces, http_request.pieces_size),
};

static const MessageField http_answer_fields[] = {
        UNSIGNED(http_answer.cookie),
        ENUM(http_answer.end, HTTP_END_COUNT - 1),
        SIGNED_FROM(http_answer.http_status, -1),
        ENUM(http_answer.verdict, RESULT_VERDICT_COUNT - 1),
        STRING(http_answer.message),
        STRING_UP_TO(http_answer.result, RESULT_SIZE_MAX),
        BYTES(http_answer.output, http_answer.output_size),
        UNSIGNED(http_answer.output_total_bytes),
};

#define LAYOUT(table) { .fields = (table), .n_fields = ARRAY_SIZE(table) }

static const MessageLayout layouts[] = {
        [MESSAGE_HELLO]       = LAYOUT(hello_fields),
        [MESSAGE_START]       = LAYOUT(start_fields),
        [MESSAGE_STOP]        = LAYOUT(stop_fields),
        [MESSAGE_ACKNOWLEDGE] = LAYOUT(acknowledge_fields),
        [MESSAGE_FOLLOW]      = LAYOUT(follow_fields),
        [MESSAGE_LOOKUP]      = LAYOUT(lookup_fields),
        [MESSAGE_WELCOME]     = LAYOUT(welcome_fields),
        [MESSAGE_LISTED]      = LAYOUT(listed_fields),
        [MESSAGE_LIST_END]    = { .fields = acknowledge_fields, .n_fields = 0 }, /* the type says it all */
        [MESSAGE_STARTED]     = LAYOUT(started_fields),
        [MESSAGE_ENDED]       = LAYOUT(ended_fields),
        [MESSAGE_OUTPUT]      = LAYOUT(output_fields),
        [MESSAGE_LOOKED_UP]   = LAYOUT(looked_up_fields),
        [MESSAGE_WAKE_AT]     = LAYOUT(wake_at_fields),
        [MESSAGE_ERRAND]        = LAYOUT(errand_fields),
        [MESSAGE_ERRAND_CANCEL] = LAYOUT(errand_cancel_fields),
        [MESSAGE_ERRAND_DONE]   = LAYOUT(errand_done_fields),
        [MESSAGE_PROGRESS]      = LAYOUT(progress_fields),
        [MESSAGE_KEEP_SECRET]   = LAYOUT(keep_secret_fields),
        [MESSAGE_DROP_SECRET]   = LAYOUT(drop_secret_fields),
        [MESSAGE_SECRET_KEPT]   = LAYOUT(secret_kept_fields),
        [MESSAGE_KEEP_ONLY]     = LAYOUT(keep_only_fields),
        [MESSAGE_HTTP_REQUEST]  = LAYOUT(http_request_fields),
        [MESSAGE_HTTP_ANSWER]   = LAYOUT(http_answer_fields),
};
/* clang-format on */

_Static_assert(ARRAY_SIZE(layouts) == MESSAGE_TYPE_COUNT, "every message type needs a layout");

const MessageLayout *message_layout(uint64_t type) {
        if (type >= ARRAY_SIZE(layouts) || !layouts[type].fields)
                return NULL;
        return &layouts[type];
}
