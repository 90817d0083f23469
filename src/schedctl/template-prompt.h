/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Asking a person for what a template needs. */

#include "schedctl/context.h"

/*
 * Each required parameter of --template that neither -p nor --profile gives and that has no default is asked
 * for on a terminal, and the answers are added to what -p gave; elsewhere it is complained of. What nobody is
 * to see is left to the daemon. Returns a status.
 */
int template_prompt(Context *context);
