/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel lets be written in /proc and /sys, by each way that leads there. */
#include "hostile.h"

#include <fcntl.h>
#include <ftw.h>

/* What a root without privileges may write there: its own processes' files, and those that say no later. */
static bool is_harmless(const char *path)
{
    if (path[strlen("/proc/")] >= '0' && path[strlen("/proc/")] <= '9')
        return true;
    return strncmp(path, "/proc/sys/net/", strlen("/proc/sys/net/")) == 0 && getenv("OWN_NETWORK");
}

static int sweep_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    if (type == FTW_D && ftw->level == 1 && path[6] >= '0' && path[6] <= '9')
        return FTW_SKIP_SUBTREE;
    if (type == FTW_F && S_ISREG(st->st_mode) && (st->st_mode & 0222) && !is_harmless(path))
        open_for_writing(path);
    return FTW_CONTINUE;
}

/* Everything in /proc and /sys that is no process' own. */
static void kernel_files(void)
{
    nftw("/proc", sweep_one, 32, FTW_PHYS | FTW_ACTIONRETVAL);
    nftw("/sys", sweep_one, 32, FTW_PHYS | FTW_ACTIONRETVAL);
}

/* By every way that leads to a procfs. */
static void write_to_proc(const char *name)
{
    static const char *const ways[] = { "/proc", "/proc/1/root/proc", "/proc/self/root/proc",
                                        "/proc/thread-self/root/proc" };
    char path[128];

    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        snprintf(path, sizeof(path), "%s/%s", ways[i], name);
        open_for_writing(path);
    }
}

static void core_pattern(void)
{
    write_to_proc("sys/kernel/core_pattern");
}

static void sysrq(void)
{
    write_to_proc("sysrq-trigger");
}

/* The same files by the way of the pod's init, whose procfs is another mount. */
static void init_proc(void)
{
    static const char *const files[] = { "sys/kernel/core_pattern", "sys/kernel/modprobe", "sysrq-trigger",
                                         "sys/vm/overcommit_memory" };
    char path[128];

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        snprintf(path, sizeof(path), "/proc/1/root/proc/%s", files[i]);
        open_for_writing(path);
    }
}

/* What programs of the host look at when they are asked about the pod's machine. */
static void init_root(void)
{
    static const char *const directories[] = {
        "", "/etc", "/run", "/run/host", "/var", "/var/log", "/var/log/journal"
    };

    for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
        char path[64];

        snprintf(path, sizeof(path), "/proc/1/root%s/planted", directories[i]);
        if (symlink("/etc", path) >= 0)
            through("%s", path);
    }
    open_for_writing("/proc/1/root/etc/hosts");
    if (rename("/proc/1/root/var", "/proc/1/root/moved") >= 0)
        through("/var of the pod's init can be moved");
}

static int look_into(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    char byte;
    int fd = type == FTW_F && S_ISREG(st->st_mode) ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;

    (void) ftw;
    if (fd < 0)
        return FTW_CONTINUE;
    if (read(fd, &byte, 1) > 0)
        through("%s can be read", path);
    close(fd);
    return FTW_CONTINUE;
}

/* Where the kernel's memory lies, and what others on the host do. */
static void host_state(void)
{
    static const char *const paths[] = {
        "/proc/acpi",         "/proc/allocinfo",    "/proc/asound",        "/proc/buddyinfo",
        "/proc/driver/nvram", "/proc/driver/rtc",   "/proc/dynamic_debug", "/proc/fs",
        "/proc/interrupts",   "/proc/iomem",        "/proc/ioports",       "/proc/irq",
        "/proc/kallsyms",     "/proc/kcore",        "/proc/key-users",     "/proc/keys",
        "/proc/kmsg",         "/proc/kpagecgroup",  "/proc/kpagecount",    "/proc/kpageflags",
        "/proc/modules",      "/proc/pagetypeinfo", "/proc/sched_debug",   "/proc/slabinfo",
        "/proc/softirqs",     "/proc/timer_list",   "/proc/tty/driver",    "/proc/vmallocinfo",
        "/proc/vmcore",       "/proc/zoneinfo",     "/sys/firmware",       "/sys/module",
        "/sys/kernel/btf",    "/sys/kernel/debug",  "/sys/kernel/dmabuf",  "/sys/kernel/irq",
        "/sys/kernel/notes",  "/sys/kernel/slab",   "/sys/kernel/tracing", "/sys/kernel/vmcoreinfo",
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        nftw(paths[i], look_into, 32, FTW_PHYS | FTW_ACTIONRETVAL);
}

static void cgroup_files(void)
{
    char line[4096];
    FILE *file = fopen("/proc/self/mountinfo", "re");

    while (file && fgets(line, sizeof(line), file))
        if (strstr(line, " - cgroup"))
            through("mounted: %s", line);
    if (file)
        fclose(file);
    open_for_writing("/sys/fs/cgroup/cgroup.procs");
    open_for_writing("/sys/fs/cgroup/release_agent");
}

const Attack kernel_files_attacks[] = {
    { "kernel-files", kernel_files },
    { "core-pattern", core_pattern },
    { "sysrq", sysrq },
    { "init-proc", init_proc },
    { "init-root", init_root },
    { "cgroup-files", cgroup_files },
    { "host-state", host_state },
    {},
};
