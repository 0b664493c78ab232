/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `stop`: asks the pod's init to end (SIGTERM), or with --force ends it. */

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

static int signal_init(int number, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_close_ int pidfd = -EBADF;
    uint64_t pid;
    int r;

    r = read_one_line_at(AT_FDCWD, STAGE1_PID, &text);
    if (r < 0 || parse_u64(text, &pid) < 0 || pid < 2 || pid > INT32_MAX)
        return error_set_errno(reterr, r < 0 ? r : -EBADMSG, "cannot read the pid of the pod's init");
    pidfd = (int) syscall(SYS_pidfd_open, (pid_t) pid, 0);
    /* It may have ended since the pod was looked at, which is what was wanted. */
    if ((pidfd < 0 || syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0) && errno != ESRCH)
        return error_set_errno(reterr, -errno, "cannot signal the pod's init");
    return 0;
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
        r = signal_init(force ? SIGKILL : SIGTERM, &error);
    if (r < 0) {
        error_print(&error, r, "stage1 stop", debug);
        return 1;
    }
    return 0;
}
