/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/output-whole.h"

#include <stdio.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "protocol/names.h"
#include "schedctl/view.h"
#include "util/message-ids.h"

/* The clock of the daemon that wrote `started` may have been stepped a little since. */
#define EARLIER_USEC USEC_PER_MINUTE

static void journal_closep(sd_journal **journal) {
        if (*journal)
                sd_journal_close(*journal);
}

static int add_match(sd_journal *journal, const char *format, ...) PRINTF_LIKE(2, 3);

static int add_match(sd_journal *journal, const char *format, ...) {
        CLEANUP_FREE char *match = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&match, format, arguments);
        va_end(arguments);
        if (r < 0) {
                match = NULL;
                return -ENOMEM;
        }
        return sd_journal_add_match(journal, match, 0);
}

/* Anybody may write these fields; who wrote an entry is journald's own knowledge. */
static int add_matches(sd_journal *journal, const Context *context, const json_t *execution) {
        int r;

        r = add_match(journal, "_UID=%u", context->options.user ? (unsigned) getuid() : 0U);
        if (r >= 0)
                r = add_match(journal, "MESSAGE_ID=%s", MESSAGE_ID_JOB_OUTPUT);
        if (r >= 0)
                r = add_match(journal, JOURNAL_FIELD_JOB "=%s", view_text(execution, "job"));
        if (r >= 0)
                r = add_match(journal, JOURNAL_FIELD_EXECUTION "=%" PRIi64, view_integer(execution, "id", 0));
        if (r >= 0)
                r = add_match(journal, JOURNAL_FIELD_ATTEMPT "=%" PRIi64,
                              view_integer(execution, "attempts", 1));
        return r;
}

/* The value behind "NAME=". */
static int get_field(sd_journal *journal, const char *name, const char **ret, size_t *ret_size) {
        size_t head = strlen(name) + 1, size;
        const void *data;
        int r;

        r = sd_journal_get_data(journal, name, &data, &size);
        if (r < 0)
                return r;
        if (size < head)
                return -EBADMSG;
        *ret = (const char *) data + head;
        *ret_size = size - head;
        return 0;
}

static int print_entry(sd_journal *journal, OutputPrinter *printer) {
        const char *stream, *text;
        size_t stream_size, size;
        bool is_stderr;
        int r;

        r = get_field(journal, JOURNAL_FIELD_STREAM, &stream, &stream_size);
        is_stderr = r >= 0 && stream_size == 6 && memcmp(stream, "stderr", 6) == 0;
        if (r >= 0)
                r = get_field(journal, "MESSAGE", &text, &size);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        return output_printer_line(printer, is_stderr ? PIECE_STDERR : PIECE_STDOUT, text, size);
}

int output_whole_print(const Context *context, const json_t *execution, OutputPrinter *printer) {
        CLEANUP(journal_closep) sd_journal *journal = NULL;
        usec_t started_usec = view_instant(execution, "started");
        uint64_t n_wanted = (uint64_t) view_integer(execution, "output_bytes", 0);
        int r, n = 0;

        if (sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY) < 0 ||
            sd_journal_set_data_threshold(journal, 0) < 0)
                return 0;
        r = add_matches(journal, context, execution);
        if (r >= 0)
                r = sd_journal_seek_realtime_usec(
                                journal, (uint64_t) MAX(started_usec - EARLIER_USEC, (usec_t) 0));
        while (r >= 0 && (r = sd_journal_next(journal)) > 0) {
                r = print_entry(journal, printer);
                n = 1;
        }
        if (r < 0)
                return r;

        /* The journal drops what comes too fast, and old entries. The last line may have had no end. */
        if (n > 0 && printer->n_bytes + 1 < n_wanted)
                return output_printer_note(
                                       printer,
                                       "%" PRIu64 " bytes more were written, which the journal does not have",
                                       n_wanted - printer->n_bytes) < 0
                                ? -ENOMEM
                                : 1;
        return n;
}
