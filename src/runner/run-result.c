/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-result.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "protocol/action-program.h"
#include "util/json-check.h"
#include "util/json-writer.h"
#include "util/string-list.h"
#include "util/timestamp.h"

#define REQUEST_DEPTH_MAX 64U

static int write_request(const MessageStart *start, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char due[TIMESTAMP_MAX];
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        json_writer_string(&writer, "kind", start->kind);
        json_writer_string(&writer, "job", start->job);
        json_writer_integer(&writer, "execution", (int64_t) start->execution_id);
        json_writer_integer(&writer, "attempt", (int64_t) start->attempt);
        json_writer_string(&writer, "due", timestamp_format_utc(start->due_usec, due));
        json_writer_string(&writer, "network", start->allow_private ? "any" : "public");
        json_writer_raw(&writer, "parameters", start->request);
        json_writer_end_object(&writer);
        (void) buffer_add_char(&buffer, '\n');
        return buffer_take(&buffer, ret);
}

static int find_program(Run *run, int *ret_fd, char **ret_path, char **reterr_message) {
        const RunContext *context = run->context;
        const FileTrust trust = { .owner_uid = getuid(), .system_mode = !context->launch.user_mode };

        return action_program_find(
                        context->action_directories, &trust, run->start.kind, ret_fd, ret_path,
                        reterr_message);
}

int run_result_prepare(Run *run, int *ret_fd, char **reterr_message) {
        MessageStart *start = &run->start;
        CLEANUP_CLOSE int fd = -EBADF;
        CLEANUP_FREE char *request = NULL;
        char *path;
        int r;

        assert(ret_fd);

        if (start->request[0] == '\0') {
                *reterr_message = strdup(RUN_NO_REQUEST);
                return -EINVAL;
        }
        /* It stands inside of what is written here. */
        if (json_check_object(start->request, strlen(start->request), REQUEST_DEPTH_MAX, NULL) < 0) {
                *reterr_message = strdup("its request is not a JSON object");
                return -EBADMSG;
        }
        r = write_request(start, &request);
        if (r >= 0)
                r = find_program(run, &fd, &path, reterr_message);
        if (r < 0)
                return r;

        free(start->script);
        start->script = NULL;
        start->arguments = string_list_free(start->arguments);
        r = string_list_take_push(&start->arguments, path);
        if (r < 0)
                return r;
        free(start->input);
        start->input = TAKE_PTR(request);
        start->has_input = 1;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

void run_result_add(Run *run, const void *data, size_t size) {
        if (run->result_is_excessive)
                return;
        if (size > RESULT_SIZE_MAX - run->result.size)
                run->result_is_excessive = true;
        else
                (void) buffer_add(&run->result, data, size); /* a failure is found at the end */
}

static bool is_space(const Buffer *text) {
        for (size_t i = 0; i < text->size; i++) {
                if (!strchr(" \t\r\n", text->data[i]) || text->data[i] == '\0')
                        return false;
        }
        return true;
}

/* NULL: it is a good one. */
static char *judge(const Run *run) {
        const Buffer *result = &run->result;
        JsonFault fault;
        char *text;
        int n;

        if (run->result_is_excessive)
                n = asprintf(&text,
                             "its result, which it writes to its standard output, is larger than %zu KiB",
                             RESULT_SIZE_MAX / 1024);
        else if (result->failed)
                n = asprintf(&text, "its result cannot be kept: out of memory");
        else if (json_check_object(result->data, result->size, RESULT_DEPTH_MAX, &fault) < 0)
                n = asprintf(&text,
                             "what it wrote to its standard output is not a result, which is a JSON object: "
                             "%s, "
                             "byte %zu",
                             fault.reason, fault.offset);
        else
                return NULL;
        return n < 0 ? strdup("its result is none") : text;
}

void run_result_finish(Run *run, MessageEnded *ended) {
        Buffer *result = &run->result;
        char *fault;

        if (!run->result_is_excessive && !result->failed && is_space(result))
                return;
        fault = judge(run);
        if (!fault) {
                ended->result = result->data;
                return;
        }
        ended->verdict = RESULT_BAD_CONTENT;
        if (run->failure)
                free(fault);
        else
                run->failure = fault;
}
