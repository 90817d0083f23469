/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/host-fact-parse.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "1.23", whatever the locale's decimal point is. */
static int decimal_parse(const char *text, double *ret) {
        double value = 0, unit = 1;

        if (*text < '0' || *text > '9')
                return -EBADMSG;
        for (; *text >= '0' && *text <= '9'; text++)
                value = value * 10 + (*text - '0');
        if (*text == '.')
                for (text++; *text >= '0' && *text <= '9'; text++) {
                        unit /= 10;
                        value += (*text - '0') * unit;
                }
        *ret = value;
        return 0;
}

int load_parse(const char *text, double *ret_load) {
        return decimal_parse(text, ret_load);
}

int memory_available_parse(const char *text, double *ret_bytes) {
        static const char key[] = "MemAvailable:";
        const char *line = text;

        while (line && strncmp(line, key, strlen(key)) != 0) {
                line = strchr(line, '\n');
                line = line ? line + 1 : NULL;
        }
        if (!line)
                return -EBADMSG;
        line += strlen(key);
        line += strspn(line, " \t");
        if (decimal_parse(line, ret_bytes) < 0)
                return -EBADMSG;
        *ret_bytes *= 1024; /* the file says kB and means 1024 */
        return 0;
}

int cpu_pressure_parse(const char *text, double *ret_percent) {
        static const char key[] = "some avg10=";

        return strncmp(text, key, strlen(key)) == 0 ? decimal_parse(text + strlen(key), ret_percent)
                                                    : -EBADMSG;
}

static bool is_text(const char *text, const char *wanted) {
        size_t length = strlen(wanted);

        return text && strncmp(text, wanted, length) == 0 && (text[length] == '\0' || text[length] == '\n');
}

PowerSupply power_supply_parse(const char *type, const char *scope, const char *online, const char *status) {
        bool of_device = is_text(scope, "Device");

        return (PowerSupply){
                .is_source = is_text(type, "Mains") || (type && strncmp(type, "USB", 3) == 0 && !of_device),
                .is_battery = is_text(type, "Battery") && !of_device,
                .is_online = is_text(online, "1"),
                .is_discharging = is_text(status, "Discharging"),
        };
}

bool power_supplies_say_ac(const PowerSupply *supplies, size_t n) {
        bool discharges = false;

        for (size_t i = 0; i < n; i++) {
                if (supplies[i].is_source && supplies[i].is_online)
                        return true;
                discharges |= supplies[i].is_battery && supplies[i].is_discharging;
        }
        return !discharges;
}

bool uevent_is_of_power(const char *data, size_t size) {
        static const char wanted[] = "SUBSYSTEM=power_supply";
        const char *end = data + size;

        while (data < end) {
                size_t length = strnlen(data, (size_t) (end - data));

                if (length == strlen(wanted) && memcmp(data, wanted, length) == 0)
                        return true;
                data += length + 1;
        }
        return false;
}

/*
 * The first message, if it is of that type and its fixed part is whole. Returns 1, 0: the kernel answered
 * with an error, or -EBADMSG.
 */
static int answer_read(
                const void *data,
                size_t size,
                unsigned type,
                void *ret_body,
                size_t body_size,
                size_t *ret_size) {

        struct nlmsghdr header;

        if (size < sizeof(header))
                return -EBADMSG;
        memcpy(&header, data, sizeof(header));
        if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size)
                return -EBADMSG;
        if (header.nlmsg_type == NLMSG_ERROR)
                return 0;
        if (header.nlmsg_type != type || header.nlmsg_len < NLMSG_LENGTH(body_size))
                return -EBADMSG;
        memcpy(ret_body, (const char *) data + NLMSG_HDRLEN, body_size);
        *ret_size = header.nlmsg_len;
        return 1;
}

int route_answer_parse(const void *data, size_t size, unsigned *ret_interface) {
        struct rtmsg route;
        size_t whole = 0, at = NLMSG_SPACE(sizeof(route));
        int r = answer_read(data, size, RTM_NEWROUTE, &route, sizeof(route), &whole);

        if (r <= 0)
                return r;
        if (route.rtm_type != RTN_UNICAST)
                return 0; /* blackhole, unreachable, or ourselves */
        while (at + sizeof(struct rtattr) <= whole) {
                struct rtattr attribute;

                memcpy(&attribute, (const char *) data + at, sizeof(attribute));
                if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > whole - at)
                        return -EBADMSG;
                if (attribute.rta_type == RTA_OIF &&
                    attribute.rta_len == RTA_LENGTH(sizeof(*ret_interface))) {
                        memcpy(ret_interface, (const char *) data + at + RTA_LENGTH(0),
                               sizeof(*ret_interface));
                        return 1;
                }
                at += RTA_ALIGN(attribute.rta_len);
        }
        return 0;
}

int link_answer_parse(const void *data, size_t size) {
        struct ifinfomsg link;
        size_t whole;
        int r = answer_read(data, size, RTM_NEWLINK, &link, sizeof(link), &whole);

        if (r <= 0)
                return r;
        return (link.ifi_flags & IFF_UP) && (link.ifi_flags & IFF_RUNNING) &&
                        !(link.ifi_flags & IFF_LOOPBACK);
}
