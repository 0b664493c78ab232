/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `stop`: asks the pod's init, or an app that has none, to end (SIGTERM), or with --force ends
 * it. */

#include <signal.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "base/option.h"
#include "base/process.h"
#include "base/string-util.h"
#include "stage1/layout.h"

enum { ARG_DEBUG = 1, ARG_FORCE };

static const Option options[] = {
    { "debug", OPTION_BOOL, ARG_DEBUG },
    { "force", OPTION_BOOL, ARG_FORCE },
    { NULL },
};

static int signal_process(int process, void *userdata)
{
    const int *number = userdata;

    return syscall(SYS_pidfd_send_signal, process, *number, NULL, 0) < 0 && errno != ESRCH ? -errno : 0;
}

/* If an app without an init has ended, the processes that it left are signalled in its place; killing the app
 * kills them, too. That the pod has ended meanwhile is no error. */
static int signal_pod(int number, Error *reterr)
{
    _cleanup_close_ int process = process_open_noted(AT_FDCWD, STAGE1_PROCESS, NULL);
    int r = process;

    if (r < 0 && r != -ESRCH)
        return error_set_errno(reterr, r, "cannot find the pod's process");
    if (r >= 0)
        r = signal_process(process, &number);
    if (r == -ESRCH || number == SIGKILL)
        r = process_foreach_with_mounts(AT_FDCWD, STAGE1_MOUNTS, signal_process, &number);
    return r < 0 ? error_set_errno(reterr, r, "cannot signal the pod") : 0;
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
