/* SPDX-License-Identifier: Apache-2.0 */
/* The cages come first, which only root can keep apart; then the worker gives up what it has, and only then
 * is the first byte of the image read. */

#include "worker.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/privilege.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "store/import.h"

typedef struct Worker {
    int to;
    int64_t reported; /* in tenths of a second */
} Worker;

int worker_end_with(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return -errno;
    return getppid() == parent ? 0 : -ESRCH;
}

static int start_cages(ImportCages *ret, Error *reterr)
{
    bool is_root = geteuid() == 0;
    uid_t uid = 0;
    gid_t gid = 0;
    int r = is_root ? privilege_find_user("rkt", &uid, &gid, reterr) : 0;

    return r < 0 ? r : import_cages_start(is_root, uid, gid, ret, reterr);
}

static void report_progress(uint64_t bytes, void *userdata)
{
    Worker *worker = userdata;
    int64_t tenths = monotonic_ns() / 100000000;

    if (tenths == worker->reported)
        return;
    worker->reported = tenths;
    (void) write_full(worker->to, &(WorkerReport){ .bytes = bytes }, sizeof(WorkerReport));
}

static int import_image(Store *store, const Request *request, const ImportCages *cages, Worker *worker,
                        Error *reterr)
{
    const StoreImportOptions options = { .on_progress = report_progress, .userdata = worker };
    int fd = request->fd;
    const ImportSource source = import_source_fd(&fd);
    _cleanup_(import_freep) Import *import = NULL;
    WorkerReport report = { .bytes = request->size };
    int r = import_read(store, &source, cages, &options, &import, reterr);

    if (r < 0)
        return r;
    if (*request->key && !streq(request->key, import_key(import)))
        return error_set(reterr, -EBADMSG, "its bytes were changed: they are those of image %s",
                         import_key(import));
    r = import_commit(import, reterr);
    if (r < 0)
        return r;
    memcpy(report.key, import_key(import), sizeof(report.key));
    return write_full(worker->to, &report, sizeof(report));
}

static int import_unprivileged(Store *store, const Request *request, int to, Error *reterr)
{
    _cleanup_(import_cages_done) ImportCages cages = {};
    Worker worker = { .to = to };
    pid_t parent = getppid();
    int r;

    (void) umask(0007);
    r = start_cages(&cages, reterr);
    if (r >= 0)
        r = privilege_drop("rkt", reterr);
    if (r >= 0)
        r = worker_end_with(parent);
    return r < 0 ? r : import_image(store, request, &cages, &worker, reterr);
}

int worker_run(Store *store, const Request *request, int to, Error *reterr)
{
    int r = import_unprivileged(store, request, to, reterr);

    return r < 0 ? error_prefix(reterr, r, "cannot fetch \"%s\"", request->image) : 0;
}
