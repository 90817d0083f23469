/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The table of the options, and what each does with its argument. */

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/options.h"
#include "util/string-list.h"

static const char *const output_format_names[] = {
        [OUTPUT_TABLE] = "table", [OUTPUT_JSON] = "json",       [OUTPUT_YAML] = "yaml",
        [OUTPUT_SHORT] = "short", [OUTPUT_FORMAT_COUNT] = NULL,
};
DEFINE_STRING_TABLE(output_format, OutputFormat, output_format_names);

static const char *const colour_mode_names[] = {
        [COLOUR_AUTO] = "auto",
        [COLOUR_ALWAYS] = "always",
        [COLOUR_NEVER] = "never",
        [COLOUR_MODE_COUNT] = NULL,
};

static int set_flag(const OptionRow *row, const char *argument, Options *options) {
        *(bool *) ((char *) options + row->offset) = row->constant;
        return 0;
}

static int set_text(const OptionRow *row, const char *argument, Options *options) {
        *(const char **) ((char *) options + row->offset) = argument;
        return 0;
}

static bool word_in(const char *list, const char *word) {
        size_t length = strlen(word);

        for (const char *at = list; (at = strstr(at, word)); at += length)
                if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
                        return true;
        return false;
}

/* One of the row's values. */
static int set_word(const OptionRow *row, const char *argument, Options *options) {
        return *argument && word_in(row->values, argument) ? set_text(row, argument, options) : -EINVAL;
}

/* Words with commas between them. */
static int split_list(const char *argument, char ***list) {
        for (const char *item = argument; *item;) {
                size_t length = strcspn(item, ",");
                int r;

                if (length > 0) {
                        r = string_list_take_push(list, strndup(item, length));
                        if (r < 0)
                                return r;
                }
                item += length + (item[length] == ',');
        }
        return 0;
}

static int set_list(const OptionRow *row, const char *argument, Options *options) {
        return split_list(argument, (char ***) ((char *) options + row->offset));
}

static int set_output(const OptionRow *row, const char *argument, Options *options) {
        int r = output_format_from_string(argument);

        if (r < 0)
                return r;
        options->output = (OutputFormat) r;
        return 0;
}

static int set_colour(const OptionRow *row, const char *argument, Options *options) {
        int r = argument ? string_table_find(colour_mode_names, argument) : COLOUR_ALWAYS;

        if (r < 0)
                return r;
        options->colour = (ColourMode) r;
        return 0;
}

static int set_lines(const OptionRow *row, const char *argument, Options *options) {
        char *end = NULL;

        if (strcmp(argument, "all") == 0) {
                options->has_lines = false;
                return 0;
        }
        errno = 0;
        options->lines = strtoull(argument, &end, 10);
        if (errno != 0 || *argument < '0' || *argument > '9' || *end || options->lines > INT64_MAX)
                return -EINVAL;
        options->has_lines = true;
        return 0;
}

static int set_keep(const OptionRow *row, const char *argument, Options *options) {
        char *end = NULL;

        errno = 0;
        options->keep = strtoull(argument, &end, 10);
        return errno != 0 || *argument < '0' || *argument > '9' || *end || options->keep == 0 ||
                                        options->keep > INT64_MAX
                        ? -EINVAL
                        : 0;
}

static int set_attempt(const OptionRow *row, const char *argument, Options *options) {
        char *end = NULL;

        errno = 0;
        options->attempt = strtoull(argument, &end, 10);
        return errno != 0 || *argument < '0' || *argument > '9' || *end || options->attempt == 0 ||
                                        options->attempt > UINT32_MAX
                        ? -EINVAL
                        : 0;
}

