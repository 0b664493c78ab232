/* SPDX-License-Identifier: Apache-2.0 */
/* An interactive pod: the descriptors 0, 1 and 2 of its app's program are a pseudoterminal of the app's own
 * devpts, or pipes; the foreground process copies. Its handlers and its /dev/console are as in any
 * other pod. */

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "foreground.h"

/* Before there is a process of the app. The app's user owns the terminal, so that the app may open it again.
 */
static int make_terminal(AppParts *app, Foreground *foreground, int *ret, Error *reterr)
{
    int *terminals = &app->fds[APP_FD_TERMINALS], r = gather_terminals(terminals, reterr);

    if (r < 0)
        return r;
    r = console_make_terminal(*terminals, &foreground->master, ret);
    if (r >= 0 && fchown(*ret, app->plan->uid, (gid_t) -1) < 0)
        r = -errno;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make a terminal for app %s", app->plan->name);
    terminal_copy_size(&foreground->console->terminal, foreground->master);
    app->has_terminal = true;
    return 0;
}

int foreground_open_console(Foreground *foreground, PodParts *pod, Error *reterr)
{
    _cleanup_close_ int terminal = -EBADF;
    Console *console;
    AppParts *app = &pod->apps[0];
    int r;

    if (pod->settings.plan->n_apps != 1)
        return error_set(reterr, -EINVAL,
                         "--interactive: the pod has %zu apps, and only one can have the terminal",
                         pod->settings.plan->n_apps);
    foreground->console = console = console_new();
    if (!console)
        return -ENOMEM;
    r = console_open(console);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot open the console");
    if (console_wants_terminal(console)) {
        r = make_terminal(app, foreground, &terminal, reterr);
        if (r < 0)
            return r;
    }
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
        int *fd = &app->fds[APP_FD_STDIN + i];

        *fd = fcntl(console->ends[i] >= 0 ? console->ends[i] : terminal, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (*fd < 0)
            return error_set_errno(reterr, -errno, "cannot duplicate a descriptor");
    }
    return 0;
}
