/* SPDX-License-Identifier: GPL-2.0-or-later */

/* jobsched-sql: the action `sql`. */

#include "actions/action-main.h"
#include "actions/sql-request.h"

int main(int argc, char *argv[]) {
        return action_main(&sql_program, argc, argv);
}
