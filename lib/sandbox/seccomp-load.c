/* SPDX-License-Identifier: Apache-2.0 */

#include "seccomp-load.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "base/file-util.h"

int seccomp_filter_read(int dir, const char *name, struct sock_filter **ret, size_t *ret_n)
{
    _cleanup_free_ char *bytes = NULL;
    size_t size;
    int r;

    r = read_file_at(dir, name, BPF_MAXINSNS * sizeof(struct sock_filter), &bytes, &size);
    if (r == -EFBIG || (r >= 0 && (size == 0 || size % sizeof(struct sock_filter) != 0)))
        return -EBADMSG;
    if (r < 0)
        return r;
    *ret = (struct sock_filter *) TAKE_PTR(bytes);
    *ret_n = size / sizeof(struct sock_filter);
    return 0;
}

int seccomp_filter_load(const struct sock_filter *filter, size_t n)
{
    struct sock_fprog program = { .len = (unsigned short) n, .filter = (struct sock_filter *) filter };

    if (n == 0 || n > BPF_MAXINSNS)
        return -EINVAL;
    /* No SECCOMP_FILTER_FLAG_LOG: it would log every call that is answered with an errno; one that kills is
     * logged anyway. */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}
