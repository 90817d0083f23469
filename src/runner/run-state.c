/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-state.h"

#include <errno.h>
#include <string.h>

#include "runner/run-http.h"
#include "runner/run-output.h"
#include "runner/unit.h"

/* A run with everything that is a number made one type, so that a table can name the members. */
typedef struct SavedRun {
        int64_t phase, pid, cgroup_fd, status_fd, stdout_fd, stderr_fd;
        int64_t escalated, killed, start_timed_out, followed, lost;
        int64_t notify_fd, notify_uid, progress, http, http_cookie;
        int64_t file_fd, file_report_fd, settled;
        int64_t result_is_excessive;
        int64_t exited, exit_status, cpu_usec, memory_peak_bytes;
        int64_t begun_usec, started_usec, deadline_usec, total_bytes;
        StateItem key, start, notify_path, status_text, capture, notes, result, file_pending, stdout_line,
                        stderr_line, user_name, user_home, failure, ended;
} SavedRun;

#define SAVED_MEMBER(member, expected) TYPED_OFFSET(SavedRun, member, expected)

typedef struct SavedField {
        const char *name;
        size_t offset;
} SavedField;

/* clang-format off */
static const SavedField number_fields[] = {
        { "phase",           SAVED_MEMBER(phase, int64_t) },
        { "pid",             SAVED_MEMBER(pid, int64_t) },
        { "cgroup-fd",       SAVED_MEMBER(cgroup_fd, int64_t) },
        { "status-fd",       SAVED_MEMBER(status_fd, int64_t) },
        { "stdout-fd",       SAVED_MEMBER(stdout_fd, int64_t) },
        { "stderr-fd",       SAVED_MEMBER(stderr_fd, int64_t) },
        { "escalated",       SAVED_MEMBER(escalated, int64_t) },
        { "killed",          SAVED_MEMBER(killed, int64_t) },
        { "start-timed-out", SAVED_MEMBER(start_timed_out, int64_t) },
        { "followed",        SAVED_MEMBER(followed, int64_t) },
        { "lost",            SAVED_MEMBER(lost, int64_t) },
        { "notify-fd",       SAVED_MEMBER(notify_fd, int64_t) },
        { "notify-uid",      SAVED_MEMBER(notify_uid, int64_t) },
        { "progress",        SAVED_MEMBER(progress, int64_t) },
        { "http",            SAVED_MEMBER(http, int64_t) },
        { "http-cookie",     SAVED_MEMBER(http_cookie, int64_t) },
        { "file-fd",         SAVED_MEMBER(file_fd, int64_t) },
        { "file-report-fd",  SAVED_MEMBER(file_report_fd, int64_t) },
        { "settled",         SAVED_MEMBER(settled, int64_t) },
        { "result-excess",   SAVED_MEMBER(result_is_excessive, int64_t) },
        { "exited",          SAVED_MEMBER(exited, int64_t) },
        { "exit-status",     SAVED_MEMBER(exit_status, int64_t) },
        { "cpu",             SAVED_MEMBER(cpu_usec, int64_t) },
        { "memory-peak",     SAVED_MEMBER(memory_peak_bytes, int64_t) },
        { "begun",           SAVED_MEMBER(begun_usec, int64_t) },
        { "started",         SAVED_MEMBER(started_usec, int64_t) },
        { "deadline",        SAVED_MEMBER(deadline_usec, int64_t) },
        { "total-bytes",     SAVED_MEMBER(total_bytes, int64_t) },
};

static const SavedField bytes_fields[] = {
        { "key",         SAVED_MEMBER(key, StateItem) },
        { "start",       SAVED_MEMBER(start, StateItem) },
        { "capture",     SAVED_MEMBER(capture, StateItem) },
        { "notify-path",  SAVED_MEMBER(notify_path, StateItem) },
        { "status-text",  SAVED_MEMBER(status_text, StateItem) },
        { "notes",       SAVED_MEMBER(notes, StateItem) },
        { "result",      SAVED_MEMBER(result, StateItem) },
        { "file-pending", SAVED_MEMBER(file_pending, StateItem) },
        { "stdout-line", SAVED_MEMBER(stdout_line, StateItem) },
        { "stderr-line", SAVED_MEMBER(stderr_line, StateItem) },
        { "user-name",   SAVED_MEMBER(user_name, StateItem) },
        { "user-home",   SAVED_MEMBER(user_home, StateItem) },
        { "failure",     SAVED_MEMBER(failure, StateItem) },
        { "ended",       SAVED_MEMBER(ended, StateItem) },
};
/* clang-format on */

void state_put_number(Buffer *buffer, const char *name, int64_t value) {
        (void) buffer_add_format(buffer, "%s %" PRId64 "\n", name, value);
}

