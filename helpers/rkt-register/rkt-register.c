/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-register: registers a pod that stage1 is about to start with systemd. It runs outside of the pod and
 * exchanges records with stage1 over its descriptors 0 and 1 (Documentation/internals.md). If a step fails,
 * this is reported and logged, and the next step is tried: no pod depends on this program, and stage1 may
 * have stopped listening. */

#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "base/answer.h"
#include "base/fd-util.h"
#include "base/log.h"
#include "base/record.h"
#include "journal/namespace.h"
#include "journal/absence.h"
#include "journal/owner.h"
#include "cli/command.h"
#include "sandbox/mount.h"
#include "sd/machine.h"
#include "sd/runtime.h"
#include "sd/unit.h"
#include "stage1/layout.h"
#include "stage1-talk.h"
#include "unit/machine-name.h"

enum { BUS_TIMEOUT_MS = 10000 };
enum {
    PATH_IN_POD_MAX = sizeof("/var/log/journal/") + 36,
    DIRECTORY_PAUSE_MS = 2,
    DIRECTORY_TIMEOUT_MS = 500
};

static const char *arg_uuid, *arg_machine_name, *arg_journal_namespace, *arg_unit, *arg_in_unit,
        *arg_root_directory = "";
static uint64_t arg_journal_max_use;
static bool arg_scope, arg_supervised, arg_unregister;
static pid_t arg_is_main;
static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;

enum {
    OPT_UUID = 1,
    OPT_MACHINE_NAME,
    OPT_JOURNAL_NAMESPACE,
    OPT_JOURNAL_MAX_USE,
    OPT_UNIT,
    OPT_IN_UNIT,
    OPT_ROOT_DIRECTORY,
    OPT_SCOPE,
    OPT_SUPERVISED,
    OPT_UNREGISTER,
    OPT_IS_MAIN
};

static const Option options[] = {
    { "uuid", OPTION_VALUE, OPT_UUID, "UUID", "the pod" },
    { "machine-name", OPTION_VALUE, OPT_MACHINE_NAME, "NAME", "the machine's name in systemd-machined" },
    { "journal-namespace", OPTION_VALUE, OPT_JOURNAL_NAMESPACE, "NAME",
      "start the journal namespace of this name" },
    { "journal-max-use", OPTION_VALUE, OPT_JOURNAL_MAX_USE, "BYTES",
      "maximum size of the journal namespace" },
    { "unit", OPTION_VALUE, OPT_UNIT, "UNIT", "the declared pod's unit, which owns the journal namespace" },
    { "in-unit", OPTION_VALUE, OPT_IN_UNIT, "UNIT",
      "the service that the pod runs in; the journal is stopped after it" },
    { "root-directory", OPTION_VALUE, OPT_ROOT_DIRECTORY, "DIR", "the pod's root directory on the host" },
    { "scope", OPTION_BOOL, OPT_SCOPE, NULL, "move the leader into a scope of its own" },
    { "supervised", OPTION_BOOL, OPT_SUPERVISED, NULL, "the pod passes on a connection to machined" },
    { "unregister", OPTION_BOOL, OPT_UNREGISTER, NULL,
      "unregister the machine and stop the journal namespace" },
    { "is-main", OPTION_VALUE, OPT_IS_MAIN, "PID",
      "only answer whether PID is the main process of its unit" },
    {},
};

