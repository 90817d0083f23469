/* SPDX-License-Identifier: GPL-2.0-or-later */

/* jobsched-file: the action `file`. */

#include "actions/action-main.h"
#include "actions/file-request.h"

int main(int argc, char *argv[]) {
        return action_main(&file_program, argc, argv);
}
