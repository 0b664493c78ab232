/* SPDX-License-Identifier: Apache-2.0 */

#include "seccomp-load.h"

#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <stdint.h>
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

/* No SECCOMP_FILTER_FLAG_LOG: it would log every call that is answered with an errno; calls that kill are
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

#if defined(__x86_64__)
enum { ARCH = AUDIT_ARCH_X86_64, ARCH_32 = AUDIT_ARCH_I386, SECCOMP_32 = 354 };
#elif defined(__aarch64__)
enum { ARCH = AUDIT_ARCH_AARCH64, ARCH_32 = AUDIT_ARCH_ARM, SECCOMP_32 = 383 };
#else
enum { ARCH = 0, ARCH_32 = 0, SECCOMP_32 = 0 }; /* nothing is reported */
#endif

/* No later filter may have a listener, even after ours is gone: its notification would take precedence over
 * ours, and its listener could let a refused call through. Without a listener the call fails with ENOSYS.
 * So a reported call is refused as reliably as one that kills. */
static const struct sock_filter guard[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 0, 2),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 3, 6),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_32, 0, 5),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECCOMP_32, 0, 3),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + sizeof(uint64_t)),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EBUSY),
};

static bool is_refusal(const struct sock_filter *instruction)
{
    return instruction->code == (BPF_RET | BPF_K) && instruction->k == SECCOMP_REFUSAL;
}

/* Adds notifications for refusals, and the guard before them. Returns a copy, or NULL: there are no
 * refusals, or out of memory. */
static struct sock_filter *tell_refusals(const struct sock_filter *filter, size_t n)
{
    struct sock_filter *copy;
    size_t n_refusals = 0;

    for (size_t i = 0; i < n; i++)
        n_refusals += is_refusal(filter + i);
    copy = n_refusals > 0 && ARCH != 0 ? malloc(sizeof(guard) + n * sizeof(*filter)) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, guard, sizeof(guard));
    for (size_t i = 0; i < n; i++) {
        copy[ELEMENTSOF(guard) + i] = filter[i];
        if (is_refusal(filter + i))
            copy[ELEMENTSOF(guard) + i].k = SECCOMP_RET_USER_NOTIF;
    }
    return copy;
}

int seccomp_filter_load_told(const struct sock_filter *filter, size_t n, int socket)
{
    _cleanup_free_ struct sock_filter *told = tell_refusals(filter, n);
    int listener = told ? load(told, ELEMENTSOF(guard) + n, SECCOMP_FILTER_FLAG_NEW_LISTENER) : -ENOTSUP, r;

    if (listener < 0) {
        (void) close(socket);
        return load(filter, n, 0);
    }
    r = message_send(socket, "l", 1, listener);
    (void) close(listener);
    (void) close(socket);
    return r;
}
