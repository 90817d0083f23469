/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/selection.h"

#include "job/execution-record.h"
#include "support/test-support.h"
#include "util/string-list.h"

/* clang-format off */
static const struct {
        const char *word;
        bool is_id;
        uint64_t id;
} id_cases[] = {
        { "1",                 true,  1 },
        { "42",                true,  42 },
        { "9007199254740991",  true,  9007199254740991 }, /* what JSON can hold */
        { "9007199254740992",  false, 0 },
        { "99999999999999999", false, 0 },
        { "",                  false, 0 },
        { "-1",                false, 0 },
        { "+1",                false, 0 },
        { " 1",                false, 0 },
        { "1a",                false, 0 },
        { "0x1",               false, 0 },
        { "[4]2",              false, 0 },
        { "backup",            false, 0 },
};
/* clang-format on */

START_TEST(only_digits_are_an_execution) {
        uint64_t id = 0;

        ck_assert(parse_execution_id(id_cases[_i].word, &id) == id_cases[_i].is_id);
        if (id_cases[_i].is_id)
                ck_assert_uint_eq(id, id_cases[_i].id);
}
END_TEST

START_TEST(patterns_are_seen) {
        ck_assert(is_pattern("*"));
        ck_assert(is_pattern("back?p"));
        ck_assert(is_pattern("[4]2"));
        ck_assert(!is_pattern("backup.daily"));
}
END_TEST

/* The lists here against the states that the daemon has: each is armed, active or over. */
START_TEST(each_state_is_in_the_right_lists) {
        const char *state = execution_state_to_string((ExecutionState) _i);
        bool is_active = string_list_contains((char *const *) active_states, state);

        ck_assert_msg(is_active + execution_state_is_over(state) + (_i == EXECUTION_ARMED) == 1, "%s", state);
        if (string_list_contains((char *const *) started_states, state))
                ck_assert(is_active || execution_state_is_over(state));
}
END_TEST

START_TEST(no_list_names_a_state_that_is_none) {
        static const char *const *const lists[] = { active_states, started_states };

        for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
                for (const char *const *state = lists[i]; *state; state++)
                        ck_assert_msg(execution_state_from_string(*state) >= 0, "%s", *state);
        ck_assert(!execution_state_is_over("of a later version"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("selection");
        TCase *selection = tcase_create("selection");

        tcase_add_loop_test(selection, only_digits_are_an_execution, 0, ARRAY_SIZE(id_cases));
        tcase_add_test(selection, patterns_are_seen);
        tcase_add_loop_test(selection, each_state_is_in_the_right_lists, 0, EXECUTION_STATE_COUNT);
        tcase_add_test(selection, no_list_names_a_state_that_is_none);
        suite_add_tcase(suite, selection);
        return suite;
}
