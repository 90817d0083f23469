/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Names that several programs must agree on. */

#define BUS_NAME "org.jobsched1"
#define MANAGER_PATH "/org/jobsched1"
#define JOB_PATH_PREFIX "/org/jobsched1/job"
#define EXECUTION_PATH_PREFIX "/org/jobsched1/execution"

#define MANAGER_INTERFACE "org.jobsched1.Manager"
#define JOB_INTERFACE "org.jobsched1.Job"
#define EXECUTION_INTERFACE "org.jobsched1.Execution"

/* D-Bus errors beside the standard ones. */
#define ERROR_NO_SUCH_JOB "org.jobsched1.NoSuchJob"
#define ERROR_NO_SUCH_EXECUTION "org.jobsched1.NoSuchExecution"
#define ERROR_NO_SUCH_QUEUE "org.jobsched1.NoSuchQueue"
#define ERROR_NO_SUCH_PROFILE "org.jobsched1.NoSuchProfile"
#define ERROR_PROFILE_EXISTS "org.jobsched1.ProfileExists"
#define ERROR_PROFILE_CHANGED "org.jobsched1.ProfileChanged" /* it is at another revision */
#define ERROR_PROFILE_OF_FILE "org.jobsched1.ProfileOfFile"  /* it is changed where it is defined */
#define ERROR_PROFILE_IN_USE "org.jobsched1.ProfileInUse"    /* jobs name it */
#define ERROR_NOT_ACTIVE "org.jobsched1.NotActive"           /* there is nothing to stop */
#define ERROR_NOT_SCHEDULED "org.jobsched1.NotScheduled"     /* why: no such occurrence */
#define ERROR_OVERLAP "org.jobsched1.Overlap"                /* a start was skipped */
#define ERROR_JOB_NOT_LOADED "org.jobsched1.JobNotLoaded"    /* it has no good definition */
#define ERROR_INVALID_DEFINITION "org.jobsched1.InvalidDefinition"
#define ERROR_JOB_EXISTS "org.jobsched1.JobExists"
#define ERROR_JOB_CHANGED "org.jobsched1.JobChanged" /* it is at another revision */
#define ERROR_JOB_OF_FILE "org.jobsched1.JobOfFile"  /* it is changed where it is defined */
#define ERROR_FROZEN "org.jobsched1.Frozen"          /* nothing starts before the thaw */
#define ERROR_NO_RUNNER "org.jobsched1.NoRunner"
#define ERROR_STORE "org.jobsched1.StoreUnavailable" /* the disk refuses */

/* Journal fields. */
#define JOURNAL_FIELD_JOB "JOBSCHED_JOB"
#define JOURNAL_FIELD_EXECUTION "JOBSCHED_EXECUTION"
#define JOURNAL_FIELD_ATTEMPT "JOBSCHED_ATTEMPT"
#define JOURNAL_FIELD_STREAM "JOBSCHED_STREAM" /* stdout or stderr */

#define ACCOUNT_NAME "jobsched"           /* the daemon's user in system mode */
#define CONTROL_GROUP_NAME "jobsched-ctl" /* may connect to the control socket */
