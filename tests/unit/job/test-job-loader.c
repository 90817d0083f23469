/* SPDX-License-Identifier: GPL-2.0-or-later */

/* job-loader.c with job-scan.c, job-file.c and job-file-stamp.c, on real directories. */

#include "job/job-loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/buffer.h"
#include "util/file.h"
#include "util/string-list.h"

/* Two drop-in directories in a new one: etc before lib. */
typedef struct Place {
        char *root, *etc, *lib;
        TimeZoneCache *zones;
        JobLoader *loader;
} Place;

static void place_done(Place *place) {
        CLEANUP_FREE char *command = NULL;

        ck_assert_int_gt(asprintf(&command, "rm -rf '%s'", place->root), 0);
        ck_assert_int_eq(system(command), 0);
        (void) job_loader_free(place->loader);
        (void) time_zone_cache_free(place->zones);
        free(place->root);
        free(place->etc);
        free(place->lib);
}

static void place_init(Place *place, const char *defaults) {
        JobLoaderOptions options = { .defaults = defaults,
                                     .defaults_file = "settings",
                                     .owner_uid = geteuid() };
        char *directories[3] = { NULL };

        *place = (Place){ .root = strdup("/tmp/jobsched-loader-XXXXXX") };
        ck_assert_ptr_nonnull(mkdtemp(place->root));
        ck_assert_int_eq(path_join(place->root, "etc", &place->etc), 0);
        ck_assert_int_eq(path_join(place->root, "lib", &place->lib), 0);
        ck_assert_int_eq(mkdir(place->etc, 0755), 0);
        ck_assert_int_eq(mkdir(place->lib, 0755), 0);

        directories[0] = place->etc;
        directories[1] = place->lib;
        options.directories = directories;
        ck_assert_int_eq(time_zone_cache_new(&place->zones), 0);
        options.zones = place->zones;
        ck_assert_int_eq(job_loader_new(&options, &place->loader), 0);
}

static char *path_in(const Place *place, const char *name) {
        char *path;

        ck_assert_int_eq(path_join(place->root, name, &path), 0);
        return path;
}

static void put(const Place *place, const char *name, const char *text) {
        CLEANUP_FREE char *path = path_in(place, name);

        ck_assert_int_eq(file_replace(path, text, strlen(text), 0644, false), 0);
}

static void make_directory(const Place *place, const char *name) {
        CLEANUP_FREE char *path = path_in(place, name);

        ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void link_to(const Place *place, const char *name, const char *target) {
        CLEANUP_FREE char *path = path_in(place, name);

        ck_assert_int_eq(symlink(target, path), 0);
}

static void change_mode(const Place *place, const char *name, mode_t mode) {
        CLEANUP_FREE char *path = path_in(place, name);

        ck_assert_int_eq(chmod(path, mode), 0);
}

static void delete (const Place *place, const char *name) {
        CLEANUP_FREE char *path = path_in(place, name);

        ck_assert_int_eq(unlink(path), 0);
}

static void add_shortened(const Place *place, Buffer *buffer, const char *text) {
        size_t n = strlen(place->root);

        for (const char *found = strstr(text, place->root); found; found = strstr(text, place->root)) {
                (void) buffer_add(buffer, text, (size_t) (found - text));
                (void) buffer_add_string(buffer, "ROOT");
                text = found + n;
        }
        (void) buffer_add_string(buffer, text);
}

/*
 * What a scan finds, as lines: "NAME: SCRIPT" or "NAME: !ERROR" for each job, "held PATH: ERROR", then the
 * diagnostics. The root directory is shown as ROOT.
 */
static char *show(const Place *place, const JobSet *set) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char *result;

        for (size_t i = 0; i < set->n_jobs; i++) {
                const LoadedJob *loaded = &set->jobs[i];

                (void) buffer_add_format(&buffer, "%s: %s", loaded->name, loaded->job ? "" : "!");
                add_shortened(place, &buffer,
                              loaded->job ? loaded->job->command.script : loaded->error.message);
                (void) buffer_add_char(&buffer, '\n');
        }
        for (size_t i = 0; i < set->n_held_files; i++) {
                (void) buffer_add_string(&buffer, "held ");
                add_shortened(place, &buffer, set->held_files[i].path);
                (void) buffer_add_string(&buffer, ": ");
                add_shortened(place, &buffer, set->held_files[i].error.message);
                (void) buffer_add_char(&buffer, '\n');
        }
        for (size_t i = 0; i < set->queues.n_items; i++)
                (void) buffer_add_format(
                                &buffer, "queue %s: %" PRIu64 "\n", set->queues.items[i].name,
                                set->queues.items[i].slots);
        for (size_t i = 0; i < set->diagnostics.n_items; i++) {
                CLEANUP_FREE char *text = NULL;

                ck_assert_int_eq(diagnostic_format(&set->diagnostics.items[i], &text), 0);
                add_shortened(place, &buffer, text);
                (void) buffer_add_char(&buffer, '\n');
        }
        (void) buffer_add_string(&buffer, "");
        ck_assert_int_eq(buffer_take(&buffer, &result), 0);
        return result;
}