static int take_pid(const char *text, Error *reterr)
{
    uint64_t pid;

    if (parse_u64(text, &pid) < 0 || pid == 0 || pid > INT32_MAX)
        return error_set(reterr, -EINVAL, "--is-main=%s: not a process", text);
    arg_is_main = (pid_t) pid;
    return 0;
}

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_UUID: arg_uuid = value; return 0;
    case OPT_MACHINE_NAME: arg_machine_name = value; return 0;
    case OPT_JOURNAL_NAMESPACE: arg_journal_namespace = value; return 0;
    case OPT_JOURNAL_MAX_USE:
        return parse_u64(value, &arg_journal_max_use) < 0
                       ? error_set(reterr, -EINVAL, "--journal-max-use=%s: not a number", value)
                       : 0;
    case OPT_UNIT: arg_unit = value; return 0;
    case OPT_IN_UNIT: arg_in_unit = value; return 0;
    case OPT_ROOT_DIRECTORY: arg_root_directory = value; return 0;
    case OPT_SCOPE: arg_scope = streq(value, "true"); return 0;
    case OPT_SUPERVISED: arg_supervised = streq(value, "true"); return 0;
    case OPT_UNREGISTER: arg_unregister = streq(value, "true"); return 0;
    case OPT_IS_MAIN: return take_pid(value, reterr);
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

static int check_arguments(Error *reterr)
{
    if (arg_is_main)
        return 0;
    if (!arg_machine_name && !(arg_unregister && (arg_journal_namespace || arg_uuid)))
        return error_set(reterr, -EINVAL, "--machine-name is needed");
    if (arg_uuid ? !uuid_is_valid(arg_uuid) : !arg_unregister)
        return error_set(reterr, -EINVAL, "--uuid with a whole UUID is needed");
    if (arg_journal_namespace && !journal_namespace_is_valid(arg_journal_namespace))
        return error_set(reterr, -EINVAL, "bad name of a journal namespace \"%s\"", arg_journal_namespace);
    return 0;
}

/* ----- Steps ----- */

/* Done before anything makes PID 1 load the journal's unit. Returns 1 if a running journald must be
 * restarted. */
static int prepare_journal(void)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = journal_namespace_claim(arg_journal_namespace, arg_unit ? arg_unit : arg_uuid, STAGE1_PROCESS,
                                    &error);

    if (r < 0) {
        stage1_say_result("journal", 0, r, &error);
        return r;
    }
    r = journal_namespace_prepare_unit(arg_journal_namespace, arg_in_unit);
    if (r < 0)
        log_warning("cannot set up the journald of namespace %s: %s", arg_journal_namespace, strerror(-r));
    r = journal_namespace_configure(arg_journal_namespace, arg_journal_max_use);
    if (r < 0)
        log_warning("cannot limit the size of journal namespace %s: %s", arg_journal_namespace, strerror(-r));
    return r > 0;
}

static void start_journal(Bus *bus, bool anew)
{
    _cleanup_error_ Error error = ERROR_INIT;
    char unit[JOURNAL_UNIT_MAX];
    int r;

    (void) journal_namespace_unit(arg_journal_namespace, unit);
    r = anew ? unit_restart(bus, unit, &error) : unit_start(bus, unit, &error);
    stage1_say_result("journal", 0, r, &error);
}

/* The path where `journalctl -M` looks for the journal of a machine with this ID. */
static void path_in_pod(char ret[static PATH_IN_POD_MAX])
{
    char id[UUID_PLAIN_LENGTH + 1];

    uuid_without_dashes(arg_uuid, id);
    (void) snprintf(ret, PATH_IN_POD_MAX, "/var/log/journal/%s", id);
}

/* On the host the same name leads to the files, if they are on the disk: with it `journalctl --merge` and
 * --directory= find the pod's journal, as they found that of the original's pods. It is removed with the
 * pod. */
static void link_journal(void)
{
    char directory[JOURNAL_DIRECTORY_MAX], path[PATH_IN_POD_MAX];

    if (!arg_uuid || journal_namespace_directory(arg_journal_namespace, 0, directory) < 0 ||
        access(directory, F_OK) < 0)
        return;
    path_in_pod(path);
    if (symlink(strrchr(directory, '/') + 1, path) < 0 && errno != EEXIST)
        log_warning("cannot make the link %s: %s", path, strerror(errno));
}

/* A pod that starts is declared: gc's note that its file was missing is obsolete. */
static void forget_absence(void)
{
    _cleanup_close_ int files = -EBADF;

    if (arg_unit && journal_namespace_open(arg_journal_namespace, &files) >= 0)
        (void) journal_absence_forget(files);
}

