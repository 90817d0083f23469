/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* MESSAGE_IDs, explained by the catalog. */
#define MESSAGE_ID_EXECUTION_STARTED "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c001"
#define MESSAGE_ID_EXECUTION_ENDED "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c002"
#define MESSAGE_ID_EXECUTION_FAILED "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c003"
#define MESSAGE_ID_OCCURRENCE_SKIPPED "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c004"
#define MESSAGE_ID_OCCURRENCE_MISSED "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c005"
#define MESSAGE_ID_LOAD_FAULT "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c006"
#define MESSAGE_ID_RUNNER_LOST "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c007"
#define MESSAGE_ID_STORE_TROUBLE "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c008"
#define MESSAGE_ID_CLOCK_STEP "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c009"
#define MESSAGE_ID_JOB_OUTPUT "f5ab5f0e2d6a4b0c9a6bb6f7d7a2c00a"
