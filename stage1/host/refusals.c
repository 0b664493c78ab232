/* SPDX-License-Identifier: Apache-2.0 */
/* A process that made a refused call waits in the kernel until we have ended it. A signal that it handles,
 * and that comes before we have heard of the call, makes the call fail with EINTR; were we gone, it would
 * fail with ENOSYS. It is never made.
 *
 * SIGSYS ends it, as it would without us, with a core dump where one is wanted. A process that blocks,
 * ignores or catches that, or is traced, or is the first of a pid namespace of its own, gets SIGKILL.
 *
 * The number that the kernel tells is a thread's, and may be another's at once: what is done by it is done
 * before the kernel was asked whether that thread still waits, or by a pidfd that was opened before. */

#include "refusals.h"

#include <errno.h>
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
#include "sandbox/call-name.h"

enum { STATUS_MAX = 16 * 1024, NAME_TEXT_MAX = 40 };

/* What /proc/PID/status says of a thread. */
typedef struct Caller {
    pid_t process, inner; /* its process; the same as the app sees it */
    bool spared;          /* by SIGSYS */
    char name[NAME_TEXT_MAX];
} Caller;

int refusals_begin(Refusals *refusals, int *ret)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    refusals->fd = safe_close(refusals->fd);
    refusals->fd = ends[0];
    refusals->listens = false;
    *ret = ends[1];
    return 0;
}

struct pollfd refusals_await(const Refusals *refusals)
{
    return (struct pollfd){ .fd = refusals->fd, .events = POLLIN };
}

static void take_listener(Refusals *refusals)
{
    int listener = -EBADF;
    char byte;

    if (message_receive(refusals->fd, &byte, sizeof(byte), &listener) == -EAGAIN)
        return;
    (void) close(refusals->fd);
    refusals->fd = listener;
    refusals->listens = listener >= 0;
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
        if (streq(key, masks[i]))
            caller->spared = caller->spared || (strtoull(last, NULL, 16) >> (SIGSYS - 1) & 1);
}

/* Of whom nothing can be told only the thread is known. */
static Caller find_caller(int proc, pid_t thread)
{
    _cleanup_free_ char *text = NULL;
    Caller caller = { .process = thread, .inner = thread, .name = "?" };
    char path[32], *rest, *line;
    size_t size;

    (void) snprintf(path, sizeof(path), "%d/status", (int) thread);
    if (read_file_at(proc, path, STATUS_MAX, &text, &size) < 0) {
        caller.spared = true;
        return caller;
    }
    rest = text;
    while ((line = strsep(&rest, "\n"))) {
        char *colon = strchr(line, ':');

        if (!colon)
            continue;
        *colon = '\0';
        take_line(&caller, line, colon + 1);
    }
    caller.spared = caller.spared || caller.inner == 1;
    return caller;
}

/* ----- What is done about it ----- */

static int end_caller(int listener, uint64_t id, const Caller *caller)
{
    int number = caller->spared ? SIGKILL : SIGSYS, r = 0;
    _cleanup_close_ int process = (int) syscall(SYS_pidfd_open, caller->process, 0);

    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) < 0)
        return -errno;
    if (process >= 0)
        r = (int) syscall(SYS_pidfd_send_signal, process, number, NULL, 0);
    else
        r = kill(caller->process, number);
    return r < 0 ? -errno : 0;
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

static bool hear_call(Refusals *refusals, int proc, const char *app)
{
    struct seccomp_notif told = {};
    Caller caller;

    if (receive(refusals->fd, &told) < 0)
        return false;
    caller = find_caller(proc, (pid_t) told.pid);
    if (end_caller(refusals->fd, told.id, &caller) < 0)
        return false;
    refusals->ended = caller.process;
    if (!note(refusals, told.data.arch, (uint32_t) told.data.nr))
        return false;
    say(app, &caller, told.data.arch, (uint32_t) told.data.nr);
    return true;
}

bool refusals_turn(Refusals *refusals, const struct pollfd *fd, int proc, const char *app)
{
    if (fd->revents == 0)
        return false;
    if (!refusals->listens) {
        take_listener(refusals);
        return false;
    }
    if (fd->revents & POLLIN)
        return hear_call(refusals, proc, app);
    /* No process has the filter any more. */
    refusals->fd = safe_close(refusals->fd);
    return false;
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
