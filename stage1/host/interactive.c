/* SPDX-License-Identifier: Apache-2.0 */
/* An interactive pod: the descriptors 0, 1 and 2 of its app's program are a pseudoterminal of the app's own
 * devpts, or pipes; the foreground process copies. Its handlers and its /dev/console have what they always
 * have. */

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "foreground.h"
#include "sandbox/mount.h"

/* The host has 4096 for all, of which it keeps 1024 for itself. */
#define TERMINALS_MAX "256"

int host_make_terminals(int *ret, Error *reterr)
{
    static const MountOption devpts[] = { { "newinstance", NULL },
                                          { "ptmxmode", "0666" },
                                          { "mode", "0620" },
                                          { "gid", "5" },
                                          { "max", TERMINALS_MAX } };

    return mount_new("devpts", devpts, ELEMENTSOF(devpts), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, ret,
                     reterr);
}

/* Before there is a process of the app: the terminal is the app's user's, who may open it again. */
static int make_terminal(HostApp *app, Foreground *foreground, int *ret, Error *reterr)
{
    int r = host_make_terminals(&app->terminals, reterr);

    if (r < 0)
        return r;
    r = console_make_terminal(app->terminals, &foreground->master, ret);
    if (r >= 0 && fchown(*ret, app->plan->uid, (gid_t) -1) < 0)
        r = -errno;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make a terminal for app %s", app->plan->name);
    terminal_copy_size(&foreground->console->terminal, foreground->master);
    app->has_terminal = true;
    return 0;
}

int foreground_open_console(Foreground *foreground, Host *host, Error *reterr)
{
    _cleanup_close_ int terminal = -EBADF;
    Console *console;
    HostApp *app = &host->apps[0];
    int r;

    if (host->plan->n_apps != 1)
        return error_set(reterr, -EINVAL,
                         "--interactive: the pod has %zu apps, and only one can have the terminal",
                         host->plan->n_apps);
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
        app->stdio[i] = fcntl(console->ends[i] >= 0 ? console->ends[i] : terminal, F_DUPFD_CLOEXEC,
                              STDERR_FILENO + 1);
        if (app->stdio[i] < 0)
            return error_set_errno(reterr, -errno, "cannot duplicate a descriptor");
    }
    return 0;
}

void host_drop_stdio(HostApp *app)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        app->stdio[i] = safe_close(app->stdio[i]);
}
