/* SPDX-License-Identifier: Apache-2.0 */

#include "machine.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/process.h"
#include "base/record.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "reaper.h"
#include "stage1/tracing.h"
#include "stage1/layout.h"
#include "journal/owner.h"
#include "journal/stream.h"
#include "rkt-config.h"

enum { SCOPE_TIMEOUT_MS = 20 * 1000, REGISTER_TIMEOUT_MS = 2 * 1000 };

/* ----- Names ----- */

enum { MACHINE_FILE_MAX = 64 * 1024 };

/* What machined keeps of a machine: NAME=value, a line each. */
static uint64_t machine_number(char *const *lines, const char *key)
{
    uint64_t value = 0;

    STRV_FOREACH (line, lines) {
        const char *text = startswith(*line, key);

        if (text && parse_u64(text, &value) >= 0)
            return value;
    }
    return 0;
}

/* A process that was started later than the machine was registered has its leader's number, no more. The
 * clock of the one stands still while the computer is suspended, that of the other does not. */
static bool leader_lives(char *const *lines)
{
    uint64_t leader = machine_number(lines, "LEADER="), registered = machine_number(lines, "MONOTONIC="),
             started;

    return leader > 1 && leader <= INT32_MAX && process_start_time((pid_t) leader, &started) >= 0 &&
           started * 1000000 / (uint64_t) sysconf(_SC_CLK_TCK) <= registered + 1000000;
}

static int check_machine_name(const PodSettings *pod, Error *reterr)
{
    _cleanup_free_ char *path = string_concat("/run/systemd/machines/", pod->machine_name), *text = NULL;
    _cleanup_strv_ char **lines = NULL;
    int r;

    if (!path)
        return -ENOMEM;
    if (read_file_at(AT_FDCWD, path, MACHINE_FILE_MAX, &text, NULL) < 0)
        return 0;
    r = strv_split(text, "\n", &lines);
    if (r < 0 || !leader_lives(lines))
        return r;
    return error_set(reterr, -EEXIST,
                     "there is a machine \"%s\" already, with leader %d; give the pod another name",
                     pod->machine_name, (int) machine_number(lines, "LEADER="));
}

int machine_claim_names(const PodSettings *pod, Error *reterr)
{
    int r = pod->systemd ? check_machine_name(pod, reterr) : 0;

    if (r < 0 || !pod->journal_namespace)
        return r;
    return journal_namespace_claim(pod->journal_namespace, pod->plan->unit ? pod->plan->unit : pod->uuid,
                                   STAGE1_PROCESS, reterr);
}

/* ----- rkt-register ----- */

/* The service that we are, with a unit of its own. */
static int add_unit(const PodCgroups *cgroups, char ***argv)
{
    _cleanup_strv_ char **parts = NULL;
    const char *unit = NULL;
    int r = strv_split(cgroups->path, "/", &parts);

    STRV_FOREACH (part, parts)
        unit = endswith(*part, ".service") ? *part : unit;
    return r < 0 || !unit ? r : strv_extendf(argv, "--in-unit=%s", unit);
}

