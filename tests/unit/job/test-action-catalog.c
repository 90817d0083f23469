/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/action-catalog.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"
#include "util/buffer.h"

/* Single quotes stand for double ones. */
static char *json(const char *text) {
        static char buffers[2][8192];
        static unsigned next;
        char *buffer = buffers[next++ % 2];

        (void) snprintf(buffer, sizeof(buffers[0]), "%s", text);
        for (char *c = buffer; *c; c++)
                *c = *c == '\'' ? '"' : *c;
        return buffer;
}

static int parse(const char *answer, ActionDescription *ret, char **ret_error) {
        ret->name = strdup("mykind");
        return action_description_parse(ret, answer, ret_error);
}

START_TEST(what_it_says_is_read) {
        const char *answer = json(
                        "{'name':'mykind','description':'Does it','notes':'n','example':'mykind: {}',"
                        "'parameters':{"
                        "'count':{'type':'integer','minimum':1,'maximum':10,'default':3,'required':true},"
                        "'what':{'type':'choice','choices':['a','b'],'help':'h','label':'l'},"
                        "'dsn':{'type':'string','credentials':true,'min-length':2,'pattern':'[a-z]+'},"
                        "'text':{'type':'string','expand':false},"
                        "'list':{'type':'list','items':{'type':'mapping','parameters':{'x':{'type':'any'}}}},"
                        "'map':{'type':'mapping','credentials':true}}}");
        ActionDescription description = { 0 };
        const ActionParameter *members;
        char *error = NULL;

        ck_assert_msg(parse(answer, &description, &error) == 0, "%s", error);
        ck_assert_str_eq(description.name, "mykind");
        ck_assert_int_eq(strncmp(description.schema, "{\"count\":{\"type\":\"integer\",", 27), 0);
        ck_assert_str_eq(description.description, "Does it");
        ck_assert_str_eq(description.notes, "n");
        ck_assert_str_eq(description.example, "mykind: {}");

        members = description.parameters.members;
        ck_assert_uint_eq(description.parameters.n_members, 6);
        ck_assert_str_eq(members[0].rule.name, "count");
        ck_assert_int_eq(members[0].type, ACTION_VALUE_INTEGER);
        ck_assert(members[0].rule.required);
        ck_assert_str_eq(members[0].rule.minimum, "1");
        ck_assert_str_eq(members[0].rule.maximum, "10");
        ck_assert_str_eq(members[0].rule.fallback, "3");
        ck_assert_str_eq(members[1].rule.choices[1], "b");
        ck_assert(members[2].credentials);
        ck_assert(members[3].literal);
        ck_assert_int_eq(members[4].item->type, ACTION_VALUE_MAPPING);
        ck_assert(!members[4].item->is_open);
        ck_assert_int_eq(members[4].item->members[0].type, ACTION_VALUE_ANY);
        ck_assert(members[5].is_open);
        action_description_done(&description);
}
END_TEST

#define PARAMETER(text) "{'name':'mykind','parameters':{'p':{" text "}}}"

/* clang-format off */
static const struct {
        const char *answer, *error;
} fault_cases[] = {
        { "",                                        "its description is not a JSON object: not an object, byte 0" },
        { "{'name':'mykind','name':'mykind'}",       "its description has a member twice" },
        { "{}",                                      "its description has no 'name'" },
        { "{'name':7}",                              "its description has no 'name'" },
        { "{'name':'other'}",                        "its description says that its name is 'other', but the file is called 'mykind'" },
        { "{'name':'mykind','parameter':{}}",        "its description has the unknown member 'parameter'" },
        { "{'name':'mykind','notes':7}",             "its description has a 'notes' that is not a text" },
        { "{'name':'mykind','parameters':[]}",       "its description: parameters has 'parameters' that are not an object" },
        { "{'name':'mykind','parameters':{'A':{}}}", "its description: parameters.A is no name for a parameter, as 'max-rows'" },
        { "{'name':'mykind','parameters':{'p':7}}",  "its description: parameters.p is not an object" },
        { PARAMETER(""),                             "its description: parameters.p has no 'type'" },
        { PARAMETER("'type':'strin'"),               "its description: parameters.p has the type 'strin', which there is not; did you mean 'string'?" },
        { PARAMETER("'type':'secret'"),              "its description: parameters.p has the type 'secret', which there is not" },
        { PARAMETER("'type':'string','requierd':true"), "its description: parameters.p has the unknown member 'requierd'; did you mean 'required'?" },
        { PARAMETER("'type':'string','minimum':1"),  "its description: parameters.p has a 'minimum', which means nothing for the type 'string'" },
        { PARAMETER("'type':'string','required':1"), "its description: parameters.p has a 'required' that is neither true nor false" },
        { PARAMETER("'type':'string','max-length':-1"), "its description: parameters.p has a 'max-length' that is not a number of characters" },
        { PARAMETER("'type':'string','min-length':3,'max-length':2"), "its description: parameters.p has a 'min-length' above its 'max-length'" },
        { PARAMETER("'type':'string','credentials':true,'expand':false"), "its description: parameters.p has 'credentials' though \"expand\": false takes ${…} as it is written" },
        { PARAMETER("'type':'choice'"),              "its description: parameters.p has no 'choices'" },
        { PARAMETER("'type':'choice','choices':[]"), "its description: parameters.p has 'choices' that are not a list of texts" },
        { PARAMETER("'type':'choice','choices':['a',1]"), "its description: parameters.p has 'choices' that are not a list of texts" },
        { PARAMETER("'type':'list','items':{'type':'list','items':{'type':'x'}}"), "its description: parameters.p.items.items has the type 'x', which there is not" },
        { PARAMETER("'type':'any','default':[]"),    "its description: parameters.p has a 'default', which means nothing for the type 'any'" },
        { PARAMETER("'type':'string','default':[]"), "its description: parameters.p has a 'default' that is neither a text, a number, true nor false" },
};

