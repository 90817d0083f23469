/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/child-environment.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/string-list.h"

#define VARIABLES_MAX 6

static char memory[ENVIRONMENT_FILES_SIZE_MAX + 1];
static char *list[VARIABLES_MAX + 1];
static ChildEnvironment environment;

static void set_up(void) {
        list[0] = (char *) "MARK=1";
        list[1] = (char *) "HOME=/x";
        list[2] = NULL;
        environment = (ChildEnvironment){
                .list = list, .n = 2, .n_max = VARIABLES_MAX, .n_fixed = 1, .memory = memory
        };
}

static bool parse(const char *text, size_t size, EnvironmentFault *fault) {
        memcpy(memory + environment.used, text, size);
        return child_environment_parse(&environment, size, fault);
}

/* clang-format off */
static const struct {
        const char *text, *list;
} parse_cases[] = {
        { "",                             "MARK=1|HOME=/x" },
        { "A=1\nB=2\n",                   "MARK=1|HOME=/x|A=1|B=2" },
        { "A=1",                          "MARK=1|HOME=/x|A=1" },      /* no line end */
        { "A=1\r\nB=2\r\n",               "MARK=1|HOME=/x|A=1|B=2" },
        { "# c\n; d\n\n  \nA=1\n",        "MARK=1|HOME=/x|A=1" },
        { "# c \\\nA=1\n",                "MARK=1|HOME=/x|A=1" },      /* a comment ends with its line */
        { "  A = b c  \n",                "MARK=1|HOME=/x|A=b c" },
        { "A=\nB=",                       "MARK=1|HOME=/x|A=|B=" },
        { "A='b  c' \n",                  "MARK=1|HOME=/x|A=b  c" },
        { "A=\"b  c\"\n",                 "MARK=1|HOME=/x|A=b  c" },
        { "A='b\nc'\n",                   "MARK=1|HOME=/x|A=b\nc" },
        { "A='b\\c'\n",                   "MARK=1|HOME=/x|A=b\\c" },
        { "A=\"\\\"\\$\\`\\\\\\n\"\n",    "MARK=1|HOME=/x|A=\"$`\\\\n" },
        { "A=\"b\\\nc\"\n",               "MARK=1|HOME=/x|A=bc" },
        { "A=b\\\nc\n",                   "MARK=1|HOME=/x|A=bc" },
        { "A=b\\ \n",                     "MARK=1|HOME=/x|A=b " },     /* an escaped blank stays */
        { "A='b'c\"d\"\n",                "MARK=1|HOME=/x|A=bc\"d\"" },
        { "A='b''c'\n",                   "MARK=1|HOME=/x|A=bc" },
        { "A=b=c#d\n",                    "MARK=1|HOME=/x|A=b=c#d" },
        { "A='b",                         "MARK=1|HOME=/x|A=b" },
        { "A=1\nA=2\n",                   "MARK=1|HOME=/x|A=2" },
        { "HOME=/y\n",                    "MARK=1|HOME=/y" },
        { "MARK=2\n",                     "MARK=1|HOME=/x" },          /* the fixed ones stay */
        { "A_1=\xff\n",                   "MARK=1|HOME=/x|A_1=\xff" }, /* any bytes */
};
/* clang-format on */

START_TEST(a_file_is_read_as_systemd_does) {
        CLEANUP_FREE char *joined = NULL;
        EnvironmentFault fault;

        ck_assert(parse(parse_cases[_i].text, strlen(parse_cases[_i].text), &fault));
        ck_assert_int_eq(string_list_join(list, "|", &joined), 0);
        ck_assert_str_eq(joined, parse_cases[_i].list);
}
END_TEST

#define TEXT(text) (text), sizeof(text) - 1

static const struct {
        const char *text;
        size_t size;
        int error;
        unsigned line;
} fault_cases[] = {
        { TEXT("A=1\nB\n"), EINVAL, 2 },
        { TEXT("B"), EINVAL, 1 },
        { TEXT("=x\n"), EINVAL, 1 },
        { TEXT("export A=1\n"), EINVAL, 1 },
        { TEXT("1A=1\n"), EINVAL, 1 },
        { TEXT("\n\nA-B=1\n"), EINVAL, 3 },
        { TEXT("A=1\nB=\0\n"), EINVAL, 2 },
        { TEXT("A='\n\n'\nB\n"), EINVAL, 4 },
        { TEXT("A=\nB=\nC=\nD=\nE=\n"), E2BIG, 5 },
};

START_TEST(a_fault_has_its_line) {
        EnvironmentFault fault = { 0 };

        ck_assert(!parse(fault_cases[_i].text, fault_cases[_i].size, &fault));
        ck_assert_int_eq(fault.error, fault_cases[_i].error);
        ck_assert_uint_eq(fault.line, fault_cases[_i].line);
}
END_TEST

START_TEST(several_files_share_the_memory) {
        EnvironmentFault fault;

        ck_assert(parse(TEXT("A=1\n"), &fault));
        ck_assert(parse(TEXT("B=2"), &fault));
        ck_assert(parse(TEXT("A=3\n"), &fault));
        ck_assert_str_eq(list[2], "A=3");
        ck_assert_str_eq(list[3], "B=2");
        ck_assert_ptr_null(list[4]);
}
END_TEST

static void write_file(const char *path, size_t size) {
        CLEANUP_FREE char *data = malloc(size + 1);
        FILE *file = fopen(path, "we");

        ck_assert_ptr_nonnull(data);
        ck_assert_ptr_nonnull(file);
        memset(data, '#', size + 1);
        ck_assert_uint_eq(fwrite(data, 1, size, file), size);
        ck_assert_int_eq(fclose(file), 0);
}

START_TEST(only_a_regular_file_of_some_size_is_read) {
        static const struct {
                const char *path;
                int error; /* 0: read */
        } cases[] = {
                { "none", ENOENT }, { "-none", 0 },       { "fifo", EMEDIUMTYPE },      { "link", ELOOP },
                { "-link", ELOOP }, { ".", EMEDIUMTYPE }, { "/dev/zero", EMEDIUMTYPE }, { "huge", EFBIG },
                { "-huge", EFBIG }, { "fits", 0 },
        };
        char directory[] = "/tmp/jobsched-test-XXXXXX", command[64];

        ck_assert_ptr_nonnull(mkdtemp(directory));
        ck_assert_int_eq(chdir(directory), 0);
        ck_assert_int_eq(mkfifo("fifo", 0600), 0);
        ck_assert_int_eq(symlink("fits", "link"), 0);
        write_file("fits", ENVIRONMENT_FILES_SIZE_MAX);
        write_file("huge", ENVIRONMENT_FILES_SIZE_MAX + 1);
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                EnvironmentFault fault = { 0 };

                environment.used = 0;
                ck_assert(child_environment_read(&environment, cases[i].path, &fault) ==
                          (cases[i].error == 0));
                ck_assert_int_eq(fault.error, cases[i].error);
                ck_assert_uint_eq(fault.line, 0);
        }
        (void) snprintf(command, sizeof(command), "rm -r %s", directory);
        ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("child-environment");
        TCase *tcase = tcase_create("child-environment");

        tcase_add_checked_fixture(tcase, set_up, NULL);
        tcase_add_loop_test(tcase, a_file_is_read_as_systemd_does, 0, ARRAY_SIZE(parse_cases));
        tcase_add_loop_test(tcase, a_fault_has_its_line, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(tcase, several_files_share_the_memory);
        tcase_add_test(tcase, only_a_regular_file_of_some_size_is_read);
        suite_add_tcase(suite, tcase);
        return suite;
}
