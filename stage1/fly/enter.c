/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `enter`: becomes the command, in the app's root, as the app's user, with its environment.
 * Everything else is the host's anyway. */

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

#include "base/spawn.h"
#include "base/string-util.h"
#include "enter-arguments.h"
#include "program.h"

enum { EXIT_ENTER = 1 };

/* The process is held before the plan is read: what is entered is what the caller found running. */
static int join(pid_t pid, Error *reterr)
{
    _cleanup_close_ int process = (int) syscall(SYS_pidfd_open, pid, 0);

    if (process < 0 || setns(process, CLONE_NEWNS) < 0)
        return error_set_errno(reterr, -errno, "cannot join process %d", (int) pid);
    return 0;
}

static int find_app(const Plan *plan, const char *name, const PlanApp **ret, Error *reterr)
{
    for (size_t i = 0; i < plan->n_apps; i++)
        if (streq(plan->apps[i].name, name)) {
            *ret = &plan->apps[i];
            return 0;
        }
    return error_set(reterr, -ENOENT, "the pod has no app \"%s\"", name);
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
        r = find_app(plan, arguments->app_name, &app, reterr);
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
