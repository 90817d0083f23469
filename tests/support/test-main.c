/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/test-support.h"

#include <stdlib.h>

/*
 * A timeout of a test is there to end one that hangs, and no measure of speed: it must not elapse under
 * sanitizers on a busy machine, where a test takes fifty times as long. The environment may say otherwise.
 */
#define HANG_SECONDS "30"
#define HANG_MULTIPLIER "4" /* of the timeouts that tests set themselves, too */

int main(void) {
        SRunner *runner;
        int n_failed;

        if (setenv("CK_DEFAULT_TIMEOUT", HANG_SECONDS, 0) < 0 ||
            setenv("CK_TIMEOUT_MULTIPLIER", HANG_MULTIPLIER, 0) < 0)
                return EXIT_FAILURE;
        runner = srunner_create(test_suite());
        srunner_run_all(runner, CK_ENV);
        n_failed = srunner_ntests_failed(runner);
        srunner_free(runner);

        return n_failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
