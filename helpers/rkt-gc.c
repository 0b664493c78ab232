/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-gc: marks pods that have ended by moving them to garbage, then removes those that were marked long
 * enough ago. A pod that cannot be removed is reported and left for the next run; the others are not
 * affected. ExecStopPost= of a declared pod marks only that pod. */

#include <signal.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/log.h"
#include "cli/command.h"
#include "base/duration.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "generator/declared.h"
#include "journal/absence.h"
#include "journal/namespace.h"
#include "stage0/pod-cleanup.h"
#include "stage1/layout.h"
#include "sandbox/writable-sources.h"
#include "sd/runtime.h"
#include "stage1/plan.h"

#define DEFAULT_EXPIRE_PREPARED "24h"
#define DEFAULT_GRACE_PERIOD "30m"

static int64_t arg_expire_prepared_ns = 24LL * 3600 * 1000000000, arg_grace_period_ns = 1800LL * 1000000000;
static bool arg_mark_only;
static const char *arg_uuid_file;
static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;

static unsigned failures;

enum { OPT_EXPIRE_PREPARED = 1, OPT_GRACE_PERIOD, OPT_MARK_ONLY, OPT_UUID_FILE };

static const Option options[] = {
    { "expire-prepared", OPTION_VALUE, OPT_EXPIRE_PREPARED, "DURATION",
      "how long a prepared pod that was not run stays", DEFAULT_EXPIRE_PREPARED },
    { "grace-period", OPTION_VALUE, OPT_GRACE_PERIOD, "DURATION",
      "how long an ended pod stays after it was marked", DEFAULT_GRACE_PERIOD },
    { "mark-only", OPTION_BOOL, OPT_MARK_ONLY, NULL, "only mark pods, and remove nothing", NULL },
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE",
      "with --mark-only: mark only the pod named in this file", NULL },
    {},
};

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_EXPIRE_PREPARED:
        return duration_option_parse("expire-prepared", value, &arg_expire_prepared_ns, reterr);
    case OPT_GRACE_PERIOD: return duration_option_parse("grace-period", value, &arg_grace_period_ns, reterr);
    case OPT_MARK_ONLY: arg_mark_only = streq(value, "true"); return 0;
    case OPT_UUID_FILE: arg_uuid_file = value; return 0;
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

/* Reports an error of one pod and counts it. */
static void pod_failed(const Error *error, int r)
{
    error_print(error, r, "gc", arg_global.debug);
    failures++;
}

/* ----- Mark ----- */

/* Moves a pod that nobody holds out of the directory in which it was found. It is not an error if another
 * process was faster. */
static void mark(Pod *pod, PodDirectory to, Leftovers *leftovers)
{
    _cleanup_error_ Error error = ERROR_INIT;
    PodDirectory from = pod->directory;
    int r = pod_lock(pod);

    if (r == -EBUSY || r == -ENOENT || (r >= 0 && pod->directory != from))
        return;
    if (r < 0)
        (void) error_set_errno(&error, r, "cannot lock pod \"%s\"", pod->uuid);
    else {
        log_info("moving pod \"%s\" to garbage", pod->uuid);
        r = pod_move(pod, to, &error);
    }
    if (r < 0)
        pod_failed(&error, r);
    else if (to == POD_DIRECTORY_EXITED_GARBAGE)
        pod_unregister(pod, leftovers);
}

/* How long the pod has been in its present directory. */
static int64_t pod_age_ns(const Pod *pod)
{
    int64_t marked;

    return pod_marked_time(pod, &marked) < 0 ? 0 : now_ns() - marked;
}

/* A pod of a unit, or of rkt run, is not written to the disk before it is moved to prepared/: after a power
 * cut its files may be empty or missing, and it cannot be run any more. */
