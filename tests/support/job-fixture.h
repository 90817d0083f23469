/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Jobs for tests: from a text to a Job, or to what is wrong with it. */

#include <check.h>

#include "job/job-decode.h"

/* What the settings say of all jobs from now on; borrowed. NULL: nothing. */
void test_set_site(const JobSite *site);

/* Decodes a definition of the job "test" as the system's daemon would; fails the test if it is faulty. */
Job *test_job(const char *text);

/* The same for the job "ann/test" of an ordinary user. */
Job *test_job_of_user(const char *text);

/*
 * The faults and warnings of a definition in "LINE:COLUMN: MESSAGE" form, one a line; warnings begin with
 * "warning: ". The empty string if there are none. To be freed.
 */
char *test_job_faults(const char *text, bool system_mode);

/* Fails the test unless both say the same. */
void test_assert_jobs_equal(const Job *a, const Job *b);

/* A row of a table of definitions that are wrong. */
typedef struct JobFaultCase {
        const char *text;
        const char *faults;
} JobFaultCase;

void test_assert_faults(const JobFaultCase *test);
void test_assert_faults_of_user(const JobFaultCase *test);
