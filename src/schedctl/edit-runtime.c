/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/edit-runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job/job-limits.h"
#include "schedctl/change.h"
#include "schedctl/editor.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
#include "schedctl/view.h"
#include "util/file.h"

typedef struct RuntimeEdit {
        Context *context;
        const char *name; /* the full one */
        uint64_t revision;
        char *original;
        EditorCopy copy;
} RuntimeEdit;

/* NULL: there is none, or nobody to ask. */
static json_t *find_job(Context *context, const char *name) {
        ClientOptions options = { .user = context->options.user, .bus = context->options.bus };
        CLEANUP_JSON json_t *jobs = NULL;
        char *const names[] = { (char *) name, NULL };
        ClientError error = { 0 };

        if (!context->client && client_open(&options, &context->client, &error) < 0) {
                client_error_done(&error);
                return NULL;
        }
        if (fetch_matching_jobs(context, &(const ClientFilter){ .names = names }, &jobs) != STATUS_OK ||
            json_array_size(jobs) != 1)
                return NULL;
        return json_incref(json_array_get(jobs, 0));
}

/* Returns a status; *ret_saved says whether nothing is left to do. */
static int try_to_save(const RuntimeEdit *edit, bool *ret_saved) {
        CLEANUP_FREE char *text = NULL;
        ClientChange change = { .kind = "replace", .name = edit->name, .if_revision = edit->revision };
        int r;

        *ret_saved = true;
        r = file_read(edit->copy.path, JOB_FILE_SIZE_MAX, &text, NULL);
        if (r < 0)
                return complain_errno(r, "cannot read the edited copy");
        if (strcmp(text, edit->original) == 0) {
                context_remark(edit->context, "'%s' is unchanged.", edit->name);
                return STATUS_OK;
        }
        change.definition = text;
        r = change_jobs(edit->context, &change, 1, true);
        *ret_saved = r == STATUS_OK;
        return r;
}

/* What was typed is never thrown away without a word. */
static int edit_until_saved(RuntimeEdit *edit) {
        bool is_saved = false;
        int status;

        for (;;) {
                status = editor_run(edit->copy.path, edit->name);
                if (status != STATUS_OK)
                        return status;
                status = try_to_save(edit, &is_saved);
                if (is_saved)
                        return status;
                if (editor_ask(NULL) == EDITOR_QUIT)
                        break;
        }
        context_remark(edit->context, "'%s' stays as it was; what you wrote is in '%s'.", edit->name,
                       edit->copy.path);
        edit->copy.path = (free(edit->copy.path), NULL); /* it is kept */
        return STATUS_FAILURE;
}

static int edit_source(RuntimeEdit *edit) {
        ClientError error = { 0 };
        int r, status;

        r = client_get_source(edit->context->client, edit->name, &edit->original, &error);
        if (r < 0)
                return complain_client(r, &error, edit->name);
        status = editor_copy_make(&edit->copy, "job.yaml", edit->original, strlen(edit->original));
        return status == STATUS_OK ? edit_until_saved(edit) : status;
}

int edit_runtime_job(Context *context, const char *name, bool *ret_done) {
        CLEANUP_JSON json_t *job = NULL;
        RuntimeEdit edit = { .context = context };
        int status;

        *ret_done = false;
        if (strchr(name, '/') ? access(name, F_OK) == 0 : is_pattern(name))
                return STATUS_OK;
        job = find_job(context, name);
        if (!job || strcmp(view_text(job, "origin"), "runtime") != 0)
                return STATUS_OK;

        *ret_done = true;
        edit.name = view_text(job, "name");
        edit.revision = (uint64_t) view_integer(job, "revision", 0);
        status = edit_source(&edit);
        editor_copy_done(&edit.copy);
        free(edit.original);
        return status;
}
