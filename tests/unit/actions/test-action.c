/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/action.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "actions/action-check.h"
#include "support/test-support.h"
#include "util/file.h"

static const char *const colours[] = { "red", "green", NULL };
static const ActionParameter member_rows[] = {
        { .name = "deep", .type = ACTION_STRING, .flags = ACTION_REQUIRED },
        { .name = NULL },
};
static const ActionParameter item = { .name = "", .type = ACTION_MAPPING, .members = member_rows };
static const ActionParameter rows[] = {
        { .name = "text", .type = ACTION_STRING, .flags = ACTION_REQUIRED | ACTION_CREDENTIALS },
        { .name = "count", .type = ACTION_INTEGER, .minimum = 1, .maximum = 9, .fallback = "3" },
        { .name = "flag", .type = ACTION_BOOLEAN },
        { .name = "wait", .type = ACTION_DURATION },
        { .name = "bytes", .type = ACTION_SIZE },
        { .name = "mode", .type = ACTION_STRING },
        { .name = "colour", .type = ACTION_CHOICE, .choices = colours },
        { .name = "list", .type = ACTION_LIST },
        { .name = "items", .type = ACTION_LIST, .item = &item },
        { .name = "words", .type = ACTION_MAPPING },
        { .name = "all", .type = ACTION_ANY },
        { .name = NULL },
};
static const ActionProgram program = { .name = "mine", .description = "d", .parameters = rows };

static char directory[] = "/tmp/test-action.XXXXXX";

static void make_credentials(void) {
        char path[64];

        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void) snprintf(path, sizeof(path), "%s/key", directory);
        ck_assert_int_eq(file_replace(path, "geheim\n", 7, 0600, false), 0);
        ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", directory, 1), 0);
}

static void remove_credentials(void) {
        char path[64];

        (void) snprintf(path, sizeof(path), "%s/key", directory);
        (void) unlink(path);
        (void) rmdir(directory);
}

static int read_parameters(Action *action, const char *parameters) {
        CLEANUP_FREE char *text = NULL;

        action_init(action, &program);
        ck_assert_int_ge(
                        asprintf(&text, "{\"kind\":\"mine\",\"job\":\"j\",\"parameters\":%s}", parameters),
                        0);
        return action_read_request(action, text, strlen(text));
}

/* clang-format off */
static const struct {
        const char *parameters, *message; /* NULL: it is right */
} check_cases[] = {
        { "{\"text\":\"a\"}",                                    NULL },
        { "{\"text\":7}",                                        NULL },
        { "{\"text\":[\"a\",{\"credential\":\"key\"}]}",         NULL },
        { "{\"text\":\"a\",\"list\":[\"a\",1,[\"b\"]]}",         NULL },
        { "{\"text\":\"a\",\"items\":[{\"deep\":\"x\"}]}",       NULL },
        { "{\"text\":\"a\",\"words\":{\"any\":\"x\"}}",          NULL },
        { "{\"text\":\"a\",\"all\":{\"x\":[null]},\"wait\":null}", NULL },
        { "{}",                                                  "mine: 'text' is missing" },
        { "{\"text\":null}",                                     "mine: 'text' is missing" },
        { "{\"text\":\"a\",\"cout\":1}",                         "mine: unknown key 'cout', did you mean 'count'?" },
        { "{\"text\":{}}",                                       "mine.text expects a string" },
        { "{\"text\":[1]}",                                      "mine.text expects a string" },
        { "{\"text\":\"a\",\"list\":\"a\"}",                     "mine.list expects a list" },
        { "{\"text\":\"a\",\"list\":[{}]}",                      "mine.list[1] expects a string" },
        { "{\"text\":\"a\",\"items\":[{\"deep\":\"x\"},{}]}",    "mine.items[2]: 'deep' is missing" },
        { "{\"text\":\"a\",\"items\":[{\"dep\":\"x\"}]}",        "mine.items[1]: unknown key 'dep', did you mean 'deep'?" },
        { "{\"text\":\"a\",\"words\":{\"any\":{}}}",             "mine.words.any expects a text" },
        { "[]",                                                  "The request has no mapping 'parameters'" },
        { "{\"text\":\"a\",\"text\":\"b\"}",                     "The request is not JSON: line 1: duplicate object key near '\"text\"'" },
};
/* clang-format on */

