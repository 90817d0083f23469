/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * edit: as visudo does it. A copy is edited and checked; only what is good replaces the file, at once and
 * whole, with the old owner and mode.
 */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schedctl/definitions.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/file.h"

typedef struct Edit {
        Context *context;
        Definitions definitions;
        char *path;      /* of the file, links resolved */
        char *directory; /* of the copy, our own */
        char *copy;
        int64_t line; /* where to begin; 0: unknown */
        char *original;
        size_t original_size;
        struct stat status; /* of the file; st_nlink == 0: it is new */
} Edit;

static void edit_done(Edit *edit) {
        if (edit->copy)
                (void) unlink(edit->copy);
        if (edit->directory)
                (void) rmdir(edit->directory);
        definitions_done(&edit->definitions);
        free(edit->path);
        free(edit->directory);
        free(edit->copy);
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

/* In a directory of our own, under the same name: editors and the checks look at the suffix. */
static int make_copy(Edit *edit) {
        const char *base = strrchr(edit->path, '/') ? strrchr(edit->path, '/') + 1 : edit->path;
        const char *temporary = getenv("TMPDIR") ?: "/tmp";
        int r;

        if (asprintf(&edit->directory, "%s/schedctl-edit-XXXXXX", temporary) < 0) {
                edit->directory = NULL;
                return complain_errno(-ENOMEM, "cannot make a copy to edit");
        }
        if (!mkdtemp(edit->directory)) {
                edit->directory = (free(edit->directory), NULL);
                return complain_errno(-errno, "cannot make a directory for the copy in '%s'", temporary);
        }
        r = path_join(edit->directory, base, &edit->copy);
        if (r >= 0)
                r = file_replace(edit->copy, edit->original, edit->original_size, 0600, false);
        return r < 0 ? complain_errno(r, "cannot write the copy '%s'", edit->copy ?: base) : STATUS_OK;
}

/* The editor's command may have arguments; the file comes in as "$1" and cannot be misread. */
static int run_editor(const Edit *edit) {
        const char *editor = getenv("VISUAL") ?: getenv("EDITOR");
        CLEANUP_FREE char *command = NULL;
        int state, r;
        pid_t pid;

        if (!editor || !*editor)
                editor = "$(command -v sensible-editor || command -v editor || command -v vi || echo nano)";
        if (asprintf(&command, "exec %s \"$@\"", editor) < 0) {
                command = NULL;
                return complain_errno(-ENOMEM, "cannot start the editor");
        }

        char *const arguments[] = { (char *) "sh", (char *) "-c", command, (char *) "sh", edit->copy, NULL };

        r = posix_spawn(&pid, "/bin/sh", NULL, NULL, arguments, environ);
        if (r != 0)
                return complain_errno(-r, "cannot start the editor");
        while (waitpid(pid, &state, 0) < 0)
                if (errno != EINTR)
                        return complain_errno(-errno, "cannot wait for the editor");
        if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
                complain("the editor '%s' failed, '%s' stays as it was", editor, edit->path);
                return STATUS_FAILURE;
        }
        return STATUS_OK;
}

/* --- checking and saving --------------------------------------------------------------------------- */

typedef enum Choice {
        CHOICE_SAVE,
        CHOICE_EDIT,
        CHOICE_QUIT,
} Choice;

static Choice ask_what_now(void) {
        char answer[64];

        for (;;) {
                (void) fprintf(stderr, "What now? ");
                if (!fgets(answer, sizeof(answer), stdin) || answer[0] == 'x')
                        return CHOICE_QUIT;
                if (answer[0] == 'e')
                        return CHOICE_EDIT;
                if (answer[0] == 'Q')
                        return CHOICE_SAVE;
                (void) fprintf(stderr,
                               "  (e)dit again\n"
                               "  e(x)it without saving\n"
                               "  (Q)uit and save all the same (danger: faulty jobs keep their last good "
                               "version)\n");
        }
}

/* Returns true if the copy is good; else its faults have been printed. */
static bool is_good(const Edit *edit) {
        JobSet set = { 0 };
        bool good;
        int r;

        r = job_loader_check_file(edit->definitions.loader, edit->copy, &set);
        if (r < 0) {
                (void) complain_errno(r, "cannot check the definitions");
                return false;
        }
        definitions_print_faults(&set.diagnostics, edit->copy, edit->path);
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

        r = file_read(edit->copy, JOB_FILE_SIZE_MAX, &text, &size);
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
        Choice choice = CHOICE_EDIT;

        while (choice == CHOICE_EDIT) {
                int status = run_editor(edit);

                if (status != STATUS_OK)
                        return status;
                choice = is_good(edit) ? CHOICE_SAVE : ask_what_now();
        }
        if (choice == CHOICE_QUIT) {
                context_remark(edit->context, "'%s' stays as it was.", edit->path);
                return STATUS_FAILURE;
        }
        return save(edit);
}

int verb_edit(Context *context, char **arguments) {
        Edit edit = { .context = context };
        int status;

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
