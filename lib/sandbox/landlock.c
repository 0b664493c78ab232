/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock can limit signals too. This is not used: the pod's pid namespace already limits them, and a
 * process that enters a pod, which has its own domain, could not end the programs in it. */

#include "landlock.h"

#include <stdint.h>
#include <sys/syscall.h>

#include "base/fd-util.h"

/* linux/landlock.h of Debian 12 is older. */
struct ruleset {
    uint64_t handled_access_fs, handled_access_net, scoped;
};

enum { SCOPE_ABSTRACT_UNIX_SOCKET = 1 };

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

int landlock_scope_abstract_sockets(void)
{
    const struct ruleset attributes = { .scoped = SCOPE_ABSTRACT_UNIX_SOCKET };
    _cleanup_close_ int ruleset =
            (int) syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);

    /* Not built, not enabled, or without this feature. */
    if (ruleset < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP || errno == E2BIG ? 0 : -errno;
    return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 1;
}
