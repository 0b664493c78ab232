/* SPDX-License-Identifier: Apache-2.0 */
/* A stream begins with seven lines (identifier, unit, priority, level prefix, and forwarding to syslog,
 * kmsg and console); what follows is text. journald takes the unit from the writer's cgroup. It uses the
 * unit given here only if the writer has ended by then. */

#include "stream.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/fd-util.h"

static int stream_address(const char *directory, const char *journal_namespace, struct sockaddr_un *ret)
{
    int n;

    *ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (journal_namespace && (*journal_namespace == '\0' || strchr(journal_namespace, '/')))
        return -EINVAL;
    if (directory)
        n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/stdout", directory);
    else
        n = snprintf(ret->sun_path, sizeof(ret->sun_path), "/run/systemd/journal%s%s/stdout",
                     journal_namespace ? "." : "", journal_namespace ? journal_namespace : "");
    return n < 0 || (size_t) n >= sizeof(ret->sun_path) ? -ENAMETOOLONG : 0;
}

static int stream_connect(const char *directory, const char *journal_namespace, int *ret_fd)
{
    _cleanup_close_ int fd = -EBADF;
    struct sockaddr_un address;
    int r = stream_address(directory, journal_namespace, &address);

    if (r < 0)
        return r;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || shutdown(fd, SHUT_RD) < 0)
        return -errno;
    *ret_fd = TAKE_FD(fd);
    return 0;
}

bool journal_is_there(const char *journal_namespace)
{
    _cleanup_close_ int fd = -EBADF;

    return stream_connect(NULL, journal_namespace, &fd) >= 0;
}

int journal_stream_open(const JournalStreamOptions *options, int *ret_fd)
{
    _cleanup_close_ int fd = -EBADF;
    const char *identifier = options->identifier ? options->identifier : "",
               *unit = options->unit ? options->unit : "";
    char header[512];
    int n, r;

    if (strchr(identifier, '\n') || strchr(unit, '\n'))
        return -EINVAL;
    n = snprintf(header, sizeof(header), "%s\n%s\n%d\n%d\n0\n0\n0\n", identifier, unit, options->priority,
                 options->level_prefix);
    if (n < 0 || (size_t) n >= sizeof(header))
        return -ENAMETOOLONG;
    r = stream_connect(options->directory, options->journal_namespace, &fd);
    if (r < 0)
        return r;
    if (send(fd, header, (size_t) n, MSG_NOSIGNAL) < 0)
        return -errno;
    *ret_fd = TAKE_FD(fd);
    return 0;
}
