/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams from an app are untrusted: each is parsed as a whole or dropped, into a struct of fixed size,
 * without allocation. */

#include "notify.h"

#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fd-util.h"
#include "base/message.h"
#include "base/printable.h"
#include "base/string-util.h"

/* ----- Sending ----- */

static int notify_address(const char *address, struct sockaddr_un *ret, socklen_t *ret_size)
{
    size_t n = strlen(address);

    if (address[0] != '/' && address[0] != '@')
        return -EAFNOSUPPORT;
    if (n < 2)
        return -EINVAL;
    if (n >= sizeof(ret->sun_path))
        return -ENAMETOOLONG;
    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(ret->sun_path, address, n);
    *ret_size = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n);
    if (address[0] == '@')
        ret->sun_path[0] = '\0';
    else
        (*ret_size)++;
    return 0;
}

int notify_open(const char *address, int *ret_fd)
{
    _cleanup_close_ int fd = -EBADF;
    struct sockaddr_un sa;
    socklen_t size;
    int r;

    if (!address)
        address = getenv("NOTIFY_SOCKET");
    if (!address || *address == '\0') {
        *ret_fd = -EBADF;
        return 0;
    }
    r = notify_address(address, &sa, &size);
    if (r < 0)
        return r;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *) &sa, size) < 0)
        return -errno;
    *ret_fd = TAKE_FD(fd);
    return 0;
}

int notify_send(int fd, const char *state)
{
    return fd < 0 ? 0 : message_send(fd, state, strlen(state), -EBADF);
}

int notify_sendf(int fd, const char *format, ...)
{
    char state[NOTIFY_DATAGRAM_MAX];
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(state, sizeof(state), format, ap);
    va_end(ap);
    return n < 0 || (size_t) n >= sizeof(state) ? -EMSGSIZE : notify_send(fd, state);
}

static int wait_for_hangup(int fd, int timeout_ms)
{
    struct pollfd p = { .fd = fd };
    int r;

    do
        r = poll(&p, 1, timeout_ms);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    return r == 0 ? -ETIME : 0;
}

int notify_barrier(int fd, int timeout_ms)
{
    _cleanup_close_ int reader = -EBADF, writer = -EBADF;
    int pair[2], r;

    if (fd < 0)
        return 0;
    if (pipe2(pair, O_CLOEXEC) < 0)
        return -errno;
    reader = pair[0];
    writer = pair[1];
    r = message_send(fd, "BARRIER=1", strlen("BARRIER=1"), writer);
    if (r < 0)
        return r;
    writer = safe_close(writer);
    return wait_for_hangup(reader, timeout_ms);
}

/* ----- Receiving ----- */

/* Characters that must not be printed become "?"; text that is too long is cut between characters. */
static void copy_status(char ret[static NOTIFY_STATUS_MAX + 1], const char *s, size_t size)
{
    size_t used = 0;

    while (size > 0) {
        size_t n = utf8_character(s, size);

        n = n > 0 ? n : 1;
        if (used + n > NOTIFY_STATUS_MAX)
            break;
        memcpy(ret + used, s, n);
        used += n;
        s += n;
        size -= n;
    }
    ret[used] = '\0';
    string_sanitize(ret, "");
}

/* A number of at most 18 digits, so that it cannot overflow; else 0. */
static uint64_t read_number(const char *s, size_t size)
{
    uint64_t value = 0;

    if (size > 18)
        return 0;
    for (; size > 0; s++, size--) {
        if (*s < '0' || *s > '9')
            return 0;
        value = value * 10 + (uint64_t) (*s - '0');
    }
    return value;
}

/* The part after the prefix in a line of *size bytes, and its size in *size; or NULL. */
static const char *line_startswith(const char *line, size_t *size, const char *prefix)
{
    size_t n = strlen(prefix);

    if (*size < n || memcmp(line, prefix, n) != 0)
        return NULL;
    *size -= n;
    return line + n;
}

static void parse_line(const char *line, size_t size, NotifyMessage *ret)
{
    static const struct {
        const char *line;
        size_t offset;
    } flags[] = {
        { "READY=1", offsetof(NotifyMessage, ready) },
        { "RELOADING=1", offsetof(NotifyMessage, reloading) },
        { "WATCHDOG=1", offsetof(NotifyMessage, watchdog) },
        { "WATCHDOG=trigger", offsetof(NotifyMessage, trigger) },
    };
    const char *value;

    for (size_t i = 0; i < ELEMENTSOF(flags); i++)
        if (size == strlen(flags[i].line) && memcmp(line, flags[i].line, size) == 0)
            *(bool *) ((char *) ret + flags[i].offset) = true;
    if ((value = line_startswith(line, &size, "STATUS="))) {
        copy_status(ret->status, value, size);
        ret->has_status = true;
    } else if ((value = line_startswith(line, &size, "EXTEND_TIMEOUT_USEC=")))
        ret->extend_us = read_number(value, size);
}

bool notify_parse(const char *data, size_t size, NotifyMessage *ret)
{

    if (size > NOTIFY_DATAGRAM_MAX || memchr(data, '\0', size))
        return false;
    *ret = (NotifyMessage){ 0 };
    while (size > 0) {
        const char *newline = memchr(data, '\n', size);
        size_t n = newline ? (size_t) (newline - data) : size, step = newline ? n + 1 : n;

        parse_line(data, n, ret);
        data += step;
        size -= step;
    }
    return ret->ready || ret->reloading || ret->watchdog || ret->trigger || ret->has_status ||
           ret->extend_us > 0;
}
