/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/message.h"

#include <string.h>

#include "support/test-support.h"
#include "util/string-list.h"

#define LIST(...) ((char *[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

/* One of each type, every field with a value of its own. */
static const Message samples[] = {
        { .type = MESSAGE_HELLO, .hello = { 1, 2, (char *) "uuid", (char *) "0.1" } },
        { .type = MESSAGE_START,
          .start = { .execution_id = 7,
                     .attempt = 2,
                     .job = (char *) "backup",
                     .cause = (char *) "schedule",
                     .due_usec = -5,
                     .owner_uid = 1000,
                     .user = (char *) "nobody",
                     .group = (char *) "nogroup",
                     .has_groups = 1,
                     .groups = LIST((char *) "audio", (char *) ""),
                     .directory = (char *) "/srv",
                     .umask = 022,
                     .arguments = LIST((char *) "echo", (char *) "a b"),
                     .script = (char *) "true",
                     .shell = (char *) "/bin/sh",
                     .environment = LIST((char *) "A=b"),
                     .timeout_usec = USEC_INFINITY,
                     .start_timeout_usec = 1,
                     .kill_timeout_usec = 2,
                     .kill_signal = 15,
                     .capture_bytes = 65536,
                     .journal = 1,
                     .output_file = (char *) "/var/log/x",
                     .output_keep_age_usec = USEC_INFINITY,
                     .environment_files = LIST((char *) "-/etc/default/x"),
                     .input = (char *) "text",
                     .has_input = 1,
                     .credentials = LIST((char *) "key"),
                     .has_nice = 1,
                     .nice = -20,
                     .affinity = (char *) "0-3",
                     .resource_limits = LIST((char *) "7:1:2"),
                     .memory_max_bytes = UINT64_MAX,
                     .left_behind = LEFT_BEHIND_IS_LEFT,
                     .unit_properties = LIST((char *) "3:MemoryMax=1G"),
                     .work = START_WORK_HTTP,
                     .kind = (char *) "sql",
                     .request = (char *) "{}",
                     .files = LIST((char *) "/srv/body"),
                     .allow_private = 1,
                     .secrets = LIST((char *) "token=00ff") } },
        { .type = MESSAGE_STOP, .stop = { 7, 2, STOP_SIGNAL, 9, 1 } },
        { .type = MESSAGE_ACKNOWLEDGE, .acknowledge = { 7, 2 } },
        { .type = MESSAGE_FOLLOW, .follow = { 7, 2, 1 } },
        { .type = MESSAGE_LOOKUP, .lookup = { 99, (char *) "root", 5 } },
        { .type = MESSAGE_WELCOME, .welcome = { 1, (char *) "inc", (char *) "gen", 42, (char *) "0.1", 1 } },
        { .type = MESSAGE_LISTED,
          .listed = { 7, 2, (char *) "uuid", (char *) "job", LISTED_LOST, 42, 123456 } },
        { .type = MESSAGE_LIST_END },
        { .type = MESSAGE_STARTED, .started = { 7, 2, 42, 123456 } },
        { .type = MESSAGE_ENDED,
          .ended = { 7, 2, END_SIGNALED, -1, 9, 1, (char *) "text", 42, 1, 2, 3, 4, (char *) "a\0b", 3, 5,
                     404, RESULT_BAD_STATUS, (char *) "{}" } },
        { .type = MESSAGE_OUTPUT, .output = { 7, 2, 1, (char *) "\0\xff", 2 } },
        { .type = MESSAGE_LOOKED_UP, .looked_up = { 99, 2, (char *) "root", 5, 6 } },
        { .type = MESSAGE_WAKE_AT, .wake_at = { USEC_INFINITY } },
        { .type = MESSAGE_ERRAND,
          .errand = { .cookie = 9,
                      .work = ERRAND_WORK_HTTP,
                      .url = (char *) "http://[::1]/",
                      .input = (char *) "a\0b",
                      .input_size = 3,
                      .since_usec = -1,
                      .timeout_usec = 5 } },
        { .type = MESSAGE_ERRAND_CANCEL, .errand_cancel = { 9 } },
        { .type = MESSAGE_ERRAND_DONE, .errand_done = { 9, 0, -1, -1, 204, -1, (char *) "text" } },
        { .type = MESSAGE_PROGRESS, .progress = { 7, 2, 40, (char *) "half" } },
        { .type = MESSAGE_KEEP_ONLY, .keep_only = { (char *) "00ff", 4 } },
        { .type = MESSAGE_KEEP_SECRET, .keep_secret = { (char *) "00ff", (char *) "a\0b", 3 } },
        { .type = MESSAGE_DROP_SECRET, .drop_secret = { (char *) "00ff" } },
        { .type = MESSAGE_SECRET_KEPT, .secret_kept = { (char *) "00ff", 28 } },
        { .type = MESSAGE_HTTP_REQUEST,
          .http_request = { 9, 1000, 1, 7, (char *) "uuid", (char *) "ping", (char *) "{}", 5000000, 65536,
                            (char *) "\0piece", 6 } },
        { .type = MESSAGE_HTTP_ANSWER,
          .http_answer = { 9, HTTP_ANSWERED, 204, RESULT_BAD_STATUS, (char *) "why", (char *) "{}",
                           (char *) "a\0b", 3, 3 } },
};

_Static_assert(ARRAY_SIZE(samples) == MESSAGE_TYPE_COUNT - 1, "a sample of each type");

