/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A local HTTP server that does nothing but answer, for the benchmarks: 204 to each request; it keeps
 * connections.
 *
 *   http-server PORT-FILE STAMPS     writes its port of 127.0.0.1 into PORT-FILE, and appends the instant
 *                                    of each request to STAMPS: 8 bytes, nanoseconds of the real-time clock
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 65536
#define EVENTS_MAX 256

static const char answer[] = "HTTP/1.1 204 No Content\r\n\r\n";

/* How far each client is in the empty line that ends a request; what it sends has no body. */
static uint8_t progress[CLIENTS_MAX];

static int64_t now_nsec(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_REALTIME, &now);
        return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

static unsigned count_requests(int client, const char *data, size_t size) {
        static const char end[] = "\r\n\r\n";
        unsigned n = 0;

        for (size_t i = 0; i < size; i++) {
                if (data[i] == end[progress[client]])
                        progress[client]++;
                else
                        progress[client] = data[i] == '\r';
                if (progress[client] == 4) {
                        progress[client] = 0;
                        n++;
                }
        }
        return n;
}

static void serve(int client, int stamps) {
        char data[16 * 1024];
        ssize_t size = read(client, data, sizeof(data));
        unsigned n;

        if (size <= 0) {
                if (size == 0 || (errno != EAGAIN && errno != EINTR))
                        (void) close(client);
                return;
        }
        n = count_requests(client, data, (size_t) size);
        for (unsigned i = 0; i < n; i++) {
                int64_t stamp = now_nsec();

                if (write(stamps, &stamp, sizeof(stamp)) < 0 ||
                    send(client, answer, sizeof(answer) - 1, MSG_NOSIGNAL) < 0)
                        return; /* the client has gone */
        }
}

static void welcome(int listener, int epoll) {
        static const int on = 1;
        int client;

        while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                struct epoll_event event = { .events = EPOLLIN, .data.fd = client };

                if (client >= CLIENTS_MAX || epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event) < 0) {
                        (void) close(client);
                        continue;
                }
                progress[client] = 0;
                (void) setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        }
}

static int listen_somewhere(const char *port_file) {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
        socklen_t size = sizeof(address);
        FILE *file;
        int fd;

        fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(fd, 4096) < 0 ||
            getsockname(fd, (struct sockaddr *) &address, &size) < 0)
                return -1;
        file = fopen(port_file, "we");
        if (!file)
                return -1;
        fprintf(file, "%u\n", (unsigned) ntohs(address.sin_port));
        return fclose(file) == 0 ? fd : -1;
}

int main(int argc, char *argv[]) {
        struct epoll_event events[EVENTS_MAX], event = { .events = EPOLLIN };
        int listener, epoll, stamps;

        if (argc != 3) {
                fprintf(stderr, "usage: http-server PORT-FILE STAMPS\n");
                return EXIT_FAILURE;
        }
        stamps = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        listener = listen_somewhere(argv[1]);
        epoll = epoll_create1(EPOLL_CLOEXEC);
        event.data.fd = listener;
        if (stamps < 0 || listener < 0 || epoll < 0 ||
            epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0) {
                perror("http-server");
                return EXIT_FAILURE;
        }

        for (;;) {
                int n = epoll_wait(epoll, events, EVENTS_MAX, -1);

                for (int i = 0; i < n; i++)
                        if (events[i].data.fd == listener)
                                welcome(listener, epoll);
                        else
                                serve(events[i].data.fd, stamps);
        }
}
