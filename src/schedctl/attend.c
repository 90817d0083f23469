/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * It subscribes first and starts then, so that no end is missed. Executions outlive the daemon: when that
 * goes away, a new one is waited for and asked.
 */

#include "schedctl/attend.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedctl/columns.h"
#include "schedctl/live.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/progress-bar.h"
#include "schedctl/selection.h"
#include "schedctl/statistics.h"
#include "schedctl/text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"

typedef struct Started {
        char *job;
        uint64_t id;
        json_t *outcome; /* NULL: has not ended */
} Started;

struct Attendance {
        Context *context;
        const AttendStyle *style;
        Live live;
        Started *started;
        size_t n_started;
        OutputPrinter printer; /* while it is followed */
        uint64_t n_printed;    /* bytes of it, over all connections */
        uint64_t n_before;     /* of these, what the attempts before the present one wrote */
        unsigned attempt;      /* that is or was the last to write */
        bool output_ended;
        bool shows_progress;   /* on a terminal, in a line of its own that is written over */
        bool has_bar;          /* it stands there */
        bool has_gap;          /* not all of its output came, before a connection broke */
        unsigned n_interrupts; /* by Ctrl-C: it was told to stop, then killed; the end is waited for */
        usec_t median_usec;    /* of the last runs; USEC_INFINITY: none */
        bool judged;           /* the status is the job's, not our own */
};

static bool all_ended(const Attendance *run) {
        if (!run->output_ended)
                return false;
        for (size_t i = 0; i < run->n_started; i++)
                if (!run->started[i].outcome)
                        return false;
        return true;
}

static void note_attempt(Attendance *run, const json_t *execution) {
        unsigned attempt = (unsigned) view_integer(execution, "attempts", 0);

        if (attempt <= run->attempt)
                return;
        if (run->attempt > 0) /* else it is the first that we hear of */
                run->n_before = MAX(run->n_printed, run->printer.n_bytes);
        run->attempt = attempt;
}

static void note_state(Attendance *run, uint64_t id, json_t *execution) {
        if (run->n_started > 0 && run->started[0].id == id)
                note_attempt(run, execution);
        if (!execution_state_is_over(view_text(execution, "state")))
                return;
        for (size_t i = 0; i < run->n_started; i++)
                if (run->started[i].id == id && !run->started[i].outcome)
                        run->started[i].outcome = json_incref(execution);
}

static void clear_bar(void *userdata) {
        Attendance *run = userdata;

        if (run->has_bar)
                (void) fputs("\r\033[K", stderr);
        run->has_bar = false;
}

/* It comes back with the next progress after output; an unfinished line of output is not written over. */
static void show_progress(Attendance *run, const ClientEvent *event) {
        const Context *context = run->context;
        CLEANUP(buffer_done) Buffer line = { 0 }, cut = { 0 };

        if (!run->shows_progress || run->printer.in_line || run->n_started != 1 ||
            event->id != run->started[0].id)
                return;
        clear_bar(run);
        if (progress_format(event->execution, context_now(context), run->median_usec, &context->screen,
                            &line) < 0 ||
            line.size == 0)
                return;
        (void) text_add_cut(&cut, &context->screen, line.data, context->screen.columns);
        run->has_bar = true;
        (void) fputs(cut.data ?: "", stderr);
        (void) fflush(stderr);
}

/* What the last runs took says how long this one will. Without it the bar does without. */
static void prepare_progress(Attendance *run) {
        CLEANUP_JSON json_t *runs = NULL;
        Statistics statistics;

        run->median_usec = USEC_INFINITY;
        run->shows_progress = run->context->screen.terminal && isatty(STDERR_FILENO) && run->style->job &&
                        !run->context->options.quiet;
        if (!run->shows_progress || fetch_last_runs(run->context, run->style->job, &runs) != STATUS_OK)
                return;
        statistics_compute(runs, &statistics);
        run->median_usec = statistics.median_usec;
}

static void on_event(void *userdata, const ClientEvent *event) {
        Attendance *run = userdata;

        if (!event->execution)
                return;
        show_progress(run, event);
        note_state(run, event->id, event->execution);
        if (all_ended(run))
                live_end(&run->live);
}

static void on_output_end(void *userdata, OutputPrinter *printer) {
        Attendance *run = userdata;

        run->output_ended = true;
        if (all_ended(run))
                live_end(&run->live);
}

/* Prints what was started: for a person, or the bare number for a program. */
static void announce(const Attendance *run, const Started *started) {
        const Options *options = &run->context->options;

        if (run->style->follow || options->output == OUTPUT_JSON || options->output == OUTPUT_YAML)
                return;
        if (options->output == OUTPUT_SHORT)
                printf("%" PRIu64 "\n", started->id);
        else if (!options->quiet)
                printf("%s: execution %" PRIu64 "\n", started->job, started->id);
        (void) fflush(stdout);
}

