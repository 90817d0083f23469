/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/secret-extract.h"

#include <string.h>

#include "protocol/secret-id.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define ID "00112233445566778899aabbccddeeff"
#define OWN "parameters: {pin: {type: secret}, n: {type: integer}}\n"

static Parameter send_items[] = { { .name = (char *) "token", .type = PARAMETER_SECRET },
                                  { .name = (char *) "pin", .type = PARAMETER_STRING } };
static JobTemplate template_items[] = { { .name = (char *) "send", .parameters = { send_items, 2 } } };
static const JobTemplates templates = { template_items, 1 };

/* clang-format off */
static const struct {
        const char *definition, *previous;
        const char *values; /* that are taken out, separated by blanks; "" if there are none */
} cases[] = {
        { OWN "values: {pin: 1234, n: 5}\n",                   NULL, "1234" },
        { OWN "values: {pin: 'a: \"b'}\n",                     NULL, "a: \"b" },
        { OWN "values: {pin: \"${credential:x}\", n: 5}\n",    NULL, "" },
        { OWN "values: {n: 5}\n",                              NULL, "" },
        { OWN "values: {pin: null}\n",                         NULL, "" },
        { OWN "values: {pin: [1]}\n",                          NULL, "" },
        { OWN "values: 7\n",                                   NULL, "" },
        { "template: send\nvalues: {token: abc, pin: 1}\n",    NULL, "abc" },
        { "template: send\nparameters: {pin: {type: secret}}\nvalues: {token: abc, pin: 1}\n", NULL, "abc 1" },
        { "template: nosuch\nvalues: {token: abc}\n",          NULL, "" },

        /* an id that was there before is one; any other is a value, whatever it looks like */
        { OWN "values: {pin: " ID "}\n", NULL,                                  ID },
        { OWN "values: {pin: " ID "}\n", OWN "values: {pin: " ID "}\n",         "" },
        { OWN "values: {pin: " ID "}\n", OWN "values: {n: " ID "}\n",           ID },
        { OWN "values: {pin: x}\n",      OWN "values: {pin: x}\n",              "x" },

        /* whoever decodes it says what is wrong */
        { "values: {pin: [\n", NULL, "" },
        { "- 1\n",             NULL, "" },
        { "",                  NULL, "" },
};
/* clang-format on */

START_TEST(values_of_secret_parameters_are_taken_out) {
        CLEANUP(secret_values_done) SecretValues values = { 0 };
        CLEANUP_FREE char *without = NULL, *joined = NULL;
        CLEANUP(string_list_freep) char **found = NULL;
        int r = secret_extract(cases[_i].definition, cases[_i].previous, &templates, &without, &values);

        ck_assert_int_eq(r, *cases[_i].values ? 1 : 0);
        for (size_t i = 0; i < values.n_items; i++) {
                ck_assert(secret_id_valid(values.items[i].id));
                ck_assert_ptr_nonnull(strstr(without, values.items[i].id));
                ck_assert_int_eq(string_list_push(&found, values.items[i].value), 0);
        }
        ck_assert_int_eq(string_list_join(found, " ", &joined), 0);
        ck_assert_str_eq(joined, cases[_i].values);
}
END_TEST

/* What an export has in the place of a secret. */
START_TEST(a_reference_is_the_id_that_was_there_before) {
        static const char own[] = OWN "values: {pin: \"${secret:" ID "}\"}\n";
        static const char other[] = OWN "values: {pin: 1fffffffffffffffffffffffffffffff}\n";
        CLEANUP(secret_values_done) SecretValues values = { 0 };
        CLEANUP_FREE char *with_id = NULL, *none = NULL;

        ck_assert_int_eq(secret_dereference(own, OWN "values: {pin: " ID "}\n", &templates, &with_id), 1);
        ck_assert_ptr_nonnull(strstr(with_id, "pin: \"" ID "\""));
        ck_assert_int_eq(secret_dereference(own, NULL, &templates, &none), 0);
        ck_assert_int_eq(secret_dereference(own, other, &templates, &none), 0);
        ck_assert_int_eq(secret_dereference(own, OWN, &templates, &none), 0);
        ck_assert_int_eq(secret_dereference(OWN "values: {pin: x}\n", other, &templates, &none), 0);
        ck_assert_int_eq(secret_extract(own, NULL, &templates, &none, &values), 0); /* no value */
}
END_TEST

START_TEST(the_rest_stays_as_it_was) {
        CLEANUP(secret_values_done) SecretValues values = { 0 };
        CLEANUP_FREE char *without = NULL, *expected = NULL;

        ck_assert_int_eq(
                        secret_extract("# pin 1234\ncommand: [x, \"1234 \"]\n" OWN
                                       "values: {n: 5, pin: 1234}\n",
                                       NULL, &templates, &without, &values),
                        1);
        ck_assert_int_ge(
                        asprintf(&expected,
                                 "command:\n  - x\n  - \"1234 \"\nparameters:\n  pin:\n    type: secret\n  "
                                 "n:\n"
                                 "    type: integer\nvalues:\n  n: 5\n  pin: \"%s\"\n",
                                 values.items[0].id),
                        0);
        ck_assert_str_eq(without, expected);
}
END_TEST

START_TEST(a_list_is_gone_through_alike) {
        Parameter items[] = { { .name = (char *) "pin", .type = PARAMETER_SECRET },
                              { .name = (char *) "n", .type = PARAMETER_STRING } };
        const ParameterSet declared = { items, 2 };
        char *const list[] = { (char *) "pin=" ID, (char *) "n=7", (char *) "x", NULL };
        char *const credential[] = { (char *) "pin=${credential:a}", NULL };
        CLEANUP(secret_values_done) SecretValues values = { 0 }, none = { 0 };
        CLEANUP(string_list_freep) char **copy = NULL, **same = NULL;

        ck_assert_int_eq(secret_extract_list(&declared, list, &copy, &values), 0);
        ck_assert_uint_eq(values.n_items, 1);
        ck_assert_str_eq(values.items[0].value, ID);
        ck_assert_str_ne(values.items[0].id, ID);
        ck_assert_str_eq(copy[0] + 4, values.items[0].id);
        ck_assert_str_eq(copy[1], "n=7");
        ck_assert_str_eq(copy[2], "x");
        ck_assert_int_eq(secret_extract_list(&declared, credential, &same, &none), 0);
        ck_assert_uint_eq(none.n_items, 0);
        ck_assert_str_eq(same[0], credential[0]);
}
END_TEST

static const struct {
        const char *text, *ids;
} texts[] = {
        { "", "" }, { "a " ID "0 " ID "\n", ID }, { ID "," ID, ID ID }, { "x" ID "x", ID }, { "0011", "" },
};

START_TEST(ids_are_found_in_a_text) {
        CLEANUP(buffer_done) Buffer ids = { 0 };

        ck_assert_int_eq(secret_ids_in_text(texts[_i].text, &ids), 0);
        ck_assert_str_eq(ids.data ?: "", texts[_i].ids);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("secret-extract");
        TCase *extract = tcase_create("extract");

        tcase_add_loop_test(extract, values_of_secret_parameters_are_taken_out, 0, ARRAY_SIZE(cases));
        tcase_add_test(extract, a_reference_is_the_id_that_was_there_before);
        tcase_add_test(extract, the_rest_stays_as_it_was);
        tcase_add_test(extract, a_list_is_gone_through_alike);
        tcase_add_loop_test(extract, ids_are_found_in_a_text, 0, ARRAY_SIZE(texts));
        suite_add_tcase(suite, extract);
        return suite;
}
