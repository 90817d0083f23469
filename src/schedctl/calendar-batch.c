/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-batch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"

#define READ_SIZE ((size_t) 256 * 1024)
#define WRITE_SIZE ((size_t) 256 * 1024)

typedef struct Batch {
        const CalendarEnvironment *environment;
        int input, output;
        Buffer requests; /* what is read and not yet a whole line */
        Buffer answers;  /* what is not yet written */
        CalendarAnswer scratch;
        bool skipping; /* the rest of a line that is too long */
} Batch;

/* --- one line -------------------------------------------------------------------------------------- */

static void encode_id(const json_t *id, JsonWriter *writer) {
        CLEANUP_FREE char *text = NULL;

        if (!id)
                return;
        if (json_is_integer(id)) {
                json_writer_integer(writer, "id", json_integer_value(id));
                return;
        }
        if (json_is_string(id)) {
                json_writer_string_n(writer, "id", json_string_value(id), json_string_length(id));
                return;
        }
        text = json_dumps(id, JSON_COMPACT | JSON_ENCODE_ANY);
        if (text)
                json_writer_raw(writer, "id", text);
        else
                writer->buffer->failed = true;
}

static int finish_line(JsonWriter *writer, Buffer *answers) {
        json_writer_end_object(writer);
        (void) buffer_add_char(answers, '\n');
        return answers->failed ? -ENOMEM : 0;
}

static int refuse_line(const json_t *id, const CalendarError *error, Buffer *answers) {
        JsonWriter writer;

        json_writer_init(&writer, answers);
        json_writer_begin_object(&writer, NULL);
        encode_id(id, &writer);
        calendar_error_encode(error, &writer);
        return finish_line(&writer, answers);
}

static int answer_request(
                const CalendarEnvironment *environment,
                json_t *json,
                CalendarAnswer *scratch,
                Buffer *answers) {

        const json_t *id = json_object_get(json, "id");
        CalendarRequest request;
        CalendarError error;
        JsonWriter writer;
        int r;

        r = calendar_request_read(json, environment, &request, &error);
        if (r < 0)
                return r == -EINVAL ? refuse_line(id, &error, answers) : r;

        r = calendar_answer_find(scratch, &request, environment, &error);
        if (r >= 0) {
                json_writer_init(&writer, answers);
                json_writer_begin_object(&writer, NULL);
                encode_id(id, &writer);
                calendar_answer_encode(scratch, &writer);
                r = finish_line(&writer, answers);
        } else if (r == -EINVAL) {
                r = refuse_line(id, &error, answers);
        }
        calendar_request_done(&request);
        return r;
}

int calendar_batch_answer(
                const CalendarEnvironment *environment,
                const char *line,
                size_t size,
                CalendarAnswer *scratch,
                Buffer *answers) {

        json_error_t fault;
        CalendarError error;
        json_t *json;
        int r;

        json = json_loadb(line, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &fault);
        if (!json) {
                if (json_error_code(&fault) == json_error_out_of_memory)
                        return -ENOMEM;
                (void) calendar_error(
                                &error, CALENDAR_ERROR_JSON, NULL, "byte %d: %s", fault.position, fault.text);
                return refuse_line(NULL, &error, answers);
        }
        r = answer_request(environment, json, scratch, answers);
        json_decref(json);
        return r;
}

/* --- all lines ------------------------------------------------------------------------------------- */

static int write_answers(Batch *batch) {
        int r;

        r = fd_write_all(batch->output, batch->answers.data, batch->answers.size);
        buffer_clear(&batch->answers);
        return r;
}

static int answer_line(Batch *batch, const char *line, size_t size) {
        int r;

        r = calendar_batch_answer(batch->environment, line, size, &batch->scratch, &batch->answers);
        if (r >= 0 && batch->answers.size >= WRITE_SIZE)
                r = write_answers(batch);
        return r;
}

static int refuse_long_line(Batch *batch) {
        CalendarError error;

        (void) calendar_error(
                        &error, CALENDAR_ERROR_JSON, NULL, "the line is longer than %zu bytes",
                        CALENDAR_LINE_MAX);
        batch->skipping = true;
        return refuse_line(NULL, &error, &batch->answers);
}

/* Answers the lines that are whole, and keeps the rest. */
static int answer_lines(Batch *batch) {
        const char *data = batch->requests.data;
        size_t size = batch->requests.size, at = 0;
        int r = 0;

        while (r >= 0 && at < size) {
                const char *end = memchr(data + at, '\n', size - at);
                size_t length = end ? (size_t) (end - data) - at : size - at;

                if (!batch->skipping && length > CALENDAR_LINE_MAX)
                        r = refuse_long_line(batch);
                else if (!batch->skipping && end)
                        r = answer_line(batch, data + at, length);
                else if (!batch->skipping)
                        break;
                if (end)
                        batch->skipping = false;
                at += length + (end ? 1 : 0);
        }
        buffer_consume(&batch->requests, at);
        return r;
}

/* Who waits for an answer before the next question must get it. */
static int write_before_block(Batch *batch) {
        struct pollfd ready = { .fd = batch->input, .events = POLLIN };

        if (batch->answers.size == 0 || poll(&ready, 1, 0) > 0)
                return 0;
        return write_answers(batch);
}

/* Returns 1 if something was read, 0 at the end. */
static int read_more(Batch *batch, char *chunk) {
        ssize_t n;

        do
                n = read(batch->input, chunk, READ_SIZE);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        if (n == 0)
                return 0;
        return buffer_add(&batch->requests, chunk, (size_t) n) < 0 ? -ENOMEM : 1;
}

static int run(Batch *batch, char *chunk) {
        int r;

        for (;;) {
                r = write_before_block(batch);
                if (r >= 0)
                        r = read_more(batch, chunk);
                if (r <= 0)
                        break;
                r = answer_lines(batch);
                if (r < 0)
                        break;
        }

        /* the last line needs no line break */
        if (r >= 0 && batch->requests.size > 0 && !batch->skipping)
                r = answer_line(batch, batch->requests.data, batch->requests.size);
        if (r >= 0)
                r = write_answers(batch);
        return r;
}

int calendar_batch(const CalendarEnvironment *environment, int input, int output) {
        Batch batch = { .environment = environment, .input = input, .output = output };
        CLEANUP_FREE char *chunk = malloc(READ_SIZE);
        int r;

        r = chunk ? run(&batch, chunk) : -ENOMEM;
        calendar_answer_done(&batch.scratch);
        buffer_done(&batch.requests);
        buffer_done(&batch.answers);
        return r;
}
