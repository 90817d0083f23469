/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/credential-load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <utlist.h>

#include "runner/credential-find.h"
#include "runner/helper-process.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/string-list.h"

#define DECRYPT_PROGRAM "systemd-creds"
#define DECRYPT_TIMEOUT_USEC (30 * USEC_PER_SEC)
#define COMPLAINT_MAX ((size_t) 1024)

struct CredentialLoad {
        RunContext *context;
        char **wanted; /* as credential_find() takes it */
        const char *store;
        Credential *items;
        size_t n;
        credential_load_done_t done; /* NULL: called */
        void *userdata;

        /* The child that decrypts items[n] */
        pid_t pid;
        char *path;
        Watch output, complaint; /* its stdout and stderr */
        Credential decrypted;
        char complaint_text[COMPLAINT_MAX];
        size_t complaint_size;
        int status;
        bool is_reaped;
        bool is_complete;  /* it has said all: judged from the deadline, since done() may free our watches */
        Deadline deadline; /* its patience, then at once */
        CredentialLoad *prev, *next;
};

static void go_on(CredentialLoad *load);

/* May free the load. */
static void finish(CredentialLoad *load, const char *failure) {
        credential_load_done_t done = load->done;

        load->done = NULL;
        deadline_clear(&load->context->deadlines, &load->deadline);
        if (done)
                done(load->userdata, failure);
}

CredentialLoad *credential_load_free(CredentialLoad *load) {
        if (!load)
                return NULL;
        if (load->pid > 0 && !load->is_reaped)
                (void) kill(load->pid, SIGKILL); /* our child until the runner reaps it */
        deadline_clear(&load->context->deadlines, &load->deadline);
        poller_close(&load->context->poller, &load->output);
        poller_close(&load->context->poller, &load->complaint);
        DL_DELETE(load->context->credential_loads, load);
        for (size_t i = 0; i < load->n; i++)
                credential_done(&load->items[i]);
        credential_done(&load->decrypted);
        free(load->items);
        free(load->path);
        (void) string_list_free(load->wanted);
        free(load);
        return NULL;
}

static void fail_decryption(CredentialLoad *load) {
        char text[COMPLAINT_MAX + 512];
        size_t size = load->complaint_size;

        while (size > 0 && (load->complaint_text[size - 1] == '\n'))
                size--;
        (void) snprintf(text, sizeof(text), "cannot decrypt the credential '%.256s': %.*s", load->path,
                        (int) size, size > 0 ? load->complaint_text : "");
        if (size == 0)
                (void) snprintf(text, sizeof(text),
                                "cannot decrypt the credential '%.256s': " DECRYPT_PROGRAM
                                " did not do it (status %d)",
                                load->path, load->status);
        finish(load, text);
}

/* When the child is reaped and both pipes have ended. */
static void check_decrypted(CredentialLoad *load) {
        if (!load->is_reaped || load->output.fd >= 0 || load->complaint.fd >= 0)
                return;
        load->is_complete = true;
        (void) deadline_set(&load->context->deadlines, &load->deadline, 0);
}

static void conclude_decryption(CredentialLoad *load) {
        load->is_complete = false;
        load->pid = 0;
        if (!WIFEXITED(load->status) || WEXITSTATUS(load->status) != 0) {
                fail_decryption(load);
                return;
        }
        load->items[load->n++] = load->decrypted;
        load->decrypted = (Credential){ 0 };
        go_on(load);
}

static void on_output(Watch *watch, uint32_t events) {
        CredentialLoad *load = watch->userdata;
        size_t room = CREDENTIAL_SIZE_MAX - load->decrypted.size;
        ssize_t n = read(watch->fd, load->decrypted.data + load->decrypted.size, room);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (n > 0) {
                load->decrypted.size += (size_t) n;
                return;
        }
        poller_close(&load->context->poller, watch);
        check_decrypted(load);
}

static void on_complaint(Watch *watch, uint32_t events) {
        CredentialLoad *load = watch->userdata;
        char buffer[COMPLAINT_MAX];
        ssize_t n = read(watch->fd, buffer, sizeof(buffer));
        size_t taken;

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (n > 0) {
                taken = MIN((size_t) n, sizeof(load->complaint_text) - load->complaint_size);
                memcpy(load->complaint_text + load->complaint_size, buffer, taken);
                load->complaint_size += taken;
                return;
        }
        poller_close(&load->context->poller, watch);
        check_decrypted(load);
}

void credential_loads_on_reaped(RunContext *context, pid_t pid, int status) {
        CredentialLoad *load;

        DL_FOREACH(context->credential_loads, load) {
                if (load->pid == pid && !load->is_reaped) {
                        load->is_reaped = true;
                        load->status = status;
                        check_decrypted(load);
                        return;
                }
        }
}

static void on_timeout(Deadline *deadline) {
        CredentialLoad *load = deadline->userdata;

        if (load->is_complete)
                conclude_decryption(load);
        else if (load->pid > 0 && !load->is_reaped)
                (void) kill(load->pid, SIGKILL);
}