int attend(Attendance *run, const char *job, uint64_t id) {
        Started *grown = reallocarray(run->started, run->n_started + 1, sizeof(*grown));
        char *copy = strdup(job);

        if (grown)
                run->started = grown;
        if (!grown || !copy) {
                free(copy);
                return complain_errno(-ENOMEM, "cannot remember the executions");
        }
        run->started[run->n_started++] = (Started){ .job = copy, .id = id };
        announce(run, &run->started[run->n_started - 1]);
        return STATUS_OK;
}

/* After a new daemon took over: what has ended in between was told to nobody. */
static int catch_up(Attendance *run) {
        int status = STATUS_OK;

        for (size_t i = 0; i < run->n_started && status == STATUS_OK; i++) {
                CLEANUP_JSON json_t *execution = NULL;

                if (run->started[i].outcome)
                        continue;
                status = fetch_execution(run->context, run->started[i].id, &execution);
                if (status == STATUS_OK)
                        note_state(run, run->started[i].id, execution);
        }
        return status;
}

static int follow_output(Attendance *run, bool again) {
        /* a second daemon may have gone away before it had told all that the first had */
        run->n_printed = MAX(run->n_printed, run->printer.n_bytes);
        run->has_gap = run->has_gap || run->printer.has_gap;
        output_printer_done(&run->printer);
        run->printer = (OutputPrinter){
                .context = run->context,
                .execution_id = run->started[0].id,
                .job = run->started[0].job,
                .split = true,
                /* a daemon tells of the present attempt, from its begin */
                .skip_bytes = run->n_printed - run->n_before,
                .n_bytes = run->n_before,
        };
        run->output_ended = false;
        return live_follow(&run->live, run->started[0].id, again, &run->printer);
}

/* Returns false if it goes on all the same. */
static bool end_one(const Attendance *run, uint64_t id) {
        Client *client = run->context->client;
        ClientError error = { 0 };
        bool ends;
        int r;

        r = run->n_interrupts == 0 ? client_stop_execution(client, id, &error)
                                   : client_kill_execution(client, id, "all", SIGKILL, &error);
        /* one that is not active has ended: we are about to be told */
        ends = r >= 0 || error.fault == CLIENT_FAULT_NOT_ACTIVE;
        client_error_done(&error);
        return ends;
}

/* Ctrl-C of whoever the job belongs to ends it, and once more kills it; its end is waited for, until the next
 * one. */
static bool stop_instead(Attendance *run) {
        bool ends = false;

        if (!run->style->stop_on_interrupt || run->n_interrupts > 1)
                return false;
        for (size_t i = 0; i < run->n_started; i++)
                if (!run->started[i].outcome)
                        ends = end_one(run, run->started[i].id) || ends;
        run->n_interrupts++;
        if (ends && run->n_interrupts == 1 && isatty(STDIN_FILENO))
                context_remark(run->context, "\nIt is told to stop; Ctrl-C once more kills it.");
        return ends;
}

static void say_interrupted(const Attendance *run) {
        for (size_t i = 0; i < run->n_started; i++)
                if (!run->started[i].outcome)
                        (void) fprintf(stderr,
                                       "Interrupted: '%s' goes on as execution %" PRIu64
                                       "; 'schedctl stop %" PRIu64 "' ends it.\n",
                                       run->started[i].job, run->started[i].id, run->started[i].id);
}

/* The daemon went away: waits for the next one, and asks what has become of the executions. */
static int recover(Attendance *run, LiveEnd *ret) {
        int status;

        context_remark(run->context, "jobschedd went away; waiting for it, the job goes on.");
        status = live_reopen(&run->live, ret);
        if (status != STATUS_OK || *ret == LIVE_INTERRUPTED)
                return status;

        status = catch_up(run);
        if (status == STATUS_OK && run->style->follow)
                status = follow_output(run, true);
        return status;
}

static int wait_for_end(Attendance *run) {
        LiveEnd end = LIVE_DONE;
        int status = STATUS_OK;

        run->output_ended = true;
        if (run->style->follow)
                status = follow_output(run, false);

        while (status == STATUS_OK && !all_ended(run)) {
                status = live_run(&run->live, &end);
                if (status == STATUS_OK && end == LIVE_GONE)
                        status = recover(run, &end);
                if (status == STATUS_OK && end == LIVE_INTERRUPTED && !stop_instead(run)) {
                        say_interrupted(run);
                        return STATUS_FAILURE;
                }
        }
        return status;
}

static bool succeeded(const Started *started) {
        return strcmp(view_text(started->outcome, "state"), "succeeded") == 0;
}

