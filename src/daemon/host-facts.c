/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/host-facts.h"

#include <dirent.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "daemon/host-fact-parse.h"
#include "util/file.h"
#include "util/log.h"

#define N_FACTS ((size_t) CONDITION_CPU_PRESSURE_BELOW + 1)
#define POLL_USEC ((uint64_t) (5 * USEC_PER_SEC))
#define LOOK_USEC ((uint64_t) (60 * USEC_PER_SEC))
#define FILE_SIZE_MAX ((size_t) 64 * 1024)
#define SUPPLIES_MAX 64U
#define MESSAGES_PER_TURN 256
#define UEVENT_GROUP_KERNEL 1U

struct FactReader {
        sd_event *event;
        char *root;
        void (*changed)(void *userdata, ConditionKind kind);
        void *userdata;
        HostFacts facts;
        unsigned n_watches[N_FACTS];
        sd_event_source *power, *network; /* while they are watched, and can be */
        sd_event_source *timer;
};

static int read_text(const FactReader *reader, const char *path, char **ret) {
        CLEANUP_FREE char *whole = NULL;

        if (asprintf(&whole, "%s%s", reader->root, path) < 0)
                return -ENOMEM;
        return file_read(whole, FILE_SIZE_MAX, ret, NULL);
}

static int read_number(
                const FactReader *reader,
                const char *path,
                int (*parse)(const char *text, double *ret),
                double *ret) {

        CLEANUP_FREE char *text = NULL;
        int r = read_text(reader, path, &text);

        return r < 0 ? r : parse(text, ret);
}

static int read_load(const FactReader *reader, double *ret) {
        return read_number(reader, "/proc/loadavg", load_parse, ret);
}

static int read_memory(const FactReader *reader, double *ret) {
        return read_number(reader, "/proc/meminfo", memory_available_parse, ret);
}

/* A kernel without PSI, or started with psi=0. */
static int read_pressure(const FactReader *reader, double *ret) {
        int r = read_number(reader, "/proc/pressure/cpu", cpu_pressure_parse, ret);

        return r == -ENOENT || r == -EOPNOTSUPP ? -EOPNOTSUPP : r;
}

/* --- power ----------------------------------------------------------------------------------------- */

static PowerSupply read_supply(const FactReader *reader, const char *name) {
        static const char *const files[] = { "type", "scope", "online", "status" };
        char *texts[ARRAY_SIZE(files)] = { NULL };
        PowerSupply supply;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                char path[512];

                (void) snprintf(path, sizeof(path), "/sys/class/power_supply/%s/%s", name, files[i]);
                (void) read_text(reader, path, &texts[i]); /* not every one has each */
        }
        supply = power_supply_parse(texts[0], texts[1], texts[2], texts[3]);
        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                free(texts[i]);
        return supply;
}

static int read_power(const FactReader *reader, double *ret) {
        CLEANUP_FREE char *path = NULL;
        PowerSupply supplies[SUPPLIES_MAX];
        struct dirent *entry;
        DIR *directory;
        size_t n = 0;

        if (asprintf(&path, "%s/sys/class/power_supply", reader->root) < 0)
                return -ENOMEM;
        directory = opendir(path);
        if (!directory && errno != ENOENT)
                return -errno;
        while (directory && n < SUPPLIES_MAX && (entry = readdir(directory)))
                if (entry->d_name[0] != '.')
                        supplies[n++] = read_supply(reader, entry->d_name);
        if (directory)
                (void) closedir(directory);
        *ret = power_supplies_say_ac(supplies, n);
        return 0;
}

/* --- network --------------------------------------------------------------------------------------- */

/* Asks the kernel, which answers before send() returns: nothing is waited for. */
static ssize_t ask_kernel(const void *request, size_t size, void *answer, size_t answer_size) {
        CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
        ssize_t n;

        if (fd < 0 || send(fd, request, size, 0) < 0)
                return -errno;
        n = recv(fd, answer, answer_size, MSG_DONTWAIT);
        return n < 0 ? -errno : n;
}

/* A root name server of each family: no packet is sent, the kernel only says which way one would take. */
static const unsigned char far_v4[4] = { 198, 41, 0, 4 };
static const unsigned char far_v6[16] = {
        0x20, 0x01, 0x05, 0x03, 0xba, 0x3e, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x30
};

