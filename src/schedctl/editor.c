/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/editor.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schedctl/message.h"
#include "util/file.h"

int editor_copy_make(EditorCopy *copy, const char *name, const char *text, size_t size) {
        const char *temporary = getenv("TMPDIR") ?: "/tmp";
        int r;

        if (asprintf(&copy->directory, "%s/schedctl-edit-XXXXXX", temporary) < 0) {
                copy->directory = NULL;
                return complain_errno(-ENOMEM, "cannot make a copy to edit");
        }
        if (!mkdtemp(copy->directory)) {
                copy->directory = (free(copy->directory), NULL);
                return complain_errno(-errno, "cannot make a directory for the copy in '%s'", temporary);
        }
        r = path_join(copy->directory, name, &copy->path);
        if (r >= 0)
                r = file_replace(copy->path, text, size, 0600, false);
        return r < 0 ? complain_errno(r, "cannot write the copy '%s'", copy->path ?: name) : STATUS_OK;
}

void editor_copy_done(EditorCopy *copy) {
        if (copy->path)
                (void) unlink(copy->path);
        if (copy->directory)
                (void) rmdir(copy->directory);
        free(copy->path);
        free(copy->directory);
        *copy = (EditorCopy){ 0 };
}

/* Ctrl-C in the editor is for the editor: as with system(3). Returns a negative errno, or 0 with what wait
 * has told. */
static int spawn_and_wait(char *const *arguments, int *ret_state) {
        sigset_t terminal;
        posix_spawnattr_t attributes;
        void (*on_interrupt)(int), (*on_quit)(int);
        pid_t pid;
        int r;

        r = posix_spawnattr_init(&attributes);
        if (r != 0)
                return -r;
        (void) sigemptyset(&terminal);
        (void) sigaddset(&terminal, SIGINT);
        (void) sigaddset(&terminal, SIGQUIT);
        (void) posix_spawnattr_setsigdefault(&attributes, &terminal);
        (void) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        on_interrupt = signal(SIGINT, SIG_IGN);
        on_quit = signal(SIGQUIT, SIG_IGN);

        r = -posix_spawn(&pid, "/bin/sh", NULL, &attributes, arguments, environ);
        while (r == 0 && waitpid(pid, ret_state, 0) < 0)
                r = errno == EINTR ? 0 : -errno;

        (void) signal(SIGINT, on_interrupt);
        (void) signal(SIGQUIT, on_quit);
        (void) posix_spawnattr_destroy(&attributes);
        return r;
}

/* The editor's command may have arguments; the file comes in as "$1" and cannot be misread. */
int editor_run(const char *path, const char *name) {
        const char *chosen = getenv("VISUAL") ?: getenv("EDITOR"), *editor = chosen;
        CLEANUP_FREE char *command = NULL;
        int state = 0, r;

        if (!editor || !*editor)
                editor = "$(command -v sensible-editor || command -v editor || command -v vi || echo nano)";
        if (asprintf(&command, "exec %s \"$@\"", editor) < 0) {
                command = NULL;
                return complain_errno(-ENOMEM, "cannot start the editor");
        }

        char *const arguments[] = {
                (char *) "sh", (char *) "-c", command, (char *) "sh", (char *) path, NULL
        };

        r = spawn_and_wait(arguments, &state);
        if (r < 0)
                return complain_errno(r, "cannot run the editor");
        if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
                complain("the editor%s%s%s failed, '%s' stays as it was", editor == chosen ? " '" : "",
                         editor == chosen ? editor : "", editor == chosen ? "'" : "", name);
                return STATUS_FAILURE;
        }
        return STATUS_OK;
}

EditorChoice editor_ask(const char *save_help) {
        char answer[64];

        for (;;) {
                (void) fprintf(stderr, "What now? ");
                if (!fgets(answer, sizeof(answer), stdin) || answer[0] == 'x')
                        return EDITOR_QUIT;
                if (answer[0] == 'e')
                        return EDITOR_AGAIN;
                if (answer[0] == 'Q' && save_help)
                        return EDITOR_SAVE;
                (void) fprintf(stderr,
                               "  (e)dit again\n"
                               "  e(x)it without saving\n"
                               "%s%s%s",
                               save_help ? "  " : "", save_help ?: "", save_help ? "\n" : "");
        }
}
