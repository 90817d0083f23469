/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/reconcile.h"
#include "support/test-support.h"

#define UNLISTED .listed = false
#define LISTED(as) .listed = true, .state = (as)
#define SAME .same_boot = true, .same_generation = true
#define NEW_GENERATION .same_boot = true, .same_generation = false
#define REBOOTED .same_boot = false, .same_generation = false

/* clang-format off */
static const struct {
        const char *rule;
        ReconcileFacts facts;
        ReconcileAction action;
} cases[] = {
        { "a: never received",             { SAME, UNLISTED },                                          RECONCILE_SEND },
        { "a: begun without a runner",     { NEW_GENERATION, UNLISTED, .unsent = true },                RECONCILE_SEND },
        { "a: and the host was restarted", { REBOOTED, UNLISTED, .unsent = true },                      RECONCILE_SEND },
        { "b: it runs",                    { SAME, LISTED(LAUNCH_LISTED_RUNNING) },                     RECONCILE_ADOPT },
        { "b: whatever the row says",      { NEW_GENERATION, LISTED(LAUNCH_LISTED_RUNNING) },           RECONCILE_ADOPT },
        { "b: though it is not due",       { SAME, LISTED(LAUNCH_LISTED_RUNNING), .not_yet = true }, RECONCILE_ADOPT },
        { "c: it has ended",               { SAME, LISTED(LAUNCH_LISTED_ENDED) },                       RECONCILE_AWAIT_END },
        { "e: a file with an outcome",     { SAME, LISTED(LAUNCH_LISTED_ENDED) },                       RECONCILE_AWAIT_END },
        { "e: a file without",             { SAME, LISTED(LAUNCH_LISTED_LOST) },                        RECONCILE_AWAIT_END },
        { "e: no file",                    { SAME, UNLISTED },                                          RECONCILE_SEND },
        { "f: new generation",             { NEW_GENERATION, UNLISTED },                                RECONCILE_LOST },
        { "f: the host was restarted",     { REBOOTED, UNLISTED },                                      RECONCILE_LOST },
        { "it ran, and was forgotten",     { SAME, UNLISTED, .started = true },                         RECONCILE_LOST },
        { "not due yet",                   { SAME, UNLISTED, .not_yet = true },                   RECONCILE_WAIT },
        { "not due yet, new generation",   { NEW_GENERATION, UNLISTED, .not_yet = true },         RECONCILE_WAIT },
};
/* clang-format on */

START_TEST(an_open_row_is_judged_by_the_rules) {
        ck_assert_msg(reconcile_judge(&cases[_i].facts) == cases[_i].action, "%s", cases[_i].rule);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("manager-reconcile");
        TCase *rules = tcase_create("rules");

        tcase_add_loop_test(rules, an_open_row_is_judged_by_the_rules, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, rules);
        return suite;
}
