/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * edit: as visudo does it. A copy is edited and checked; only what is good replaces the file, at once and
 * whole, with the old owner and mode.
 */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schedctl/definitions.h"
#include "schedctl/edit-runtime.h"
#include "schedctl/editor.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/file.h"

typedef struct Edit {
        Context *context;
        Definitions definitions;
        char *path; /* of the file, links resolved */
        EditorCopy copy;
        int64_t line; /* where to begin; 0: unknown */
        char *original;
        size_t original_size;
        struct stat status; /* of the file; st_nlink == 0: it is new */
} Edit;

static void edit_done(Edit *edit) {
        editor_copy_done(&edit->copy);
        definitions_done(&edit->definitions);
        free(edit->path);
        free(edit->original);
}

/* --- which file ------------------------------------------------------------------------------------ */

/* Asks the definitions on disk, for when there is no daemon. Returns 1, 0 if no file defines it, or an errno.
 */
static int find_on_disk(Edit *edit, const char *job) {
        JobSet set = { 0 };
        int r, found = 0;

        r = job_loader_scan(edit->definitions.loader, &set);
        if (r < 0)
                return r;
        for (size_t i = 0; i < set.n_jobs && found == 0; i++) {
                const LoadedJob *loaded = &set.jobs[i];
                const char *file = loaded->job ? loaded->job->file : loaded->error.file;

                if (strcmp(loaded->name, job) != 0 || !file)
                        continue;
                edit->path = strdup(file);
                edit->line = loaded->job ? loaded->job->line : loaded->error.line;
                found = edit->path ? 1 : -ENOMEM;
        }
        job_set_done(&set);
        return found;
}

static int find_file(Edit *edit, const char *word) {
        int r;

        if (strchr(word, '/') || access(word, F_OK) == 0) {
                edit->path = realpath(word, NULL) ?: strdup(word);
                return edit->path ? STATUS_OK : complain_errno(-ENOMEM, "cannot edit '%s'", word);
        }

        r = find_on_disk(edit, word);
        if (r < 0)
                return complain_errno(r, "cannot look for the file of '%s'", word);
        if (r == 0) {
                complain("no file defines a job '%s'; to make a new file, write its path", word);
                return STATUS_NO_SUCH;
        }
        return STATUS_OK;
}

/* --- the copy -------------------------------------------------------------------------------------- */

static int read_original(Edit *edit) {
        int r;

        if (stat(edit->path, &edit->status) < 0) {
                if (errno != ENOENT)
                        return complain_errno(-errno, "cannot edit '%s'", edit->path);
                edit->status = (struct stat){ .st_mode = S_IFREG | 0644 };
                edit->original = strdup("");
                return edit->original ? STATUS_OK : complain_errno(-ENOMEM, "cannot edit '%s'", edit->path);
        }
        r = file_read(edit->path, JOB_FILE_SIZE_MAX, &edit->original, &edit->original_size);
        return r < 0 ? complain_errno(r, "cannot read '%s'", edit->path) : STATUS_OK;
}

/* Under the same name: editors and the checks look at the suffix. */
static int make_copy(Edit *edit) {
        const char *base = strrchr(edit->path, '/') ? strrchr(edit->path, '/') + 1 : edit->path;

        return editor_copy_make(&edit->copy, base, edit->original, edit->original_size);
}

/* --- checking and saving --------------------------------------------------------------------------- */

/* Returns true if the copy is good; else its faults have been printed. */
static bool is_good(const Edit *edit) {
        JobSet set = { 0 };
        bool good;
        int r;

        r = job_loader_check_file(edit->definitions.loader, edit->copy.path, &set);
        if (r < 0) {
                (void) complain_errno(r, "cannot check the definitions");
                return false;
        }
        definitions_print_faults(&set.diagnostics, edit->copy.path, edit->path);
        good = set.diagnostics.n_errors == 0;
        job_set_done(&set);
        return good;
}

