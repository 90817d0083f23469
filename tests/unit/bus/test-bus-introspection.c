/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the running vtables say is what the committed XML says. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"
#include "util/buffer.h"
#include "util/file.h"

/* clang-format off */
static const struct {
        const char *interface, *path;
} cases[] = {
        { MANAGER_INTERFACE,   MANAGER_PATH },
        { JOB_INTERFACE,       JOB_PATH_PREFIX "/a" },
        { EXECUTION_INTERFACE, EXECUTION_PATH_PREFIX "/1" },
};
/* clang-format on */

/* The opening tags of one interface, a line each, without comments, blanks and the slash of an empty element.
 */
static char *tags_of(const char *xml, const char *interface) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_FREE char *opening = NULL;
        const char *at, *end;
        char *tags = NULL;

        ck_assert_int_gt(asprintf(&opening, "<interface name=\"%s\">", interface), 0);
        at = strstr(xml, opening);
        ck_assert_ptr_nonnull(at);

        for (at = strchr(at, '>') + 1; strncmp(at, "</interface>", 12) != 0; at = end) {
                if (strncmp(at, "<!--", 4) == 0) {
                        end = strstr(at, "-->") + 3;
                        continue;
                }
                if (*at != '<') {
                        end = at + 1;
                        continue;
                }
                end = strchr(at, '>') + 1;
                if (at[1] == '/')
                        continue;
                (void) buffer_add(&buffer, at, (size_t) (end - at) - (end[-2] == '/' ? 2 : 1));
                (void) buffer_add_string(&buffer, ">\n");
        }
        ck_assert_int_eq(buffer_take(&buffer, &tags), 0);
        return tags;
}

static char *read_xml(const char *interface) {
        const char *directory = getenv("srcdir") ?: "..";
        CLEANUP_FREE char *path = NULL;
        char *xml = NULL;

        ck_assert_int_gt(asprintf(&path, "%s/src/bus/%s.xml", directory, interface), 0);
        ck_assert_int_eq(file_read(path, 1 << 20, &xml, NULL), 0);
        return xml;
}

START_TEST(the_committed_xml_is_what_runs) {
        static const BusFixtureJob jobs[] = { { "a", "command: /bin/true\n", 0 } };
        CLEANUP_FREE char *committed = NULL, *expected = NULL, *actual = NULL;
        sd_bus_message *reply;
        const char *xml;
        BusFixture fixture;
        sd_bus *client;

        bus_fixture_init(&fixture);
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
        client = bus_fixture_client(&fixture, (uid_t) -1);
        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "StartJob", "sa{sv}", "a", 0));

        reply = test_expect_return(bus_fixture_call(
                        &fixture, client, cases[_i].path, "org.freedesktop.DBus.Introspectable", "Introspect",
                        NULL));
        ck_assert_int_gt(sd_bus_message_read(reply, "s", &xml), 0);
        committed = read_xml(cases[_i].interface);
        expected = tags_of(committed, cases[_i].interface);
        actual = tags_of(xml, cases[_i].interface);
        ck_assert_str_eq(actual, expected);

        (void) sd_bus_message_unref(reply);
        (void) sd_bus_close_unref(client);
        bus_fixture_done(&fixture);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-introspection");
        TCase *xml = tcase_create("xml");

        tcase_add_loop_test(xml, the_committed_xml_is_what_runs, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, xml);
        return suite;
}
