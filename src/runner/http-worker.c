/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/http-worker.h"

#include <assert.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <uthash.h>

#include "runner/helper-process.h"
#include "util/clock.h"
#include "util/log.h"

#define PROGRAM_NAME "jobsched-http"
#define IDLE_USEC (10 * USEC_PER_MINUTE)

struct HttpQuestion {
        HttpWorker *worker;
        uint64_t cookie;
        http_answered_t answered;         /* one of the two */
        http_run_answered_t run_answered; /* is set */
        void *userdata;
        UT_hash_handle hh;
};

static void question_free(HttpQuestion *question) {
        HASH_DEL(question->worker->questions, question);
        free(question);
}

/* --- the process ----------------------------------------------------------------------------------- */

static int spawn(const HttpWorker *worker, int socket_fd, pid_t *ret_pid) {
        char *arguments[] = { (char *) worker->program, NULL };
        const HelperStreams streams = { .input_fd = socket_fd, .output_fd = -EBADF, .error_fd = -EBADF };

        return helper_process_start(arguments, &streams, ret_pid);
}

/* It ends by itself when its socket does. */
static void stop(HttpWorker *worker) {
        worker->connection = connection_free(worker->connection);
        deadline_clear(worker->deadlines, &worker->idle);
}

static void on_idle(Deadline *deadline) {
        HttpWorker *worker = deadline->userdata;

        if (!worker->questions)
                stop(worker);
}

static void rest(HttpWorker *worker) {
        usec_t now_usec = clock_now(&system_clock, CLOCK_KIND_MONOTONIC);

        if (!worker->questions && worker->connection) /* without the memory for it, it goes on */
                (void) deadline_set(worker->deadlines, &worker->idle, usec_add(now_usec, IDLE_USEC));
}

/* --- answers --------------------------------------------------------------------------------------- */

static HttpQuestion *find_question(HttpWorker *worker, uint64_t cookie) {
        HttpQuestion *question;

        HASH_FIND(hh, worker->questions, &cookie, sizeof(cookie), question);
        return question; /* NULL: it was cancelled */
}

/* Taken off first: whoever is told may ask again. */
static void on_errand_done(HttpWorker *worker, const MessageErrandDone *done) {
        HttpQuestion *question = find_question(worker, done->cookie);
        http_answered_t answered;
        void *asker;

        if (!question || !question->answered)
                return;
        answered = question->answered;
        asker = question->userdata;
        question_free(question);
        answered(asker, done);
        rest(worker);
}

static void on_answer(HttpWorker *worker, const MessageHttpAnswer *answer) {
        HttpQuestion *question = find_question(worker, answer->cookie);
        http_run_answered_t answered;
        void *asker;

        if (!question || !question->run_answered)
                return;
        answered = question->run_answered;
        asker = question->userdata;
        question_free(question);
        answered(asker, answer);
        rest(worker);
}

static void on_message(void *userdata, Message *message) {
        if (message->type == MESSAGE_ERRAND_DONE)
                on_errand_done(userdata, &message->errand_done);
        else if (message->type == MESSAGE_HTTP_ANSWER)
                on_answer(userdata, &message->http_answer);
}

/* Each is taken off before its asker is told, who may ask again. */
static void on_closed(void *userdata, int error) {
        const MessageErrandDone lost = {
                .error = EIO,
                .exit_code = -1,
                .signal = -1,
                .http_status = -1,
                .retry_after_usec = -1,
                .text = (char *) "the worker for HTTP died",
        };
        HttpWorker *worker = userdata;
        HttpQuestion *questions = worker->questions, *question, *next;

        log_warning("The worker for HTTP (process %d) is gone; the next request starts another",
                    (int) worker->pid);
        stop(worker);
        worker->questions = NULL;
        HASH_ITER(hh, questions, question, next) {
                const HttpQuestion asked = *question;

                HASH_DEL(questions, question);
                free(question);
                if (asked.answered)
                        asked.answered(asked.userdata, &lost);
                else
                        asked.run_answered(asked.userdata, NULL);
        }
}

static int connect_worker(HttpWorker *worker, int fd) {
        const ConnectionEvents events = { .on_message = on_message,
                                          .on_closed = on_closed,
                                          .userdata = worker };

        return connection_new(worker->event, fd, &events, &worker->connection);
}

static int start(HttpWorker *worker) {
        CLEANUP_CLOSE int theirs = -EBADF;
        int fds[2], r;

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        theirs = fds[1];
        r = connect_worker(worker, fds[0]);
        if (r < 0)
                return r;
        r = spawn(worker, theirs, &worker->pid);
        if (r < 0) {
                worker->pid = 0;
                stop(worker);
        }
        return r;
}

/* --- questions ------------------------------------------------------------------------------------- */

static int question_new(HttpWorker *worker, HttpQuestion **ret) {
        HttpQuestion *question;
        int r;

        r = worker->connection ? 0 : start(worker);
        if (r < 0)
                return r;
        question = calloc(1, sizeof(*question));
        if (!question)
                return -ENOMEM;
        question->worker = worker;
        question->cookie = ++worker->next_cookie;
        *ret = question;
        return 0;
}

