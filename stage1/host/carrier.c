/* SPDX-License-Identifier: Apache-2.0 */
/* It reads and writes, and splices nothing: splice(2) between two pipes could hold the lock of ours while it
 * waits for that of the app's. What can't be read (a page of a file that was cut off) is moved to a pipe that
 * nobody has. */

#include "carrier.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bare.h"
#include "base/fd-util.h"

enum { PIECE = 16 * 1024, LAST_MAX = 1024 * 1024 };

static const uint16_t carrier_calls[] = {
    __NR_ppoll,
#ifdef __NR_ppoll_time64
    __NR_ppoll_time64,
#endif
    __NR_read,         __NR_write, __NR_splice,     __NR_pipe2,           __NR_madvise,
    __NR_close,        __NR_exit,  __NR_exit_group, __NR_restart_syscall, __NR_rt_sigreturn,
};

/* ----- In the process: system calls only, libc's own memory is gone ----- */

static char piece[PIECE];

static void write_piece(int to, long size)
{
    for (long done = 0; done < size;) {
        long n = syscall(SYS_write, to, piece + done, (size_t) (size - done));

        if (n < 0 && errno != EINTR)
            (void) syscall(SYS_exit_group, 0);
        done += n > 0 ? n : 0;
    }
}

static long throw_away(int from)
{
    int trash[2];
    long n;

    if (syscall(SYS_pipe2, trash, O_CLOEXEC | O_NONBLOCK) < 0)
        return 0;
    n = syscall(SYS_splice, from, NULL, trash[1], NULL, (size_t) PIECE, SPLICE_F_NONBLOCK);
    (void) syscall(SYS_close, trash[0]);
    (void) syscall(SYS_close, trash[1]);
    return n;
}

/* Returns how many bytes went, 0: there are none. */
static long carry(int from, int to)
{
    long n = syscall(SYS_read, from, piece, (size_t) PIECE);

    if (n > 0)
        write_piece(to, n);
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        n = throw_away(from);
    return n > 0 ? n : 0;
}

static int run(void *userdata)
{
    const Carrier carrier = *(const Carrier *) userdata;
    int keep[] = { carrier.from, carrier.to, carrier.control };
    long last = 0, n;

    sort_fds(keep, ELEMENTSOF(keep));
    if (bare_confine("rkt-carry", keep, ELEMENTSOF(keep), carrier_calls, ELEMENTSOF(carrier_calls)) < 0)
        return 1;
    bare_forget();
    for (;;) {
        struct pollfd fds[] = { { .fd = carrier.from, .events = POLLIN },
                                { .fd = carrier.control, .events = POLLIN } };

        if (syscall(SYS_ppoll, fds, ELEMENTSOF(fds), NULL, NULL, 0) < 0 && errno != EINTR)
            (void) syscall(SYS_exit_group, 0);
        n = fds[0].revents || fds[1].revents ? carry(carrier.from, carrier.to) : 1;
        if (!fds[1].revents)
            continue;
        last += n;
        if (n == 0 || last > LAST_MAX)
            (void) syscall(SYS_exit_group, 0);
    }
}

/* ----- Outside ----- */

int carrier_begin(Carrier *carrier, int from, int to)
{
    Carrier theirs = { .from = from, .to = to };
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    theirs.control = fds[1];
    carrier->pid = bare_clone(run, &theirs);
    (void) close(fds[1]);
    if (carrier->pid < 0) {
        int r = carrier->pid;

        (void) close(fds[0]);
        carrier->pid = 0;
        return r;
    }
    carrier->from = from;
    carrier->to = to;
    carrier->control = fds[0];
    return 0;
}

struct pollfd carrier_await(const Carrier *carrier)
{
    return (struct pollfd){ .fd = carrier->control, .events = POLLIN };
}

void carrier_turn(Carrier *carrier, const struct pollfd *polled)
{
    if (polled->revents)
        carrier->control = safe_close(carrier->control);
}

bool carrier_note_end(Carrier *carrier, pid_t pid)
{
    if (carrier->pid == 0 || carrier->pid != pid)
        return false;
    carrier->pid = 0;
    return true;
}

void carrier_finish(Carrier *carrier)
{
    if (carrier->control >= 0)
        (void) shutdown(carrier->control, SHUT_WR);
}

bool carrier_has_ended(const Carrier *carrier, int timeout_ms)
{
    struct pollfd end = { .fd = carrier->control, .events = POLLIN };

    return carrier->control < 0 || poll(&end, 1, timeout_ms) > 0;
}

bool carrier_waits(const Carrier *carrier)
{
    struct pollfd room = { .fd = carrier->to, .events = POLLOUT };

    return poll(&room, 1, 0) == 0;
}