static void assert_scan(const Place *place, const char *expected) {
        CLEANUP(job_set_done) JobSet set = { 0 };
        CLEANUP_FREE char *found = NULL;

        ck_assert_int_eq(job_loader_scan(place->loader, &set), 0);
        found = show(place, &set);
        ck_assert_msg(strcmp(found, expected) == 0, "found\n%sand not\n%s", found, expected);
}

START_TEST(the_first_directory_hides_the_second) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        assert_scan(&place, "");
        put(&place, "lib/a.yaml", "jobs: {a: {command: lib}, b: {command: lib}}\n");
        put(&place, "lib/c.yaml", "jobs: {c: {command: lib}}\n");
        put(&place, "etc/z.txt", "this is not read");
        put(&place, "etc/.hidden.yaml", "this is not read");
        assert_scan(&place, "a: lib\nb: lib\nc: lib\n");
        put(&place, "etc/a.yaml", "jobs: {a: {command: etc}}\n");
        assert_scan(&place, "a: etc\nc: lib\n");
        link_to(&place, "etc/c.yaml", "/dev/null");
        assert_scan(&place, "a: etc\n");
        delete (&place, "etc/c.yaml");
        delete (&place, "etc/a.yaml");
        assert_scan(&place, "a: lib\nb: lib\nc: lib\n");
}
END_TEST

START_TEST(queues_come_from_all_files_and_stay_with_a_held_one) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        put(&place, "etc/b.yaml", "queues:\n  io: {slots: 2}\n  net: {slots: 8}\n");
        put(&place, "etc/c.yaml", "jobs: {c: {command: x, queue: io}}\nqueues: {io: {slots: 3}}\n");
        assert_scan(&place,
                    "c: x\nqueue io: 2\nqueue net: 8\n"
                    "ROOT/etc/c.yaml:2:1: error: queue 'io' is defined in 'ROOT/etc/b.yaml', line 2, "
                    "already; that one counts\n");

        make_directory(&place, "etc/b.yaml.d");
        put(&place, "etc/b.yaml.d/1.yaml", "queues: {net: {slots: 9}, new: {slots: 1}}\n");
        delete (&place, "etc/c.yaml");
        assert_scan(&place, "queue io: 2\nqueue net: 9\nqueue new: 1\n");

        put(&place, "etc/b.yaml", "queues:\n  io: {slots: 2}\n  net: {slots: 0}\n");
        delete (&place, "etc/b.yaml.d/1.yaml");
        assert_scan(&place,
                    "held ROOT/etc/b.yaml: 'slots' expects a number from 1 to 1000000, not 0\n"
                    "queue io: 2\nqueue net: 9\nqueue new: 1\n"
                    "ROOT/etc/b.yaml:3:16: error: 'slots' expects a number from 1 to 1000000, not 0\n");
}
END_TEST