/* An app that may trace the reaper could speak in its name. So the reaper is not the supervisor then. */
static int open_machined(const PodSettings *pod)
{
    if (tracing_pod_may(pod->plan, pod->no_capabilities))
        return -EBADF;
    return open(MACHINED_SOCKET_DIRECTORY, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int make_arguments(const PodParts *pod, char ***ret)
{
    const PodSettings *settings = &pod->settings;
    const struct {
        const char *flag, *value; /* NULL: not said */
    } arguments[] = {
        { "--uuid", settings->uuid },
        { "--machine-name", settings->machine_name },
        { "--journal-namespace", settings->journal_namespace },
        { "--journal-max-use", settings->journal_namespace ? settings->journal_max_use : NULL },
        { "--unit", settings->plan->unit },
    };
    int r = strv_extend(ret, "rkt-register");

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(arguments); i++)
        if (arguments[i].value)
            r = strv_extendf(ret, "%s=%s", arguments[i].flag, arguments[i].value);
    if (r >= 0)
        r = pod->cgroups.home == CGROUP_HOME_SCOPE ? strv_extend(ret, "--scope")
                                                   : add_unit(&pod->cgroups, ret);
    if (r >= 0 && pod->fds[POD_FD_MACHINED] >= 0)
        r = strv_extend(ret, "--supervised");
    return r;
}

/* A pod without a scope runs without rkt-register, too. */
static int do_without(PodParts *pod, int r, Error *reterr)
{
    PodSettings *settings = &pod->settings;

    if (pod->cgroups.home == CGROUP_HOME_SCOPE)
        return error_set_errno(reterr, r, "cannot run %s, which makes the pod's scope",
                               RKT_LIBEXECDIR "/rkt-register");
    log_warning("cannot run %s: %s; the pod will not be known to machined", RKT_LIBEXECDIR "/rkt-register",
                strerror(-r));
    if (settings->journal_namespace && !journal_is_there(settings->journal_namespace)) {
        log_warning("the pod has no journal of its own; its apps log to the main journal");
        settings->journal_namespace = NULL;
    }
    return 0;
}

int machine_start(Machine *machine, PodParts *pod, Error *reterr)
{
    _cleanup_strv_ char **argv = NULL;
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    _cleanup_close_ int theirs = -EBADF;
    int fds[2], r;

    if (!pod->settings.systemd)
        return 0;
    pod->fds[POD_FD_MACHINED] = open_machined(&pod->settings);
    r = make_arguments(pod, &argv);
    if (r < 0)
        return r;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return error_set_errno(reterr, -errno, "cannot make a socket pair");
    machine->fd = fds[0];
    theirs = fds[1];
    options.fds[0] = options.fds[1] = theirs;
    r = spawn(RKT_LIBEXECDIR "/rkt-register", argv, &options, &machine->pid);
    if (r >= 0)
        return 0;
    machine->fd = safe_close(machine->fd);
    return do_without(pod, r, reterr);
}

int machine_leave(Machine *machine)
{
    return TAKE_FD(machine->fd);
}

void machine_done(Machine *machine)
{
    machine->fd = safe_close(machine->fd);
}

/* Reads one record, into machine->line. Returns 0, -ETIME, or why no more come. */
static int hear_record(Machine *machine, int timeout_ms, char **ret_key, char **ret_value)
{
    int64_t end = monotonic_ns() + timeout_ms * 1000000LL;
    char *line = machine->line;

    if (machine->fd < 0)
        return -ENOTCONN;
    for (size_t n = 0; n + 1 < sizeof(machine->line);) {
        struct pollfd pfd = { .fd = machine->fd, .events = POLLIN };
        int64_t left = end - monotonic_ns();
        int r = left <= 0 ? 0 : poll(&pfd, 1, (int) (left / 1000000) + 1);

        if (r == 0)
            return -ETIME;
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0 || read(machine->fd, line + n, 1) != 1)
            return r < 0 ? -EIO : -ENOTCONN;
        if (line[n++] == '\n') {
            line[n] = '\0';
            r = record_next(&line, ret_key, ret_value);
            return r < 0 ? r : 0;
        }
    }
    return -EMSGSIZE;
}

/* Hears how a step ended: 0, or -EIO and *ret_why. What is said of the journal before is passed over: the log
 * has it, and nobody waits for it. */
static int await(Machine *machine, const char *step, int timeout_ms, const char **ret_why)
{
    char *key, *value;
    int r;

    do
        r = hear_record(machine, timeout_ms, &key, &value);
    while (r >= 0 && !streq(key, step));
    if (r >= 0 && *value == '\0')
        return 0;
    *ret_why = r == -ETIME ? "no answer in time" : r < 0 ? "rkt-register ended" : value;
    return -EIO;
}

int machine_set_leader(Machine *machine, bool with_scope, pid_t leader, Error *reterr)
{
    char line[32];
    const char *why;
    int n = snprintf(line, sizeof(line), "leader=%d\n", (int) leader), r;

    if (machine->fd < 0)
        return 0;
    if (send(machine->fd, line, (size_t) n, MSG_NOSIGNAL) != n)
        log_warning("rkt-register ended before the pod was registered");
    if (!with_scope)
        return 0;
    r = await(machine, "scope", SCOPE_TIMEOUT_MS, &why);
    return r < 0 ? error_set(reterr, r, "cannot make the pod's scope: %s", why) : 0;
}

void machine_await_registration(Machine *machine)
{
    const char *why;

    if (machine->fd < 0)
        return;
    if (await(machine, "machine", REGISTER_TIMEOUT_MS, &why) < 0)
        log_warning("the pod is not known to machined: %s", why);
    machine->fd = safe_close(machine->fd);
}
