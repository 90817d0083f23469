/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/reason-text.h"

#include <string.h>

#include "util/types.h"

typedef struct Sentence {
        const char *name, *text;
} Sentence;

/* clang-format off */
static const Sentence reasons[] = {
        { "overlap",      "it did not start: another execution of the job was still active" },
        { "queue-full",   "it did not start: the queue was full" },
        { "replaced",     "a newer execution took its place" },
        { "superseded",   "the next occurrence came before the next attempt" },
        { "excepted",     "it did not start: an exception of the schedule covers this time" },
        { "dependency",   "it did not start: a job that comes before it did not end as it should" },
        { "paused",       "it did not start: the job was paused" },
        { "frozen",       "it did not start: all jobs were frozen" },
        { "operator",     "somebody stopped it" },
        { "user-limit",   "it did not start: its user has too many" },
        { "down",         "it did not start: jobschedd was not running at that time" },
        { "suspended",    "it did not start: the machine was asleep" },
        { "clock-step",   "it did not start: the clock was set past that time" },
        { "too-late",     "it did not start: it would have been later than catch-up allows" },
        { "in-the-past",  "it did not start: its time had passed when it was defined" },
        { "job-removed",  "it did not start: the job was removed" },
        { "exit-code",    "it ran, and ended with an exit code that is no success" },
        { "signal",       "it ran, and a signal ended it" },
        { "timeout",      "it ran longer than its time-out and was killed" },
        { "oom",          "it ran, and the kernel killed it for lack of memory" },
        { "launch",       "it could not be started" },
        { "account",      "it could not be started as its user" },
        { "http-status",  "it ran, and the server's answer is no success" },
        { "result-check", "it ran, and its result did not pass the check" },
        { "runner-lost",  "the runner was killed, and the execution with it" },
        { "host-down",    "the host went down while it ran" },
        { "shutdown",     "the runner was told to stop while it ran" },
};

static const Sentence states[] = {
        { "armed",     "it will start at its due time" },
        { "waiting",   "it is due and waits" },
        { "starting",  "it is being started" },
        { "running",   "it runs" },
        { "retrying",  "an attempt failed; it waits for the next" },
        { "succeeded", "it ran and succeeded" },
        { "lost",      "nobody knows how it ended" },
};
/* clang-format on */

static const char *find(const Sentence *sentences, size_t n, const char *name) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(sentences[i].name, name) == 0)
                        return sentences[i].text;
        return NULL;
}

const char *reason_text(const char *state, const char *reason) {
        if (strncmp(reason, "condition:", strlen("condition:")) == 0)
                return "it did not start: a condition did not hold";

        return find(reasons, ARRAY_SIZE(reasons), reason) ?: find(states, ARRAY_SIZE(states), state) ?: "";
}
