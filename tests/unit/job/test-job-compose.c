/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-compose.h"

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "support/test-time.h"

static const char templates_text[] =
                "send-code: {delay: 10s, parameters: {user-id: {type: integer, required: true}},\n"
                "            job: {command: [/usr/lib/otp/send, \"--user=${user-id}\"], timeout: 1h}}\n"
                "again: {delay: 500ms, reschedule: true, job: {command: x}}\n"
                "late: {job: {command: x, schedule: \"@daily\"}}\n"
                "shared: {job: {priority: 70}}\n";
static const char defaults_text[] = "timezone: UTC\nuser: daemon\npriority: 60\n";
static const char urgent_text[] = "timezone: UTC\nuser: daemon\npriority: 3\nnice: -5\numask: \"0002\"\n";

typedef struct Fixture {
        TimeZoneCache *zones;
        YamlTree defaults_tree, templates_tree;
        YamlNode *defaults, *templates;
        TemplateLibrary *library;
        JobDecodeContext context;
} Fixture;

static YamlNode *parse(YamlTree *tree, const char *file, const char *text) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        YamlNode *root = NULL;

        ck_assert_int_eq(yaml_tree_add_source(tree, file), 0);
        ck_assert_int_eq(yaml_tree_parse(tree, 0, text, strlen(text), &diagnostics, &root), 0);
        return root;
}

static void fixture_done(Fixture *fixture) {
        (void) template_library_free(fixture->library);
        yaml_tree_done(&fixture->defaults_tree);
        yaml_tree_done(&fixture->templates_tree);
        (void) time_zone_cache_free(fixture->zones);
}

static void fixture_init(Fixture *fixture, uid_t owner_uid) {
        TemplateFile file = { .path = "templates", .tree = &fixture->templates_tree };

        *fixture = (Fixture){ 0 };
        ck_assert_int_eq(time_zone_cache_new(&fixture->zones), 0);
        fixture->context = (JobDecodeContext){
                .zones = fixture->zones,
                .origin = JOB_ORIGIN_RUNTIME,
                .owner_uid = owner_uid,
                .system_mode = true,
        };
        fixture->defaults = parse(
                        &fixture->defaults_tree, "settings", owner_uid == 0 ? defaults_text : urgent_text);
        file.templates = parse(&fixture->templates_tree, "templates", templates_text);
        ck_assert_int_eq(template_library_new(&fixture->context, &file, 1, &fixture->library), 0);
}

static int compose(
                const Fixture *fixture,
                const char *name,
                const char *source,
                Diagnostics *diagnostics,
                Job **ret) {
        const JobComposition composition = {
                .context = &fixture->context,
                .defaults = fixture->defaults,
                .defaults_file = "settings",
                .library = fixture->library,
        };

        return job_compose(&composition, name, test_usec("2026-03-29T01:00:00Z"), source, diagnostics, ret);
}

static const struct {
        const char *source;
        const char *definition; /* NULL: refused … */
        const char *error;      /* … with this */
        bool one_shot, of_template;
} compose_cases[] = {
        { "command: y\n", "timezone: UTC\nuser: daemon\npriority: 60\ncommand: y\n", NULL, false, false },
        { "command: y\nuser: null\n", "timezone: UTC\npriority: 60\ncommand: y\n", NULL, false, false },
        { "template: send-code\nvalues: {user-id: 7}\n",
          "timezone: UTC\nuser: daemon\npriority: 60\nparameters:\n  user-id:\n    type: integer\n    "
          "required: true\n"
          "command:\n  - /usr/lib/otp/send\n  - \"--user=${user-id}\"\ntimeout: 1h\ntemplate: send-code\n"
          "values:\n  user-id: 7\nschedule:\n  at: \"2026-03-29T01:00:10.000000Z\"\n",
          NULL, true, true },
        { "template: again\n",
          "timezone: UTC\nuser: daemon\npriority: 60\ncommand: x\ntemplate: again\nschedule:\n  every: 1s\n  "
          "from: end\n"
          "  start: \"2026-03-29T01:00:00.500000Z\"\n",
          NULL, false, true },
        { "template: late\n",
          "timezone: UTC\nuser: daemon\npriority: 60\ncommand: x\nschedule: \"@daily\"\ntemplate: late\n",
          NULL, false, false },
        { "template: again\nschedule: \"@hourly\"\n",
          "timezone: UTC\nuser: daemon\npriority: 60\ncommand: x\ntemplate: again\nschedule: \"@hourly\"\n",
          NULL, false, false },
        { "template: again\nafter: b\n",
          "timezone: UTC\nuser: daemon\npriority: 60\ncommand: x\ntemplate: again\nafter: b\n", NULL, false,
          false },
        { "template: shared\ncommand: y\nschedule: \"@daily\"\n",
          "timezone: UTC\nuser: daemon\npriority: 70\ntemplate: shared\ncommand: y\nschedule: \"@daily\"\n",
          NULL, false, false },
        { "template: shared\ncommand: y\n",
          "timezone: UTC\nuser: daemon\npriority: 70\ntemplate: shared\ncommand: y\n", NULL, false, false },
        { "template: shared\n", NULL,
          "job 'test' has nothing to do: neither it nor its template 'shared' has 'command', 'http', or the "
          "key of "
          "an action program",
          false, false },
        { "template: send-cod\n", NULL, "there is no template 'send-cod'; did you mean 'send-code'?", false,
          false },
        { "template: send-code\n", NULL,
          "job 'test' cannot run by its schedule: parameter 'user-id' needs a value", false, false },
        { "template: send-code\nvalues: {user-id: x}\n", NULL,
          "parameter 'user-id' expects an integer, not 'x'", false, false },
        { "command: y\nexcept: {ics: /etc/holidays.ics}\n", NULL,
          "'ics': a job that is made at run time can name no file here; a job of a file can", false, false },
        { "", NULL, "the job is empty", false, false },
        { "- x\n", NULL, "job 'test' expects a mapping, not a list", false, false },
};

