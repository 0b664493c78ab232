/* SPDX-License-Identifier: Apache-2.0 */
/* ExecReload= of a declared pod: makes the pod's init send the apps' reload signals, and waits until the
 * init reports that the reload is complete. systemd 258 and later ignore a RELOADING=1 that comes while
 * this process runs, so the reload must not outlive it. */

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include "base/string-util.h"
#include "stage1/layout.h"
#include "cli/command.h"
#include "pod/pod-process.h"

enum { PAUSE_MS = 50, COUNT_SIZE = 16 };

static const char *arg_uuid_file;
static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;

enum { OPT_UUID_FILE = 1 };

static const Option options[] = {
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE", "take the pod's UUID from a file", NULL },
    {},
};

static int take_option(int id, const char *value, Error *reterr)
{
    if (id != OPT_UUID_FILE)
        return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    arg_uuid_file = value;
    return 0;
}

/* How many reloads are complete, as text. */
static void read_count(const Pod *pod, char ret[static COUNT_SIZE])
{
    ssize_t n = readlinkat(pod->fd, STAGE1_RELOADS, ret, COUNT_SIZE - 1);

    ret[n > 0 ? n : 0] = '\0';
}

static bool has_counted(const Pod *pod, const char *before)
{
    char now[COUNT_SIZE];

    read_count(pod, now);
    return !streq(now, before);
}

static int reload(const Pod *pod, Error *reterr)
{
    _cleanup_close_ int init = pod_process_open(pod, NULL);
    char before[COUNT_SIZE];
    int r = init < 0 ? init : 0;

    read_count(pod, before);
    if (r >= 0 && syscall(SYS_pidfd_send_signal, init, SIGHUP, NULL, 0) < 0)
        r = -errno;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot signal the init of pod \"%s\"", pod->uuid);
    if (*before == '\0') /* this stage1 does not count */
        return 0;
    while (!has_counted(pod, before))
        if (poll(&(struct pollfd){ .fd = init, .events = POLLIN }, 1, PAUSE_MS) > 0)
            return error_set(reterr, -ESRCH, "pod \"%s\" ended while it reloaded", pod->uuid);
    return 0;
}

static int run(Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    _cleanup_(pod_freep) Pod *pod = NULL;
    int r = arg_uuid_file ? pod_root_open(arg_global.dir, false, &root, reterr)
                          : error_set(reterr, -EINVAL,
                                      "--uuid-file= is missing: the file that --uuid-file-save= of "
                                      "rkt-prepare has written");

    if (r >= 0)
        r = pod_open_uuid_file(root, arg_uuid_file, &pod, reterr);
    return r < 0 ? r : reload(pod, reterr);
}

int main(int argc, char *argv[])
{
    static const Command command = { .name = "reload",
                                     .arguments = "--uuid-file=FILE",
                                     .summary = "Has a pod's apps reload: ExecReload= of its unit.",
                                     .options = options,
                                     .take = take_option,
                                     .run = run,
                                     .is_program = true };

    return command_main((const Command *const[]){ &command, NULL }, &arg_global, argc, argv);
}