static int spawn(const char *name, const char *path, int output_fd, int complaint_fd, pid_t *ret) {
        CLEANUP_FREE char *option = NULL;
        char *arguments[] = {
                (char *) DECRYPT_PROGRAM, (char *) "decrypt", NULL, (char *) path, (char *) "-", NULL
        };
        const HelperStreams streams = { .input_fd = -EBADF,
                                        .output_fd = output_fd,
                                        .error_fd = complaint_fd };

        if (asprintf(&option, "--name=%s", name) < 0) {
                option = NULL;
                return -ENOMEM;
        }
        arguments[2] = option;
        return helper_process_start(arguments, &streams, ret);
}

static int watch_pipe(CredentialLoad *load, Watch *watch, int *ret_write_fd) {
        int fds[2], r;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        *ret_write_fd = fds[1];
        if (fcntl(fds[0], F_SETFL, O_RDONLY | O_NONBLOCK) < 0) {
                r = -errno;
                (void) fd_close(fds[0]);
                return r;
        }
        return poller_add(&load->context->poller, watch, fds[0], EPOLLIN);
}

static int begin_decryption(CredentialLoad *load, CredentialSource *source) {
        CLEANUP_CLOSE int output_fd = -EBADF, complaint_fd = -EBADF;
        const char *slash = strrchr(source->path, '/'); /* it was found in a directory */
        int r;

        free(load->path);
        load->path = TAKE_PTR(source->path);
        load->decrypted.name = TAKE_PTR(source->name);
        load->complaint_size = 0;
        load->is_reaped = false;
        load->decrypted.data = malloc(CREDENTIAL_SIZE_MAX);
        if (!load->decrypted.data)
                return -ENOMEM;
        r = watch_pipe(load, &load->output, &output_fd);
        if (r >= 0)
                r = watch_pipe(load, &load->complaint, &complaint_fd);
        if (r >= 0)
                r = spawn(slash + 1, load->path, output_fd, complaint_fd, &load->pid);
        if (r < 0)
                return r;
        return deadline_set(
                        &load->context->deadlines, &load->deadline,
                        clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + DECRYPT_TIMEOUT_USEC);
}

static int read_plain(CredentialLoad *load, CredentialSource *source) {
        Credential item = { 0 };
        int r;

        r = fd_read_all(source->fd, CREDENTIAL_SIZE_MAX, &item.data, &item.size);
        if (r < 0)
                return r;
        item.name = TAKE_PTR(source->name);
        load->items[load->n++] = item;
        return 0;
}

/* Returns 1: the next one may come, 0: a child works on it, or a negative errno with a sentence. */
static int load_next(CredentialLoad *load, char **reterr_message) {
        CLEANUP(credential_source_done) CredentialSource source = { .fd = -EBADF };
        const char *wanted = load->wanted[load->n];
        int r;

        r = credential_find(&load->context->credential_places, load->store, wanted, &source, reterr_message);
        if (r < 0)
                return r;
        r = source.encrypted ? begin_decryption(load, &source) : read_plain(load, &source);
        if (r < 0 &&
            asprintf(reterr_message, "cannot %s the credential '%.*s': %s%s",
                     source.encrypted ? "decrypt" : "read", (int) strcspn(wanted, "="), wanted, strerror(-r),
                     r == -ENOENT ? " ('" DECRYPT_PROGRAM "')" : "") < 0)
                *reterr_message = NULL;
        return r < 0 ? r : !source.encrypted;
}

static void go_on(CredentialLoad *load) {
        CLEANUP_FREE char *message = NULL;
        int r = 1;

        while (load->wanted[load->n] && r > 0)
                r = load_next(load, &message);
        if (r != 0)
                finish(load, r < 0 ? message ?: "out of memory" : NULL);
}

int credential_load_begin(
                RunContext *context,
                const char *store,
                char *const *wanted,
                credential_load_done_t done,
                void *userdata,
                CredentialLoad **ret) {

        CredentialLoad *load = calloc(1, sizeof(*load));

        if (!load)
                return -ENOMEM;
        load->context = context;
        load->store = store;
        load->done = done;
        load->userdata = userdata;
        load->output = (Watch){ .fd = -EBADF, .on_ready = on_output, .userdata = load };
        load->complaint = (Watch){ .fd = -EBADF, .on_ready = on_complaint, .userdata = load };
        deadline_init(&load->deadline, on_timeout, load);
        DL_APPEND(context->credential_loads, load);
        load->items = calloc(string_list_length(wanted) + 1, sizeof(*load->items));
        if (!load->items || string_list_copy(wanted, &load->wanted) < 0 || !load->wanted) {
                (void) credential_load_free(load);
                return -ENOMEM;
        }
        *ret = load;
        go_on(load);
        return 0;
}

const Credential *credential_load_items(const CredentialLoad *load, size_t *ret_n) {
        *ret_n = load ? load->n : 0;
        return load ? load->items : NULL;
}

int credential_load_write(
                const CredentialLoad *load,
                const char *base,
                const RunKey *key,
                const CredentialOwner *owner,
                char **ret_path,
                char **reterr_message) {

        return credential_directory_make(base, key, load->items, load->n, owner, ret_path, reterr_message);
}
