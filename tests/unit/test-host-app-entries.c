/* SPDX-License-Identifier: Apache-2.0 */
/* That lines were suppressed is told also to a journald that was started anew. */

#include "app-entries.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/time-util.h"

#include "test.h"

/* Connected to one that is gone. */
static int make_dead_socket(void)
{
    int fds[2];

    assert_int(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
    assert_int(close(fds[1]), 0);
    return fds[0];
}

static int listen_in(const char *directory)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", directory);
    assert_int(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
    return fd;
}

static void suppress(LineBudget *budget)
{
    *budget = (LineBudget){ .limit = { .burst = 1, .interval_ns = 3600 * INT64_C(1000000000) } };
    assert_true(line_budget_judge_entry(budget, 1, monotonic_ns()));
    assert_true(!line_budget_judge_entry(budget, 1, monotonic_ns()));
}

int main(void)
{
    char directory[] = "/tmp/test-app-entries-XXXXXX", entry[1024];
    LineBudget budget;
    AppEntries entries = { .identifier = "web", .budget = &budget };
    JournalWay way = JOURNAL_WAY_INIT;
    int listener;
    ssize_t n;

    suppress(&budget);
    way.fd = make_dead_socket();
    app_entries_tell_suppressed(&entries, &way, true);
    assert_int(way.fd, -EBADF);
    assert_int(budget.suppressed, 1);

    assert_true(mkdtemp(directory));
    listener = listen_in(directory);
    way.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    way.fd = make_dead_socket();
    app_entries_tell_suppressed(&entries, &way, true);
    n = recv(listener, entry, sizeof(entry), 0);
    assert_true(n > 0 && memmem(entry, (size_t) n, "suppressed 1 lines of app web", 29));
    assert_int(budget.suppressed, 0);

    assert_int(unlinkat(way.directory, "socket", 0), 0);
    assert_int(rmdir(directory), 0);
    (void) close(way.directory);
    (void) close(way.fd);
    (void) close(listener);
    return 0;
}
