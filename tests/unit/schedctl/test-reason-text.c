/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/reason-text.h"

#include "job/execution-record.h"
#include "schedctl/columns.h"
#include "schedctl/selection.h"
#include "schedctl/view.h"
#include "support/test-support.h"

START_TEST(every_reason_has_a_sentence) {
        const char *reason = execution_reason_to_string((ExecutionReason) _i);
        CLEANUP_FREE char *condition = NULL;

        if (_i == REASON_CONDITION)
                ck_assert_str_ne(reason_text("skipped", "condition:ac-power"), "");
        else
                ck_assert_msg(*reason_text("skipped", reason), "'%s' has none", reason);
}
END_TEST

START_TEST(every_state_is_over_as_the_daemon_says) {
        const char *state = execution_state_to_string((ExecutionState) _i);

        ck_assert_int_eq(execution_state_is_over(state), execution_state_is_final((ExecutionState) _i));
}
END_TEST

/* clang-format off */
static const struct {
        const char *json, *exit;
        usec_t duration_usec;
} execution_cases[] = {
        { "{\"exit_code\":3,\"signal\":null}",  "3",       USEC_INFINITY },
        { "{\"exit_code\":null,\"signal\":9}",  "SIGKILL", USEC_INFINITY },
        { "{\"signal\":200}",                   "signal 200", USEC_INFINITY },
        { "{\"exit_code\":0,\"started\":\"2026-03-29T01:00:00.000000Z\",\"ended\":\"2026-03-29T01:00:01.500000Z\"}",
          "0", 1500 * USEC_PER_MSEC },
        { "{\"started\":\"2026-03-29T01:00:00.000000Z\",\"ended\":null}", "", 5 * USEC_PER_SEC },
        { "{\"started\":\"2026-03-29T01:00:09.000000Z\",\"ended\":null}", "", 0 }, /* the clock was set back */
        { "{\"started\":7}",                    "",        USEC_INFINITY },
};
/* clang-format on */

START_TEST(an_outcome_is_shown_shortly) {
        CLEANUP_JSON json_t *json = json_loads(execution_cases[_i].json, 0, NULL);
        usec_t now_usec = INT64_C(1774746005) * USEC_PER_SEC; /* 2026-03-29T01:00:05Z */
        char text[EXIT_TEXT_MAX];

        ck_assert_str_eq(exit_text(json, text), execution_cases[_i].exit);
        ck_assert_int_eq(execution_duration(json, now_usec), execution_cases[_i].duration_usec);
}
END_TEST

static const struct {
        const char *word;
        bool is_id;
        uint64_t id;
} id_cases[] = {
        { "41", true, 41 },
        { "007", true, 7 },
        { "", false, 0 },
        { "4x", false, 0 },
        { "-4", false, 0 },
        { "[4]2", false, 0 },
        { "9007199254740992", false, 0 },
        { "99999999999999999999", false, 0 },
};

START_TEST(digits_are_an_execution) {
        uint64_t id = 0;

        ck_assert_int_eq(parse_execution_id(id_cases[_i].word, &id), id_cases[_i].is_id);
        if (id_cases[_i].is_id)
                ck_assert_uint_eq(id, id_cases[_i].id);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("reason-text");
        TCase *words = tcase_create("words");

        tcase_add_loop_test(words, every_reason_has_a_sentence, REASON_NONE + 1, EXECUTION_REASON_COUNT);
        tcase_add_loop_test(words, every_state_is_over_as_the_daemon_says, 0, EXECUTION_STATE_COUNT);
        tcase_add_loop_test(words, an_outcome_is_shown_shortly, 0, (int) ARRAY_SIZE(execution_cases));
        tcase_add_loop_test(words, digits_are_an_execution, 0, (int) ARRAY_SIZE(id_cases));
        suite_add_tcase(suite, words);
        return suite;
}
