/* SPDX-License-Identifier: Apache-2.0 */
/* The order: the cages are started first, because only root can give them namespaces; then the worker gives
 * up its privileges; only then does it read the first byte of the image. */

#include "worker.h"

#include <inttypes.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/log.h"
#include "base/privilege.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "store/import.h"
#include "verify-image.h"

typedef struct Worker {
    int to;
    bool debug;
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

static void report_progress(Worker *worker, uint64_t bytes)
{
    int64_t tenths = monotonic_ns() / 100000000;

    if (tenths == worker->reported)
        return;
    worker->reported = tenths;
    (void) write_full(worker->to, &(WorkerReport){ .bytes = bytes }, sizeof(WorkerReport));
}

/* Reads until the file ends, or until the import needs no more. */
static int feed(Worker *worker, Import *import, int fd, Error *reterr)
{
    enum { BUFFER = 256 * 1024 };
    _cleanup_free_ uint8_t *buffer = malloc(BUFFER);
    uint64_t bytes = 0;
    int r = buffer ? 1 : -ENOMEM;

    while (r > 0) {
        ssize_t n = read_full(fd, buffer, BUFFER);

        if (n <= 0)
            return n < 0 ? error_set_errno(reterr, (int) n, "cannot read the image file") : 0;
        r = import_feed(import, buffer, (size_t) n, reterr);
        report_progress(worker, bytes += (uint64_t) n);
    }
    return r;
}

static void tell_contents(const Request *request, const ImportContents *contents)
{
    log_debug("\"%s\" has %" PRIu64 " bytes, sha512 %s", request->image, contents->source.size,
              contents->source.sha512);
    log_debug("its tar, of %s, has %" PRIu64 " bytes, sha512 %s", contents->image->name, contents->tar.size,
              contents->tar.sha512);
}

static int import_image(Store *store, const Request *request, const FetchArguments *arguments,
                        const ImportCages *cages, Worker *worker, Error *reterr)
{
    const StoreImportOptions options = { .source_digest = worker->debug || request->signature_fd >= 0 };
    _cleanup_(import_freep) Import *import = NULL;
    WorkerReport report = { .bytes = request->size };
    const ImportContents *contents;
    int r = import_begin(store, cages, &options, &import, reterr);

    if (r >= 0)
        r = feed(worker, import, request->fd, reterr);
    if (r >= 0)
        r = import_finish(import, reterr);
    if (r < 0)
        return r;
    contents = import_contents(import);
    if (worker->debug)
        tell_contents(request, contents);
    if (*request->key && !streq(request->key, contents->key))
        return error_set(reterr, -EBADMSG, "its bytes were changed: they are those of image %s",
                         contents->key);
    r = request->signature_fd >= 0 ? verify_image(request, arguments, contents, reterr) : 0;
    if (r >= 0)
        r = import_commit(import, reterr);
    if (r < 0)
        return r;
    memcpy(report.key, contents->key, sizeof(report.key));
    return write_full(worker->to, &report, sizeof(report));
}

void worker_report_error(int to, int r, const Error *error)
{
    WorkerReport report = { .error = -r };

    for (size_t i = 0, n = 0; i < error->n && n < sizeof(report.words); i++)
        n += (size_t) snprintf(report.words + n, sizeof(report.words) - n, "%s\n", error->chain[i]);
    (void) write_full(to, &report, sizeof(report));
}

int worker_run(Store *store, const Request *request, const FetchArguments *arguments, int to, Error *reterr)
{
    _cleanup_(import_cages_done) ImportCages cages = {};
    Worker worker = { .to = to, .debug = arguments->global.debug };
    pid_t parent = getppid();
    int r;

    (void) umask(0007);
    r = start_cages(&cages, reterr);
    if (r >= 0)
        r = privilege_drop("rkt", reterr);
    if (r >= 0)
        r = worker_end_with(parent);
    return r < 0 ? r : import_image(store, request, arguments, &cages, &worker, reterr);
}
