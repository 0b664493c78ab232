/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of a pod: stage1 reads it as root from a directory that members of group rkt may enter. What was
 * read can be written again. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "stage1/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char scratch[] = "/tmp/fuzz-plan-XXXXXX";
static int dir = -EBADF;

static void remove_scratch(void)
{
    (void) unlinkat(dir, PLAN_FILE, 0);
    (void) rmdir(scratch);
}

static void make_scratch(void)
{
    if (!mkdtemp(scratch) || (dir = open(scratch, O_DIRECTORY | O_RDONLY | O_CLOEXEC)) < 0)
        abort();
    (void) atexit(remove_scratch);
}

static void put(const uint8_t *data, size_t size)
{
    int fd = openat(dir, PLAN_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, data, size) != (ssize_t) size)
        abort();
    (void) close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_error_ Error error = ERROR_INIT;
    Plan *plan = NULL;

    if (dir < 0)
        make_scratch();
    put(data, size);
    if (plan_read(dir, &plan, &error) >= 0 && plan_write(plan, dir, &error) < 0)
        abort();
    plan_free(plan);
    return 0;
}
