/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of a pod: stage1 reads it as root from a directory that members of group rkt may enter. An
 * accepted plan can be written again. The input is the pod's file and, after a line "--", its app's. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd-util.h"
#include "base/file-util.h"
#include "stage1/layout.h"
#include "stage1/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char scratch[] = "/tmp/fuzz-plan-XXXXXX";
static int dir = -EBADF;

static const char app_plan[] = POD_APPSINFO "/app/" POD_APP_PLAN;

static void remove_scratch(void)
{
    (void) remove_tree_at(AT_FDCWD, scratch);
}

static void make_scratch(void)
{
    if (!mkdtemp(scratch) || (dir = open(scratch, O_DIRECTORY | O_RDONLY | O_CLOEXEC)) < 0 ||
        mkdir_parents_at(dir, POD_APPSINFO "/app", 0755) < 0)
        abort();
    (void) atexit(remove_scratch);
}

static void put(const char *path, const uint8_t *data, size_t size)
{
    int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, data, size) != (ssize_t) size)
        abort();
    (void) close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separator[] = "\n--\n";
    _cleanup_error_ Error error = ERROR_INIT;
    const uint8_t *between = memmem(data, size, separator, strlen(separator)),
                  *app = between ? between + strlen(separator) : data + size;
    Plan *plan = NULL;

    if (dir < 0)
        make_scratch();
    put(POD_PLAN, data, between ? (size_t) (between + 1 - data) : size);
    put(app_plan, app, size - (size_t) (app - data));
    if (plan_read(dir, &plan, &error) >= 0 && plan_write(plan, dir, &error) < 0)
        abort();
    plan_free(plan);
    return 0;
}
