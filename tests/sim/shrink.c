/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/shrink.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void be_quiet(void) {
        int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

        if (fd >= 0) {
                (void) dup2(fd, STDOUT_FILENO);
                (void) dup2(fd, STDERR_FILENO);
        }
}

bool life_fails(life_t live, const Life *life, bool aloud) {
        int status = 0;
        pid_t pid;

        (void) fflush(NULL);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                if (!aloud)
                        be_quiet();
                live(life);
                _exit(EXIT_SUCCESS);
        }
        while (waitpid(pid, &status, 0) != pid)
                continue;
        return status != 0;
}

static bool shrink_steps(life_t live, Life *life) {
        unsigned passes = 0; /* more than so many steps are needed, as far as halving can tell */
        unsigned before = life->n_steps;

        while (life->n_steps > passes) {
                Life shorter = *life;

                shorter.n_steps = passes + (life->n_steps - passes) / 2;
                if (life_fails(live, &shorter, false))
                        life->n_steps = shorter.n_steps;
                else
                        passes = shorter.n_steps + 1;
        }
        return life->n_steps < before;
}

static bool shrink_jobs(life_t live, Life *life) {
        uint32_t before = life->jobs;

        for (uint32_t bit = 1; bit != 0; bit <<= 1) {
                Life fewer = *life;

                fewer.jobs &= ~bit;
                if (fewer.jobs != life->jobs && fewer.jobs != 0 && life_fails(live, &fewer, false))
                        *life = fewer;
        }
        return life->jobs != before;
}

void life_shrink(life_t live, Life *life) {
        bool shrunk;

        do {
                shrunk = shrink_steps(live, life);
                shrunk = shrink_jobs(live, life) && shrunk;
        } while (shrunk);
}

void life_check(life_t live, const Life *life) {
        Life least = *life;

        if (!life_fails(live, life, false))
                return;
        life_shrink(live, &least);
        ck_assert(life_fails(live, &least, true));
        ck_abort_msg("seed %" PRIu64 " fails; the least that does: JOBSCHED_TEST_SEED=%" PRIu64
                     " JOBSCHED_TEST_JOBS=%#" PRIx32 " JOBSCHED_TEST_STEPS=%u",
                     life->seed, least.seed, least.jobs, least.n_steps);
}

void life_read_environment(Life *life) {
        const char *jobs = getenv("JOBSCHED_TEST_JOBS"), *steps = getenv("JOBSCHED_TEST_STEPS");

        if (jobs)
                life->jobs &= (uint32_t) strtoul(jobs, NULL, 0);
        if (steps)
                life->n_steps = (unsigned) strtoul(steps, NULL, 10);
}