/* A stage1 that wants the journal there has made the directory; its leader may be about to enter that root.
 */
static bool await_directory(pid_t leader, const char *path)
{
    char in_root[PATH_IN_POD_MAX + 32];

    (void) snprintf(in_root, sizeof(in_root), "/proc/%d/root%s", (int) leader, path);
    for (unsigned ms = 0; access(in_root, F_OK) < 0; ms += DIRECTORY_PAUSE_MS) {
        if (ms >= DIRECTORY_TIMEOUT_MS || leader_has_ended(leader))
            return false;
        (void) poll(NULL, 0, DIRECTORY_PAUSE_MS);
    }
    return true;
}

static int attach_journal(int leader_fd, const char *path)
{
    enum { READABLE = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY };
    _cleanup_close_ int own = -EBADF, files = -EBADF, mount = -EBADF, root = -EBADF, target = -EBADF;
    int r = journal_namespace_open(arg_journal_namespace, &files);

    if (r >= 0)
        r = mount_clone(files, "", false, READABLE, &mount);
    if (r < 0)
        return r;
    own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (own < 0 || setns(leader_fd, CLONE_NEWNS) < 0)
        return -errno;
    root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    target = root < 0 ? -errno : open_in_root(root, path, O_PATH | O_DIRECTORY, 0);
    r = target < 0 ? target : mount_attach(mount, target);
    return setns(own, CLONE_NEWNS) < 0 ? -errno : r;
}

static void show_journal(pid_t leader, int leader_fd)
{
    char path[PATH_IN_POD_MAX];
    int r;

    path_in_pod(path);
    if (!await_directory(leader, path))
        return;
    r = attach_journal(leader_fd, path);
    if (r < 0 && r != -ESRCH)
        log_warning("cannot show journal namespace %s in the pod: %s", arg_journal_namespace, strerror(-r));
}

/* Members of group rkt may look at pods, so also at their logs. */
static void share_journal(void)
{
    const struct group *group = getgrnam("rkt");
    int r = group ? journal_namespace_share(arg_journal_namespace, group->gr_gid) : 0;

    if (r < 0 && r != -EOPNOTSUPP && r != -ENOENT)
        log_warning("cannot let group rkt read journal namespace %s: %s", arg_journal_namespace,
                    strerror(-r));
}

static bool is_in_unit(pid_t pid, const char *unit)
{
    _cleanup_free_ char *of_process = NULL;

    return unit_of_process(pid, &of_process) >= 0 && streq(of_process, unit);
}

/* The kernel silently does not move a process that is ending: the scope would be empty from the start, and
 * systemd only notices when a scope becomes empty. */
static void start_scope(Bus *bus, pid_t leader)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r;
    char name[MACHINE_SCOPE_NAME_MAX], description[64], journal[JOURNAL_UNIT_MAX];
    ScopeOptions scope = { .name = machine_scope_name(arg_uuid, name),
                           .slice = "machine.slice",
                           .description = description,
                           .after = arg_journal_namespace
                                            ? journal_namespace_unit(arg_journal_namespace, journal)
                                            : NULL,
                           .pids = &leader,
                           .n_pids = 1,
                           .delegate = true };

    (void) snprintf(description, sizeof(description), "rkt pod %s", arg_uuid);
    r = unit_start_scope(bus, &scope, &error);
    if (r >= 0 && !is_in_unit(leader, name)) {
        (void) unit_stop(bus, name, NULL);
        r = error_set(&error, -ESRCH, "the pod's init has ended");
    }
    stage1_say_result("scope", leader, r, &error);
}

static void register_machine(Bus *bus, const Pod *pod)
{
    _cleanup_error_ Error error = ERROR_INIT;
    MachineOptions machine = { .name = arg_machine_name,
                               .uuid = arg_uuid,
                               .leader = pod->leader,
                               .root_directory = arg_root_directory,
                               .connection = pod->connection };

    stage1_say_result("machine", pod->leader, machine_register(bus, &machine, &error), &error);
}

