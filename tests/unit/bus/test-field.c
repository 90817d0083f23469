/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One table for properties, rows and JSON. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bus/field-get.h"
#include "support/test-support.h"

/* --- names ----------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
        const char *name, *property;
} names[] = {
        { "id",                "Id" },
        { "next_due",          "NextDue" },
        { "memory_peak_bytes", "MemoryPeakBytes" },
        { "boot_id",           "BootId" },
};
/* clang-format on */

START_TEST(a_property_has_the_name_of_the_key) {
        CLEANUP_FREE char *property = NULL;

        ck_assert_int_eq(field_property_name(names[_i].name, &property), 0);
        ck_assert_str_eq(property, names[_i].property);
}
END_TEST

/* --- a record of all types ------------------------------------------------------------------------- */

typedef struct Record {
        uid_t owner;
        const char *text, *json;
        usec_t instant;
        int64_t integer;
        double number;
        bool flag;
        char *const *list;
        Diagnostic fault;
} Record;

/* clang-format off */
FIELD_GET(Record, text,    field_give_text(value, record->text));
FIELD_GET(Record, json,    field_give_text(value, record->json));
FIELD_GET(Record, instant, field_give_instant(value, record->instant));
FIELD_GET(Record, integer, field_give_known(value, record->integer, -1));
FIELD_GET(Record, number,  value->number = record->number);
FIELD_GET(Record, flag,    field_give_integer(value, record->flag));
FIELD_GET(Record, list,    field_give_list(value, record->list));
FIELD_GET(Record, fault,   value->fault = &record->fault; value->is_null = !record->fault.message);

static const Field fields[] = {
        { "text",     FIELD_TEXT,     0,             get_text },
        { "json",     FIELD_JSON,     FIELD_PRIVATE, get_json },
        { "instant",  FIELD_INSTANT,  0,             get_instant },
        { "integer",  FIELD_SIGNED64, 0,             get_integer },
        { "number",   FIELD_NUMBER,   0,             get_number },
        { "flag",     FIELD_BOOL,     0,             get_flag },
        { "list",     FIELD_LIST,     FIELD_PRIVATE, get_list },
        { "fault",    FIELD_FAULT,    0,             get_fault },
};
/* clang-format on */

static uid_t owner_of(const void *data) {
        return ((const Record *) data)->owner;
}

static const FieldTable table = { fields, ARRAY_SIZE(fields), owner_of };

static char *json_of(const Record *record, uid_t viewer, bool may_see_private) {
        const FieldContext context = { .viewer_uid = viewer, .may_see_private = may_see_private };
        CLEANUP(field_set_done) FieldSet set = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char *text = NULL;

        ck_assert_int_eq(field_set_init(&set, &table, NULL, 0, NULL), 0);
        field_set_add_json(&set, &context, record, &buffer);
        ck_assert_int_eq(buffer_take(&buffer, &text), 0);
        return text;
}

static char *const two[] = { (char *) "a\"b", (char *) "c", NULL };

/* clang-format off */
static const struct {
        Record record;
        uid_t viewer;
        bool may_see_private;
        const char *json;
} lines[] = {
        { { 0, NULL, NULL, USEC_INFINITY, -1, 0, false, NULL, { 0 } }, 0, false,
          "{\"text\":null,\"json\":null,\"instant\":null,\"integer\":null,\"number\":0,\"flag\":false,\"list\":[],"
          "\"fault\":null}\n" },
        { { 0, "x\ny", "{\"a\":\n1}", 1774746000000000, INT64_MIN, 12.5, true, two,
            { .file = (char *) "f", .line = 3, .message = (char *) "bad" } }, 0, false,
          "{\"text\":\"x\\ny\",\"json\":{\"a\": 1},\"instant\":\"2026-03-29T01:00:00.000000Z\","
          "\"integer\":-9223372036854775808,\"number\":12.5,\"flag\":true,\"list\":[\"a\\\"b\",\"c\"],"
          "\"fault\":{\"file\":\"f\",\"line\":3,\"column\":null,\"message\":\"bad\"}}\n" },

        /* another's record: private fields are not told, unless all may be seen */
        { { 7, "t", "1", 0, 0, 0.000001, false, two, { 0 } }, 8, false,
          "{\"text\":\"t\",\"json\":null,\"instant\":\"1970-01-01T00:00:00.000000Z\",\"integer\":0,"
          "\"number\":0.000001,\"flag\":false,\"list\":[],\"fault\":null}\n" },
        { { 7, "t", "1", -1, 10, 1e300, false, two, { 0 } }, 8, true,
          "{\"text\":\"t\",\"json\":1,\"instant\":\"1969-12-31T23:59:59.999999Z\",\"integer\":10,"
          "\"number\":1e+300,\"flag\":false,\"list\":[\"a\\\"b\",\"c\"],\"fault\":null}\n" },
        { { 7, "t", "1", 253402300799999999, 10, 82256.180302, false, NULL, { 0 } }, 7, false,
          "{\"text\":\"t\",\"json\":1,\"instant\":\"9999-12-31T23:59:59.999999Z\",\"integer\":10,"
          "\"number\":82256.180302,\"flag\":false,\"list\":[],\"fault\":null}\n" },
};
/* clang-format on */

START_TEST(a_record_is_one_line_of_json) {
        CLEANUP_FREE char *json = json_of(&lines[_i].record, lines[_i].viewer, lines[_i].may_see_private);

        ck_assert_str_eq(json, lines[_i].json);
}
END_TEST

/* --- the tables ------------------------------------------------------------------------------------ */

static const FieldTable *const tables[] = { &job_fields, &execution_fields, &audit_fields, &timer_fields,
                                            &dependency_fields };

START_TEST(each_key_is_there_once_with_a_getter_and_an_owner) {
        const FieldTable *kind = tables[_i];

        ck_assert_ptr_nonnull(kind->owner);
        for (size_t i = 0; i < kind->n_fields; i++) {
                ck_assert_ptr_nonnull(kind->fields[i].get);
                for (size_t k = 0; k < i; k++)
                        ck_assert_str_ne(kind->fields[i].name, kind->fields[k].name);
        }
}
END_TEST

/* What the runner or the definition says about others' jobs is not broadcast with their state. */
START_TEST(what_is_private_is_not_told_by_signals) {
        const FieldTable *kind = tables[_i];

        for (size_t i = 0; i < kind->n_fields; i++)
                ck_assert_uint_ne(
                                kind->fields[i].flags & (FIELD_PRIVATE | FIELD_CHANGES),
                                FIELD_PRIVATE | FIELD_CHANGES);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("field");
        TCase *cases = tcase_create("fields");

        tcase_add_loop_test(cases, a_property_has_the_name_of_the_key, 0, ARRAY_SIZE(names));
        tcase_add_loop_test(cases, a_record_is_one_line_of_json, 0, ARRAY_SIZE(lines));
        tcase_add_loop_test(cases, each_key_is_there_once_with_a_getter_and_an_owner, 0, ARRAY_SIZE(tables));
        tcase_add_loop_test(cases, what_is_private_is_not_told_by_signals, 0, ARRAY_SIZE(tables));
        suite_add_tcase(suite, cases);
        return suite;
}
