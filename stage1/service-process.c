/* SPDX-License-Identifier: Apache-2.0 */
/* systemd sets $SYSTEMD_EXEC_PID for every process that it starts itself, and $NOTIFY_SOCKET for those of
 * ExecStartPre=, too (NotifyAccess=exec, all). The processes of ExecStartPost=, ExecReload= and ExecStop=
 * are in the unit's sub-cgroup .control if the unit has Delegate=, but those of ExecStartPre= are where the
 * main process is going to be. So only systemd knows; a pod that was prepared for the unit needs no question,
 * for its unit is ours, and runs it as its main process. */

#include "service-process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/call.h"
#include "base/log.h"
#include "base/string-util.h"
#include "rkt-config.h"

static bool is_of_systemd(void)
{
    const char *exec_pid = getenv("SYSTEMD_EXEC_PID");
    uint64_t pid;

    return getppid() == 1 && exec_pid && parse_u64(exec_pid, &pid) >= 0 && pid == (uint64_t) getpid();
}

static bool is_in_unit(const char *cgroup_path, const char *unit)
{
    const char *name = strrchr(cgroup_path, '/');

    return unit && name && streq(name + 1, unit);
}

static bool ask_systemd(void)
{
    static const RecordField fields[] = { { "main", RECORD_BOOL, 0 }, {} };
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_strv_ char **argv = NULL;
    bool is_main = false;
    int r = strv_extend(&argv, "rkt-register");

    if (r >= 0)
        r = strv_extendf(&argv, "--is-main=%d", (int) getpid());
    if (r >= 0)
        r = call_ask(&(Call){ CALL_INIT, .path = RKT_LIBEXECDIR "/rkt-register", .argv = argv }, fields,
                     &is_main, &error);
    if (r >= 0)
        return is_main;
    log_warning("cannot find out whether this is the main process of its service, assuming that it is: %s",
                error_cause(&error) ? error_cause(&error) : strerror(-r));
    return true;
}

bool service_process_is_main(const char *cgroup_path, const char *unit)
{
    if (!is_of_systemd() || endswith(cgroup_path, "/.control"))
        return false;
    return is_in_unit(cgroup_path, unit) || ask_systemd();
}