/* Numbers are what every daemon understands; who is not known here may be known there. */
static int set_owners(const OptionRow *row, const char *argument, Options *options) {
        CLEANUP(string_list_freep) char **names = NULL;
        int r;

        r = split_list(argument, &names);
        STRING_LIST_FOREACH(name, names) {
                const struct passwd *user = getpwnam(*name);
                char *text = NULL;

                if (r < 0)
                        break;
                if (asprintf(&text, "%" PRIu32, user ? (uint32_t) user->pw_uid : 0) < 0)
                        return -ENOMEM;
                if (!user) {
                        free(text);
                        text = strdup(*name);
                }
                r = string_list_take_push(&options->owners, text);
        }
        return r;
}

static int set_ids(const OptionRow *row, const char *argument, Options *options) {
        CLEANUP(string_list_freep) char **texts = NULL;
        int r;

        r = split_list(argument, &texts);
        STRING_LIST_FOREACH(text, texts) {
                uint64_t *ids = reallocarray(options->ids, options->n_ids + 1, sizeof(*ids));
                char *end = NULL;

                if (!ids)
                        return -ENOMEM;
                options->ids = ids;
                errno = 0;
                ids[options->n_ids] = strtoull(*text, &end, 10);
                if (errno != 0 || **text < '0' || **text > '9' || *end)
                        return -EINVAL;
                options->n_ids++;
        }
        return r;
}

/* The whole of it is one item: a value may have commas. */
static int set_item(const OptionRow *row, const char *argument, Options *options) {
        return string_list_push((char ***) ((char *) options + row->offset), argument);
}

/* The same of "NAME=VALUE". */
static int set_pair(const OptionRow *row, const char *argument, Options *options) {
        return *argument != '=' && strchr(argument, '=') ? set_item(row, argument, options) : -EINVAL;
}

/* Which option it was says what kind of schedule it is. */
static int set_schedule(const OptionRow *row, const char *argument, Options *options) {
        char *text = NULL;

        if (asprintf(&text, "%s=%s", row->name, argument) < 0)
                return -ENOMEM;
        return string_list_take_push(&options->schedules, text);
}

static int set_if_revision(const OptionRow *row, const char *argument, Options *options) {
        char *end = NULL;

        errno = 0;
        options->if_revision = strtoull(argument, &end, 10);
        return errno != 0 || *argument < '0' || *argument > '9' || *end || options->if_revision == 0 ? -EINVAL
                                                                                                     : 0;
}

#define FLAG(member) .set = set_flag, .offset = offsetof(Options, member), .constant = 1
#define NO_FLAG(member) .set = set_flag, .offset = offsetof(Options, member), .constant = 0
#define TEXT(member) .set = set_text, .offset = offsetof(Options, member)
#define WORD(member) .set = set_word, .offset = offsetof(Options, member)
#define LIST(member) .set = set_list, .offset = offsetof(Options, member)
#define ITEM(member) .set = set_item, .offset = offsetof(Options, member)
#define PAIR(member) .set = set_pair, .offset = offsetof(Options, member)

#define STATES                                                                                       \
        "armed waiting starting running retrying succeeded failed timed-out cancelled lost skipped " \
        "missed idle paused disabled finished blocked failed-to-load"
/* Verbs that choose jobs or executions by what they are. */
#define SELECTING                                                                                        \
        "list-jobs list-timers list-executions prune start pause resume delete skip set enable disable " \
        "export status show cat stop kill"
#define TIMED "list-jobs list-timers list-executions prune start resume delete skip set enable disable"
/* Verbs that make a job of options. */
#define DEFINING "create replace"
/* The same for once, where what makes no sense then is left out. */
#define MAKING DEFINING " at timer run"
#define LIMITED "skip list-jobs list-timers list-executions audit status logs start calendar simulate"
#define LISTS "list-jobs list-timers list-executions list-queues list-templates list-profiles audit"
#define KINDS "cron calendar every at boot startup resume rrule"
#define SIGNALS "SIGHUP SIGINT SIGQUIT SIGKILL SIGUSR1 SIGUSR2 SIGTERM SIGCONT SIGSTOP"

