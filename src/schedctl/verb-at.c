/* SPDX-License-Identifier: GPL-2.0-or-later */

/* at: a command once, later, as at(1) has it; with --batch when the machine has little to do. */

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedctl/at-time.h"
#include "schedctl/job-input.h"
#include "schedctl/message.h"
#include "schedctl/one-shot.h"
#include "schedctl/output-format.h"
#include "schedctl/verbs.h"
#include "util/file.h"
#include "util/string-list.h"
#include "util/timestamp.h"

#define SCRIPT_MAX ((size_t) 1024 * 1024)
#define LOAD_OF_BATCH "1.5"

static int out_of_memory(void) {
        return complain_errno(-ENOMEM, "cannot make the job");
}

/* --- when ------------------------------------------------------------------------------------------ */

/*
 * "now", or the minute that has just begun, is as soon as can be: a second from now, since what is past is
 * refused when it arrives.
 */
static int check_due(const Context *context, usec_t *due_usec) {
        usec_t now_usec = context_now(context);

        if (*due_usec > now_usec)
                return STATUS_OK;
        if (*due_usec <= now_usec - USEC_PER_MINUTE) {
                complain("that time has passed");
                return STATUS_FAILURE;
        }
        *due_usec = now_usec + USEC_PER_SEC;
        return STATUS_OK;
}

static int find_due(const Context *context, char **words, usec_t *ret_usec) {
        const char *stamp = context->options.stamp, *reason = NULL;
        usec_t now_usec = context_now(context);
        CLEANUP_FREE char *text = NULL;
        int r;

        if (stamp ? *words != NULL : !*words && !context->options.batch) {
                complain("when? Give a time, such as \"now + 2 hours\", tomorrow 9:00 or noon; or -t STAMP");
                return STATUS_USAGE;
        }
        if (string_list_join(words, " ", &text) < 0)
                return out_of_memory();
        if (stamp)
                r = at_time_parse_stamp(context->zone, now_usec, stamp, ret_usec, &reason);
        else
                r = at_time_parse(context->zone, now_usec, *words ? text : "now", ret_usec, &reason);
        if (r < 0) {
                complain("'%s' is no time: %s", stamp ?: text, reason);
                return STATUS_USAGE;
        }
        return check_due(context, ret_usec);
}

/* --- what ------------------------------------------------------------------------------------------ */

/* Lines until Ctrl-D, with a prompt. */
static int read_terminal(char **ret) {
        CLEANUP_FREE char *line = NULL;
        size_t allocated = 0;
        Buffer script = { 0 };
        ssize_t n;

        (void) fputs("at> ", stderr);
        while ((n = getline(&line, &allocated, stdin)) > 0) {
                (void) buffer_add(&script, line, (size_t) n);
                (void) fputs("at> ", stderr);
        }
        (void) fputs("<EOT>\n", stderr);
        return buffer_take(&script, ret);
}

/* A pipe is as good as a file. */
static int read_file(const char *path, char **ret) {
        CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

        return fd < 0 ? -errno : fd_read_all(fd, SCRIPT_MAX, ret, NULL);
}

/* Commands of a file or of standard input are a script of /bin/sh. */
static int take_script(const Context *context, Draft *draft) {
        const char *file = context->options.file;
        CLEANUP_FREE char *script = NULL, *directory = getcwd(NULL, 0);
        int r;

        if (!directory)
                return complain_errno(-errno, "cannot find out the working directory");
        if (file && strcmp(file, "-") != 0)
                r = read_file(file, &script);
        else if (!file && isatty(STDIN_FILENO))
                r = read_terminal(&script);
        else
                r = fd_read_all(STDIN_FILENO, SCRIPT_MAX, &script, NULL);
        if (r < 0)
                return complain_errno(r, "cannot read the commands from '%s'", file ?: "standard input");
        if (script[strspn(script, " \t\n")] == '\0') {
                complain("there are no commands to run");
                return STATUS_FAILURE;
        }
        if (draft_set_text(draft, "command", script) < 0 || draft_set_text(draft, "directory", directory) < 0)
                return out_of_memory();
        return STATUS_OK;
}

/* Whoever asked gets a mail about the end, whatever it is. */
static int add_mail(Draft *draft) {
        static const char *const keys[] = { "notify.on-success.mail", "notify.on-failure.mail" };
        const struct passwd *user = getpwuid(getuid());

        if (!user) {
                complain("your user has no name, so there is nobody to send the mail to");
                return STATUS_FAILURE;
        }
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                if (draft_set_text(draft, keys[i], user->pw_name) < 0)
                        return out_of_memory();
        return STATUS_OK;
}

static int add_load(Draft *draft) {
        YamlNode *load = draft_text(draft, LOAD_OF_BATCH);

        if (load)
                load->flags = YAML_FLAG_PLAIN;
        if (draft_set(draft, "conditions.load-below", load) < 0 ||
            draft_set_text(draft, "conditions.wait", "infinity") < 0)
                return out_of_memory();
        return STATUS_OK;
}

static int make_draft(const Context *context, usec_t due_usec, Draft *draft) {
        bool has_command = context->command && *context->command;
        int status;

        status = one_shot_set_due(draft, due_usec);
        if (status == STATUS_OK)
                status = has_command ? one_shot_take_command(draft, context->command)
                                     : take_script(context, draft);
        if (status == STATUS_OK)
                status = one_shot_take_surroundings(draft);
        if (status == STATUS_OK && context->options.batch)
                status = add_load(draft);
        if (status == STATUS_OK && context->options.mail)
                status = add_mail(draft);
        return status == STATUS_OK ? job_options_apply(context, draft) : status;
}

/* --- the answer ------------------------------------------------------------------------------------ */

static int report(const Context *context, const char *name, usec_t due_usec) {
        static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
        static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
        char instant[TIMESTAMP_MAX];
        CLEANUP_JSON json_t *object = NULL;
        LocalTime local;

        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML) {
                object = json_pack(
                                "{s:s, s:s}", "name", name, "due", timestamp_format_utc(due_usec, instant));
                return output_print_json(context, object);
        }
        if (context->options.output == OUTPUT_SHORT) {
                (void) puts(name);
                return STATUS_OK;
        }
        time_zone_to_local(context->zone, due_usec, &local);
        printf("%sjob %s at %s %s %2d %02d:%02d:%02d %04d\n", context->options.dry_run ? "would be " : "",
               name, days[civil_date_weekday(local.civil.date)], months[local.civil.date.month - 1],
               local.civil.date.day, local.civil.hour, local.civil.minute, local.civil.second,
               local.civil.date.year);
        return STATUS_OK;
}

int verb_at(Context *context, char **arguments) {
        static const OneShot at = { .prefix = "at" };
        CLEANUP_FREE char *name = NULL;
        Draft draft = { 0 };
        uint64_t id = 0;
        usec_t due_usec = 0;
        int status;

        status = find_due(context, arguments, &due_usec);
        if (status == STATUS_OK && draft_init(&draft) < 0)
                status = out_of_memory();
        if (status == STATUS_OK)
                status = make_draft(context, due_usec, &draft);
        if (status == STATUS_OK)
                status = one_shot_create(context, &at, &draft, &name, &id);
        draft_done(&draft);
        return status == STATUS_OK ? report(context, name, due_usec) : status;
}