START_TEST(only_jobs_in_a_circle_fail) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        put(&place, "etc/a.yaml",
            "jobs:\n  a: {command: x, after: c}\n  b:\n    command: x\n    after: [a]\n");
        put(&place, "etc/c.yaml",
            "jobs:\n  c: {command: x, trigger: {on-failure: d}, after: [b, e]}\n"
            "  d: {command: x}\n  e: {command: x}\n  f: {command: x, after: [c, nobody]}\n");
        assert_scan(&place,
                    "a: !job 'a' would wait for itself: a -> b -> c -> a\n"
                    "b: !job 'b' would wait for itself: a -> b -> c -> a\n"
                    "c: !job 'c' would wait for itself: a -> b -> c -> a\nd: x\ne: x\nf: x\n"
                    "ROOT/etc/a.yaml:2:1: error: job 'a' would wait for itself: a -> b -> c -> a\n"
                    "ROOT/etc/a.yaml:5:1: error: job 'b' would wait for itself: a -> b -> c -> a\n"
                    "ROOT/etc/c.yaml:2:1: error: job 'c' would wait for itself: a -> b -> c -> a\n");

        put(&place, "etc/a.yaml", "jobs:\n  a: {command: x}\n  b:\n    command: x\n    after: [a]\n");
        assert_scan(&place, "a: x\nb: x\nc: x\nd: x\ne: x\nf: x\n");
}
END_TEST

/* The fault of a missing file goes away with it, though the job's own file stays as it is. */
START_TEST(a_file_that_a_job_names_is_read_again) {
        CLEANUP_FREE char *ics = NULL, *text = NULL;
        CLEANUP(string_list_freep) char **files = NULL;
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        ics = path_in(&place, "x.ics");
        ck_assert_int_gt(
                        asprintf(&text,
                                 "defaults: {except: {ics: %s}}\njobs:\n  a: {command: x}\n"
                                 "  b: {command: x, except: {days: Sat}}\n",
                                 ics),
                        0);
        put(&place, "etc/a.yaml", text);

        for (int there = 0; there < 2; there++) {
                CLEANUP(job_set_done) JobSet set = { 0 };
                const char *fault;

                ck_assert_int_eq(job_loader_scan(place.loader, &set), 0);
                ck_assert_uint_eq(set.n_jobs, 2);
                ck_assert_ptr_nonnull(set.jobs[1].job);
                fault = set.jobs[0].error.message ?: "";
                ck_assert_int_eq(strstr(fault, "x.ics' does not exist") != NULL, !there);
                put(&place, "x.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n");
        }

        ck_assert_int_eq(job_loader_other_files(place.loader, &files), 0);
        ck_assert_uint_eq(string_list_length(files), 1);
        ck_assert_str_eq(files[0], ics);
}
END_TEST

START_TEST(a_missing_directory_is_an_empty_one) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        ck_assert_int_eq(rmdir(place.etc), 0);
        put(&place, "lib/a.yaml", "jobs: {a: {command: lib}}\n");
        assert_scan(&place, "a: lib\n");
}
END_TEST

