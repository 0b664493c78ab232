/* SPDX-License-Identifier: Apache-2.0 */

#include "seccomp-load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file-util.h"
#include "base/message.h"

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

/* No SECCOMP_FILTER_FLAG_LOG: it would log every call that is answered with an errno; one that kills is
 * logged anyway. */
static int load(const struct sock_filter *filter, size_t n, unsigned flags)
{
    struct sock_fprog program = { .len = (unsigned short) n, .filter = (struct sock_filter *) filter };
    long r;

    if (n == 0 || n > BPF_MAXINSNS)
        return -EINVAL;
    r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    return r < 0 ? -errno : (int) r;
}

int seccomp_filter_load(const struct sock_filter *filter, size_t n)
{
    return load(filter, n, 0);
}

/* With notifications for refusals: a copy, or NULL where there are none, or no memory. */
static struct sock_filter *tell_refusals(const struct sock_filter *filter, size_t n)
{
    struct sock_filter *copy = NULL;

    for (size_t i = 0; i < n; i++) {
        if (filter[i].code != (BPF_RET | BPF_K) || filter[i].k != SECCOMP_REFUSAL)
            continue;
        if (!copy) {
            copy = malloc(n * sizeof(*filter));
            if (!copy)
                return NULL;
            memcpy(copy, filter, n * sizeof(*filter));
        }
        copy[i].k = SECCOMP_RET_USER_NOTIF;
    }
    return copy;
}

int seccomp_filter_load_told(const struct sock_filter *filter, size_t n, int socket)
{
    _cleanup_free_ struct sock_filter *told = tell_refusals(filter, n);
    int listener = told ? load(told, n, SECCOMP_FILTER_FLAG_NEW_LISTENER) : -ENOTSUP, r;

    if (listener < 0) {
        (void) close(socket);
        return load(filter, n, 0);
    }
    r = message_send(socket, "l", 1, listener);
    (void) close(listener);
    (void) close(socket);
    return r;
}
