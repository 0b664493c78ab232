/* SPDX-License-Identifier: Apache-2.0 */
/* A service without a socket of its own, for the tests: it takes those that it is started with, by sd_listen_fds(3)'s
 * rules, and answers each connection, datagram or line with NAME, the name of that descriptor, and the number of
 * times that it has answered there. What it finds at its start it says on standard output. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST = 3, MAX = 16 };

static unsigned count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    unsigned n = 0;

    while (dir && (entry = readdir(dir)))
        n += entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir);
    return n;
}

static void answer(int fd, const char *name, unsigned n)
{
    int type = SOCK_STREAM;
    socklen_t size = sizeof(type);
    char text[300], heard[300];

    (void) getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
    (void) snprintf(text, sizeof(text), "%s %u\n", name, n);
    if (type == SOCK_STREAM) {
        int connection = accept(fd, NULL, NULL);

        (void) !write(connection, text, strlen(text));
        close(connection);
    } else {
        struct sockaddr_storage from;

        size = sizeof(from);
        if (recvfrom(fd, heard, sizeof(heard), 0, (struct sockaddr *) &from, &size) >= 0)
            (void) sendto(fd, text, strlen(text), 0, (struct sockaddr *) &from, size);
    }
}

int main(void)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
    int n = pid && count && atoi(pid) == getpid() ? atoi(count) : 0;
    struct pollfd fds[MAX] = { 0 };
    char name[MAX][256] = { 0 };
    unsigned answered[MAX] = { 0 };

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("sockets=%d names=%s descriptors=%u\n", n, names ? names : "-", count_descriptors());
    for (int i = 0; i < n && i < MAX; i++) {
        size_t length = names ? strcspn(names, ":") : 0;

        fds[i] = (struct pollfd){ .fd = FIRST + i, .events = POLLIN };
        memcpy(name[i], names ? names : "", length < sizeof(name[i]) ? length : 0);
        names = names && names[length] ? names + length + 1 : NULL;
    }
    while (n > 0 && poll(fds, (nfds_t) n, -1) >= 0)
        for (int i = 0; i < n; i++)
            if (fds[i].revents) {
                answer(fds[i].fd, name[i], ++answered[i]);
                printf("answered=%s\n", name[i]);
            }
    pause();
    return 0;
}