/* `r`: of sending it. */
static int question_sent(HttpQuestion *question, int r, HttpQuestion **ret) {
        HttpWorker *worker = question->worker;

        if (r < 0) {
                free(question);
                return r;
        }
        deadline_clear(worker->deadlines, &worker->idle);
        HASH_ADD(hh, worker->questions, cookie, sizeof(question->cookie), question);
        *ret = question;
        return 0;
}

int http_worker_ask(
                HttpWorker *worker,
                const MessageErrand *errand,
                http_answered_t answered,
                void *userdata,
                HttpQuestion **ret) {

        Message message = { .type = MESSAGE_ERRAND, .errand = *errand };
        HttpQuestion *question;
        int r;

        assert(ret);

        r = question_new(worker, &question);
        if (r < 0)
                return r;
        question->answered = answered;
        question->userdata = userdata;
        message.errand.cookie = question->cookie;
        return question_sent(question, connection_send(worker->connection, &message), ret);
}

int http_worker_request(
                HttpWorker *worker,
                const MessageHttpRequest *request,
                http_run_answered_t answered,
                void *userdata,
                HttpQuestion **ret) {

        Message message = { .type = MESSAGE_HTTP_REQUEST, .http_request = *request };
        HttpQuestion *question;
        int r;

        assert(ret);

        r = question_new(worker, &question);
        if (r < 0)
                return r;
        question->run_answered = answered;
        question->userdata = userdata;
        message.http_request.cookie = question->cookie;
        r = request->pieces_size > 0 ? connection_send_secret(worker->connection, &message)
                                     : connection_send(worker->connection, &message);
        return question_sent(question, r, ret);
}

HttpQuestion *http_question_cancel(HttpQuestion *question) {
        HttpWorker *worker;
        Message message;

        if (!question)
                return NULL;

        worker = question->worker;
        message = (Message){ .type = MESSAGE_ERRAND_CANCEL, .errand_cancel = { .cookie = question->cookie } };
        if (worker->connection) /* a worker that has gone has forgotten it */
                (void) connection_send(worker->connection, &message);
        question_free(question);
        rest(worker);
        return NULL;
}

/* --- re-exec --------------------------------------------------------------------------------------- */

int http_worker_suspend(HttpWorker *worker) {
        if (!worker->connection || connection_flush(worker->connection) != 1 ||
            connection_queued_bytes(worker->connection) > 0)
                return -EBADF;
        return connection_fd(worker->connection);
}

int http_worker_resume(HttpWorker *worker, int fd, pid_t pid, uint64_t next_cookie) {
        worker->next_cookie = next_cookie;
        worker->pid = pid;
        return connect_worker(worker, fd);
}

uint64_t http_question_cookie(const HttpQuestion *question) {
        return question ? question->cookie : 0;
}

int http_worker_expect(
                HttpWorker *worker,
                uint64_t cookie,
                http_run_answered_t answered,
                void *userdata,
                HttpQuestion **ret) {

        HttpQuestion *question;

        if (!worker->connection)
                return -ENOTCONN;
        question = calloc(1, sizeof(*question));
        if (!question)
                return -ENOMEM;
        *question = (HttpQuestion){
                .worker = worker, .cookie = cookie, .run_answered = answered, .userdata = userdata
        };
        return question_sent(question, 0, ret);
}

/* --- life ------------------------------------------------------------------------------------------ */

/* Beside the runner, as in a build directory, or where it is installed. */
static int find_program(const char *runner_program, char **ret) {
        CLEANUP_FREE char *beside = NULL;
        char path[PATH_MAX] = "";
        const char *name;

        /* It is a link, "/proc/self/exe": what it leads to, also after an upgrade has replaced that. */
        if (readlink(runner_program, path, sizeof(path) - 1) < 0)
                (void) snprintf(path, sizeof(path), "%s", runner_program);
        name = strrchr(path, '/');
        if (name && asprintf(&beside, "%.*s/" PROGRAM_NAME, (int) (name - path), path) < 0) {
                beside = NULL;
                return -ENOMEM;
        }
        if (beside && access(beside, X_OK) >= 0)
                *ret = TAKE_PTR(beside);
        else
                *ret = strdup(LIBEXEC_DIR "/" PROGRAM_NAME);
        return *ret ? 0 : -ENOMEM;
}

int http_worker_init(HttpWorker *worker, sd_event *event, Deadlines *deadlines, const char *runner_program) {
        *worker = (HttpWorker){ .event = event, .deadlines = deadlines };
        deadline_init(&worker->idle, on_idle, worker);
        return find_program(runner_program, &worker->program);
}

void http_worker_done(HttpWorker *worker) {
        HttpQuestion *question, *next;

        if (!worker->deadlines)
                return; /* never begun */
        HASH_ITER(hh, worker->questions, question, next)
                question_free(question);
        stop(worker);
        free(worker->program);
        worker->program = NULL;
}

void http_worker_kill(HttpWorker *worker) {
        if (worker->pid > 0)
                (void) kill(worker->pid, SIGKILL); /* our child until it is reaped */
}

void http_worker_on_reaped(HttpWorker *worker, pid_t pid) {
        if (pid == worker->pid)
                worker->pid = 0; /* the end of its socket says the rest */
}
