/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `enter`: becomes the command, in the app's root, as the app's user, with its environment.
 * Everything else is the host's anyway. */

#include <fcntl.h>
#include <sched.h>

#include "base/fd-util.h"
#include "base/process.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "enter-arguments.h"
#include "stage1/layout.h"
#include "program.h"

enum { EXIT_ENTER = 1 };

/* The app that was noted when it started, if it is what the caller has found, too. */
static int join(pid_t pid, Error *reterr)
{
    pid_t noted = 0;
    _cleanup_close_ int process = process_open_noted(AT_FDCWD, STAGE1_PROCESS, &noted);

    if (process == -ESRCH || (process >= 0 && noted != pid))
        return error_set(reterr, -ESRCH, "the app has ended: process %d is not the app's", (int) pid);
    if (process < 0)
        return error_set_errno(reterr, process, "cannot find the app's process");
    return setns(process, CLONE_NEWNS) < 0
                   ? error_set_errno(reterr, -errno, "cannot join process %d", (int) pid)
                   : 0;
}

static int make_environment(const PlanApp *app, char ***ret)
{
    _cleanup_free_ char *uuid = enter_find_uuid();
    const char *terminal = getenv("TERM");
    int r = uuid ? program_environment(app, uuid, ret) : -ENOMEM;

    return r >= 0 && terminal ? strv_set_variable(ret, "TERM", terminal) : r;
}

static int enter(EnterArguments *arguments, int argc, char *argv[], Error *reterr)
{
    _cleanup_(plan_freep) Plan *plan = NULL;
    _cleanup_strv_ char **environment = NULL;
    Confinement confinement;
    const PlanApp *app = NULL;
    int r = spawn_prepare();

    if (r >= 0)
        r = enter_arguments_parse(arguments, argc, argv, reterr);
    if (r >= 0)
        r = plan_read(AT_FDCWD, &plan, reterr);
    if (r >= 0)
        r = plan_find_app(plan, arguments->app_name, &app, reterr);
    if (r >= 0)
        r = make_environment(app, &environment);
    if (r >= 0)
        r = join(arguments->pid, reterr);
    if (r < 0)
        return r;
    confinement = program_confinement(app, false, true);
    confinement.no_new_privileges = false;
    r = confine_app(&confinement, reterr);
    if (r < 0)
        return r;
    r = program_exec(arguments->command, environment);
    return program_explain(arguments->command[0], r, reterr);
}

int main(int argc, char *argv[])
{
    _cleanup_error_ Error error = ERROR_INIT;
    EnterArguments arguments = {};
    int r = enter(&arguments, argc, argv, &error);

    error_print(&error, r, "enter", arguments.debug);
    return EXIT_ENTER;
}
