/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Templates and profiles in files: job-file-jobs.c with made-body.c, through the loader. */

#include "job/job-loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/buffer.h"
#include "util/file.h"

typedef struct Place {
        char directory[40];
        TimeZoneCache *zones;
        JobLoader *loader;
} Place;

static void place_done(Place *place) {
        CLEANUP_FREE char *command = NULL;

        ck_assert_int_gt(asprintf(&command, "rm -rf '%s'", place->directory), 0);
        ck_assert_int_eq(system(command), 0);
        (void) job_loader_free(place->loader);
        (void) time_zone_cache_free(place->zones);
}

static void place_init(Place *place, const char *defaults) {
        char *directories[2] = { place->directory, NULL };
        JobLoaderOptions options = { .directories = directories,
                                     .defaults = defaults,
                                     .defaults_file = "settings",
                                     .owner_uid = geteuid(),
                                     .has_all_jobs = true };

        *place = (Place){ .directory = "/tmp/jobsched-templates-XXXXXX" };
        ck_assert_ptr_nonnull(mkdtemp(place->directory));
        ck_assert_int_eq(time_zone_cache_new(&place->zones), 0);
        options.zones = place->zones;
        ck_assert_int_eq(job_loader_new(&options, &place->loader), 0);
}

/* NULL: takes the file away. */
static void put(const Place *place, const char *name, const char *text) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(place->directory, name, &path), 0);
        if (text)
                ck_assert_int_eq(file_replace(path, text, strlen(text), 0644, false), 0);
        else
                (void) unlink(path);
}

static void add_place(const Place *place, const Diagnostic *item, Buffer *buffer) {
        const char *file = item->file ?: "";
        size_t n = strlen(place->directory);

        if (strncmp(file, place->directory, n) == 0)
                file += n + 1;
        (void) buffer_add_format(buffer, "%s:%u: %s\n", file, item->line, item->message);
}

/* Each job with its definition on one line, or "faulty"; the names of templates and profiles; what was said.
 */
static char *show(const Place *place, const JobSet *set) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char *result;

        for (size_t i = 0; i < set->n_jobs; i++) {
                const char *text = set->jobs[i].job ? set->jobs[i].job->definition : "faulty\n";

                (void) buffer_add_format(&buffer, "%s: ", set->jobs[i].name);
                for (; *text; text++)
                        if (*text == '\n')
                                (void) buffer_add_string(&buffer, text[1] ? "|" : "\n");
                        else if (*text != ' ' || (text[1] != ' ' && text[-1] != ' ' && text[-1] != '|'))
                                (void) buffer_add_char(&buffer, *text);
        }
        for (size_t i = 0; i < set->templates.n_items; i++)
                (void) buffer_add_format(&buffer, "template %s\n", set->templates.items[i].name);
        for (size_t i = 0; i < set->profiles.n_items; i++)
                (void) buffer_add_format(
                                &buffer, "profile %s %s\n", set->profiles.items[i].name,
                                set->profiles.items[i].values && set->profiles.items[i].values[0]
                                                ? set->profiles.items[i].values[0]
                                                : "");
        for (size_t i = 0; i < set->diagnostics.n_items; i++)
                add_place(place, &set->diagnostics.items[i], &buffer);
        (void) buffer_add_string(&buffer, "");
        ck_assert_int_eq(buffer_take(&buffer, &result), 0);
        return result;
}

static void assert_scan(const Place *place, const char *expected) {
        CLEANUP(job_set_done) JobSet set = { 0 };
        CLEANUP_FREE char *shown = NULL;

        ck_assert_int_eq(job_loader_scan(place->loader, &set), 0);
        shown = show(place, &set);
        ck_assert_str_eq(shown, expected);
}

