/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where ${…} may stand in a job, and what is said of the other places. */

#include "job/job-fields.h"

#include "support/job-fixture.h"
#include "support/test-support.h"

#define P "parameters: {user-id: {type: integer}, name: {type: string}, key: {type: secret}}\n"
#define C "command: x\n"
#define ONLY                                                                                            \
        "a parameter is put into the items of a 'command' list, the values of 'environment', 'stdin', " \
        "'directory', 'output.file' and requests only"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { P "command: [/usr/lib/otp/send, \"--user=${user-id}\", \"$${x}\"]\n", "" },
        { P "command: [\"/opt/${name}/run\"]\n", "" },
        { P C "environment: {A: \"${name}\"}\nstdin: \"${name}\"\ndirectory: \"/srv/${name}\"\n"
          "output: {file: \"/var/log/${name}-%t.log\"}\n", "" },

        /* a text is for the shell alone */
        { P "command: echo ${user-id}\n",
          "2:10: '${user-id}' is not put into a 'command' that is a text: the shell finds the value as \"$JOBSCHED_P_USER_ID\"" },
        { P "command: echo ${key}\n",
          "2:10: '${key}' is not put into a 'command' that is a text: the shell finds the secret in the file \"$CREDENTIALS_DIRECTORY/parameter.key\"" },
        { P "command: echo ${HOME} ${user-idx} $${x}\n", "" },
        { P "command: [sh, -c, \"echo ${user-id}\"]\n",
          "2:19: '${user-id}' is not put into what a shell runs with -c: the shell finds the value as \"$JOBSCHED_P_USER_ID\"" },
        { P "command: [sh, -c, \"echo ${HOME} \\\"$1\\\"\", sh, \"${name}\"]\n", "" },

        /* what is named has to be there */
        { P "command: [x, \"${usr-id}\"]\n", "2:14: there is no parameter 'usr-id'; did you mean 'user-id'?" },
        { P "command: [x, \"${HOME}\"]\n", "2:14: there is no parameter 'HOME'; '$${' stands for a plain '${'" },
        { P "command: [x, \"${name\"]\n", "2:14: '${name' has no closing '}'; '$${' stands for a plain '${'" },
        { P "command: [x, \"${key}\"]\n",
          "2:14: the secret parameter 'key' cannot stand here: a command finds it in the file $CREDENTIALS_DIRECTORY/parameter.key" },
        { P "command: [x, \"${credential:a}\"]\n",
          "2:14: a credential cannot stand here: a command finds those of 'credentials' in $CREDENTIALS_DIRECTORY" },
        { P C "environment: {A: \"${key}\"}\n",
          "3:18: the secret parameter 'key' cannot stand here: a command finds it in the file $CREDENTIALS_DIRECTORY/parameter.key" },

        /* elsewhere it is no parameter */
        { P C "user: \"${name}\"\n", "3:7: '${name}' cannot stand in 'user': " ONLY },
        { P C "description: for ${name}\n", "3:14: '${name}' cannot stand in 'description': " ONLY },
        { P C "description: for ${other}\n", "" },
        { P C "notify: {on-failure: [{mail: \"${name}@example.org\"}]}\n", "3:30: '${name}' cannot stand in 'notify': " ONLY },
        { P C "conditions: {path-exists: \"/srv/${name}\"}\n", "3:27: '${name}' cannot stand in 'conditions': " ONLY },
        { P C "environment-file: [\"/etc/${name}\"]\n", "3:20: '${name}' cannot stand in 'environment-file': " ONLY },

        { P "http: {url: http://h/, query: {\"${name}\": x}}\n",
          "2:32: '${name}' cannot stand in a key of 'http': a parameter is put into its texts only" },
        { P "http: {url: http://h/, body: {json: [{\"a ${user-id}\": x}]}}\n",
          "2:39: '${user-id}' cannot stand in a key of 'http': a parameter is put into its texts only" },
        { P "http: {url: http://h/, body: {json: {\"${other}\": \"${name}\"}}}\n", "" },

        { P C "sqll: \"${name}\"\n", "3:1: unknown key 'sqll'" },

        /* values are taken as they are */
        { P C "values: {name: \"${user-id}\"}\n", "" },

        /* a job without parameters has nothing to expand */
        { "command: [x, \"${HOME}\", \"$${x}\", \"${\"]\nenvironment: {A: \"${B}\"}\n", "" },
};
/* clang-format on */

START_TEST(a_place_is_right_or_refused) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("expand-decode");
        TCase *places = tcase_create("places");

        tcase_add_loop_test(places, a_place_is_right_or_refused, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, places);
        return suite;
}