static int find_way(int family, const unsigned char *address, size_t size, unsigned *ret_interface) {
        struct {
                struct nlmsghdr header;
                struct rtmsg route;
                struct rtattr attribute;
                unsigned char address[16];
        } request = {
                .header = { .nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST },
                .route = { .rtm_family = (unsigned char) family, .rtm_dst_len = (unsigned char) (size * 8) },
                .attribute = { .rta_type = RTA_DST, .rta_len = (unsigned short) RTA_LENGTH(size) },
        };
        char answer[4096];
        ssize_t n;

        memcpy(request.address, address, size);
        request.header.nlmsg_len = (uint32_t) (NLMSG_LENGTH(sizeof(request.route)) + RTA_LENGTH(size));
        n = ask_kernel(&request, request.header.nlmsg_len, answer, sizeof(answer));
        return n < 0 ? (int) n : route_answer_parse(answer, (size_t) n, ret_interface);
}

static int is_up(unsigned interface) {
        struct {
                struct nlmsghdr header;
                struct ifinfomsg link;
        } request = {
                .header = { .nlmsg_len = sizeof(request),
                            .nlmsg_type = RTM_GETLINK,
                            .nlmsg_flags = NLM_F_REQUEST },
                .link = { .ifi_family = AF_UNSPEC, .ifi_index = (int) interface },
        };
        char answer[16384];
        ssize_t n = ask_kernel(&request, sizeof(request), answer, sizeof(answer));

        return n < 0 ? (int) n : link_answer_parse(answer, (size_t) n);
}

static int read_network(const FactReader *reader, double *ret) {
        const struct {
                int family;
                const unsigned char *address;
                size_t size;
        } ways[] = { { AF_INET, far_v4, sizeof(far_v4) }, { AF_INET6, far_v6, sizeof(far_v6) } };
        int error = 0;

        *ret = 0;
        for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
                unsigned interface = 0;
                int r = find_way(ways[i].family, ways[i].address, ways[i].size, &interface);

                if (r > 0)
                        r = is_up(interface);
                if (r > 0)
                        *ret = 1;
                if (r < 0)
                        error = r;
        }
        return *ret > 0 ? 0 : error;
}

/* --- reading --------------------------------------------------------------------------------------- */

static const struct {
        int (*read)(const FactReader *reader, double *ret);
        bool is_polled;
} fact_kinds[N_FACTS] = {
        [CONDITION_AC_POWER] = { read_power, false },
        [CONDITION_NETWORK_ONLINE] = { read_network, false },
        [CONDITION_LOAD_BELOW] = { read_load, true },
        [CONDITION_MEMORY_AVAILABLE] = { read_memory, true },
        [CONDITION_CPU_PRESSURE_BELOW] = { read_pressure, true },
};

static int read_fact(void *userdata, ConditionKind kind, double *ret) {
        return (size_t) kind < N_FACTS ? fact_kinds[kind].read(userdata, ret) : -EOPNOTSUPP;
}

/* --- watching -------------------------------------------------------------------------------------- */

static void tell(FactReader *reader, ConditionKind kind) {
        if (reader->n_watches[kind] > 0)
                reader->changed(reader->userdata, kind);
}

/* Only the kernel is believed; a message that was lost (ENOBUFS) may have been about anything. */
static int on_news(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        FactReader *reader = userdata;
        bool is_power = source == reader->power, news = false;
        char message[8192];

        for (int i = 0; i < MESSAGES_PER_TURN; i++) {
                struct sockaddr_nl sender = { 0 };
                socklen_t sender_size = sizeof(sender);
                ssize_t n =
                                recvfrom(fd, message, sizeof(message), MSG_DONTWAIT,
                                         (struct sockaddr *) &sender, &sender_size);

                if (n < 0 && errno != ENOBUFS)
                        break;
                if (n < 0 || (sender.nl_pid == 0 && (!is_power || uevent_is_of_power(message, (size_t) n))))
                        news = true;
        }
        if (news)
                tell(reader, is_power ? CONDITION_AC_POWER : CONDITION_NETWORK_ONLINE);
        return 0;
}