static const struct {
        const char *a, *b; /* files; b NULL: there is none */
        const char *shown;
} file_cases[] = {
        /* settings' defaults < the file's < the template's job < the job */
        { "defaults: {umask: \"0002\", nice: 2, shell: /bin/b}\ntemplates: {t: {job: {command: x, nice: 3, "
          "shell: /bin/t}}}\n"
          "jobs: {j: {template: t, shell: /bin/j}}",
          NULL, "j: wake: true|nice: 3|umask: \"0002\"|shell: /bin/j|command: x|template: t\ntemplate t\n" },

        /* wherever the template stands */
        { "jobs: {j: {template: t}}", "defaults: {nice: 5}\ntemplates: {t: {job: {command: x}}}",
          "j: wake: true|nice: 1|umask: \"0001\"|command: x|template: t\ntemplate t\n" },
        { "templates: {s: {template: t, job: {command: y}}}\njobs: {j: {template: s}}",
          "templates: {t: {job: {shell: /bin/t}}}",
          "j: wake: true|nice: 1|umask: \"0001\"|shell: /bin/t|command: y|template: s\ntemplate s\ntemplate "
          "t\n" },
        { "defaults: {template: t}\njobs: {j: {}, k: {template: null, command: y}}",
          "templates: {t: {job: {command: x}}}",
          "j: wake: true|nice: 1|umask: \"0001\"|template: t|command: x\n"
          "k: wake: true|nice: 1|umask: \"0001\"|command: y\ntemplate t\n" },

        /* an action replaces another one */
        { "templates: {t: {job: {command: x}}}\njobs: {j: {template: t, http: {url: \"http://a/\"}}}", NULL,
          "j: wake: true|nice: 1|umask: \"0001\"|template: t|http:|url: \"http://a/\"\ntemplate t\n" },

        /* what the daemon starts by itself */
        { "templates: {t: {user-triggered: false, delay: 5s, job: {command: x}}}", NULL,
          "t: wake: true|nice: 1|umask: \"0001\"|command: x|template: \"t\"|schedule:|- startup: "
          "5s\ntemplate "
          "t\n" },
        { "templates: {t: {user-triggered: false, reschedule: true, job: {command: x}}}", NULL,
          "t: wake: true|nice: 1|umask: \"0001\"|command: x|template: \"t\"|schedule:|- startup: 0|- every: "
          "1s|from: end\ntemplate t\n" },
        { "templates: {t: {user-triggered: false, job: {command: x, schedule: \"@daily\"}}}", NULL,
          "t: wake: true|nice: 1|umask: \"0001\"|command: x|schedule: \"@daily\"|template: \"t\"\ntemplate "
          "t\n" },
        { "templates: {t: {user-triggered: false, parameters: {n: {type: date, required: true}}, job: "
          "{command: x}}}",
          NULL,
          "t: faulty\ntemplate t\na.yaml:1: job 't' cannot run by its schedule: parameter 'n' needs a "
          "value\n" },

        /* faults */
        { "jobs: {j: {template: t}}", NULL, "j: faulty\na.yaml:1: there is no template 't'\n" },
        { "jobs: {j: {template: t}}", "templates: {t: {job: {comand: x}}}",
          "j: faulty\na.yaml:1: template 't' cannot be used: DIR/b.yaml:1:23: error: unknown key 'comand'; "
          "did you mean 'command'?\n"
          "b.yaml:1: unknown key 'comand'; did you mean 'command'?\n" },
        { "templates: {t: {job: {timeout: 1h}}}\njobs: {j: {template: t, timeout: x}}", NULL,
          "j: faulty\ntemplate t\na.yaml:2: 'timeout' expects a duration such as 90s or 1h 30min, not "
          "'x'\n" },
        { "templates: {t: null}", NULL,
          "a.yaml:1: template 't' expects a mapping such as {job: …}, not null\n" },
        { "templates: [t]", NULL, "a.yaml:1: 'templates' expects a mapping, not a list\n" },

        /* profiles */
        { "profiles: {europe: {region: eu-1, bucket: b}}\njobs: {j: {command: x, profile: europe}}",
          "profiles: {asia: {}}",
          "j: wake: true|nice: 1|umask: \"0001\"|command: x|profile: europe\nprofile asia \nprofile europe "
          "bucket=b\n" },
        { "profiles: {p: {n: x}}", "profiles: {p: {n: y}}",
          "profile p n=x\nb.yaml:1: profile 'p' is defined in 'DIR/a.yaml', line 1, already; that one "
          "counts\n" },
        { "jobs: {j: {command: x, profile: europ}}", NULL,
          "j: wake: true|nice: 1|umask: \"0001\"|command: x|profile: europ\na.yaml:1: job 'j' names the "
          "profile 'europ', and no file has it\n" },
        { "profiles: {p: {n: x}}\njobs: {j: {command: x, profile: p, schedule: \"@daily\", parameters: {n: "
          "{type: integer}}}}",
          NULL,
          "j: wake: true|nice: 1|umask: \"0001\"|command: x|profile: p|schedule: \"@daily\"|parameters:|n:|"
          "type: integer\nprofile p n=x\n"
          "a.yaml:2: job 'j' cannot run with the profile 'p': parameter 'n' expects an integer, not 'x'\n" },
        { "profiles: {p: null}", NULL,
          "a.yaml:1: profile 'p' expects a mapping such as {NAME: value}, not null\n" },
        { "profiles: {p: [x]}", NULL,
          "a.yaml:1: profile 'p' expects a mapping such as {NAME: value}, not a list\n" },
        { "profiles: {p: {a: x, b: [y]}, q: {Bad: x}, r: {n: z}}", NULL,
          "profile r n=z\na.yaml:1: 'b' expects a text, not a list\n"
          "a.yaml:1: 'Bad' is not a name for a parameter: up to 64 small letters, digits and '-', the first "
          "a letter\n" },
};