START_TEST(defaults_and_overrides_are_merged_in_order) {
        CLEANUP(place_done) Place place = { 0 };
        CLEANUP(job_set_done) JobSet set = { 0 };
        const Job *job;

        place_init(&place,
                   "timeout: 1s\nkill-timeout: 1s\nenvironment: {A: settings, B: settings, C: settings}\n");
        put(&place, "lib/a.yaml",
            "defaults:\n  kill-timeout: 2s\n  description: file\n  environment: {B: file, C: file}\n"
            "jobs:\n  a: {command: x, environment: {C: job, D: job}, directory: /a}\n  b: {command: y}\n");
        make_directory(&place, "lib/a.yaml.d");
        make_directory(&place, "etc/a.yaml.d");
        put(&place, "lib/a.yaml.d/10.yaml",
            "jobs: {a: {description: ten, environment: {D: ten}, umask: \"0077\"}}\n");
        put(&place, "lib/a.yaml.d/20.yaml", "jobs: {a: {description: hidden}}\n");
        put(&place, "etc/a.yaml.d/20.yaml", "jobs: {a: {description: twenty, directory: null}}\n");

        ck_assert_int_eq(job_loader_scan(place.loader, &set), 0);
        ck_assert_uint_eq(set.n_jobs, 2);
        ck_assert_uint_eq(set.diagnostics.n_items, 0);
        job = set.jobs[0].job;
        ck_assert_ptr_nonnull(job);
        ck_assert_int_eq(job->process.timeout_usec, USEC_PER_SEC);
        ck_assert_int_eq(job->process.kill_timeout_usec, 2 * USEC_PER_SEC);
        ck_assert_str_eq(job->description, "twenty");
        ck_assert_ptr_null(job->process.directory);
        ck_assert_uint_eq(job->process.umask, 077);
        ck_assert_uint_eq(string_list_length(job->process.environment), 4);
        ck_assert_str_eq(job->process.environment[0], "A=settings");
        ck_assert_str_eq(job->process.environment[1], "B=file");
        ck_assert_str_eq(job->process.environment[2], "C=job");
        ck_assert_str_eq(job->process.environment[3], "D=ten");
        ck_assert_str_eq(set.jobs[1].job->description, "file");
        ck_assert_uint_eq(job->line, 6);
        ck_assert_str_eq(
                        job->definition,
                        "timeout: 1s\nkill-timeout: 2s\nenvironment:\n  A: settings\n  B: file\n  C: job\n  "
                        "D: ten\n"
                        "description: twenty\ncommand: x\numask: \"0077\"\n");
}
END_TEST

START_TEST(overrides_have_faults_of_their_own) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        make_directory(&place, "etc/a.yaml.d");
        assert_scan(&place,
                    "warning: 'a.yaml.d' overrides nothing: there is no file 'a.yaml', or it is masked\n");
        put(&place, "etc/a.yaml", "jobs:\n  job: {command: x}\n");
        assert_scan(&place, "job: x\n");
        put(&place, "etc/a.yaml.d/1.yaml", "jobs:\n  jib: {command: y}\n");
        assert_scan(&place,
                    "job: x\nROOT/etc/a.yaml.d/1.yaml:2:3: error: 'ROOT/etc/a.yaml' has no job 'jib' to "
                    "override; did you mean 'job'?\n");
        put(&place, "etc/a.yaml.d/1.yaml", "jobs:\n  job: {umask: 7}\n");
        assert_scan(&place,
                    "job: !'umask' must be quoted, as \"7\": a plain number could be octal or decimal\n"
                    "ROOT/etc/a.yaml.d/1.yaml:2:16: error: 'umask' must be quoted, as \"7\": a plain number "
                    "could be octal or decimal\n");
        put(&place, "etc/a.yaml.d/1.yaml", "jobs: [\n");
        assert_scan(&place,
                    "held ROOT/etc/a.yaml: not valid YAML: did not find expected node content\n"
                    "ROOT/etc/a.yaml.d/1.yaml:2:1: error: not valid YAML: did not find expected node "
                    "content\n");
        delete (&place, "etc/a.yaml.d/1.yaml");
        assert_scan(&place, "job: x\n");
}
END_TEST

START_TEST(a_fault_in_one_job_is_that_jobs_alone) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        put(&place, "etc/a.yaml",
            "jobs:\n  good: {command: x}\n  bad: {command: x, timeout: soon}\n  a b: {command: x}\n  good: "
            "{command: y}\n");
        assert_scan(&place,
                    "bad: !'timeout' expects a duration such as 90s or 1h 30min, not 'soon'\n"
                    "good: x\n"
                    "ROOT/etc/a.yaml:3:30: error: 'timeout' expects a duration such as 90s or 1h 30min, not "
                    "'soon'\n"
                    "ROOT/etc/a.yaml:4:3: error: 'a b' is not a name for a job: up to 128 letters, digits, "
                    "'_', '.', '@' and '-', the first a letter, digit or '_'\n"
                    "ROOT/etc/a.yaml:5:3: error: key 'good' is given twice, first in line 2\n");
}
END_TEST