START_TEST(a_request_is_compared_with_the_table) {
        Action action;
        int r = read_parameters(&action, check_cases[_i].parameters);

        ck_assert_int_eq(r, check_cases[_i].message ? -ECANCELED : 0);
        if (check_cases[_i].message)
                ck_assert_str_eq(action.message, check_cases[_i].message);
        action_done(&action);
}
END_TEST

START_TEST(values_are_what_their_texts_say) {
        Action action;
        bool flag = false;
        int64_t count = 0;
        uint64_t bytes = 0;
        usec_t wait = 0;
        mode_t mode = 0;
        int colour = 0;

        ck_assert_int_eq(
                        read_parameters(&action,
                                        "{\"text\":\"a\",\"flag\":\"true\",\"count\":9,\"bytes\":\"2K\","
                                        "\"wait\":\"1min\",\"mode\":\"0640\",\"colour\":\"green\"}"),
                        0);
        ck_assert_int_eq(action_get_boolean(&action, "flag", false, &flag), 0);
        ck_assert(flag);
        ck_assert_int_eq(action_get_integer(&action, "count", 3, &count), 0);
        ck_assert_int_eq(count, 9);
        ck_assert_int_eq(action_get_size(&action, "bytes", 0, &bytes), 0);
        ck_assert_uint_eq(bytes, 2048);
        ck_assert_int_eq(action_get_duration(&action, "wait", 0, &wait), 0);
        ck_assert_int_eq(wait, USEC_PER_MINUTE);
        ck_assert_int_eq(action_get_mode(&action, "mode", 0, &mode), 0);
        ck_assert_uint_eq(mode, 0640);
        ck_assert_int_eq(action_get_choice(&action, "colour", colours, &colour), 0);
        ck_assert_int_eq(colour, 1);
        action_done(&action);

        ck_assert_int_eq(read_parameters(&action, "{\"text\":\"a\"}"), 0);
        ck_assert_int_eq(action_get_integer(&action, "count", 3, &count), 0);
        ck_assert_int_eq(count, 3);
        ck_assert_int_eq(action_get_choice(&action, "colour", colours, &colour), 0);
        ck_assert_int_eq(colour, -1);
        action_done(&action);
}
END_TEST

/* clang-format off */
static const struct {
        const char *key, *value, *message;
} wrong_cases[] = {
        { "flag",   "\"yes\"",  "mine.flag expects true or false" },
        { "count",  "10",       "mine.count expects an integer from 1 to 9" },
        { "count",  "\"x\"",    "mine.count expects an integer" },
        { "bytes",  "\"x\"",    "mine.bytes expects a size, as 64K" },
        { "wait",   "\"x\"",    "mine.wait expects a duration, as 30s" },
        { "mode",   "\"rw\"",   "mine.mode expects an octal file mode in quotes, as \"0644\"" },
        { "mode",   "\"7777777\"", "mine.mode expects an octal file mode in quotes, as \"0644\"" },
        { "colour", "\"blue\"", "mine.colour expects one of red, green" },
};
/* clang-format on */

static int get_any(Action *action, const char *key) {
        bool flag;
        int64_t count;
        uint64_t bytes;
        usec_t wait;
        mode_t mode;
        int colour;

        if (strcmp(key, "flag") == 0)
                return action_get_boolean(action, key, false, &flag);
        if (strcmp(key, "count") == 0)
                return action_get_integer(action, key, 0, &count);
        if (strcmp(key, "bytes") == 0)
                return action_get_size(action, key, 0, &bytes);
        if (strcmp(key, "wait") == 0)
                return action_get_duration(action, key, 0, &wait);
        return strcmp(key, "mode") == 0 ? action_get_mode(action, key, 0, &mode)
                                        : action_get_choice(action, key, colours, &colour);
}