/* "DIR" stands for the directory, whose name is another one each time. */
static char *with_directory(const Place *place, const char *text) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char *result;

        for (; *text; text++)
                if (strncmp(text, "DIR", 3) == 0) {
                        (void) buffer_add_string(&buffer, place->directory);
                        text += 2;
                } else
                        (void) buffer_add_char(&buffer, *text);
        ck_assert_int_eq(buffer_take(&buffer, &result), 0);
        return result;
}

START_TEST(jobs_are_made_from_templates) {
        CLEANUP(place_done) Place place;
        CLEANUP_FREE char *expected = NULL;

        place_init(&place, "wake: true\nnice: 1\numask: \"0001\"\n");
        put(&place, "a.yaml", file_cases[_i].a);
        if (file_cases[_i].b)
                put(&place, "b.yaml", file_cases[_i].b);
        expected = with_directory(&place, file_cases[_i].shown);
        assert_scan(&place, expected);

        /* What is kept says the same. */
        assert_scan(&place, expected);
}
END_TEST

START_TEST(a_change_of_a_template_changes_its_jobs) {
        CLEANUP(place_done) Place place;
        CLEANUP_FREE char *expected = NULL;

        place_init(&place, NULL);
        put(&place, "a.yaml", "jobs: {j: {template: t}, k: {command: k}}");
        assert_scan(&place, "j: faulty\nk: command: k\na.yaml:1: there is no template 't'\n");

        put(&place, "b.yaml", "templates: {t: {job: {command: x}}}");
        assert_scan(&place, "j: command: x|template: t\nk: command: k\ntemplate t\n");

        put(&place, "b.yaml", "templates: {t: {job: {command: yy}}}");
        assert_scan(&place, "j: command: yy|template: t\nk: command: k\ntemplate t\n");

        put(&place, "b.yaml", "templates: {t: {template: u, job: {}}}");
        put(&place, "c.yaml", "templates: {u: {job: {command: zzz}}}");
        assert_scan(&place, "j: command: zzz|template: t\nk: command: k\ntemplate t\ntemplate u\n");

        /* A file that cannot be read keeps what it had. */
        put(&place, "c.yaml", "templats: {}");
        {
                CLEANUP(job_set_done) JobSet set = { 0 };

                ck_assert_int_eq(job_loader_scan(place.loader, &set), 0);
                ck_assert_uint_eq(set.n_held_files, 1);
                ck_assert_uint_eq(set.templates.n_items, 2);
                ck_assert_ptr_nonnull(set.jobs[0].job);
        }
        put(&place, "c.yaml", NULL);
        expected = with_directory(
                        &place,
                        "j: faulty\nk: command: k\n"
                        "a.yaml:1: template 't' cannot be used: DIR/b.yaml:1:27: error: there is no template "
                        "'u'\nb.yaml:1: there is no template 'u'\n");
        assert_scan(&place, expected);
}
END_TEST