START_TEST(a_fault_of_the_defaults_is_told_once) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        put(&place, "etc/a.yaml", "defaults: {timout: 3s}\njobs:\n  a: {command: x}\n  b: {command: y}\n");
        assert_scan(&place,
                    "a: !unknown key 'timout'; did you mean 'timeout'?\n"
                    "b: !unknown key 'timout'; did you mean 'timeout'?\n"
                    "ROOT/etc/a.yaml:1:12: error: unknown key 'timout'; did you mean 'timeout'?\n");
}
END_TEST

/* clang-format off */
static const struct {
        const char *text, *found;
} held_cases[] = {
        { "jobs: [\n",
          "held ROOT/etc/a.yaml: not valid YAML: did not find expected node content\n"
          "ROOT/etc/a.yaml:2:1: error: not valid YAML: did not find expected node content\n" },
        { "job: {}\n",
          "held ROOT/etc/a.yaml: unknown key 'job'; did you mean 'jobs'?\n"
          "ROOT/etc/a.yaml:1:1: error: unknown key 'job'; did you mean 'jobs'?\n" },
        { "job: {}\njobs:\n  a:\n    comand: x\n    timeout: 3x\n",
          "held ROOT/etc/a.yaml: unknown key 'job'; did you mean 'jobs'?\n"
          "ROOT/etc/a.yaml:1:1: error: unknown key 'job'; did you mean 'jobs'?\n"
          "ROOT/etc/a.yaml:4:5: error: unknown key 'comand'; did you mean 'command'?\n"
          "ROOT/etc/a.yaml:5:14: error: 'timeout' expects a duration such as 90s or 1h 30min, not '3x'\n" },
        { "jobs: []\n",
          "held ROOT/etc/a.yaml: 'jobs' expects a mapping, not a list\n"
          "ROOT/etc/a.yaml:1:7: error: 'jobs' expects a mapping, not a list\n" },
        { "text\n",
          "held ROOT/etc/a.yaml: expected a mapping ('key: value'), not a text\n"
          "ROOT/etc/a.yaml:1:1: error: expected a mapping ('key: value'), not a text\n" },
        { "", "" },
        { "jobs:\ndefaults:\n", "" },
        { "---\n", "" },
};
/* clang-format on */

START_TEST(a_fault_of_the_file_holds_it) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        put(&place, "etc/a.yaml", held_cases[_i].text);
        assert_scan(&place, held_cases[_i].found);
}
END_TEST

START_TEST(of_one_name_the_file_that_sorts_first_wins) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        put(&place, "lib/a.yaml", "jobs:\n  x: {command: first}\n");
        put(&place, "etc/b.yaml", "\njobs:\n  x: {command: second}\n");
        assert_scan(&place,
                    "x: first\nROOT/etc/b.yaml:3:1: error: job 'x' is defined in 'ROOT/lib/a.yaml', line 2, "
                    "already; that one counts\n");
}
END_TEST

START_TEST(what_others_can_write_is_refused) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        put(&place, "etc/a.yaml", "jobs: {a: {command: x}}\n");
        put(&place, "lib/b.yaml", "jobs: {b: {command: x}}\n");
        change_mode(&place, "etc/a.yaml", 0664);
        assert_scan(&place,
                    "b: x\nheld ROOT/etc/a.yaml: this file is writable by its group (chmod go-w), so it is "
                    "not read\n"
                    "ROOT/etc/a.yaml: error: this file is writable by its group (chmod go-w), so it is not "
                    "read\n");
        change_mode(&place, "etc/a.yaml", 0644);
        change_mode(&place, "lib", 0757);
        assert_scan(&place,
                    "a: x\nheld ROOT/lib/b.yaml: this directory is writable by everyone (chmod go-w), so "
                    "what lies in it is not trusted\n"
                    "ROOT/lib: error: this directory is writable by everyone (chmod go-w), so what lies in "
                    "it is not trusted\n");
        change_mode(&place, "lib", 0755);
        assert_scan(&place, "a: x\nb: x\n");
}
END_TEST

