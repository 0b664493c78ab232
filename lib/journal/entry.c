/* SPDX-License-Identifier: Apache-2.0 */
/* https://systemd.io/JOURNAL_NATIVE_PROTOCOL: a field is "NAME=value" and a newline, or the name, a newline,
 * the value's size as 64 bits (little-endian), the value, and a newline. */

#include "entry.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "base/fd-util.h"
#include "base/string-util.h"

/* ----- Sending ----- */

static int open_socket(const struct sockaddr_un *address, int *ret_fd)
{
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *) address, sizeof(*address)) < 0)
        return -errno;
    *ret_fd = TAKE_FD(fd);
    return 0;
}

int journal_socket_open(const char *directory, int *ret_fd)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", directory);

    return n < 0 || (size_t) n >= sizeof(address.sun_path) ? -ENAMETOOLONG : open_socket(&address, ret_fd);
}

int journal_socket_open_namespace(const char *journal_namespace, int *ret_fd)
{
    char directory[sizeof(((struct sockaddr_un *) NULL)->sun_path)];
    int n;

    if (journal_namespace && (*journal_namespace == '\0' || strchr(journal_namespace, '/')))
        return -EINVAL;
    n = snprintf(directory, sizeof(directory), "/run/systemd/journal%s%s", journal_namespace ? "." : "",
                 journal_namespace ? journal_namespace : "");
    return n < 0 || (size_t) n >= sizeof(directory) ? -ENAMETOOLONG : journal_socket_open(directory, ret_fd);
}

static int send_parts(int fd, struct iovec *parts, size_t n)
{
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = n };

    while (sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

int journal_send_message(int fd, const char *identifier, int priority, int facility, const char *text,
                         size_t size)
{
    uint64_t length = htole64(size);
    char head[512];
    int n = snprintf(head, sizeof(head), "PRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=%s\nMESSAGE\n",
                     priority, facility, identifier);
    struct iovec parts[] = {
        { head, (size_t) n }, { &length, sizeof(length) }, { (char *) text, size }, { (char *) "\n", 1 }
    };

    return n < 0 || (size_t) n >= sizeof(head) ? -ENAMETOOLONG : send_parts(fd, parts, ELEMENTSOF(parts));
}

int journal_send_fields(int fd, const char *identifier, const char *fields, size_t size)
{
    char head[512];
    int n = snprintf(head, sizeof(head), "SYSLOG_IDENTIFIER=%s\n", identifier);
    struct iovec parts[] = { { head, (size_t) n }, { (char *) fields, size } };

    return n < 0 || (size_t) n >= sizeof(head) ? -ENAMETOOLONG : send_parts(fd, parts, ELEMENTSOF(parts));
}

/* ----- Checking ----- */

enum { NAME_MAX_SIZE = 64 };

static bool name_startswith(const char *name, size_t size, const char *prefix)
{
    return size >= strlen(prefix) && memcmp(name, prefix, strlen(prefix)) == 0;
}

/* systemd's own fields that concern another unit or process (systemd.journal-fields(7)): if root sends
 * them, they are shown for that unit, and for OBJECT_PID= journald itself looks up the process. */
static bool is_believed(const char *name, size_t size)
{
    static const char *const prefixes[] = { "OBJECT_", "COREDUMP_" };
    static const char *const names[] = { "SYSLOG_IDENTIFIER",  "UNIT",  "USER_UNIT", "INVOCATION_ID",
                                         "USER_INVOCATION_ID", "JOB_ID" };

    for (size_t i = 0; i < ELEMENTSOF(prefixes); i++)
        if (name_startswith(name, size, prefixes[i]))
            return true;
    for (size_t i = 0; i < ELEMENTSOF(names); i++)
        if (size == strlen(names[i]) && memcmp(name, names[i], size) == 0)
            return true;
    return false;
}

static bool may_say(const char *name, size_t size)
{
    if (size == 0 || size > NAME_MAX_SIZE || name[0] == '_' || (name[0] >= '0' && name[0] <= '9'))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!(name[i] >= 'A' && name[i] <= 'Z') && !(name[i] >= '0' && name[i] <= '9') && name[i] != '_')
            return false;
    return !is_believed(name, size);
}

/* The size of the field at the beginning, with its newline; the size of its name in *ret_name. 0: it is
 * malformed. */
static size_t measure_field(const char *field, size_t size, size_t *ret_name)
{
    const char *newline = memchr(field, '\n', size), *equals;
    size_t line = newline ? (size_t) (newline - field) : size;
    uint64_t value;

    equals = memchr(field, '=', line);
    *ret_name = equals ? (size_t) (equals - field) : line;
    if (equals)
        return newline ? line + 1 : 0;
    if (!newline || size - line - 1 < sizeof(value) + 1)
        return 0;
    memcpy(&value, newline + 1, sizeof(value));
    value = le64toh(value);
    line += 1 + sizeof(value);
    if (value >= size - line || field[line + value] != '\n')
        return 0;
    return line + value + 1;
}

size_t journal_fields_check(char *fields, size_t size)
{
    size_t kept = 0, at = 0;

    while (at < size && fields[at] != '\n') {
        size_t name, field = measure_field(fields + at, size - at, &name);

        if (field == 0)
            return 0;
        if (may_say(fields + at, name)) {
            memmove(fields + kept, fields + at, field);
            kept += field;
        }
        at += field;
    }
    return kept;
}