START_TEST(decoding_gives_what_was_encoded) {
        CLEANUP(buffer_done) Buffer first = { 0 }, second = { 0 };
        CLEANUP(message_done) Message decoded = { 0 };
        size_t consumed = 0;

        ck_assert_int_eq(message_encode(&samples[_i], &first), 0);
        ck_assert_int_eq(message_decode(first.data, first.size, &decoded, &consumed), 0);

        ck_assert_uint_eq(consumed, first.size);
        ck_assert_int_eq(decoded.type, samples[_i].type);
        ck_assert_int_eq(message_encode(&decoded, &second), 0);
        ck_assert_uint_eq(first.size, second.size);
        ck_assert_mem_eq(first.data, second.data, first.size);
}
END_TEST

START_TEST(a_start_keeps_every_field) {
        const MessageStart *sent = &samples[1].start;
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP(message_done) Message decoded = { 0 };
        const MessageStart *got = &decoded.start;
        size_t consumed;

        ck_assert_int_eq(message_encode(&samples[1], &buffer), 0);
        ck_assert_int_eq(message_decode(buffer.data, buffer.size, &decoded, &consumed), 0);

        ck_assert_str_eq(got->job, sent->job);
        ck_assert_str_eq(got->user, sent->user);
        ck_assert(string_list_equal(got->groups, sent->groups));
        ck_assert(string_list_equal(got->arguments, sent->arguments));
        ck_assert(string_list_equal(got->environment, sent->environment));
        ck_assert_int_eq(got->due_usec, sent->due_usec);
        ck_assert_int_eq(got->timeout_usec, sent->timeout_usec);
        ck_assert_uint_eq(got->umask, sent->umask);
        ck_assert_uint_eq(got->journal, 1);
}
END_TEST

START_TEST(a_record_that_is_cut_short_is_refused) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        Message decoded;
        size_t consumed;

        ck_assert_int_eq(message_encode(&samples[_i], &buffer), 0);
        for (size_t size = 0; size < buffer.size; size++)
                ck_assert_int_eq(message_decode(buffer.data, size, &decoded, &consumed), -EBADMSG);
}
END_TEST

/* clang-format off */
static const struct {
        const char *what;
        const char *bytes;
        size_t size;
} bad_cases[] = {
        { "unknown type",       "\0\0\0\0\xff\0\0\0", 8 },
        { "type 0",             "\0\0\0\0\0\0\0\0", 8 },
        { "reserved bits",      "\0\0\0\0\x09\0\x01\0", 8 },
        { "fields left over",   "\x01\0\0\0\x09\0\0\0x", 9 },
        { "a huge size",        "\xff\xff\xff\xff\x09\0\0\0", 8 },
        { "attempt 0",          "\x10\0\0\0\x04\0\0\0" "\x01\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0", 24 },
        { "follow neither on nor off",
          "\x18\0\0\0\x05\0\0\0" "\x01\0\0\0\0\0\0\0" "\x01\0\0\0\0\0\0\0" "\x02\0\0\0\0\0\0\0", 32 },
        { "to wake before 1970", "\x08\0\0\0\x0e\0\0\0" "\xff\xff\xff\xff\xff\xff\xff\xff", 16 },
        { "NUL in a name",
          "\x15\0\0\0\x06\0\0\0" "\x01\0\0\0\0\0\0\0" "\x01\0\0\0" "\0" "\0\0\0\0\0\0\0\0", 29 },
        { "a length beyond the end",
          "\x14\0\0\0\x06\0\0\0" "\x01\0\0\0\0\0\0\0" "\xff\0\0\0" "\0\0\0\0\0\0\0\0", 28 },
};
/* clang-format on */

START_TEST(rubbish_is_refused) {
        Message decoded;
        size_t consumed;

        ck_assert_msg(message_decode(bad_cases[_i].bytes, bad_cases[_i].size, &decoded, &consumed) ==
                                      -EBADMSG,
                      "%s", bad_cases[_i].what);
}
END_TEST

START_TEST(what_the_peer_would_refuse_is_not_sent) {
        Message wrong = { .type = MESSAGE_FOLLOW, .follow = { 1, 1, 2 } };
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        ck_assert_int_eq(buffer_add_string(&buffer, "before"), 0);
        ck_assert_int_eq(message_encode(&wrong, &buffer), -EINVAL);
        ck_assert_str_eq(buffer.data, "before");
        ck_assert_uint_eq(buffer.size, 6);
}
END_TEST

START_TEST(a_record_has_a_largest_size) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_FREE char *large = calloc(1, RECORD_SIZE_MAX);
        Message output = { .type = MESSAGE_OUTPUT, .output = { 1, 1, 1, large, RECORD_SIZE_MAX } };

        ck_assert_int_eq(message_encode(&output, &buffer), -EMSGSIZE);
        output.output.data_size = RECORD_SIZE_MAX - 64;
        ck_assert_int_eq(message_encode(&output, &buffer), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("message");
        TCase *codec = tcase_create("codec");

        tcase_add_loop_test(codec, decoding_gives_what_was_encoded, 0, ARRAY_SIZE(samples));
        tcase_add_test(codec, a_start_keeps_every_field);
        tcase_add_loop_test(codec, a_record_that_is_cut_short_is_refused, 0, ARRAY_SIZE(samples));
        tcase_add_loop_test(codec, rubbish_is_refused, 0, ARRAY_SIZE(bad_cases));
        tcase_add_test(codec, what_the_peer_would_refuse_is_not_sent);
        tcase_add_test(codec, a_record_has_a_largest_size);
        suite_add_tcase(suite, codec);
        return suite;
}
