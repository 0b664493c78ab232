/* SPDX-License-Identifier: Apache-2.0 */
/* Masks and read-only mounts, new mounts, and the file systems that lie under the pod's own. */
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* What lies behind a mask shows itself by being no empty directory, and no empty file. */
static bool is_masked(const char *path)
{
    struct dirent *entry;
    DIR *dir = opendir(path);
    char byte;
    int fd;

    if (dir) {
        do
            entry = readdir(dir);
        while (entry && entry->d_name[0] == '.');
        closedir(dir);
        return !entry;
    }
    fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return true;
    if (read(fd, &byte, 1) > 0) {
        close(fd);
        return false;
    }
    close(fd);
    return true;
}

static const char *target; /* of what follows */

static long take_away(_unused long flags)
{
    return umount2(target, (int) flags);
}

static long bind_over(_unused long flags)
{
    return mount("/dev", target, NULL, MS_BIND, NULL);
}

static long make_writable(_unused long flags)
{
    return mount(NULL, target, NULL, (unsigned long) (MS_REMOUNT | flags), NULL);
}

static long share(_unused long flags)
{
    return mount(NULL, target, NULL, MS_SHARED, NULL);
}

static long look_beneath(_unused long flags)
{
    return syscall(SYS_open_tree, AT_FDCWD, target, (unsigned) flags);
}

static long mount_anew(_unused long unused)
{
    return mount("none", "/tmp", target, 0, NULL);
}

static void try_on(const char *path, const char *what, long (*perform)(long), long argument)
{
    target = path;
    if (!is_refusal(outcome(perform, argument)))
        through("%s: %s", path, what);
}

static void unmask(void)
{
    static const char *const masked[] = { "/proc/kcore", "/proc/keys", "/proc/kallsyms",  "/proc/timer_list",
                                          "/proc/scsi",  "/proc/acpi", "/proc/config.gz", "/sys/firmware",
                                          "/sys/module", "/sys/fs",    "/sys/power" };

    for (size_t i = 0; i < sizeof(masked) / sizeof(*masked); i++) {
        if (access(masked[i], F_OK) < 0)
            continue;
        try_on(masked[i], "unmounted", take_away, MNT_DETACH);
        try_on(masked[i], "covered", bind_over, 0);
        if (!is_masked(masked[i]))
            through("%s can be read", masked[i]);
    }
    try_on("/proc", "seen without its masks", look_beneath, 1 /* OPEN_TREE_CLONE */);
    try_on("/sys", "seen without its masks", look_beneath, 1);
}

static void remount(void)
{
    static const char *const read_only[] = { "/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus",
                                             "/sys" };

    for (size_t i = 0; i < sizeof(read_only) / sizeof(*read_only); i++) {
        if (access(read_only[i], F_OK) < 0)
            continue;
        try_on(read_only[i], "writable", make_writable, MS_BIND);
        try_on(read_only[i], "writable at the root", make_writable, 0);
        try_on(read_only[i], "unmounted", take_away, MNT_DETACH);
    }
}

static void new_mounts(void)
{
    static const char *const types[] = { "proc",     "sysfs",   "cgroup",   "cgroup2",
                                         "tmpfs",    "debugfs", "devtmpfs", "securityfs",
                                         "configfs", "bpf",     "overlay",  "mqueue" };

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        try_on(types[i], "mounted", mount_anew, 0);
}

/* Into what the host has given; the host looks whether it sees something. */
static void propagation(void)
{
    try_on("/volume", "covered", bind_over, 0);
    try_on("/volume", "made shared", share, 0);
    mkdir("/volume/below", 0755);
    try_on("/volume/below", "covered", bind_over, 0);
}

/* In a volume that another pod mounts below: the target goes away and comes back as a link, all the time. */
static void swap_target(void)
{
    mkdir("/volume/target", 0755);
    (void) !symlink("../../../../../../../run/host-target", "/volume/link");
    for (;;)
        syscall(SYS_renameat2, AT_FDCWD, "/volume/target", AT_FDCWD, "/volume/link", 2 /* RENAME_EXCHANGE */);
}

/* Of a file system that the host uses, by whatever file of it. */
static void freeze_files(void)
{
    static const char *const files[] = { "/", "/etc/resolv.conf", "/etc/hosts", "/run/systemd/journal",
                                         "/volume" };
    static const unsigned long requests[] = { FIFREEZE, FITHAW, 0x8004587d /* FS_IOC_SHUTDOWN */ };

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        for (size_t j = 0; j < sizeof(requests) / sizeof(*requests); j++) {
            int fd = open(files[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);

            if (fd < 0)
                continue;
            /* Any other error comes from the file system, which was asked then. */
            if (syscall(SYS_ioctl, fd, requests[j], 0) >= 0 || errno != EPERM)
                through("%s: request %#lx: %s", files[i], requests[j], strerror(errno));
            close(fd);
        }
}

const Attack mounts_attacks[] = {
    { "unmask", unmask },
    { "remount", remount },
    { "new-mounts", new_mounts },
    { "propagation", propagation },
    { "swap-target", swap_target },
    { "freeze-files", freeze_files },
    {},
};
