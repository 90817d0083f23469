/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the kernel says of the machine, read from its files and messages. Pure; no message is trusted. */

#include "util/types.h"

/* /proc/loadavg, /proc/meminfo and /proc/pressure/cpu. Each returns 0 or -EBADMSG. */
int load_parse(const char *text, double *ret_load);
int memory_available_parse(const char *text, double *ret_bytes);
int cpu_pressure_parse(const char *text, double *ret_percent); /* "some" of the last ten seconds */

/* One of /sys/class/power_supply. */
typedef struct PowerSupply {
        bool is_source;  /* mains or a charger; false: a battery or something else */
        bool is_battery; /* of the machine itself, not of a mouse */
        bool is_online;  /* of a source */
        bool is_discharging;
} PowerSupply;

/* From the texts of its files; NULL: there is no such file. */
PowerSupply power_supply_parse(const char *type, const char *scope, const char *online, const char *status);
/* On battery is who has no source online and a battery that discharges. Without any of both: not. */
bool power_supplies_say_ac(const PowerSupply *supplies, size_t n);

/* A message of NETLINK_KOBJECT_UEVENT: is it about power? */
bool uevent_is_of_power(const char *data, size_t size);

/*
 * The answer to RTM_GETROUTE for one destination. Returns 1 with the interface that leads there, 0: there is
 * no way, or -EBADMSG.
 */
int route_answer_parse(const void *data, size_t size, unsigned *ret_interface);
/* The answer to RTM_GETLINK of one interface: 1: it is up and has a carrier, 0, or -EBADMSG. */
int link_answer_parse(const void *data, size_t size);