START_TEST(overrides_change_templates_and_profiles) {
        CLEANUP(place_done) Place place;
        CLEANUP_FREE char *directory = NULL;

        place_init(&place, NULL);
        ck_assert_int_eq(path_join(place.directory, "a.yaml.d", &directory), 0);
        ck_assert_int_eq(mkdir(directory, 0755), 0);
        put(&place, "a.yaml",
            "templates: {t: {delay: 1s, job: {command: x, nice: 1}}}\nprofiles: {p: {a: x}}\njobs: {j: "
            "{template: t}}");
        put(&place, "a.yaml.d/o.yaml",
            "templates: {t: {job: {http: {url: \"http://a/\"}}}, u: {user-triggered: false, job: {command: "
            "u}}}\n"
            "profiles: {p: {a: y}}");
        assert_scan(&place,
                    "j: nice: 1|http:|url: \"http://a/\"|template: t\n"
                    "u: command: u|template: \"u\"|schedule:|- startup: 0\n"
                    "template t\ntemplate u\nprofile p a=y\n");
}
END_TEST

START_TEST(a_file_is_checked_with_the_templates_of_others) {
        CLEANUP(place_done) Place place;
        CLEANUP(job_set_done) JobSet set = { 0 };
        CLEANUP(job_set_done) JobSet own = { 0 };
        CLEANUP_FREE char *path = NULL;
        CLEANUP_FREE char *other = NULL;

        place_init(&place, NULL);
        put(&place, "a.yaml", "templates: {t: {job: {command: x}}}");
        put(&place, "new", "jobs: {j: {template: t}}");
        put(&place, "own", "templates: {s: {template: t, job: {nice: 1}}}\njobs: {j: {template: s}}");
        ck_assert_int_eq(path_join(place.directory, "new", &path), 0);
        ck_assert_int_eq(path_join(place.directory, "own", &other), 0);

        ck_assert_int_eq(job_loader_check_file(place.loader, path, &set), 0);
        ck_assert_uint_eq(set.n_jobs, 1);
        ck_assert_ptr_nonnull(set.jobs[0].job);
        ck_assert_str_eq(set.jobs[0].job->command.script, "x");
        ck_assert_uint_eq(set.diagnostics.n_items, 0);

        ck_assert_int_eq(job_loader_check_file(place.loader, other, &own), 0);
        ck_assert_ptr_nonnull(own.jobs[0].job);
        ck_assert_str_eq(own.jobs[0].job->definition, "command: x\nnice: 1\ntemplate: s\n");
}
END_TEST

START_TEST(what_is_composed_has_a_stamp) {
        CLEANUP(place_done) Place place;
        CLEANUP(job_set_done) JobSet set = { 0 };
        CLEANUP(job_set_done) JobSet next = { 0 };
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        uint64_t of_t, of_u;

        place_init(&place, "nice: 1\n");
        put(&place, "a.yaml", "templates: {t: {job: {command: x}}, u: {job: {command: x}}}");
        ck_assert_int_eq(job_loader_scan(place.loader, &set), 0);
        ck_assert_int_eq(
                        job_loader_compose(
                                        place.loader, "j", geteuid(), 0, "template: t\nafter: k\n",
                                        &diagnostics, &job),
                        0);
        ck_assert_str_eq(job->definition, "nice: 1\ncommand: x\ntemplate: t\nafter: k\n");
        ck_assert_int_eq(job->origin, JOB_ORIGIN_RUNTIME);
        ck_assert_ptr_null(job->file);
        of_t = job_loader_stamp(place.loader, "t");
        of_u = job_loader_stamp(place.loader, "u");

        put(&place, "a.yaml", "templates: {t: {job: {command: yy}}, u: {job: {command: x}}}");
        ck_assert_int_eq(job_loader_scan(place.loader, &next), 0);
        ck_assert_uint_ne(job_loader_stamp(place.loader, "t"), of_t);
        ck_assert_uint_eq(job_loader_stamp(place.loader, "u"), of_u);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job-file-jobs");
        TCase *templates = tcase_create("templates");

        tcase_add_loop_test(templates, jobs_are_made_from_templates, 0, ARRAY_SIZE(file_cases));
        tcase_add_test(templates, a_change_of_a_template_changes_its_jobs);
        tcase_add_test(templates, overrides_change_templates_and_profiles);
        tcase_add_test(templates, a_file_is_checked_with_the_templates_of_others);
        tcase_add_test(templates, what_is_composed_has_a_stamp);
        suite_add_tcase(suite, templates);
        return suite;
}