START_TEST(what_was_sent_is_laid_over_the_rest) {
        CLEANUP(fixture_done) Fixture fixture;
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(diagnostics_done) Diagnostics none = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        CLEANUP(job_unrefp) Job *again = NULL;
        int r;

        fixture_init(&fixture, 0);
        r = compose(&fixture, "test", compose_cases[_i].source, &diagnostics, &job);
        if (!compose_cases[_i].definition) {
                ck_assert_int_eq(r, -EINVAL);
                ck_assert_str_eq(diagnostics.items[0].message, compose_cases[_i].error);
                return;
        }
        ck_assert_msg(r == 0, "%s", diagnostics.n_items > 0 ? diagnostics.items[0].message : "");
        ck_assert_str_eq(job->definition, compose_cases[_i].definition);
        ck_assert(job->one_shot == compose_cases[_i].one_shot);
        ck_assert(job->of_template == compose_cases[_i].of_template);

        /* It stands for itself. */
        ck_assert_int_eq(
                        job_decode_definition(
                                        &fixture.context, "test", job->definition, strlen(job->definition),
                                        &none, &again),
                        0);
        test_assert_jobs_equal(job, again);
}
END_TEST

START_TEST(an_ordinary_user_gets_no_privileged_defaults) {
        CLEANUP(fixture_done) Fixture fixture;
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;

        fixture_init(&fixture, 1000);
        ck_assert_msg(compose(&fixture, "ann/test", "command: y\n", &diagnostics, &job) == 0, "%s",
                      diagnostics.n_items > 0 ? diagnostics.items[0].message : "");
        ck_assert_str_eq(job->definition, "timezone: UTC\numask: \"0002\"\ncommand: y\n");
}
END_TEST

START_TEST(names_and_sizes_are_checked_first) {
        CLEANUP(fixture_done) Fixture fixture;
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP_FREE char *huge = malloc((size_t) 2 * 1024 * 1024);
        Job *job = NULL;

        fixture_init(&fixture, 0);
        ck_assert_ptr_nonnull(huge);
        memset(huge, ' ', (size_t) 2 * 1024 * 1024 - 1);
        huge[(size_t) 2 * 1024 * 1024 - 1] = '\0';
        ck_assert_int_eq(compose(&fixture, "test", huge, &diagnostics, &job), -EFBIG);
        ck_assert_int_eq(compose(&fixture, "a b", "command: x", &diagnostics, &job), -EINVAL);
        ck_assert_ptr_null(job);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job-compose");
        TCase *composing = tcase_create("compose");

        tcase_add_loop_test(composing, what_was_sent_is_laid_over_the_rest, 0, ARRAY_SIZE(compose_cases));
        tcase_add_test(composing, an_ordinary_user_gets_no_privileged_defaults);
        tcase_add_test(composing, names_and_sizes_are_checked_first);
        suite_add_tcase(suite, composing);
        return suite;
}