static const char *outcome_text(const char *state) {
        static const char *const texts[][2] = {
                { "failed", "failed" },           { "timed-out", "ran into its time-out" },
                { "cancelled", "was cancelled" }, { "lost", "was lost" },
                { "skipped", "was skipped" },     { "missed", "was missed" },
        };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                if (strcmp(texts[i][0], state) == 0)
                        return texts[i][1];
        return state;
}

/* Says how an execution ended, unless it ended well. */
static void say_outcome(const Started *started) {
        const char *reason = view_text(started->outcome, "reason");
        char text[EXIT_TEXT_MAX];

        if (succeeded(started))
                return;
        complain("execution %" PRIu64 " of '%s' %s%s%s%s%s%s; see 'schedctl status %" PRIu64 "'", started->id,
                 started->job, outcome_text(view_text(started->outcome, "state")), *reason ? " (" : "",
                 reason, *reason ? ")" : "", *exit_text(started->outcome, text) ? ", exit " : "",
                 exit_text(started->outcome, text), started->id);
}

/* The status of the job itself, for --follow. */
static int job_status(const json_t *outcome) {
        int64_t code = view_integer(outcome, "exit_code", -1), number = view_integer(outcome, "signal", -1);

        if (number > 0)
                return 128 + (int) number;
        return code >= 0 ? (int) code : STATUS_OWN_FAULT;
}

/* Nothing but its exit code speaks against it. */
static bool is_told_by_status(const json_t *outcome) {
        return strcmp(view_text(outcome, "reason"), "exit-code") == 0;
}

/* It wrote faster than it was read, and a command is never held up: no pipe may take the rest for the whole.
 */
static bool has_lost_input(const Attendance *run) {
        if (!run->style->is_input || !(run->has_gap || run->printer.has_gap))
                return false;
        complain("not all of the output came through: it was written faster than it was read; let the "
                 "command write "
                 "into a file");
        return true;
}

static int judge(const Attendance *run) {
        int status = STATUS_OK;

        for (size_t i = 0; i < run->n_started; i++) {
                const Started *started = &run->started[i];

                if (run->style->follow) {
                        status = job_status(started->outcome);
                        if (status == STATUS_OWN_FAULT || !is_told_by_status(started->outcome))
                                say_outcome(started);
                        /* it caught the signal of its time-out, say, and left with 0 */
                        if (status == STATUS_OK && !succeeded(started))
                                status = STATUS_FAILURE;
                        if (status == STATUS_OK && has_lost_input(run))
                                status = STATUS_OWN_FAULT;
                } else if (!succeeded(started)) {
                        say_outcome(started);
                        status = STATUS_FAILURE;
                }
        }
        return status;
}

static int print_started(const Attendance *run) {
        CLEANUP_JSON json_t *array = json_array();
        const Options *options = &run->context->options;

        if (run->style->follow || (options->output != OUTPUT_JSON && options->output != OUTPUT_YAML))
                return STATUS_OK;
        for (size_t i = 0; i < run->n_started; i++) {
                const Started *started = &run->started[i];
                json_t *item = json_pack(
                                "{s:s, s:I}", "job", started->job, "execution", (json_int_t) started->id);

                if (item && started->outcome)
                        (void) json_object_update_missing(item, started->outcome);
                (void) json_array_append_new(array, item);
        }
        return output_print_json(
                        run->context, json_array_size(array) == 1 ? json_array_get(array, 0) : array);
}

static int start_and_wait(Attendance *run, attend_begin_t begin, void *userdata) {
        const LiveWatcher watcher = {
                .on_event = on_event,
                .before_output = clear_bar,
                .on_output_end = on_output_end,
                .userdata = run,
        };
        bool stay = run->style->wait || run->style->follow;
        int status = STATUS_OK, worst;

        if (stay)
                prepare_progress(run);
        if (stay)
                status = live_open(&run->live, run->context, &watcher);
        if (status != STATUS_OK)
                return status;

        worst = begin(userdata, run);
        if (stay && run->n_started > 0) {
                status = wait_for_end(run);
                clear_bar(run);
                run->judged = status == STATUS_OK && worst == STATUS_OK;
                worst = run->judged ? judge(run) : MAX(worst, status);
        }
        (void) print_started(run);
        if (stay)
                live_close(&run->live);
        return worst;
}

int attend_all(Context *context, const AttendStyle *style, attend_begin_t begin, void *userdata) {
        Attendance run = { .context = context, .style = style };
        int status;

        status = start_and_wait(&run, begin, userdata);

        for (size_t i = 0; i < run.n_started; i++) {
                json_decref(run.started[i].outcome);
                free(run.started[i].job);
        }
        output_printer_done(&run.printer);
        free(run.started);
        return style->follow && !run.judged && status != STATUS_OK ? STATUS_OWN_FAULT : status;
}
