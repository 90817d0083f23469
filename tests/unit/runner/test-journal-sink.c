/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/journal-sink.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "support/test-support.h"

/* A journal that the test reads, and a pipe for standard error. */
static sd_event *event;
static Poller poller;
static JournalSink sink;
static char directory[] = "/tmp/test-journal-XXXXXX", path[64];
static int journal, error_pipe[2];
static size_t n_unblocked;

static void on_unblocked(void *userdata) {
        n_unblocked++;
}

static void set_up(void) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void) snprintf(path, sizeof(path), "%s/socket", directory);
        memcpy(address.sun_path, path, sizeof(path));
        journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(bind(journal, (const struct sockaddr *) &address, sizeof(address)), 0);
        ck_assert_int_eq(pipe(error_pipe), 0);
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(poller_init(&poller, event), 0);
        n_unblocked = 0;
}

static void tear_down(void) {
        journal_sink_done(&sink);
        poller_done(&poller);
        (void) sd_event_unref(event);
        (void) close(journal);
        (void) close(error_pipe[0]);
        (void) close(error_pipe[1]);
        (void) unlink(path);
        (void) rmdir(directory);
}

static JournalStream *make_stream(void) {
        const JournalSource source = {
                .job = "backup",
                .execution_id = 7,
                .attempt = 2,
                .is_stderr = true,
                .on_unblocked = on_unblocked,
        };
        JournalStream *stream;

        ck_assert_int_eq(journal_stream_new(&sink, &source, &stream), 0);
        return stream;
}

static bool receive(char buffer[static 65536], size_t *ret_size) {
        ssize_t n = recv(journal, buffer, 65535, MSG_DONTWAIT);

        if (n < 0)
                return false;
        buffer[n] = '\0';
        *ret_size = (size_t) n;
        return true;
}

START_TEST(a_line_is_an_entry_with_fields) {
        static char entry[65536];
        JournalStream *stream;
        size_t size;

        journal_sink_init(&sink, &poller, path, error_pipe[1]);
        stream = make_stream();
        ck_assert_int_eq(journal_stream_write(stream, "hel", 3), 0);
        ck_assert(!receive(entry, &size));
        ck_assert_int_eq(journal_stream_write(stream, "lo\nrest", 7), 0);

        ck_assert(receive(entry, &size));
        ck_assert_ptr_nonnull(strstr(entry, "PRIORITY=4\nSYSLOG_IDENTIFIER=backup\n"));
        ck_assert_ptr_nonnull(
                        strstr(entry, "JOBSCHED_JOB=backup\nJOBSCHED_EXECUTION=7\nJOBSCHED_ATTEMPT=2\n"));
        ck_assert_mem_eq(entry + size - 22, "MESSAGE\n\5\0\0\0\0\0\0\0hello\n", 22);
        ck_assert(!receive(entry, &size));
        (void) journal_stream_close(stream); /* what has no end is sent at the end */
        ck_assert(receive(entry, &size));
        ck_assert_mem_eq(entry + size - 5, "rest\n", 5);
}
END_TEST

START_TEST(a_long_line_is_split) {
        static char entry[65536], line[2 * JOURNAL_LINE_MAX];
        JournalStream *stream;
        size_t size;

        memset(line, 'x', sizeof(line));
        journal_sink_init(&sink, &poller, path, error_pipe[1]);
        stream = make_stream();
        (void) journal_stream_write(stream, line, JOURNAL_LINE_MAX + 10);
        ck_assert(receive(entry, &size));
        ck_assert_uint_gt(size, JOURNAL_LINE_MAX);
        ck_assert_uint_eq(journal_stream_pending(stream)->size, 10);
        (void) journal_stream_close(stream);
}
END_TEST

START_TEST(a_full_journal_blocks_the_stream_until_it_is_read) {
        static char entry[65536];
        JournalStream *stream;
        size_t size, n_sent = 0, n_received = 0;

        journal_sink_init(&sink, &poller, path, error_pipe[1]);
        stream = make_stream();
        do
                n_sent++;
        while (journal_stream_write(stream, "line\n", 5) == 0);
        ck_assert_uint_eq(n_unblocked, 0);

        while (n_received < n_sent) {
                while (receive(entry, &size))
                        n_received++;
                if (n_received < n_sent)
                        ck_assert_int_gt(sd_event_run(event, 10 * USEC_PER_SEC), 0);
        }
        ck_assert_uint_eq(n_unblocked, 1);
        ck_assert_uint_eq(journal_stream_pending(stream)->size, 0);
        (void) journal_stream_close(stream);
}
END_TEST

START_TEST(without_a_journal_lines_go_to_standard_error) {
        JournalStream *stream;
        char text[256] = "";

        journal_sink_init(&sink, &poller, "/no/such/socket", error_pipe[1]);
        stream = make_stream();
        ck_assert_int_eq(journal_stream_write(stream, "one\n\ntwo", 8), 0);
        (void) journal_stream_close(stream);
        ck_assert_int_gt(read(error_pipe[0], text, sizeof(text) - 1), 0);
        ck_assert_str_eq(text, "backup[7]: one\nbackup[7]: \nbackup[7]: two\n");
}
END_TEST

START_TEST(no_job_speaks_to_a_terminal) {
        char line[256] = "";
        JournalStream *stream;

        journal_sink_init(&sink, &poller, "/nonexistent/journal", error_pipe[1]);
        stream = make_stream();
        ck_assert_int_eq(journal_stream_write(stream, "a\tb\x1b[2J\rc\xc2\x9b\x7f\xc3\xa4\n", 15), 0);
        ck_assert_int_gt(read(error_pipe[0], line, sizeof(line) - 1), 0);
        ck_assert_str_eq(line, "backup[7]: a\tb?[2J?c???\xc3\xa4\n");
        journal_stream_close(stream);
}
END_TEST

START_TEST(a_full_pipe_blocks_too) {
        static char text[65536];
        JournalStream *stream;

        journal_sink_init(&sink, &poller, NULL, error_pipe[1]);
        stream = make_stream();
        while (journal_stream_write(stream, "line\n", 5) == 0)
                ;
        (void) journal_stream_close(stream); /* the sink keeps it until the rest is out */
        ck_assert_int_gt(read(error_pipe[0], text, sizeof(text)), 0);
        ck_assert_int_gt(sd_event_run(event, 10 * USEC_PER_SEC), 0);
        ck_assert_ptr_null(sink.blocked);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("journal-sink");
        TCase *sinks = tcase_create("sinks");

        tcase_add_checked_fixture(sinks, set_up, tear_down);
        tcase_add_test(sinks, a_line_is_an_entry_with_fields);
        tcase_add_test(sinks, a_long_line_is_split);
        tcase_add_test(sinks, a_full_journal_blocks_the_stream_until_it_is_read);
        tcase_add_test(sinks, without_a_journal_lines_go_to_standard_error);
        tcase_add_test(sinks, no_job_speaks_to_a_terminal);
        tcase_add_test(sinks, a_full_pipe_blocks_too);
        suite_add_tcase(suite, sinks);
        return suite;
}
