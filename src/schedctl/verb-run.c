/* SPDX-License-Identifier: GPL-2.0-or-later */

/* run: a command now, recorded as any execution, and as if it ran here: its output, its status, Ctrl-C. */

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "schedctl/attend.h"
#include "schedctl/job-input.h"
#include "schedctl/message.h"
#include "schedctl/one-shot.h"
#include "schedctl/verbs.h"
#include "util/file.h"
#include "util/utf8.h"

#define INPUT_MAX ((size_t) 1024 * 1024)

typedef struct RunOrder {
        Context *context;
        Draft draft;
} RunOrder;

static bool is_text(const char *data, size_t size) {
        for (size_t i = 0, n; i < size; i += n) {
                n = utf8_length(data + i, size - i);
                if (n == 0 || data[i] == '\0')
                        return false;
        }
        return true;
}

/* Only when asked for: whoever runs us may have left a pipe open that never ends. */
static int take_input(Draft *draft) {
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        int r;

        r = fd_read_all(STDIN_FILENO, INPUT_MAX, &text, &size);
        if (r == -EFBIG || (r >= 0 && !is_text(text, size))) {
                complain("standard input is %s: it becomes part of the job, which is text of up to 1 MiB; "
                         "let the command "
                         "read a file",
                         r < 0 ? "longer than 1 MiB" : "no text in UTF-8");
                return STATUS_FAILURE;
        }
        if (r < 0)
                return complain_errno(r, "cannot read standard input for the command");
        return draft_set_text(draft, "stdin", text) < 0 ? complain_errno(-ENOMEM, "cannot make the job")
                                                        : STATUS_OK;
}

static int make_draft(const Context *context, char **command, Draft *draft) {
        int r, status;

        r = draft_init(draft);
        if (r < 0)
                return complain_errno(r, "cannot make the job");
        status = one_shot_take_command(draft, command);
        if (status == STATUS_OK && context->options.standard_input)
                status = take_input(draft);
        return status == STATUS_OK ? job_options_apply(context, draft) : status;
}

static int create_and_attend(void *userdata, Attendance *attendance) {
        static const OneShot run = { .prefix = "run", .starts = true };
        const RunOrder *order = userdata;
        CLEANUP_FREE char *name = NULL;
        uint64_t id = 0;
        int status;

        status = one_shot_create(order->context, &run, &order->draft, &name, &id);
        if (status != STATUS_OK)
                return status;
        context_remark(order->context, "Running as %s, execution %" PRIu64 ".", name, id);
        return attend(attendance, name, id);
}

int verb_run(Context *context, char **arguments) {
        const AttendStyle style = {
                .follow = true,
                .stop_on_interrupt = true,
                .is_input = !isatty(STDOUT_FILENO),
        };
        RunOrder order = { .context = context };
        char **command = context->command ?: arguments;
        int status;

        if (!*command || (context->command && *arguments)) {
                complain("the command stands behind \"--\": schedctl run [OPTION…] -- COMMAND…");
                return STATUS_OWN_FAULT;
        }
        (void) signal(SIGPIPE,
                      SIG_IGN); /* a command whose reader goes away is stopped; we must live to do that */
        status = make_draft(context, command, &order.draft);
        status = status == STATUS_OK ? attend_all(context, &style, create_and_attend, &order)
                                     : STATUS_OWN_FAULT;
        draft_done(&order.draft);
        return status;
}
