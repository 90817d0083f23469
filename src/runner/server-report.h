/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the client is told: what happens to its runs, from the runner's events; and how the runs stand, when
 * it has said hello. Outcomes that it does not take yet stay in runs/ until it does.
 */

#include "runner/server-context.h"

/* Becomes the runner's observer. */
void server_report_init(Server *server);
void server_report_done(Server *server);

/* Returns 0, -ENOTCONN, or another errno, which has been logged. */
int server_send(Server *server, const Message *message);
/* Does the run belong to the store of the client that is here? */
bool server_owns(const Server *server, const Run *run);

/* The whole list, MESSAGE_LIST_END and the outcomes. */
void server_report_list(Server *server);
/* Its state, to who asked for it again. */
void server_report_run(Server *server, Run *run);
/* Sends outcomes while the queue to the client is short. */
void server_report_outcomes(Server *server);
/* It need not be told of this outcome any more. */
void server_report_forget(Server *server, Run *run);
void server_report_forget_all(Server *server);

/* Tells the server's owner that a run ended or was forgotten, or that the client left. */
void server_progress(Server *server);