/* With the rule of a parameter at its end, in parameter.c's words. */
static const char *const broken_rules[] = {
        PARAMETER("'type':'integer','minimum':'x'"),
        PARAMETER("'type':'integer','minimum':5,'maximum':4"),
        PARAMETER("'type':'integer','maximum':5,'default':6"),
        PARAMETER("'type':'string','pattern':'['"),
        PARAMETER("'type':'choice','choices':['a'],'default':'b'"),
        PARAMETER("'type':'boolean','default':'maybe'"),
};
/* clang-format on */

START_TEST(what_has_no_meaning_is_a_fault) {
        ActionDescription description = { 0 };
        CLEANUP_FREE char *error = NULL;

        ck_assert_int_eq(parse(json(fault_cases[_i].answer), &description, &error), -EINVAL);
        ck_assert_str_eq(error, fault_cases[_i].error);
        ck_assert_ptr_null(description.schema);
        ck_assert_uint_eq(description.parameters.n_members, 0);
        action_description_done(&description);
}
END_TEST

START_TEST(a_broken_rule_is_a_fault) {
        ActionDescription description = { 0 };
        CLEANUP_FREE char *error = NULL;

        ck_assert_int_eq(parse(json(broken_rules[_i]), &description, &error), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error, "its description: parameters.p has a '"));
        action_description_done(&description);
}
END_TEST

START_TEST(declarations_are_only_so_deep) {
        CLEANUP(buffer_done) Buffer answer = { 0 };
        ActionDescription description = { 0 };
        CLEANUP_FREE char *error = NULL;

        (void) buffer_add_string(&answer, "{\"name\":\"mykind\",\"parameters\":{\"p\":");
        for (int i = 0; i < 10; i++)
                (void) buffer_add_string(&answer, "{\"type\":\"list\",\"items\":");
        (void) buffer_add_string(&answer, "{\"type\":\"any\"}");
        for (int i = 0; i < 12; i++)
                (void) buffer_add_char(&answer, '}');

        ck_assert_int_eq(parse(answer.data, &description, &error), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error, "is declared too deep inside of others"));
        action_description_done(&description);
}
END_TEST

START_TEST(a_new_answer_replaces_the_old_one) {
        ActionDescription description = { 0 };
        CLEANUP_FREE char *error = NULL;

        ck_assert_int_eq(parse(json("{'name':'mykind','notes':'old'}"), &description, &error), 0);
        description.path = strdup("/x");
        ck_assert_int_eq(
                        action_description_parse(
                                        &description, json("{'name':'mykind','example':'new'}"), &error),
                        0);
        ck_assert_ptr_null(description.notes);
        ck_assert_str_eq(description.example, "new");
        ck_assert_str_eq(description.path, "/x");
        action_description_done(&description);
}
END_TEST

/* clang-format off */
static const struct {
        const char *name;
        bool good;
} name_cases[] = {
        { "sql", true }, { "a", true }, { "my-kind-2", true },
        { "", false }, { "2a", false }, { "Sql", false }, { "my_kind", false }, { "a.sh", false }, { "../x", false },
        { "a2345678901234567890123456789012", true }, { "a23456789012345678901234567890123", false },
        { "schedule", false }, { "command", false },
};
/* clang-format on */

START_TEST(a_kind_is_called_like_no_other_key) {
        ck_assert_int_eq(action_name_fault(name_cases[_i].name) == NULL, name_cases[_i].good);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("action-catalog");
        TCase *tcase = tcase_create("action-catalog");

        tcase_add_test(tcase, what_it_says_is_read);
        tcase_add_loop_test(tcase, what_has_no_meaning_is_a_fault, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(tcase, a_broken_rule_is_a_fault, 0, ARRAY_SIZE(broken_rules));
        tcase_add_test(tcase, declarations_are_only_so_deep);
        tcase_add_test(tcase, a_new_answer_replaces_the_old_one);
        tcase_add_loop_test(tcase, a_kind_is_called_like_no_other_key, 0, ARRAY_SIZE(name_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