void state_put_bytes(Buffer *buffer, const char *name, const void *data, size_t size) {
        (void) buffer_add_format(buffer, "%s *%zu\n", name, size);
        (void) buffer_add(buffer, data, size);
        (void) buffer_add_char(buffer, '\n');
}

int state_read(StateReader *reader, StateItem *ret) {
        StateItem item = { 0 };
        const char *end;
        char line[96], mark;
        size_t length;

        if (reader->size == 0)
                return 0;
        end = memchr(reader->data, '\n', reader->size);
        length = end ? (size_t) (end - reader->data) : reader->size;
        if (!end || length >= sizeof(line))
                return -EBADMSG;
        memcpy(line, reader->data, length);
        line[length] = '\0';
        reader->data += length + 1;
        reader->size -= length + 1;

        if (sscanf(line, "%31s *%zu", item.name, &item.size) == 2) {
                if (item.size >= reader->size || reader->data[item.size] != '\n')
                        return -EBADMSG;
                item.bytes = reader->data;
                reader->data += item.size + 1;
                reader->size -= item.size + 1;
        } else if (sscanf(line, "%31s %" SCNd64 "%c", item.name, &item.number, &mark) != 2) {
                return -EBADMSG;
        }
        *ret = item;
        return 1;
}

bool run_state_is_needed(const Run *run) {
        return run->phase != RUN_ENDED || run->ended.type == MESSAGE_ENDED;
}

static StateItem item_of(const char *text) {
        return (StateItem){ .bytes = text, .size = text ? strlen(text) : 0 };
}

static StateItem item_of_buffer(const Buffer *buffer) {
        return (StateItem){ .bytes = buffer->data, .size = buffer->size };
}

static StateItem item_of_file(const OutputFile *file) {
        return file ? item_of_buffer(&file->pending) : item_of(NULL);
}

static StateItem item_of_line(const JournalStream *stream) {
        return stream ? item_of_buffer(journal_stream_pending(stream)) : (StateItem){ 0 };
}

static void put_saved(const SavedRun *saved, Buffer *buffer) {
        state_put_number(buffer, "run", 1);
        for (size_t i = 0; i < ARRAY_SIZE(number_fields); i++)
                state_put_number(
                                buffer, number_fields[i].name,
                                *(const int64_t *) ((const char *) saved + number_fields[i].offset));
        for (size_t i = 0; i < ARRAY_SIZE(bytes_fields); i++) {
                const StateItem *item =
                                (const StateItem *) (const void *) ((const char *) saved + bytes_fields[i].offset);

                if (item->bytes)
                        state_put_bytes(buffer, bytes_fields[i].name, item->bytes, item->size);
        }
        state_put_number(buffer, "run-end", 1);
}

/* The parts that are encoded: how it began, or how it ended, and its output. */
static int encode_parts(const Run *run, Buffer *start, Buffer *ended, Buffer *capture) {
        const Message message = { .type = MESSAGE_START, .start = run->start };
        int r;

        r = run->phase == RUN_ENDED ? message_encode(&run->ended, ended) : message_encode(&message, start);
        if (r >= 0 && run->http)
                r = run_http_save(run, ended);
        if (r >= 0)
                r = output_capture_format(&run->capture, capture);
        return r;
}

int run_state_save(const Run *run, Buffer *buffer) {
        CLEANUP(buffer_done) Buffer start = { 0 }, capture = { 0 }, ended = { 0 };
        char name[RUN_NAME_MAX];
        SavedRun saved;
        int r;

        r = encode_parts(run, &start, &ended, &capture);
        if (r < 0)
                return r;

        saved = (SavedRun){
                .phase = (int64_t) run->phase,
                .pid = run->pid,
                .cgroup_fd = run->cgroup_fd,
                .status_fd = run->status.fd,
                .stdout_fd = run->output[0].fd,
                .stderr_fd = run->output[1].fd,
                .escalated = run->escalated,
                .killed = run->killed,
                .start_timed_out = run->start_timed_out,
                .followed = run->followed,
                .lost = run->lost,
                .notify_fd = run->notify.watch.fd,
                .notify_uid = run->notify.uid,
                .progress = run->progress,
                .http = run->http && run->phase != RUN_LOOKUP,
                .http_cookie = (int64_t) run_http_cookie(run),
                .notify_path = item_of(run->notify.path),
                .status_text = item_of(run->status_text),
                .file_fd = run->file ? run->file->pipe.fd : -EBADF,
                .file_report_fd = run->file ? run->file->report.fd : -EBADF,
                .file_pending = item_of_file(run->file),
                .settled = run->settled,
                .result_is_excessive = run->result_is_excessive,
                .exited = run->exited,
                .exit_status = run->exit_status,
                .cpu_usec = run->cpu_usec,
                .memory_peak_bytes = run->memory_peak_bytes,
                .begun_usec = run->begun_usec,
                .started_usec = run->started_usec,
                .deadline_usec = deadline_get(&run->deadline),
                .total_bytes = (int64_t) run->capture.total_bytes,
                .key = item_of(run_key_format(&run->key, name)),
                .start = run->phase == RUN_ENDED ? item_of(run->start.job) : item_of_buffer(&start),
                .capture = item_of_buffer(&capture),
                .notes = item_of_buffer(&run->notes),
                .result = item_of_buffer(&run->result),
                .stdout_line = item_of_line(run->journal[0]),
                .stderr_line = item_of_line(run->journal[1]),
                .user_name = item_of(run->user_name),
                .user_home = item_of(run->user_home),
                .failure = item_of(run->failure),
                .ended = item_of_buffer(&ended),
        };
        put_saved(&saved, buffer);
        return buffer->failed ? -ENOMEM : 0;
}

