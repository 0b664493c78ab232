/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel decides; what is tested is which of its scopes we ask for, and what that leaves alone. */

#include "sandbox/landlock.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/fd-util.h"
#include "sandbox/mount.h"

#include "test.h"

static struct sockaddr_un address;
static socklen_t address_length;
static pid_t own; /* makes our names ours */

static void set_address(const char *name)
{
    int n;

    address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    n = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "rkt-test-%s-%d", name, (int) own);
    address_length = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + (size_t) n);
}

static int bound(const char *name, int type)
{
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    set_address(name);
    assert_true(fd >= 0);
    assert_int(bind(fd, (struct sockaddr *) &address, address_length), 0);
    if (type == SOCK_STREAM)
        assert_int(listen(fd, 1), 0);
    return fd;
}

static int reached(const char *name, int type)
{
    _cleanup_close_ int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    set_address(name);
    if (type == SOCK_DGRAM)
        return sendto(fd, "x", 1, 0, (struct sockaddr *) &address, address_length) < 0 ? -errno : 0;
    return connect(fd, (struct sockaddr *) &address, address_length) < 0 ? -errno : 0;
}

static int in_child(int (*perform)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(perform());
    assert_int(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int sibling(void)
{
    assert_int(reached("inside", SOCK_STREAM), 0);
    assert_int(reached("stream", SOCK_STREAM), -EPERM);
    return 0;
}

static int scoped(void)
{
    _cleanup_close_ int inside = -EBADF, mount = -EBADF;
    int r;

    assert_int(reached("stream", SOCK_STREAM), 0);
    r = landlock_scope_abstract_sockets();
    if (r == 0)
        return 77;
    assert_int(r, 1);
    assert_int(reached("stream", SOCK_STREAM), -EPERM);
    assert_int(reached("datagram", SOCK_DGRAM), -EPERM);
    assert_int(kill(getppid(), 0), 0);
    inside = bound("inside", SOCK_STREAM);
    /* One domain for all who come from here. */
    assert_int(in_child(sibling), 0);
    assert_int(mount_new("tmpfs", NULL, 0, 0, &mount, NULL), 0);
    return 0;
}

int main(void)
{
    _cleanup_close_ int stream = -EBADF, datagram = -EBADF;
    int r;

    if (geteuid() != 0) {
        printf("not root: nothing can be scoped\n");
        return 77;
    }
    own = getpid();
    stream = bound("stream", SOCK_STREAM);
    datagram = bound("datagram", SOCK_DGRAM);
    r = in_child(scoped);
    if (r == 77)
        printf("the kernel has no Landlock that scopes abstract sockets\n");
    return r;
}
