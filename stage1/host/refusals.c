/* SPDX-License-Identifier: Apache-2.0 */
/* A process that made a refused call waits in the kernel until we have ended it. If it handles a signal
 * before we have heard of the call, the call fails with EINTR; if we were gone, it would fail with ENOSYS. It
 * is never made.
 *
 * SIGSYS ends the process, as it would without us, with a core dump where one is wanted. A process that
 * blocks, ignores or catches SIGSYS, or is traced, or is the first of a pid namespace of its own, gets
 * SIGKILL.
 *
 * The kernel tells a thread's number, which may be another thread's the next moment. So the thread's
 * directory in procfs is opened before the kernel is asked whether that thread still waits. All that follows
 * goes by that directory, and is true of that thread as long as it can be read. */

#include "refusals.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/message.h"
#include "base/printable.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "sandbox/call-name.h"

enum { STATUS_MAX = 4096, NAME_TEXT_MAX = 40 };

/* Neither a process whose calls are interrupted again and again nor many refused processes keep the init
 * busy: it does not listen for a while, and they wait. */
enum { AT_ONCE = 16, PAUSE_MS = 20 };

/* What /proc/PID/status says of a thread. */
typedef struct Caller {
    pid_t process, inner; /* its process; the same as the app sees it */
    bool spared;          /* by SIGSYS */
    unsigned n_masks;     /* lines that say so */
    char name[NAME_TEXT_MAX];
} Caller;

int refusals_begin(Refusals *refusals, int *ret)
{
    int ends[2];
    size_t i = 0;

    while (i < REFUSALS_STAGES && refusals->listeners[i].fd >= 0)
        i++;
    if (i == REFUSALS_STAGES)
        return -EBUSY;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    refusals->listeners[i].fd = ends[0];
    refusals->listeners[i].listens = false;
    *ret = ends[1];
    return 0;
}

int64_t refusals_await(const Refusals *refusals, struct pollfd *ret)
{
    bool pauses = refusals->pause_until_ns > monotonic_ns();

    for (size_t i = 0; i < REFUSALS_STAGES; i++)
        ret[i] = (struct pollfd){ .fd = pauses ? -EBADF : refusals->listeners[i].fd, .events = POLLIN };
    return pauses ? refusals->pause_until_ns : 0;
}

/* A socket that ends without a word: the kernel had no listener for us. */
static int take_listener(int *fd, bool *ret_listens)
{
    int listener = -EBADF;
    char byte;
    ssize_t n = message_receive(*fd, &byte, sizeof(byte), &listener);

    if (n == -EAGAIN)
        return 0;
    (void) close(*fd);
    *fd = listener;
    *ret_listens = listener >= 0;
    return n == 0 || listener >= 0 ? 0 : -EBADF;
}

/* ----- Who it was ----- */

static void take_line(Caller *caller, const char *key, const char *value)
{
    static const char *const masks[] = { "SigBlk", "SigIgn", "SigCgt" };
    const char *last = strrchr(value, '\t');

    last = last ? last + 1 : value;
    if (streq(key, "Name")) {
        (void) snprintf(caller->name, sizeof(caller->name), "%s", last);
        string_sanitize(caller->name, "");
    } else if (streq(key, "Tgid"))
        caller->process = (pid_t) strtol(last, NULL, 10);
    else if (streq(key, "NStgid"))
        caller->inner = (pid_t) strtol(last, NULL, 10);
    else if (streq(key, "TracerPid"))
        caller->spared = caller->spared || !streq(last, "0");
    for (size_t i = 0; i < ELEMENTSOF(masks); i++)
        if (streq(key, masks[i])) {
            caller->spared = caller->spared || (strtoull(last, NULL, 16) >> (SIGSYS - 1) & 1);
            caller->n_masks++;
        }
}

/* Of the head of the file, which a long list of groups may end before the masks. */
static int find_caller(int thread, Caller *ret)
{
    _cleanup_close_ int fd = openat(thread, "status", O_RDONLY | O_CLOEXEC);
    char text[STATUS_MAX], *rest = text, *line;
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (n < 0)
        return -errno;
    text[n] = '\0';
    *ret = (Caller){ .name = "?" };
    while ((line = strsep(&rest, "\n")) && rest) {
        char *colon = strchr(line, ':');

        if (!colon)
            continue;
        *colon = '\0';
        take_line(ret, line, colon + 1);
    }
    if (ret->inner == 0)
        ret->inner = ret->process;
    ret->spared = ret->spared || ret->inner == 1 || ret->n_masks < 3;
    return ret->process > 0 ? 0 : -ESRCH;
}

/* ----- What is done about it ----- */

/* A process has one number as long as one of its threads lives. */
static int end_caller(int thread, const Caller *caller)
{
    _cleanup_close_ int process = (int) syscall(SYS_pidfd_open, caller->process, 0);
    int number = caller->spared ? SIGKILL : SIGSYS;

    if (process < 0 || faccessat(thread, "status", F_OK, 0) < 0 ||
        syscall(SYS_pidfd_send_signal, process, number, NULL, 0) < 0)
        return -errno;
    return 0;
}

