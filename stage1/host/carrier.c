/* SPDX-License-Identifier: Apache-2.0 */
/* It reads and writes, and splices nothing: splice(2) between two pipes could hold the lock of ours while it
 * waits for that of the app's. What can't be read (a page of a file that was cut off) is moved to a pipe that
 * nobody has. */

#include "carrier.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bare.h"
#include "base/fd-util.h"
#include "base/time-util.h"

enum { PIECE = 16 * 1024, LAST_MAX = 1024 * 1024 };
#define PAUSE_NS INT64_C(1000000000) /* before it is started again */

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

/* Returns how many bytes went, 0: there are none. At the end of *from the reader of `to` sees an end, too. */
static long carry(int *from, int to)
{
    long n = syscall(SYS_read, *from, piece, (size_t) PIECE);

    if (n > 0)
        write_piece(to, n);
    else if (n == 0) {
        *from = -1;
        (void) syscall(SYS_close, to);
    } else if (errno != EAGAIN && errno != EINTR)
        n = throw_away(*from);
    return n > 0 ? n : 0;
}

/* Not ended by what the terminal sends to all that the caller started, but with the caller. */
static int depend_on(pid_t parent)
{
    sigset_t all;

    (void) sigfillset(&all);
    (void) signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &all, NULL) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return -errno;
    return getppid() == parent ? 0 : -ESRCH;
}

typedef struct Task {
    int from, to, other, control;
    pid_t parent;
} Task;

/* What it may do with its descriptors is what it does: nothing but what was written comes into `to`. */
static int confine(const Task *task)
{
    const CallRule rules[] = {
        { .call = __NR_read, .argument = 0, .value = (uint32_t) task->from },
        { .call = __NR_write, .argument = 0, .value = (uint32_t) task->to },
        { .call = __NR_splice, .argument = 0, .value = (uint32_t) task->from },
        { .call = __NR_splice, .argument = 2, .differs = true, .value = (uint32_t) task->to },
        { .call = __NR_splice, .argument = 2, .differs = true, .value = (uint32_t) task->other },
    };
    const BareCalls calls = { .calls = carrier_calls,
                              .n_calls = ELEMENTSOF(carrier_calls),
                              .rules = rules,
                              .n_rules = ELEMENTSOF(rules) };
    int keep[] = { task->from, task->to, task->other, task->control };

    sort_fds(keep, ELEMENTSOF(keep));
    return bare_confine("rkt-carry", keep, ELEMENTSOF(keep), &calls);
}

static int run(void *userdata)
{
    Task task = *(const Task *) userdata;
    long last = 0, n;

    if (depend_on(task.parent) < 0 || confine(&task) < 0)
        return 1;
    bare_forget();
    for (;;) {
        struct pollfd fds[] = { { .fd = task.from, .events = POLLIN },
                                { .fd = task.control, .events = POLLIN } };

        if (syscall(SYS_ppoll, fds, ELEMENTSOF(fds), NULL, NULL, 0) < 0 && errno != EINTR)
            (void) syscall(SYS_exit_group, 0);
        n = task.from >= 0 && (fds[0].revents || fds[1].revents) ? carry(&task.from, task.to) : 0;
        if (!fds[1].revents)
            continue;
        last += n;
        if (n == 0 || last > LAST_MAX) {
            (void) syscall(SYS_close, task.to); /* first: at the exit the app's pipe may be held */
            (void) syscall(SYS_exit_group, 0);
        }
    }
}

/* ----- Outside ----- */

int carrier_begin(Carrier *carrier, int from, int to, int other)
{
    Task task = { .from = from, .to = to, .other = other, .parent = getpid() };
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    task.control = fds[1];
    carrier->pid = bare_clone(run, &task);
    (void) close(fds[1]);
    if (carrier->pid < 0) {
        int r = carrier->pid;

        (void) close(fds[0]);
        carrier->pid = 0;
        return r;
    }
    carrier->from = from;
    carrier->to = to;
    carrier->other = other;
    carrier->control = fds[0];
    carrier->again_ns = 0;
    return 0;
}

struct pollfd carrier_await(const Carrier *carrier)
{
    return (struct pollfd){ .fd = carrier->control, .events = POLLIN };
}

void carrier_turn(Carrier *carrier, const struct pollfd *polled)
{
    if (!polled->revents)
        return;
    carrier->control = safe_close(carrier->control);
    if (!carrier->finishes)
        carrier->again_ns = monotonic_ns() + PAUSE_NS;
}

bool carrier_begin_again(Carrier *carrier)
{
    int64_t now = monotonic_ns();

    if (carrier->again_ns == 0 || carrier->again_ns > now)
        return false;
    if (carrier_begin(carrier, carrier->from, carrier->to, carrier->other) >= 0)
        return true;
    carrier->again_ns = now + PAUSE_NS;
    return false;
}

bool carrier_note_end(Carrier *carrier, pid_t pid)
{
    if (carrier->pid == 0 || carrier->pid != pid)
        return false;
    carrier->pid = 0;
    return true;
}

void carrier_abandon(Carrier *carrier)
{
    carrier->finishes = true;
    if (carrier->pid > 0)
        (void) kill(carrier->pid, SIGKILL);
    carrier->control = safe_close(carrier->control);
}

void carrier_finish(Carrier *carrier)
{
    carrier->finishes = true;
    carrier->again_ns = 0;
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