/* Without it there is the look once a minute. */
static void open_news(FactReader *reader, int protocol, uint32_t groups, sd_event_source **source) {
        const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
        CLEANUP_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

        if (fd < 0 || bind(fd, (const struct sockaddr *) &address, sizeof(address)) < 0) {
                log_debug("The kernel's news of %s cannot be heard: %s",
                          protocol == NETLINK_ROUTE ? "the network" : "power supplies", strerror(errno));
                return;
        }
        if (sd_event_add_io(reader->event, source, fd, EPOLLIN, on_news, reader) < 0)
                return;
        (void) sd_event_source_set_io_fd_own(*source, true);
        (void) TAKE_FD(fd);
}

static uint64_t pause_of(const FactReader *reader) {
        uint64_t pause_usec = UINT64_MAX;

        for (size_t i = 0; i < N_FACTS; i++)
                if (reader->n_watches[i] > 0)
                        pause_usec = MIN(pause_usec, fact_kinds[i].is_polled ? POLL_USEC : LOOK_USEC);
        return pause_usec;
}

static void arm_timer(FactReader *reader) {
        uint64_t pause_usec = pause_of(reader);
        int r = 0;

        if (pause_usec != UINT64_MAX)
                r = sd_event_source_set_time_relative(reader->timer, pause_usec);
        if (r >= 0)
                r = sd_event_source_set_enabled(
                                reader->timer, pause_usec == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
        if (r < 0)
                (void) log_error_errno(r, "Cannot plan a look at what conditions wait for: %m");
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        FactReader *reader = userdata;

        for (size_t i = 0; i < N_FACTS; i++)
                tell(reader, (ConditionKind) i);
        arm_timer(reader);
        return 0;
}

static void watch_fact(void *userdata, ConditionKind kind, bool on) {
        FactReader *reader = userdata;
        uint64_t before_usec = pause_of(reader);

        if ((size_t) kind >= N_FACTS)
                return;
        reader->n_watches[kind] += on ? 1U : -1U;
        if (reader->n_watches[CONDITION_AC_POWER] == 0)
                reader->power = sd_event_source_disable_unref(reader->power);
        else if (!reader->power)
                open_news(reader, NETLINK_KOBJECT_UEVENT, UEVENT_GROUP_KERNEL, &reader->power);
        if (reader->n_watches[CONDITION_NETWORK_ONLINE] == 0)
                reader->network = sd_event_source_disable_unref(reader->network);
        else if (!reader->network)
                open_news(reader, NETLINK_ROUTE,
                          RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR |
                                          RTMGRP_IPV6_ROUTE,
                          &reader->network);
        if (pause_of(reader) != before_usec)
                arm_timer(reader);
}

/* --- life ------------------------------------------------------------------------------------------ */

int fact_reader_new(
                sd_event *event,
                const char *root,
                void (*changed)(void *userdata, ConditionKind kind),
                void *userdata,
                FactReader **ret) {

        CLEANUP(fact_reader_freep) FactReader *reader = calloc(1, sizeof(*reader));
        int r;

        if (!reader)
                return -ENOMEM;
        *reader = (FactReader){
                .event = sd_event_ref(event),
                .root = strdup(root),
                .changed = changed,
                .userdata = userdata,
                .facts = { .userdata = reader, .read = read_fact, .watch = watch_fact },
        };
        if (!reader->root)
                return -ENOMEM;
        /* Whole seconds: it shares its wake-ups with others. */
        r = sd_event_add_time_relative(
                        event, &reader->timer, CLOCK_MONOTONIC, 0, (uint64_t) USEC_PER_SEC, on_timer, reader);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(reader->timer, SD_EVENT_OFF);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(reader);
        return 0;
}

FactReader *fact_reader_free(FactReader *reader) {
        if (!reader)
                return NULL;
        (void) sd_event_source_disable_unref(reader->power);
        (void) sd_event_source_disable_unref(reader->network);
        (void) sd_event_source_disable_unref(reader->timer);
        (void) sd_event_unref(reader->event);
        free(reader->root);
        free(reader);
        return NULL;
}

const HostFacts *fact_reader_facts(const FactReader *reader) {
        return &reader->facts;
}