START_TEST(a_link_leads_only_to_what_is_trusted) {
        CLEANUP(place_done) Place place = { 0 };

        place_init(&place, NULL);
        make_directory(&place, "else");
        put(&place, "else/x", "jobs: {a: {command: x}}\n");
        link_to(&place, "etc/a.yaml", "../else/x");
        assert_scan(&place, "a: x\n");
        change_mode(&place, "else", 0777);
        assert_scan(&place,
                    "held ROOT/etc/a.yaml: this directory is writable by everyone (chmod go-w), so what lies "
                    "in it is not trusted\n"
                    "ROOT/else: error: this directory is writable by everyone (chmod go-w), so what lies in "
                    "it is not trusted\n");
        change_mode(&place, "else", 0755);
        change_mode(&place, "else/x", 0666);
        assert_scan(&place,
                    "held ROOT/etc/a.yaml: this file is writable by everyone (chmod go-w), so it is not "
                    "read\n"
                    "ROOT/etc/a.yaml: error: this file is writable by everyone (chmod go-w), so it is not "
                    "read\n");
        delete (&place, "else/x");
        assert_scan(&place,
                    "held ROOT/etc/a.yaml: this file is a link to nothing, so it is not read\n"
                    "ROOT/etc/a.yaml: error: this file is a link to nothing, so it is not read\n");
}
END_TEST

START_TEST(what_is_no_file_is_refused) {
        CLEANUP(place_done) Place place = { 0 };
        CLEANUP_FREE char *fifo = NULL;

        place_init(&place, NULL);
        make_directory(&place, "etc/a.yaml");
        fifo = path_in(&place, "etc/b.yaml");
        ck_assert_int_eq(mkfifo(fifo, 0644), 0);
        put(&place, "etc/c.yml", "");
        assert_scan(&place,
                    "held ROOT/etc/a.yaml: this file is not a regular file, so it is not read\n"
                    "held ROOT/etc/b.yaml: this file is not a regular file, so it is not read\n"
                    "ROOT/etc: warning: 'c.yml' is not read: the name has to end in '.yaml'\n"
                    "ROOT/etc/a.yaml: error: this file is not a regular file, so it is not read\n"
                    "ROOT/etc/b.yaml: error: this file is not a regular file, so it is not read\n");
}
END_TEST

START_TEST(a_file_is_parsed_again_only_if_it_changed) {
        CLEANUP(place_done) Place place = { 0 };
        CLEANUP(job_set_done) JobSet first = { 0 };
        CLEANUP(job_set_done) JobSet second = { 0 };
        CLEANUP(job_set_done) JobSet third = { 0 };
        CLEANUP(job_set_done) JobSet fourth = { 0 };

        place_init(&place, NULL);
        put(&place, "etc/a.yaml", "jobs: {a: {command: x}}\n");
        put(&place, "etc/b.yaml", "jobs: {b: {command: x}}\n");

        /* Until the kernel's clock has ticked, a file counts as fresh. */
        do {
                job_set_done(&first);
                job_set_done(&second);
                ck_assert_int_eq(job_loader_scan(place.loader, &first), 0);
                ck_assert_int_eq(job_loader_scan(place.loader, &second), 0);
        } while (first.jobs[0].job != second.jobs[0].job || first.jobs[1].job != second.jobs[1].job);

        put(&place, "etc/a.yaml", "jobs: {a: {command: y}}\n");
        ck_assert_int_eq(job_loader_scan(place.loader, &third), 0);
        ck_assert_ptr_ne(third.jobs[0].job, second.jobs[0].job);
        ck_assert_str_eq(third.jobs[0].job->command.script, "y");
        ck_assert_ptr_eq(third.jobs[1].job, second.jobs[1].job);

        job_loader_flush(place.loader);
        ck_assert_int_eq(job_loader_scan(place.loader, &fourth), 0);
        ck_assert_ptr_ne(fourth.jobs[1].job, second.jobs[1].job);
        ck_assert_str_eq(second.jobs[0].job->command.script, "x");
}
END_TEST