static bool is_broken(const Pod *pod)
{
    _cleanup_(plan_freep) Plan *plan = NULL;
    struct stat st;

    if (fstatat(pod->fd, POD_MANIFEST, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT;
    return st.st_size == 0 || plan_read(pod->fd, &plan, NULL) == -ENODATA;
}

static int mark_if_ended(Pod *pod, void *userdata)
{
    Leftovers *leftovers = userdata;

    switch (pod->state) {
    case POD_STATE_EMBRYO:
    case POD_STATE_ABORTED_PREPARE: mark(pod, POD_DIRECTORY_GARBAGE, leftovers); break;
    case POD_STATE_PREPARED:
        if (pod_age_ns(pod) >= arg_expire_prepared_ns || is_broken(pod))
            mark(pod, POD_DIRECTORY_GARBAGE, leftovers);
        break;
    case POD_STATE_EXITED: mark(pod, POD_DIRECTORY_EXITED_GARBAGE, leftovers); break;
    default: break;
    }
    return 0;
}

enum { LAST_LOOKS = 40, LAST_PAUSE_US = 50 * 1000 };

/* Called when a unit has stopped, whatever happened to its pod: only a pod that has ended is marked, and
 * missing parts are not an error. */
static int mark_one(int root, Error *reterr)
{
    _cleanup_(leftovers_done) Leftovers leftovers = LEFTOVERS_INIT;
    _cleanup_(pod_freep) Pod *pod = NULL;
    int r = pod_open_uuid_file(root, arg_uuid_file, &pod, reterr);

    if (r == -ENOENT || r == -ENODATA || r == -EBADMSG || r == -ENXIO)
        return 0;
    if (r < 0)
        return r;
    /* A killed process may hold it a moment longer. */
    for (unsigned i = 0; pod->state == POD_STATE_RUNNING && i < LAST_LOOKS; i++) {
        (void) usleep(LAST_PAUSE_US);
        if (pod_refresh(pod) < 0)
            return 0;
    }
    if (pod->state == POD_STATE_EXITED)
        mark(pod, POD_DIRECTORY_EXITED_GARBAGE, &leftovers);
    else
        log_debug("pod \"%s\" is %s: not marked", pod->uuid, pod_state_to_string(pod->state));
    return 0;
}

/* ----- Sweep ----- */

static int sweep(Pod *pod, void *userdata)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r;

    if (pod->directory == POD_DIRECTORY_EXITED_GARBAGE && pod_age_ns(pod) < arg_grace_period_ns) {
        _cleanup_free_ char *grace = format_duration(arg_grace_period_ns);

        log_info("pod \"%s\" not removed: still within grace period (%s)", pod->uuid, grace ? grace : "?");
        return 0;
    }
    r = pod_lock(pod);
    if (r == -EBUSY || r == -ENOENT)
        return 0;
    if (r < 0)
        (void) error_set_errno(&error, r, "cannot lock pod \"%s\"", pod->uuid);
    else {
        printf("Garbage collecting pod \"%s\"\n", pod->uuid);
        (void) fflush(stdout);
        r = pod_discard(pod, &arg_global, userdata, &error);
    }
    if (r < 0)
        pod_failed(&error, r);
    return 0;
}

/* A machine whose pod is dead, and perhaps removed: machined keeps it as long as its unit is active. */
static int sweep_machine(const RuntimeMachine *machine, void *userdata _unused_)
{
    if (streq(machine->service, "rkt") && machine->leader > 0 && kill(machine->leader, 0) < 0 &&
        errno == ESRCH)
        (void) run_unregister("machine-name", machine->name);
    return 0;
}

/* Whether the file that declared the unit was missing in every run of gc during the grace period. */
static bool unit_was_given_up(const char *unit, int directory)
{
    int64_t since;
    int r;

    if (unit_is_declared(unit)) {
        (void) journal_absence_forget(directory);
        return false;
    }
    r = journal_absence_note(directory, &since);
    if (r < 0)
        log_warning("cannot note that %s is not declared any more: %s", unit, strerror(-r));
    else if (r == 0)
        log_info("%s is not declared any more: its journal will be removed unless its file returns", unit);
    return r > 0 && now_ns() - since >= arg_grace_period_ns;
}

/* The journal of a declared pod stays until its file is permanently gone, and nothing writes to it any
 * more. */
static int sweep_journal(const char *name, const char *owner, int directory, void *userdata _unused_)
{
    char unit[JOURNAL_UNIT_MAX];
    int r;

    if (uuid_is_valid(owner) || !unit_was_given_up(owner, directory) || runtime_unit_is_active(owner) ||
        runtime_unit_is_active(journal_namespace_unit(name, unit)))
        return 0;
    log_info("removing the journal of %s, which is not declared any more", owner);
    r = journal_namespace_discard(name, owner);
    if (r < 0) {
        log_error("cannot remove the journal namespace %s: %s", name, strerror(-r));
        failures++;
    }
    return 0;
}

static void sweep_journals(void)
{
    if (pod_files_can_be_read())
        (void) journal_namespace_foreach(sweep_journal, NULL);
    else
        log_warning("not all pod files can be read: the journals of declared pods stay");
}

/* ----- The record of writable sources ----- */

/* A missing source may return with a disk. */
static int prune_writable_sources(int root, Error *reterr)
{
    const int64_t grace_ns = 90 * 24 * 3600 * INT64_C(1000000000);
    _cleanup_close_ int record =
            openat(root, "../" LAYOUT_WRITABLE_SOURCES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = record < 0 ? -errno : writable_sources_prune(record, grace_ns);

    return r < 0 && r != -ENOENT
                   ? error_set_errno(reterr, r, "cannot tidy up \"" LAYOUT_WRITABLE_SOURCES "\"")
                   : 0;
}

/* ----- The whole ----- */

static int collect(int root, Error *reterr)
{
    static const unsigned to_mark = POD_MASK(POD_DIRECTORY_EMBRYO) | POD_MASK(POD_DIRECTORY_PREPARE) |
                                    POD_MASK(POD_DIRECTORY_PREPARED) | POD_MASK(POD_DIRECTORY_RUN),
                          to_sweep = POD_MASK(POD_DIRECTORY_EXITED_GARBAGE) | POD_MASK(POD_DIRECTORY_GARBAGE);
    _cleanup_(leftovers_done) Leftovers leftovers = LEFTOVERS_INIT;
    int r = pod_foreach(root, to_mark, mark_if_ended, &leftovers, reterr), q = 0, p;

    if (arg_mark_only)
        return r;
    leftovers_done(&leftovers);
    q = pod_foreach(root, to_sweep, sweep, &leftovers, r < 0 ? NULL : reterr);
    (void) runtime_machine_foreach(sweep_machine, NULL);
    sweep_journals();
    p = prune_writable_sources(root, r < 0 || q < 0 ? NULL : reterr);
    return r < 0 ? r : q < 0 ? q : p;
}

static int run(Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    int r = arg_uuid_file && !arg_mark_only
                    ? error_set(reterr, -EINVAL,
                                "--uuid-file needs --mark-only; `rkt rm` removes a single pod")
                    : pod_root_open(arg_global.dir, false, &root, reterr);

    if (r == -ENOENT) {
        error_done(reterr);
        return 0;
    }
    if (r >= 0)
        r = arg_uuid_file ? mark_one(root, reterr) : collect(root, reterr);
    return r < 0 ? r : failures > 0 ? EXIT_GENERAL : 0;
}

int main(int argc, char *argv[])
{
    static const Command gc = { .name = "gc",
                                .arguments = "",
                                .summary = "Removes pods that have ended, and what they left.",
                                .options = options,
                                .take = take_option,
                                .run = run,
                                .for_root = true };

    return command_main((const Command *const[]){ &gc, NULL }, &arg_global, argc, argv);
}
