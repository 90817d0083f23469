/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/template-library.h"

#include <string.h>

#include "support/test-support.h"
#include "util/buffer.h"

/* One or two files with templates, and what the library says of them. */
static const struct {
        const char *first, *second; /* the mapping of `templates`; second NULL: one file */
        const char *shown;          /* each template that can be used, then each fault */
} library_cases[] = {
        { "a: {job: {command: x}}", NULL, "a command\n" },
        { "a: {description: A, user-triggered: false, delay: 10s, reschedule: true, job: {command: x}}", NULL,
          "a command 'A' system 10000000 again\n" },
        { "a: {job: {user: ann}}", NULL, "a -\n" },
        { "a: {parameters: {n: {type: integer}}, job: {command: [x, \"${n}\"]}}", NULL, "a command (n)\n" },

        /* one builds on another: its own keys win */
        { "a: {template: b, job: {timeout: 1h}}\n"
          "b: {description: B, delay: 5s, parameters: {n: {type: integer, minimum: 1}}, job: {command: x}}",
          NULL, "a command 'B' 5000000 on b (n)\nb command 'B' 5000000 (n)\n" },
        { "a: {template: b, parameters: {m: {type: string}, n: {maximum: 9}}, job: {}}\n"
          "b: {template: c, parameters: {n: {type: integer}}, job: {command: x}}\nc: {job: {user: ann}}",
          NULL, "a command on b (n m)\nb command on c (n)\nc -\n" },
        { "a: {template: b, job: {command: y}}\nb: {parameters: {n: null}, job: {shell: /bin/bash}}", NULL,
          "a command on b\nb -\n" },
        { "a: {template: b, job: {}}", "b: {job: {command: x}}", "a command on b\nb command\n" },

        /* circles and what is not there */
        { "a: {template: a, job: {command: x}}", NULL, "1:15: template 'a' would build on itself: a -> a\n" },
        { "a: {template: b, job: {}}\nb: {template: c, job: {}}\nc: {template: b, job: {}}", NULL,
          "3:15: template 'b' would build on itself: b -> c -> b\n"
          "2:15: it builds on template 'c', which cannot be used\n"
          "1:15: it builds on template 'b', which cannot be used\n" },
        { "a: {template: send-cod, job: {}}\nsend-code: {job: {command: x}}", NULL,
          "send-code command\n1:15: there is no template 'send-cod'; did you mean 'send-code'?\n" },
        { "a: {job: {command: x}}", "a: {job: {command: y}}",
          "a command\n1:1: template 'a' is defined in 'first', line 1, already; that one counts\n" },

        /* faults stand at their places */
        { "a: {jbo: {command: x}}", NULL,
          "1:5: unknown key 'jbo'; did you mean 'job'?\n1:4: key 'job' is missing\n" },
        { "a: x", NULL, "1:4: expected a mapping ('key: value'), not a text\n" },
        { "a: {job: {comand: x}}", NULL, "1:11: unknown key 'comand'; did you mean 'command'?\n" },
        { "a: {job: {timeout: x}}", NULL,
          "1:20: 'timeout' expects a duration such as 90s or 1h 30min, not 'x'\n" },
        { "a: {parameters: {n: {type: intger}}, job: {command: x}}", NULL,
          "1:28: 'type' expects one of integer, number, string, boolean, choice, date, secret, not 'intger'; "
          "did you mean 'integer'?\n" },
        { "a: {parameters: {n: {label: x}}, job: {command: x}}", NULL, "1:21: key 'type' is missing\n" },
        { "a: {job: {command: x, template: b}}", NULL,
          "1:23: 'template' of a template stands beside 'job', not in it\n" },
        { "a: {parameters: {n: {type: string}}, job: {command: \"echo ${n}\"}}", NULL,
          "1:53: '${n}' is not put into a 'command' that is a text: the shell finds the value as "
          "\"$JOBSCHED_P_N\"\n" },
        { "a: {parameters: {n: {type: string}}, job: {values: {m: x}}}", NULL,
          "1:53: there is no parameter 'm'\n" },
        { "\"a b\": {job: {command: x}}", NULL,
          "1:1: 'a b' is not a name for a template: up to 128 letters, digits, '_', '.', '@' and '-', the "
          "first a "
          "letter, digit or '_'\n" },
};