/* clang-format off */
const OptionRow option_rows[] = {
        { "help",       'h', NULL,      .help = "Show this help, or what is known of a verb", FLAG(help) },
        { "version",     0,  NULL,      .help = "Show the version of schedctl", FLAG(version) },
        { "system",      0,  NULL,      .help = "Talk to the system's daemon (the default)", NO_FLAG(user) },
        { "user",        0,  NULL,      .help = "Talk to your own daemon", FLAG(user) },
        { "bus",         0,  NULL,      .help = "Go through the bus, not the control socket", FLAG(bus) },
        { "output",     'o', "FORMAT",  .help = "table, json, yaml or short", .values = "table json yaml short", .set = set_output },
        { "no-legend",   0,  NULL,      .help = "No column titles and no sums", FLAG(no_legend) },
        { "no-pager",    0,  NULL,      .help = "Do not pipe the output into a pager", FLAG(no_pager) },
        { "color",       0,  "WHEN",    .optional = true, .help = "auto, always or never", .values = "auto always never", .set = set_colour },
        { "colour",      0,  "WHEN",    .optional = true, .values = "auto always never", .set = set_colour },
        { "full",       'l', NULL,      .help = "Do not cut anything to the width of the screen", FLAG(full) },
        { "quiet",      'q', NULL,      .help = "No messages but errors", FLAG(quiet) },
        { "all",        'a', NULL,      .help = "Also those without a next start; prune: last executions; show-template: hidden parameters; export: jobs of files", .verbs = "list-timers prune show-template export", FLAG(all) },
        { "reverse",    'r', NULL,      .help = "In the opposite order; calendar: back in time", .verbs = LISTS " list-dependencies calendar", FLAG(reverse) },
        { "state",       0,  "STATE,…", .help = "Only those in one of these states", .values = STATES, .verbs = SELECTING, LIST(states) },
        { "kind",        0,  "KIND,…",  .help = "Only those whose action is of one of these kinds", .verbs = SELECTING, LIST(kinds) },
        { "template",    0,  "NAME,…",  .help = "Only those that are made from one of these templates; create: made from it", .verbs = SELECTING " " DEFINING " timer", LIST(templates) },
        { "profile",     0,  "NAME,…",  .help = "Only those with one of these profiles", .verbs = "list-jobs list-timers list-executions prune pause resume delete skip set enable disable export status show cat stop kill", LIST(profiles) },
        { "owner",       0,  "USER,…",  .help = "Only those of these users", .verbs = SELECTING, .set = set_owners },
        { "tag",         0,  "TAG,…",   .help = "Only those with one of these tags; create: its tags", .verbs = SELECTING " " MAKING, LIST(tags) },
        { "id",          0,  "ID,…",    .help = "Only these executions", .verbs = "list-executions prune", .set = set_ids },
        { "lines",      'n', "N",       .help = "So many rows, lines of output, next times, or occurrences",
                                        .verbs = LIMITED, .set = set_lines },
        { "limit",       0,  "N",       .verbs = LIMITED, .set = set_lines },
        { "cursor",      0,  "ID|NAME", .help = "Only what comes behind this one in the list", .verbs = "list-jobs list-executions audit", TEXT(cursor) },
        { "since",       0,  "TIME",    .help = "Not older than this; of jobs: no earlier start", .verbs = "audit logs " TIMED, TEXT(since) },
        { "until",       0,  "TIME",    .help = "Not newer than this; of a pause: its end", .verbs = "audit logs pause calendar simulate " TIMED, TEXT(until) },
        { "property",   'p', "KEY,…",   .help = "Only these keys", .verbs = "show", LIST(properties) },
        { "value",       0,  NULL,      .help = "Only the values, without their keys", .verbs = "show", FLAG(value) },
        { "wait",       'w', NULL,      .help = "Wait until it has ended; exit 0 if it succeeded", .verbs = "start", FLAG(wait) },
        { "follow",     'f', NULL,      .help = "Show the output as it comes; start: exit with the job's status", .verbs = "start logs", FLAG(follow) },
        { "attempt",     0,  "N",       .help = "What the Nth attempt wrote, instead of the last", .verbs = "logs", .set = set_attempt },
        { "force",       0,  NULL,      .help = "Start in spite of overlap, queue and conditions", .verbs = "start", FLAG(force) },
        { "signal",     's', "SIGNAL",  .help = "Which signal to send", .values = SIGNALS, .verbs = "kill", TEXT(signal) },
        { "skip-missed", 0,  NULL,      .help = "What was held back is not caught up with", .verbs = "thaw", FLAG(skip_missed) },
        { "kill-whom",   0,  "WHOM",    .help = "main (the main process) or all", .values = "main all", .verbs = "kill", TEXT(kill_whom) },
        { "timezone",    0,  "ZONE",    .help = "Zone of the schedule", .verbs = "calendar " DEFINING, TEXT(timezone) },
        { "from",        0,  "TIME",    .help = "Times later than this instead of now", .verbs = "calendar simulate", TEXT(from) },
        { "count",       0,  "N",       .help = "So many times instead of one", .verbs = "calendar", .set = set_lines },
        { "kind",        0,  "KIND",    .help = "What kind of schedule it is, instead of a guess", .values = KINDS, .verbs = "calendar", WORD(schedule_kind) },
        { "days",        0,  "WORD",    .help = "cron: day of month and day of week are joined by or, or by and", .values = "auto or and", .verbs = "calendar", WORD(days) },
        { "dialect",     0,  "WORD",    .help = "cron: vixie, exactly as Debian's cron; or default", .values = "default vixie", .verbs = "calendar", WORD(dialect) },
        { "dst-gap",     0,  "WORD",    .help = "Local times that are skipped: auto, run, skip or shift", .values = "auto run skip shift", .verbs = "calendar", WORD(dst_gap) },
        { "dst-overlap", 0,  "WORD",    .help = "Local times that come twice: auto, first, second or both", .values = "auto first second both", .verbs = "calendar", WORD(dst_overlap) },
        { "hash-key",    0,  "NAME",    .help = "What H, ~ and random delays are spread by: the job's name", .verbs = "calendar", TEXT(hash_key) },
        { "start",       0,  "TIME",    .help = "Nothing earlier; of every and rrule: the anchor", .verbs = "calendar", TEXT(start) },
        { "end",         0,  "TIME",    .help = "Nothing later", .verbs = "calendar", TEXT(end) },
        { "random-delay", 0, "SPAN",    .help = "Show the start after a stable random delay", .verbs = "calendar", TEXT(random_delay) },
        { "path",        0,  "PATH",    .help = "Jobs of this file or directory instead of the daemon's", .verbs = "simulate", LIST(paths) },
        { "duration",    0,  "[NAME=]SPAN", .help = "How long an execution takes, of all jobs or of one", .verbs = "simulate", LIST(durations) },
        { "batch",       0,  NULL,      .help = "Answer requests, a line of JSON each, from standard input", .verbs = "calendar", FLAG(batch) },
        { "older-than",  0,  "AGE",     .help = "Only what was due longer ago than this", .verbs = "prune", TEXT(older_than) },
        { "keep",        0,  "N",       .help = "Not the newest N of each job", .verbs = "prune", .set = set_keep },
        { "dry-run",     0,  NULL,      .help = "Only say what would be done", .verbs = "prune delete-profile prune-profiles create replace delete skip set at enable disable rename pause resume import", FLAG(dry_run) },
        { "yes",        'y', NULL,      .help = "Do not ask", .verbs = "prune delete skip set enable disable pause resume", FLAG(yes) },
        { "if-revision", 0,  "N",       .help = "Only if that is its revision: nobody has changed it meanwhile", .verbs = "edit-profile replace delete set rename", .set = set_if_revision },
        { "file",       'f', "FILE",    .help = "Definitions, or of at commands, of this file instead of standard input", .verbs = DEFINING " at", TEXT(file) },
        { "replace",     0,  NULL,      .help = "What is there already gets the definition of the file", .verbs = "import", FLAG(replace) },
        { "paused",      0,  NULL,      .help = "It begins paused", .verbs = "create", FLAG(paused) },
        { "schedule",    0,  "EXPR",    .help = "When: its kind is guessed, as by calendar", .verbs = DEFINING, .set = set_schedule },
        { "cron",        0,  "EXPR",    .help = "When, by a cron expression", .verbs = DEFINING, .set = set_schedule },
        { "every",       0,  "SPAN",    .help = "When: again after so long", .verbs = DEFINING, .set = set_schedule },
        { "at",          0,  "TIME",    .help = "When: once, at that time", .verbs = DEFINING " timer", .set = set_schedule },
        { "in",          0,  "SPAN",    .help = "When: once, after so long", .verbs = "timer", .set = set_schedule },
        { "cancel",      0,  NULL,      .help = "It is not to happen", .verbs = "timer", FLAG(cancel) },
        { "time",       't', "STAMP",   .help = "When: [[CC]YY]MMDDhhmm", .verbs = "at", TEXT(stamp) },
        { "mail",       'm', NULL,      .help = "Send a mail about the end", .verbs = "at", FLAG(mail) },
        { "batch",       0,  NULL,      .help = "When the load is below 1.5; without a time as soon as it is", .verbs = "at", FLAG(batch) },
        { "stdin",       0,  NULL,      .help = "The command gets what comes on standard input", .verbs = "run", FLAG(standard_input) },
        { "description", 0,  "TEXT",    .help = "What it is for", .verbs = MAKING, TEXT(description) },
        { "uid",         0,  "USER",    .help = "The user it runs as", .verbs = MAKING, TEXT(run_as) },
        { "http",        0,  "URL",     .help = "It is a request to this URL", .verbs = DEFINING " timer", TEXT(http) },
        { "method",      0,  "METHOD",  .help = "Of the request, instead of GET, or POST with --data", .verbs = DEFINING " timer", TEXT(method) },
        { "header",      0,  "HEADER",  .help = "Of the request: \"NAME: VALUE\"", .verbs = DEFINING " timer", ITEM(headers) },
        { "data",        0,  "TEXT",    .help = "Body of the request; @FILE: what that file holds then", .verbs = DEFINING " timer", TEXT(data) },
        { "parameter",  'p', "NAME=VALUE", .help = "The value of a parameter", .verbs = "start timer create-profile edit-profile " DEFINING, PAIR(parameters) },
        { "profile",     0,  "NAME",    .help = "Values of this profile", .verbs = "start timer " DEFINING, TEXT(with_profile) },
        { "set",         0,  "KEY=VALUE", .help = "Any key of the definition, its value in YAML", .verbs = MAKING, ITEM(sets) },
        { "queue",       0,  "QUEUE",   .help = "The queue it waits in", .verbs = MAKING, TEXT(queue) },
        { "timeout",     0,  "SPAN",    .help = "How long it may run", .verbs = MAKING, TEXT(timeout) },
        { NULL },
};
/* clang-format on */

void options_done(Options *options) {
        options->states = string_list_free(options->states);
        options->properties = string_list_free(options->properties);
        options->paths = string_list_free(options->paths);
        options->durations = string_list_free(options->durations);
        options->kinds = string_list_free(options->kinds);
        options->templates = string_list_free(options->templates);
        options->profiles = string_list_free(options->profiles);
        options->owners = string_list_free(options->owners);
        options->tags = string_list_free(options->tags);
        free(options->ids);
        options->ids = NULL;
        options->n_ids = 0;
        options->schedules = string_list_free(options->schedules);
        options->parameters = string_list_free(options->parameters);
        options->sets = string_list_free(options->sets);
        options->headers = string_list_free(options->headers);
}

bool options_choose(const Options *options) {
        return options->states || options->kinds || options->templates || options->profiles ||
                        options->owners || options->tags || options->n_ids > 0;
}

bool option_row_has_verb(const OptionRow *row, const char *verb) {
        return !row->verbs || word_in(row->verbs, verb);
}
