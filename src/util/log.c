/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/log.h"

/* The place in this file that calls the journal is of no interest. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "util/buffer.h"
#include "util/cleanup.h"
#include "util/string-table.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define FIELDS_MAX 32U

static struct {
        const char *identifier;
        int max_level;
        LogTarget target;    /* never LOG_TARGET_AUTO */
        bool stderr_journal; /* standard error goes to the journal, which reads "<N>" as the priority */
} log_state = { .max_level = LOG_INFO, .target = LOG_TARGET_STDERR };

static const char *const level_names[] = {
        [LOG_EMERG] = "emerg", [LOG_ALERT] = "alert",     [LOG_CRIT] = "crit",
        [LOG_ERR] = "error",   [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
        [LOG_INFO] = "info",   [LOG_DEBUG] = "debug",     [LOG_DEBUG + 1] = NULL,
};

static bool journal_is_there(void) {
        return access(JOURNAL_SOCKET, W_OK) >= 0;
}

/* $JOURNAL_STREAM is inherited; only its device and inode tell whether standard error is still that one. */
static bool stderr_is_journal(void) {
        const char *stream = getenv("JOURNAL_STREAM");
        char expected[64];
        struct stat st;

        if (!stream || fstat(STDERR_FILENO, &st) < 0)
                return false;
        (void) snprintf(expected, sizeof(expected), "%ju:%ju", (uintmax_t) st.st_dev, (uintmax_t) st.st_ino);
        return strcmp(stream, expected) == 0;
}

void log_open(const char *identifier, LogTarget target) {
        if (target == LOG_TARGET_AUTO)
                target = journal_is_there() && !isatty(STDERR_FILENO) ? LOG_TARGET_JOURNAL
                                                                      : LOG_TARGET_STDERR;
        log_state.identifier = identifier;
        log_state.target = target;
        log_state.stderr_journal = stderr_is_journal();
}

void log_set_max_level(int level) {
        log_state.max_level = level;
}

int log_get_max_level(void) {
        return log_state.max_level;
}

int log_level_parse(const char *text) {
        if (text[0] >= '0' && text[0] <= '7' && text[1] == '\0')
                return text[0] - '0';
        return string_table_find(level_names, text);
}

static const char *log_identifier(void) {
        return log_state.identifier ?: program_invocation_short_name;
}

/* Each line of a message gets the prefix: text from a user's file cannot pose as a message of its own. */
static void log_to_stderr(int level, const char *message) {
        CLEANUP(buffer_done) Buffer text = { 0 };
        const char *line = message;
        size_t length, done = 0;

        do {
                length = strcspn(line, "\n");
                if (log_state.stderr_journal)
                        (void) buffer_add_format(&text, "<%d>", level);
                else
                        (void) buffer_add_format(&text, "%s: ", log_identifier());
                (void) buffer_add(&text, line, length);
                (void) buffer_add_char(&text, '\n');
                line += length;
        } while (*line++ != '\0');

        /* One write() for all of it, so that messages of several processes do not mix. */
        while (done < text.size) {
                ssize_t n = write(STDERR_FILENO, text.data + done, text.size - done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return; /* there is nobody left to tell */
                done += (size_t) n;
        }
}

static struct iovec field_of(const char *text) {
        return (struct iovec){ .iov_base = (char *) text, .iov_len = strlen(text) };
}

static int log_to_journal(int level, int error, const char *const *fields, const char *message) {
        char priority[sizeof("PRIORITY=") + 12], error_number[sizeof("ERRNO=") + 12];
        CLEANUP_FREE char *text = NULL, *identifier = NULL;
        struct iovec vector[FIELDS_MAX];
        int n = 0;

        if (asprintf(&text, "MESSAGE=%s", message) < 0) {
                text = NULL; /* undefined after a failure */
                return -ENOMEM;
        }
        if (asprintf(&identifier, "SYSLOG_IDENTIFIER=%s", log_identifier()) < 0) {
                identifier = NULL;
                return -ENOMEM;
        }
        (void) snprintf(priority, sizeof(priority), "PRIORITY=%d", level);
        (void) snprintf(error_number, sizeof(error_number), "ERRNO=%d", abs(error));

        vector[n++] = field_of(text);
        vector[n++] = field_of(identifier);
        vector[n++] = field_of(priority);
        if (error != 0)
                vector[n++] = field_of(error_number);
        for (; fields && *fields && n < (int) FIELDS_MAX; fields++)
                vector[n++] = field_of(*fields);
        return sd_journal_sendv(vector, n);
}

int log_full(int level, int error, const char *const *fields, const char *format, ...) {
        CLEANUP_FREE char *formatted = NULL;
        const char *message = format; /* better than nothing when there is no memory */
        int saved_errno = errno;
        va_list arguments;

        if (level > log_state.max_level || log_state.target == LOG_TARGET_NONE)
                return -abs(error);

        if (error != 0)
                errno = abs(error); /* for %m */
        va_start(arguments, format);
        if (vasprintf(&formatted, format, arguments) >= 0)
                message = formatted;
        else
                formatted = NULL;
        va_end(arguments);

        /* Without journald sd_journal_sendv() drops the text and says that all is well. */
        if (log_state.target != LOG_TARGET_JOURNAL || !journal_is_there() ||
            log_to_journal(level, error, fields, message) < 0)
                log_to_stderr(level, message);

        errno = saved_errno;
        return -abs(error);
}