/* Writes beside the file, takes over owner and mode, and renames: nobody ever reads half a file. */
static int replace_file(const Edit *edit, const char *text, size_t size) {
        CLEANUP_FREE char *temporary = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        int r;

        if (asprintf(&temporary, "%s.XXXXXX", edit->path) < 0) {
                temporary = NULL;
                return -ENOMEM;
        }
        fd = mkostemp(temporary, O_CLOEXEC);
        if (fd < 0)
                return -errno;

        r = fd_write_all(fd, text, size);
        if (r >= 0 && edit->status.st_nlink > 0 && fchown(fd, edit->status.st_uid, edit->status.st_gid) < 0)
                r = -errno;
        if (r >= 0 && fchmod(fd, edit->status.st_mode & 07777) < 0)
                r = -errno;
        if (r >= 0 && fsync(fd) < 0)
                r = -errno;
        if (r >= 0 && rename(temporary, edit->path) < 0)
                r = -errno;
        if (r < 0)
                (void) unlink(temporary);
        return r;
}

/* Somebody else may have saved it meanwhile. */
static bool is_unchanged(const Edit *edit) {
        struct stat now;

        if (stat(edit->path, &now) < 0)
                return edit->status.st_nlink == 0;
        return now.st_ino == edit->status.st_ino && now.st_size == edit->status.st_size &&
                        now.st_mtim.tv_sec == edit->status.st_mtim.tv_sec &&
                        now.st_mtim.tv_nsec == edit->status.st_mtim.tv_nsec;
}

/* The daemon sees the change by itself; asking makes its answer ours. */
static void reload(Context *context) {
        ClientOptions options = { .user = context->options.user, .bus = context->options.bus };
        ClientError error = { 0 };

        if (!context->client && client_open(&options, &context->client, &error) < 0) {
                context_remark(context, "Saved. jobschedd is not running; it reads the file when it starts.");
                client_error_done(&error);
                return;
        }
        (void) verb_reload(context, NULL);
}

static int save(const Edit *edit) {
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        int r;

        r = file_read(edit->copy.path, JOB_FILE_SIZE_MAX, &text, &size);
        if (r < 0)
                return complain_errno(r, "cannot read the edited copy");
        if (size == edit->original_size && memcmp(text, edit->original, size) == 0) {
                context_remark(edit->context, "'%s' is unchanged.", edit->path);
                return STATUS_OK;
        }
        if (!is_unchanged(edit)) {
                complain("'%s' was changed by somebody else meanwhile; nothing was saved", edit->path);
                return STATUS_FAILURE;
        }

        r = replace_file(edit, text, size);
        if (r < 0)
                return complain_errno(r, "cannot save '%s'; it stays as it was", edit->path);
        reload(edit->context);
        return STATUS_OK;
}

static int edit_until_good(Edit *edit) {
        EditorChoice choice = EDITOR_AGAIN;

        while (choice == EDITOR_AGAIN) {
                int status = editor_run(edit->copy.path, edit->path);

                if (status != STATUS_OK)
                        return status;
                choice = is_good(edit) ? EDITOR_SAVE
                                       : editor_ask("(Q)uit and save all the same (danger: faulty jobs keep "
                                                    "their last good version)");
        }
        if (choice == EDITOR_QUIT) {
                context_remark(edit->context, "'%s' stays as it was.", edit->path);
                return STATUS_FAILURE;
        }
        return save(edit);
}

int verb_edit(Context *context, char **arguments) {
        Edit edit = { .context = context };
        bool was_runtime = false;
        int status;

        status = edit_runtime_job(context, arguments[0], &was_runtime);
        if (was_runtime)
                return status;
        status = definitions_open(context, &edit.definitions);
        if (status == STATUS_OK)
                status = find_file(&edit, arguments[0]);
        if (status == STATUS_OK)
                status = read_original(&edit);
        if (status == STATUS_OK)
                status = make_copy(&edit);
        if (status == STATUS_OK)
                status = edit_until_good(&edit);
        edit_done(&edit);
        return status;
}