static const YamlNode *parse(YamlTree *tree, const char *file, const char *text) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        YamlNode *root = NULL;
        int source = yaml_tree_add_source(tree, file);

        ck_assert_int_ge(source, 0);
        ck_assert_int_eq(yaml_tree_parse(tree, source, text, strlen(text), &diagnostics, &root), 0);
        return root;
}

static void show_template(const JobTemplate *template, Buffer *buffer) {
        (void) buffer_add_format(buffer, "%s %s", template->name, template->kind ?: "-");
        if (template->description)
                (void) buffer_add_format(buffer, " '%s'", template->description);
        if (!template->user_triggered)
                (void) buffer_add_string(buffer, " system");
        if (template->delay_usec > 0)
                (void) buffer_add_format(buffer, " %" PRId64, template->delay_usec);
        if (template->reschedule)
                (void) buffer_add_string(buffer, " again");
        if (template->base)
                (void) buffer_add_format(buffer, " on %s", template->base);
        for (size_t i = 0; i < template->parameters.n_items; i++)
                (void) buffer_add_format(
                                buffer, "%s%s", i == 0 ? " (" : " ", template->parameters.items[i].name);
        (void) buffer_add_string(buffer, template->parameters.n_items > 0 ? ")\n" : "\n");
}

static int make(TimeZoneCache *zones, const char *first, const char *second, TemplateLibrary **ret) {
        YamlTree trees[2] = { { 0 }, { 0 } };
        const JobDecodeContext context = { .zones = zones, .system_mode = true };
        TemplateFile files[2] = { { "first", &trees[0], parse(&trees[0], "first", first) } };
        int r;

        if (second)
                files[1] = (TemplateFile){ "second", &trees[1], parse(&trees[1], "second", second) };
        r = template_library_new(&context, files, second ? 2 : 1, ret);
        yaml_tree_done(&trees[0]);
        yaml_tree_done(&trees[1]);
        return r;
}

START_TEST(templates_go_together) {
        CLEANUP(template_library_freep) TemplateLibrary *library = NULL;
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(job_templates_done) JobTemplates templates = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const Diagnostics *diagnostics;

        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        ck_assert_int_eq(make(zones, library_cases[_i].first, library_cases[_i].second, &library), 0);
        ck_assert_int_eq(template_library_copy(library, &templates), 0);

        for (size_t i = 0; i < templates.n_items; i++)
                show_template(&templates.items[i], &buffer);
        diagnostics = template_library_diagnostics(library);
        for (size_t i = 0; i < diagnostics->n_items; i++)
                (void) buffer_add_format(
                                &buffer, "%u:%u: %s\n", diagnostics->items[i].line,
                                diagnostics->items[i].column, diagnostics->items[i].message);
        ck_assert_str_eq(buffer.data ?: "", library_cases[_i].shown);
}
END_TEST

START_TEST(a_template_is_known_by_what_it_says) {
        static const char base[] = "a: {job: {command: x}}\nb: {template: a, job: {timeout: 1h}}";
        CLEANUP(template_library_freep) TemplateLibrary *one = NULL;
        CLEANUP(template_library_freep) TemplateLibrary *same = NULL;
        CLEANUP(template_library_freep) TemplateLibrary *other = NULL;
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;

        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        ck_assert_int_eq(make(zones, base, NULL, &one), 0);
        ck_assert_int_eq(make(zones, base, "c: {job: {command: z}}", &same), 0);
        ck_assert_int_eq(
                        make(zones, "a: {job: {command: y}}\nb: {template: a, job: {timeout: 1h}}", NULL,
                             &other),
                        0);

        ck_assert_uint_eq(template_library_find(one, "b")->stamp, template_library_find(same, "b")->stamp);
        ck_assert_uint_ne(template_library_find(one, "b")->stamp, template_library_find(other, "b")->stamp);
        ck_assert_str_eq(
                        template_library_find(one, "b")->definition.definition,
                        "job:\n  command: x\n  timeout: 1h\ntemplate: a\n");
        ck_assert_ptr_null(template_library_find(one, "c"));
        ck_assert_ptr_null(template_library_find(NULL, "a"));
        ck_assert_ptr_null(template_library_at(one, 2));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("template-library");
        TCase *library = tcase_create("library");

        tcase_add_loop_test(library, templates_go_together, 0, ARRAY_SIZE(library_cases));
        tcase_add_test(library, a_template_is_known_by_what_it_says);
        suite_add_tcase(suite, library);
        return suite;
}