START_TEST(a_single_file_is_checked_wherever_it_lies) {
        CLEANUP(place_done) Place place = { 0 };
        CLEANUP(job_set_done) JobSet set = { 0 };
        CLEANUP(job_set_done) JobSet missing = { 0 };
        CLEANUP_FREE char *path = NULL;
        CLEANUP_FREE char *found = NULL;

        place_init(&place, "description: settings\n");
        put(&place, "etc/a.yaml", "jobs: {a: {command: x}}\n");
        put(&place, "x", "jobs: {b: {command: x}, c: {}}\n");
        change_mode(&place, "x", 0666);
        path = path_in(&place, "x");
        ck_assert_int_eq(job_loader_check_file(place.loader, path, &set), 0);
        found = show(&place, &set);
        ck_assert_str_eq(
                        found,
                        "b: x\nc: !job 'c' has nothing to do: it needs 'command', 'http', or the key of an "
                        "action program\n"
                        "ROOT/x:1:28: error: job 'c' has nothing to do: it needs 'command', 'http', or the "
                        "key of an action program\n");
        ck_assert_str_eq(set.jobs[0].job->description, "settings");
        ck_assert_int_eq(job_loader_check_file(place.loader, "/nonexistent.yaml", &missing), 0);
        ck_assert_uint_eq(missing.n_held_files, 1);
        ck_assert_str_eq(
                        missing.held_files[0].error.message,
                        "this file cannot be opened: No such file or directory");
}
END_TEST

START_TEST(a_huge_file_is_refused_or_loaded) {
        CLEANUP(place_done) Place place = { 0 };
        CLEANUP_FREE char *path = NULL;
        CLEANUP(buffer_done) Buffer text = { 0 };

        place_init(&place, NULL);
        put(&place, "etc/a.yaml", "");
        path = path_in(&place, "etc/a.yaml");
        ck_assert_int_eq(truncate(path, (off_t) 65 * 1024 * 1024), 0);
        assert_scan(&place,
                    "held ROOT/etc/a.yaml: this file is larger than 64 MiB, so it is not read\n"
                    "ROOT/etc/a.yaml: error: this file is larger than 64 MiB, so it is not read\n");

        (void) buffer_add_string(&text, "jobs: [");
        for (unsigned i = 0; i < 5100000; i++)
                (void) buffer_add_string(&text, "a,");
        put(&place, "etc/a.yaml", text.data);
        assert_scan(&place,
                    "held ROOT/etc/a.yaml: too many values for one file (at most 5,000,000)\n"
                    "ROOT/etc/a.yaml:1:10000002: error: too many values for one file (at most 5,000,000)\n");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job-loader");
        TCase *tcase = tcase_create("job-loader");
        TCase *large = tcase_create("large");

        tcase_add_test(tcase, the_first_directory_hides_the_second);
        tcase_add_test(tcase, only_jobs_in_a_circle_fail);
        tcase_add_test(tcase, queues_come_from_all_files_and_stay_with_a_held_one);
        tcase_add_test(tcase, a_file_that_a_job_names_is_read_again);
        tcase_add_test(tcase, a_missing_directory_is_an_empty_one);
        tcase_add_test(tcase, defaults_and_overrides_are_merged_in_order);
        tcase_add_test(tcase, overrides_have_faults_of_their_own);
        tcase_add_test(tcase, a_fault_in_one_job_is_that_jobs_alone);
        tcase_add_test(tcase, a_fault_of_the_defaults_is_told_once);
        tcase_add_loop_test(tcase, a_fault_of_the_file_holds_it, 0, ARRAY_SIZE(held_cases));
        tcase_add_test(tcase, of_one_name_the_file_that_sorts_first_wins);
        tcase_add_test(tcase, what_others_can_write_is_refused);
        tcase_add_test(tcase, a_link_leads_only_to_what_is_trusted);
        tcase_add_test(tcase, what_is_no_file_is_refused);
        tcase_add_test(tcase, a_file_is_parsed_again_only_if_it_changed);
        tcase_add_test(tcase, a_single_file_is_checked_wherever_it_lies);
        suite_add_tcase(suite, tcase);

        tcase_add_test(large, a_huge_file_is_refused_or_loaded);
        tcase_set_timeout(large, 120);
        suite_add_tcase(suite, large);
        return suite;
}