static void set_field(SavedRun *saved, const StateItem *item) {
        for (size_t i = 0; i < ARRAY_SIZE(number_fields); i++) {
                if (!item->bytes && strcmp(number_fields[i].name, item->name) == 0)
                        *(int64_t *) (void *) ((char *) saved + number_fields[i].offset) = item->number;
        }
        for (size_t i = 0; i < ARRAY_SIZE(bytes_fields); i++) {
                if (item->bytes && strcmp(bytes_fields[i].name, item->name) == 0)
                        *(StateItem *) (void *) ((char *) saved + bytes_fields[i].offset) = *item;
        }
}

static int read_saved(StateReader *reader, SavedRun *ret) {
        StateItem item;
        int r;

        *ret = (SavedRun){
                .phase = RUN_LOOKUP,
                .cgroup_fd = -EBADF,
                .status_fd = -EBADF,
                .notify_fd = -EBADF,
                .progress = -1,
                .file_fd = -EBADF,
                .file_report_fd = -EBADF,
                .stdout_fd = -EBADF,
                .stderr_fd = -EBADF,
                .escalated = RUN_NOT_ESCALATED,
                .started_usec = USEC_INFINITY,
                .deadline_usec = USEC_INFINITY,
        };
        while ((r = state_read(reader, &item)) > 0) {
                if (strcmp(item.name, "run-end") == 0)
                        return 0;
                set_field(ret, &item);
        }
        return r < 0 ? r : -EBADMSG;
}

static int copy_text(const StateItem *item, char **ret) {
        if (!item->bytes)
                return 0;
        *ret = strndup(item->bytes, item->size);
        return *ret ? 0 : -ENOMEM;
}

static void restore_lines(Run *run, const SavedRun *saved) {
        const StateItem *lines[] = { &saved->stdout_line, &saved->stderr_line };

        for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
                run_output_restore_line(run, i, lines[i]->bytes, lines[i]->size);
}

static int restore_file(Run *run, const SavedRun *saved) {
        if (saved->file_report_fd < 0)
                return 0;
        run_output_init_file(run);
        if (!run->file)
                return -ENOMEM;
        return output_file_restore(
                        run->file, (int) saved->file_fd, (int) saved->file_report_fd,
                        saved->file_pending.bytes, saved->file_pending.size);
}

static int restore_notify(Run *run, const SavedRun *saved) {
        char *path = NULL;
        int r;

        run->progress = (int) saved->progress;
        r = copy_text(&saved->status_text, &run->status_text);
        if (r < 0 || saved->notify_fd < 0)
                return r;
        r = copy_text(&saved->notify_path, &path);
        if (r < 0)
                return r;
        return notify_socket_restore(&run->notify, path, (int) saved->notify_fd, (uid_t) saved->notify_uid);
}

static int restore_http(Run *run, const SavedRun *saved) {
        CLEANUP(message_done) Message ended = { 0 };
        size_t consumed;
        int r = 0;

        if (saved->ended.bytes)
                r = message_decode(saved->ended.bytes, saved->ended.size, &ended, &consumed);
        return r < 0 ? r : run_http_restore(run, (uint64_t) saved->http_cookie, &ended);
}

/* What systemd says of it decides; that it runs is known. */
static int restore_unit(Run *run, const SavedRun *saved) {
        int r = unit_adopt(run);

        if (r < 0)
                return r;
        run->pid = (pid_t) saved->pid;
        return run_output_open(run, (int) saved->stdout_fd, (int) saved->stderr_fd);
}

