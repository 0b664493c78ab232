/* SPDX-License-Identifier: Apache-2.0 */
/* ExecReload= of a declared pod: has the pod's init ($MAINPID) pass the apps' reload signals on. That the
 * reload began is said here, before the signal: so it lasts until the init says READY=1, however long this
 * process is outlived by that. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/fd-util.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "journal/notify.h"

enum { EXIT_GENERAL = 254 };

static int run(Error *reterr)
{
    _cleanup_close_ int notify = -EBADF;
    const char *text = getenv("MAINPID");
    uint64_t pid;
    int r;

    if (!text || parse_u64(text, &pid) < 0 || pid < 2 || pid > INT32_MAX)
        return error_set(reterr, -EINVAL,
                         "$MAINPID names no process: this is for ExecReload= of a pod's unit");
    r = notify_open(NULL, &notify);
    if (r >= 0)
        r = notify_sendf(notify, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long) monotonic_ns() / 1000);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot tell systemd of the reload");
    if (kill((pid_t) pid, SIGHUP) < 0) {
        r = -errno;
        (void) notify_send(notify, "READY=1");
        return error_set_errno(reterr, r, "cannot signal the pod's init");
    }
    return 0;
}

int main(void)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = run(&error);

    if (r < 0)
        error_print(&error, r, "reload", false);
    return r < 0 ? EXIT_GENERAL : 0;
}