/* A pod in its own scope waits for that, but no pod waits for its journal. */
static int run_register(Error *reterr)
{
    _cleanup_(bus_freep) Bus *bus = NULL;
    _cleanup_close_ int leader_fd = -EBADF;
    int anew = arg_journal_namespace ? prepare_journal() : -ENOENT, r;
    bool journal = anew >= 0;
    Pod pod = { .connection = -EBADF };

    r = bus_open(BUS_TIMEOUT_MS, &bus, reterr);
    if (r < 0)
        return r;
    machined_wake(bus);
    if (journal && !arg_scope)
        start_journal(bus, anew);
    r = stage1_hear_leader(&pod);
    if (r == -ECONNRESET) /* the pod could not be started, which stage1 reports */
        return 0;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the leader from stage1");
    leader_fd = (int) syscall(SYS_pidfd_open, pod.leader, 0);
    if (arg_scope)
        start_scope(bus, pod.leader);
    if (journal && arg_scope)
        start_journal(bus, anew);
    if (journal && leader_fd >= 0)
        show_journal(pod.leader, leader_fd);
    if (arg_supervised)
        stage1_hear_supervisor(&pod);
    register_machine(bus, &pod);
    pod.connection = safe_close(pod.connection);
    if (journal) {
        share_journal();
        link_journal();
        forget_absence();
    }
    return 0;
}

/* Only a machine whose leader is dead: by now the name may be another pod's. */
static int unregister_dead(Bus *bus, Error *reterr)
{
    _cleanup_(runtime_machine_done) RuntimeMachine machine = { 0 };
    int r = runtime_machine_read(arg_machine_name, &machine);

    if (r == -ENOENT || (r >= 0 && (kill(machine.leader, 0) >= 0 || errno != ESRCH)))
        return 0;
    return r < 0 ? error_set_errno(reterr, r, "cannot read the state of machine %s", arg_machine_name)
                 : machine_unregister(bus, arg_machine_name, reterr);
}

static int run_unregister(Error *reterr)
{
    _cleanup_(bus_freep) Bus *bus = NULL;
    char unit[JOURNAL_UNIT_MAX], scope[MACHINE_SCOPE_NAME_MAX];
    int r, q = 0;

    r = bus_open(BUS_TIMEOUT_MS, &bus, reterr);
    if (r >= 0 && arg_machine_name)
        r = unregister_dead(bus, reterr);
    if (r >= 0 && arg_uuid)
        r = unit_stop(bus, machine_scope_name(arg_uuid, scope), reterr);
    if (bus && arg_journal_namespace)
        q = unit_stop(bus, journal_namespace_unit(arg_journal_namespace, unit), r < 0 ? NULL : reterr);
    return r < 0 ? r : q;
}

static int run_is_main(Error *reterr)
{
    _cleanup_(bus_freep) Bus *bus = NULL;
    pid_t main_pid;
    int r = bus_open(BUS_TIMEOUT_MS, &bus, reterr);

    if (r >= 0)
        r = unit_main_pid_of(bus, arg_is_main, &main_pid, reterr);
    if (r >= 0)
        answer("main", "%s", main_pid == arg_is_main ? "yes" : "no");
    return r;
}

static int run(Error *reterr)
{
    int r = check_arguments(reterr);

    if (r < 0)
        return r;
    return arg_is_main ? run_is_main(reterr) : arg_unregister ? run_unregister(reterr) : run_register(reterr);
}

int main(int argc, char *argv[])
{
    static const Command command = { .name = "register",
                                     .arguments = "",
                                     .summary = "Tells systemd of a pod.",
                                     .options = options,
                                     .take = take_option,
                                     .run = run,
                                     .no_directory = true,
                                     .is_program = true };

    (void) signal(SIGPIPE, SIG_IGN);
    return command_main((const Command *const[]){ &command, NULL }, &arg_global, argc, argv);
}