static void call_text(uint32_t architecture, uint32_t number, char ret[static NAME_TEXT_MAX])
{
    const char *name = call_name(architecture, number);
    const char *kind = call_is_32bit(architecture) ? " (32-bit)" : "";

    if (name)
        (void) snprintf(ret, NAME_TEXT_MAX, "%s%s", name, kind);
    else
        (void) snprintf(ret, NAME_TEXT_MAX, "system call %u%s", number, kind);
}

/* A call is said once: an app that starts the same program again and again says nothing new. */
static bool note(Refusals *refusals, uint32_t architecture, uint32_t number)
{
    for (unsigned i = 0; i < refusals->n_noted; i++)
        if (refusals->noted[i].architecture == architecture && refusals->noted[i].number == number)
            return false;
    if (refusals->n_noted == REFUSALS_NOTED_MAX)
        return false;
    refusals->noted[refusals->n_noted].architecture = architecture;
    refusals->noted[refusals->n_noted].number = number;
    refusals->n_noted++;
    return true;
}

static void say(const char *app, const Caller *caller, uint32_t architecture, uint32_t number)
{
    const char *name = call_name(architecture, number);
    char text[NAME_TEXT_MAX];

    call_text(architecture, number, text);
    log_error("app %s: process %d (%s) ends with SIGSYS: its filter refuses %s%s%s", app, (int) caller->inner,
              caller->name, text, name ? "; to allow it: Seccomp=mode=retain,@rkt/default-whitelist," : "",
              name ? name : "");
}

/* The kernel may know more of a call than the headers that we were built with. */
static int receive(int listener, struct seccomp_notif *ret)
{
    union {
        struct seccomp_notif told;
        char room[1024];
    } buffer = {};

    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &buffer) < 0)
        return -errno;
    *ret = buffer.told;
    return 0;
}

/* Who made the call that ret tells of, and still waits. */
static int hear_caller(int listener, int proc, struct seccomp_notif *ret, int *ret_thread)
{
    char name[16];
    int r = receive(listener, ret);

    if (r < 0)
        return r;
    (void) snprintf(name, sizeof(name), "%d", (int) ret->pid);
    *ret_thread = openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*ret_thread < 0 || ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &ret->id) < 0)
        return -errno;
    return 0;
}

static int hear_call(Refusals *refusals, int listener, int proc, const char *app, pid_t own)
{
    _cleanup_close_ int thread = -EBADF;
    struct seccomp_notif told = {};
    Caller caller;
    int r = hear_caller(listener, proc, &told, &thread);

    if (r >= 0)
        r = find_caller(thread, &caller);
    if (r < 0)
        return r;
    /* It has survived SIGSYS. */
    caller.spared = caller.spared || caller.process == refusals->last;
    r = end_caller(thread, &caller);
    if (r < 0)
        return r;
    refusals->last = caller.process;
    if (caller.process == own)
        refusals->ended = own;
    if (!note(refusals, told.data.arch, (uint32_t) told.data.nr))
        return 0;
    say(app, &caller, told.data.arch, (uint32_t) told.data.nr);
    return 1;
}

int refusals_turn(Refusals *refusals, const struct pollfd *fds, int proc, const char *app, pid_t own)
{
    bool noted = false, lost = false;

    for (size_t i = 0; i < REFUSALS_STAGES; i++) {
        int *fd = &refusals->listeners[i].fd, r;

        if (fds[i].revents == 0)
            continue;
        if (!refusals->listeners[i].listens)
            lost = take_listener(fd, &refusals->listeners[i].listens) < 0 || lost;
        else if (fds[i].revents & POLLIN) {
            r = hear_call(refusals, *fd, proc, app, own);
            noted = noted || r > 0;
            if (r >= 0 && ++refusals->n_heard < AT_ONCE)
                continue;
            refusals->n_heard = 0;
            refusals->pause_until_ns = monotonic_ns() + PAUSE_MS * INT64_C(1000000);
        } else if (fds[i].revents & POLLHUP) /* no process has the filter any more */
            *fd = safe_close(*fd);
    }
    return lost ? -EBADF : noted;
}

void refusals_describe(const Refusals *refusals, char ret[static REFUSALS_TEXT_MAX])
{
    size_t used = 0;

    ret[0] = '\0';
    for (unsigned i = 0; i < refusals->n_noted && used < REFUSALS_TEXT_MAX; i++) {
        char text[NAME_TEXT_MAX];

        call_text(refusals->noted[i].architecture, refusals->noted[i].number, text);
        used += (size_t) snprintf(ret + used, REFUSALS_TEXT_MAX - used, "%s%s", i > 0 ? ", " : "", text);
    }
}
