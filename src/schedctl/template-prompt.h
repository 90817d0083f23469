/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Asking a person for what a template needs. */

#include "schedctl/context.h"

/*
 * On a terminal: asks for each required parameter of --template that neither -p nor --profile gives and that
 * has no default, and adds the answers to what -p gave. Elsewhere, and for what nobody is to see, the daemon
 * says what is missing. Returns a status.
 */
int template_prompt(Context *context);
