/* SPDX-License-Identifier: Apache-2.0 */
/* Raw system calls: the pod's init links only libc, and libcap would only call capset(2) with version 3
 * here. The names are our own, too: with libcap's, rkt-run and rkt-prepare would load it for each pod, and
 * its version would decide which pods are valid. */

#include "capability.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/string-util.h"

#define BIT(capability) (UINT64_C(1) << (capability))

/* The set of an app whose manifest names none: the original's 14. */
static const uint64_t default_mask =
        BIT(CAP_AUDIT_WRITE) | BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) |
        BIT(CAP_KILL) | BIT(CAP_MKNOD) | BIT(CAP_NET_RAW) | BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SETUID) |
        BIT(CAP_SETGID) | BIT(CAP_SETPCAP) | BIT(CAP_SETFCAP) | BIT(CAP_SYS_CHROOT);

static const char *const capability_table[] = {
    [CAP_CHOWN] = "CAP_CHOWN",
    [CAP_DAC_OVERRIDE] = "CAP_DAC_OVERRIDE",
    [CAP_DAC_READ_SEARCH] = "CAP_DAC_READ_SEARCH",
    [CAP_FOWNER] = "CAP_FOWNER",
    [CAP_FSETID] = "CAP_FSETID",
    [CAP_KILL] = "CAP_KILL",
    [CAP_SETGID] = "CAP_SETGID",
    [CAP_SETUID] = "CAP_SETUID",
    [CAP_SETPCAP] = "CAP_SETPCAP",
    [CAP_LINUX_IMMUTABLE] = "CAP_LINUX_IMMUTABLE",
    [CAP_NET_BIND_SERVICE] = "CAP_NET_BIND_SERVICE",
    [CAP_NET_BROADCAST] = "CAP_NET_BROADCAST",
    [CAP_NET_ADMIN] = "CAP_NET_ADMIN",
    [CAP_NET_RAW] = "CAP_NET_RAW",
    [CAP_IPC_LOCK] = "CAP_IPC_LOCK",
    [CAP_IPC_OWNER] = "CAP_IPC_OWNER",
    [CAP_SYS_MODULE] = "CAP_SYS_MODULE",
    [CAP_SYS_RAWIO] = "CAP_SYS_RAWIO",
    [CAP_SYS_CHROOT] = "CAP_SYS_CHROOT",
    [CAP_SYS_PTRACE] = "CAP_SYS_PTRACE",
    [CAP_SYS_PACCT] = "CAP_SYS_PACCT",
    [CAP_SYS_ADMIN] = "CAP_SYS_ADMIN",
    [CAP_SYS_BOOT] = "CAP_SYS_BOOT",
    [CAP_SYS_NICE] = "CAP_SYS_NICE",
    [CAP_SYS_RESOURCE] = "CAP_SYS_RESOURCE",
    [CAP_SYS_TIME] = "CAP_SYS_TIME",
    [CAP_SYS_TTY_CONFIG] = "CAP_SYS_TTY_CONFIG",
    [CAP_MKNOD] = "CAP_MKNOD",
    [CAP_LEASE] = "CAP_LEASE",
    [CAP_AUDIT_WRITE] = "CAP_AUDIT_WRITE",
    [CAP_AUDIT_CONTROL] = "CAP_AUDIT_CONTROL",
    [CAP_SETFCAP] = "CAP_SETFCAP",
    [CAP_MAC_OVERRIDE] = "CAP_MAC_OVERRIDE",
    [CAP_MAC_ADMIN] = "CAP_MAC_ADMIN",
    [CAP_SYSLOG] = "CAP_SYSLOG",
    [CAP_WAKE_ALARM] = "CAP_WAKE_ALARM",
    [CAP_BLOCK_SUSPEND] = "CAP_BLOCK_SUSPEND",
    [CAP_AUDIT_READ] = "CAP_AUDIT_READ",
    [CAP_PERFMON] = "CAP_PERFMON",
    [CAP_BPF] = "CAP_BPF",
    [CAP_CHECKPOINT_RESTORE] = "CAP_CHECKPOINT_RESTORE",
};

enum { PREFIX_LENGTH = sizeof("CAP_") - 1 };

int capability_from_name(const char *name)
{
    if (strncasecmp(name, "CAP_", PREFIX_LENGTH) == 0)
        name += PREFIX_LENGTH;
    for (size_t i = 0; i < ELEMENTSOF(capability_table); i++)
        if (strcasecmp(capability_table[i] + PREFIX_LENGTH, name) == 0)
            return (int) i;
    return -EINVAL;
}

const char *capability_to_name(unsigned capability)
{
    return capability < ELEMENTSOF(capability_table) ? capability_table[capability] : NULL;
}

static int mask_from_names(char *const *names, uint64_t *ret, Error *reterr)
{
    uint64_t mask = 0;

    STRV_FOREACH (name, names) {
        int capability = capability_from_name(*name);

        if (capability < 0)
            return error_set(reterr, capability, "unknown capability \"%s\"", *name);
        mask |= BIT(capability);
    }
    *ret = mask;
    return 0;
}

int capability_mask_from_sets(char *const *retain, char *const *remove, uint64_t *ret, Error *reterr)
{
    uint64_t retained = default_mask, removed;
    int r;

    if (retain) {
        r = mask_from_names(retain, &retained, reterr);
        if (r < 0)
            return r;
    }
    r = mask_from_names(remove, &removed, reterr);
    if (r < 0)
        return r;
    *ret = retained & ~removed;
    return 0;
}

int capability_bound(uint64_t mask)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -errno;
    /* Up to the last one of the running kernel, not the last that this program knows: an unknown capability
     * is in no mask. */
    for (unsigned i = 0; i < 64; i++)
        if (!(mask & BIT(i)) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
            return errno == EINVAL ? 0 : -errno;
    return 0;
}

int capability_set(uint64_t mask)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

    if (syscall(SYS_capget, &header, data) < 0)
        return -errno;
    for (unsigned i = 0; i < ELEMENTSOF(data); i++) {
        data[i].permitted &= (uint32_t) (mask >> (32 * i));
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}