static int restore_process(Run *run, const SavedRun *saved) {
        const Launched launched = {
                .pid = (pid_t) saved->pid,
                .stdout_fd = (int) saved->stdout_fd,
                .stderr_fd = (int) saved->stderr_fd,
                .error_fd = (int) saved->status_fd,
        };
        int r;

        run->phase = (RunPhase) saved->phase;
        run->cgroup_fd = (int) saved->cgroup_fd;
        run->escalated = saved->escalated;
        run->killed = saved->killed;
        run->start_timed_out = saved->start_timed_out;
        run->followed = saved->followed;
        run->settled = saved->settled;
        run->exited = saved->exited;
        run->exit_status = (int) saved->exit_status;
        run->cpu_usec = saved->cpu_usec;
        run->memory_peak_bytes = saved->memory_peak_bytes;
        run->context->n_settling += run->phase == RUN_SETTLING && !run->settled;
        run->begun_usec = saved->begun_usec;
        run->started_usec = saved->started_usec;
        r = copy_text(&saved->user_name, &run->user_name);
        if (r >= 0)
                r = copy_text(&saved->user_home, &run->user_home);
        if (r >= 0)
                r = copy_text(&saved->failure, &run->failure);
        if (r < 0)
                return r;
        r = output_capture_restore(
                        &run->capture, saved->capture.bytes, saved->capture.size,
                        (uint64_t) saved->total_bytes);
        if (r < 0)
                return r;
        if (saved->notes.size > 0 && buffer_add(&run->notes, saved->notes.bytes, saved->notes.size) < 0)
                return -ENOMEM;
        run->result_is_excessive = saved->result_is_excessive;
        if (saved->result.size > 0 && buffer_add(&run->result, saved->result.bytes, saved->result.size) < 0)
                return -ENOMEM;
        r = restore_notify(run, saved);
        if (r < 0)
                return r;
        r = restore_file(run, saved);
        if (r < 0)
                return r;
        restore_lines(run, saved);
        r = saved->http                      ? restore_http(run, saved)
                        : run->start.is_unit ? restore_unit(run, saved)
                                             : run_attach(run, &launched);
        if (r < 0)
                return r;
        return deadline_set(&run->context->deadlines, &run->deadline, saved->deadline_usec);
}

static int restore_ended(RunContext *context, const RunKey *key, const SavedRun *saved, Run **ret) {
        CLEANUP_FREE char *job = NULL;
        CLEANUP(run_freep) Run *run = NULL;
        size_t consumed;
        int r;

        if (!saved->ended.bytes)
                return -EBADMSG;
        r = copy_text(&saved->start, &job);
        if (r < 0)
                return r;
        r = run_new_ended(context, key, job ?: "", saved->lost, &run);
        if (r < 0)
                return r;
        r = message_decode(saved->ended.bytes, saved->ended.size, &run->ended, &consumed);
        if (r < 0)
                return r;
        if (run->ended.type != MESSAGE_ENDED)
                return -EBADMSG;
        *ret = TAKE_PTR(run);
        return 0;
}

int run_state_restore(RunContext *context, StateReader *reader, Run **ret) {
        CLEANUP(message_done) Message message = { 0 };
        char name[RUN_NAME_MAX];
        SavedRun saved;
        size_t consumed;
        RunKey key;
        int r;

        r = read_saved(reader, &saved);
        if (r < 0)
                return r;
        if (!saved.key.bytes || !saved.start.bytes)
                return -EBADMSG;
        (void) snprintf(name, sizeof(name), "%.*s", (int) MIN(saved.key.size, sizeof(name) - 1),
                        saved.key.bytes);
        if (run_key_parse(name, &key) < 0)
                return -EBADMSG;
        if (saved.phase == RUN_ENDED)
                return restore_ended(context, &key, &saved, ret);

        r = message_decode(saved.start.bytes, saved.start.size, &message, &consumed);
        if (r < 0)
                return r;
        if (message.type != MESSAGE_START)
                return -EBADMSG;
        r = run_new(context, &key, &message.start, ret);
        if (r < 0 || saved.phase == RUN_LOOKUP)
                return r;
        return restore_process(*ret, &saved);
}

void run_state_for_each_fd(const Run *run, void (*visit)(void *userdata, int fd), void *userdata) {
        const int fds[] = {
                run->cgroup_fd,
                run->status.fd,
                run->output[0].fd,
                run->output[1].fd,
                run->notify.watch.fd,
                run->file && run->phase != RUN_LOOKUP ? run->file->pipe.fd : -EBADF,
                run->file && run->phase != RUN_LOOKUP ? run->file->report.fd : -EBADF,
        };

        for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
                if (fds[i] >= 0)
                        visit(userdata, fds[i]);
        }
}
