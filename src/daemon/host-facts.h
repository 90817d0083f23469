/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The kernel's answers to what conditions ask of the machine.
 *
 * While nobody watches, nothing is open and nothing runs. Power and network are told of by netlink; the rest
 * is read every five seconds. A PSI trigger would tell of CPU pressure that rises, and who waits, waits for
 * it to fall: so that is read, too. Where no news come (a container hears of no power supply), power and
 * network are looked at once a minute.
 */

#include <systemd/sd-event.h>

#include "manager/host-facts.h"
#include "util/cleanup.h"

typedef struct FactReader FactReader;

/* `root` is where /proc and /sys are: "". `changed`: a watched fact may be another now. */
int fact_reader_new(
                sd_event *event,
                const char *root,
                void (*changed)(void *userdata, ConditionKind kind),
                void *userdata,
                FactReader **ret);
FactReader *fact_reader_free(FactReader *reader);
DEFINE_CLEANUP(FactReader, fact_reader_free);

const HostFacts *fact_reader_facts(const FactReader *reader);
