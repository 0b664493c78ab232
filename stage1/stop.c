/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `stop`: asks the pod's init, or an app that has none, to end (SIGTERM), or with --force ends
 * it. */

#include <signal.h>
#include <sys/syscall.h>

#include "base/file-util.h"
#include "base/option.h"
#include "base/string-util.h"
#include "interface.h"

enum { ARG_DEBUG = 1, ARG_FORCE };

static const Option options[] = {
    { "debug", OPTION_BOOL, ARG_DEBUG },
    { "force", OPTION_BOOL, ARG_FORCE },
    { NULL },
};

static int read_number(const char *name, pid_t *ret)
{
    _cleanup_free_ char *text = NULL;
    uint64_t number;
    int r = read_one_line_at(AT_FDCWD, name, &text);

    if (r < 0)
        return r;
    if (parse_u64(text, &number) < 0 || number < 2 || number > INT32_MAX)
        return -EBADMSG;
    *ret = (pid_t) number;
    return 0;
}

static int signal_process(pid_t pid, int number)
{
    _cleanup_close_ int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);

    return pidfd < 0 || syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0 ? -errno : 0;
}

/* Processes that an app without an init has left behind, if the group is theirs alone: its number is the
 * app's as long as one of them is there. */
static int signal_group(pid_t pid, int number)
{
    pid_t group;
    int r = read_number(STAGE1_PGID, &group);

    if (r < 0 || group != pid)
        return -ESRCH;
    return kill(-group, number) < 0 ? -errno : 0;
}

static int signal_pod(int number, Error *reterr)
{
    pid_t pid;
    int r = read_number(STAGE1_PID, &pid);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the pid of the pod's init");
    r = signal_process(pid, number);
    if (r == -ESRCH)
        r = signal_group(pid, number);
    /* It may have ended since the pod was looked at, which is what was wanted. */
    return r < 0 && r != -ESRCH ? error_set_errno(reterr, r, "cannot signal the pod's init") : 0;
}

int main(int argc, char *argv[])
{
    OptionParser parser = { argc, argv, 1, { options } };
    _cleanup_error_ Error error = ERROR_INIT;
    bool debug = false, force = false;
    const char *value;
    int id, r;

    while ((r = option_next(&parser, &id, &value, &error)) >= 0 && id != OPTION_END)
        if (id == ARG_DEBUG)
            debug = streq(value, "true");
        else if (id == ARG_FORCE)
            force = streq(value, "true");
    if (r >= 0)
        r = signal_pod(force ? SIGKILL : SIGTERM, &error);
    if (r < 0) {
        error_print(&error, r, "stage1 stop", debug);
        return 1;
    }
    return 0;
}
