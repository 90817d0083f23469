/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/expand.h"

#include <jansson.h>
#include <string.h>

#include "support/test-support.h"

#define T(text) ((char *) (text))

static ParameterValue value_items[] = {
        { T("user"), T("ann \"${credential:a}\""), false },
        { T("number"), T("7"), false },
        { T("password"), T("0123456789abcdef0123456789abcdef"), true },
};
static const ParameterValues values = { value_items, ARRAY_SIZE(value_items) };

/* clang-format off */
static const struct {
        const char *json, *expanded; /* NULL: refused */
} tree_cases[] = {
        { "\"\"",                              "\"\"" },
        { "\"plain\"",                         "\"plain\"" },
        { "\"${number}\"",                     "\"7\"" },
        { "\"$${number}\"",                    "\"${number}\"" },
        { "\"${credential:a}\"",               "[{\"credential\":\"a\"}]" },
        { "\"Bearer ${credential:a}!\"",       "[\"Bearer \",{\"credential\":\"a\"},\"!\"]" },
        { "\"${credential:a}${number}${credential:b}\"", "[{\"credential\":\"a\"},\"7\",{\"credential\":\"b\"}]" },
        { "\"x${password}\"",                  "[\"x\",{\"credential\":\"parameter.password\"}]" },
        { "\"${unset}\"",                      "\"\"" },

        /* a value is never taken for a credential */
        { "\"${user}\"",                       "\"ann \\\"${credential:a}\\\"\"" },

        { "{\"a\":[1,true,null,\"${number}\",{\"${number}\":\"${number}\"}],\"b\":1.5}",
          "{\"a\":[1,true,null,\"7\",{\"${number}\":\"7\"}],\"b\":1.5}" },
        { "[]",                                "[]" },
        { "{\"a\":[\"${number\"]}",            NULL },
};
/* clang-format on */

START_TEST(each_text_of_a_tree_is_expanded) {
        CLEANUP_FREE char *error = NULL;
        CLEANUP_FREE char *text = NULL;
        json_t *tree = json_loads(tree_cases[_i].json, JSON_DECODE_ANY, NULL), *expanded = NULL;
        int r;

        ck_assert_ptr_nonnull(tree);
        r = expand_json_tree(tree, &values, &expanded, &error);
        json_decref(tree);

        ck_assert_int_eq(r, tree_cases[_i].expanded ? 0 : -EINVAL);
        if (r < 0) {
                ck_assert_str_eq(error, "'${number' has no closing '}'");
                return;
        }
        text = json_dumps(expanded, JSON_ENCODE_ANY | JSON_COMPACT);
        json_decref(expanded);
        ck_assert_str_eq(text, tree_cases[_i].expanded);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("expand-json");
        TCase *tree = tcase_create("tree");

        tcase_add_loop_test(tree, each_text_of_a_tree_is_expanded, 0, ARRAY_SIZE(tree_cases));
        suite_add_tcase(suite, tree);
        return suite;
}