START_TEST(a_wrong_value_is_explained) {
        CLEANUP_FREE char *parameters = NULL;
        Action action;

        ck_assert_int_ge(
                        asprintf(&parameters, "{\"text\":\"a\",\"%s\":%s}", wrong_cases[_i].key,
                                 wrong_cases[_i].value),
                        0);
        ck_assert_int_eq(read_parameters(&action, parameters), 0);
        ck_assert_int_eq(get_any(&action, wrong_cases[_i].key), -ECANCELED);
        ck_assert_str_eq(action.message, wrong_cases[_i].message);
        action_done(&action);
}
END_TEST

START_TEST(a_credential_is_put_in_and_never_shown) {
        CLEANUP_FREE char *text = NULL, *result = NULL;
        Action action;

        ck_assert_int_eq(
                        read_parameters(&action, "{\"text\":[\"Bearer \",{\"credential\":\"key\"},\"!\"]}"),
                        0);
        ck_assert_int_eq(action_get_text(&action, action.parameters, "text", &text), 1);
        ck_assert_str_eq(text, "Bearer geheim!");
        json_writer_string(&action.result, "rows", "geheim");
        ck_assert_int_eq(action_fail(&action, "no: %s geheimgeheim gehei", text), -ECANCELED);
        ck_assert_int_eq(action_fail(&action, "what follows says less"), -ECANCELED);
        json_writer_string(&action.result, "code", "7");
        ck_assert_int_eq(action_finish(&action, -ECANCELED, &result), 0);
        ck_assert_str_eq(result, "{\"code\":\"7\",\"message\":\"no: Bearer ***! ****** gehei\"}\n");
        action_done(&action);
}
END_TEST

/* clang-format off */
static const struct {
        const char *name, *message;
} credential_cases[] = {
        { "none",     "Cannot read credential 'none': No such file or directory" },
        { "../key",   "There is no credential '../key'" },
        { ".",        "There is no credential '.'" },
        { "",         "There is no credential ''" },
};
/* clang-format on */

START_TEST(a_credential_is_a_file_of_its_directory) {
        CLEANUP_FREE char *parameters = NULL, *text = NULL;
        Action action;

        ck_assert_int_ge(
                        asprintf(&parameters, "{\"text\":[{\"credential\":\"%s\"}]}",
                                 credential_cases[_i].name),
                        0);
        ck_assert_int_eq(read_parameters(&action, parameters), 0);
        ck_assert_int_eq(action_get_text(&action, action.parameters, "text", &text), -ECANCELED);
        ck_assert_str_eq(action.message, credential_cases[_i].message);
        action_done(&action);
}
END_TEST

START_TEST(a_fault_without_a_sentence_gets_one) {
        CLEANUP_FREE char *result = NULL;
        Action action;

        action_init(&action, &program);
        ck_assert_int_eq(action_finish(&action, -ENOSPC, &result), 0);
        ck_assert_str_eq(result, "{\"message\":\"mine failed: No space left on device\"}\n");
        action_done(&action);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("action");
        TCase *request = tcase_create("request"), *credential = tcase_create("credential");

        tcase_add_loop_test(request, a_request_is_compared_with_the_table, 0, ARRAY_SIZE(check_cases));
        tcase_add_test(request, values_are_what_their_texts_say);
        tcase_add_loop_test(request, a_wrong_value_is_explained, 0, ARRAY_SIZE(wrong_cases));
        tcase_add_test(request, a_fault_without_a_sentence_gets_one);
        suite_add_tcase(suite, request);

        tcase_add_unchecked_fixture(credential, make_credentials, remove_credentials);
        tcase_add_test(credential, a_credential_is_put_in_and_never_shown);
        tcase_add_loop_test(
                        credential, a_credential_is_a_file_of_its_directory, 0, ARRAY_SIZE(credential_cases));
        suite_add_tcase(suite, credential);
        return suite;
}
