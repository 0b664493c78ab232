/* SPDX-License-Identifier: Apache-2.0 */
/* A libarchive with a hole: it stands before the real one and does what an image says, by the name of one of
 * its entries (rootfs/HOLE-<work>-<deed>) or, where a file is inflated, by its text. What it did comes out as
 * the last words of the process, as an error that an image causes does. For cage.sh. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

struct archive;
struct archive_entry;

extern char **environ;
static const char *work = "";

/* As lib/sandbox/cage.c has it. */
static struct {
    int result;
    char words[2048];
} report;

__attribute__((constructor)) static void begin(int argc, char *argv[])
{
    work = argc == 2 && strcmp(argv[0], "(rkt-cage)") == 0 ? argv[1] : "";
}

static void found(const char *format, ...)
{
    size_t n = strlen(report.words);
    va_list ap;

    va_start(ap, format);
    (void) vsnprintf(report.words + n, sizeof(report.words) - n, format, ap);
    va_end(ap);
    (void) strncat(report.words, "; ", sizeof(report.words) - strlen(report.words) - 1);
}

static void end(int result)
{
    report.result = result;
    (void) !write(2, &report, sizeof(report));
    syscall(SYS_exit_group, 0);
}

/* ----- What a process in the hands of a stranger tries ----- */

/* libc looks at descriptors by a call that takes names. */
static bool look(int fd, struct stat *ret)
{
    return syscall(SYS_fstat, fd, ret) >= 0;
}

static void try_descriptors(void)
{
    struct stat pipe;

    if (!look(0, &pipe) || !S_ISFIFO(pipe.st_mode))
        found("standard input is no pipe");
    for (int fd = 0; fd < 64; fd++) {
        struct stat st;

        /* The root and what is open beneath it are the work's own; pipes are worth nothing. */
        if (!look(fd, &st) || S_ISFIFO(st.st_mode) || S_ISDIR(st.st_mode) ||
            (strcmp(work, "pack") == 0 && S_ISREG(st.st_mode) && fchmod(fd, 06755) < 0 && errno == ENOSYS))
            continue;
        found("descriptor %d is of type %o", fd, st.st_mode & S_IFMT);
        if (fchmod(fd, 06755) == 0)
            found("which is set-user-ID now");
    }
    for (int fd = 64; fd < 4096; fd++)
        if (look(fd, &pipe))
            found("descriptor %d is open", fd);
    for (int fd = 0; fd < 3; fd++)
        if (ioctl(fd, TIOCSTI, "x") == 0)
            found("descriptor %d is a terminal to type on", fd);
}

static void try_names(void)
{
    static const char *const names[] = { "/dev/tty",
                                         "/dev/null",
                                         "/proc/self/status",
                                         "/etc/passwd",
                                         "/var/lib/rkt",
                                         "/run/dbus/system_bus_socket",
                                         "/../usr/share/rkt-tests" };

    for (size_t i = strcmp(work, "pack") == 0 ? 6 : 0; i < sizeof(names) / sizeof(*names); i++)
        if (open(names[i], O_RDONLY) >= 0 || errno == EACCES)
            found("%s is there", names[i]);
    if (strcmp(work, "unpack") == 0)
        return;
    if (open("/HOLE", O_WRONLY | O_CREAT, 0600) >= 0 || mkdir("/HOLE", 0700) == 0)
        found("it can make files");
    if (chmod("/", 0777) == 0 || chown("/", 1, 1) == 0 || setxattr("/", "user.x", "x", 1, 0) == 0)
        found("it can change its root");
}

static void try_calls(void)
{
    static const struct {
        const char *name;
        long number, a, b, c;
    } calls[] = {
        { "unix socket", SYS_socket, AF_UNIX, SOCK_STREAM, 0 },
        { "internet socket", SYS_socket, AF_INET, SOCK_STREAM, 0 },
        { "user namespace", SYS_unshare, CLONE_NEWUSER, 0, 0 },
        { "clone", SYS_clone, SIGCHLD, 0, 0 },
        { "ptrace", SYS_ptrace, PTRACE_TRACEME, 0, 0 },
        { "kill", SYS_kill, -1, SIGCONT, 0 },
        { "memfd", SYS_memfd_create, (long) "x", 0, 0 },
        { "chroot", SYS_chroot, (long) ".", 0, 0 },
        { "setsid", SYS_setsid, 0, 0, 0 },
        { "prctl", SYS_prctl, 3, 0, 0 },
        { "keyctl", SYS_keyctl, 0, -3, 0 },
        { "epoll", SYS_epoll_create1, 0, 0, 0 },
        { "execve", SYS_execve, (long) "/proc/self/exe", 0, 0 },
        { "shared memory", SYS_shmget, 0, 4096, 01600 },
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        long r = syscall(calls[i].number, calls[i].a, calls[i].b, calls[i].c, 0, 0, 0);

        if (r >= 0 || errno != ENOSYS)
            found("%s: %s", calls[i].name, r >= 0 ? "there" : strerror(errno));
    }
    if (mount("none", "/", "tmpfs", 0, NULL) == 0 || umount("/") == 0)
        found("it can mount");
    if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        found("it can share memory");
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        found("it can have code");
}

static void try_all(void)
{
    if (environ && *environ)
        found("the environment begins with %s", *environ);
    try_descriptors();
    try_names();
    try_calls();
    if (!*report.words)
        found("nothing of value");
    end(-EBADMSG);
}

/* ----- Further deeds ----- */

/* Says that it has done what it has not. */
static void forge(void)
{
    int fd = strcmp(work, "unpack") == 0 ? open("/FORGED", O_WRONLY | O_CREAT, 0644) : -1;

    if (fd >= 0)
        close(fd);
    if (strcmp(work, "scan") == 0) {
        static const char record
                [] = "name=example.com/forged\n",
          manifest[] =
                  "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/forged\","
                  "\"labels\":[{\"name\":\"os\",\"value\":\"linux\"}]}";
        const uint32_t head[2] = { sizeof(record) - 1, sizeof(manifest) - 1 };

        (void) !write(1, head, sizeof(head));
        (void) !write(1, record, sizeof(record) - 1);
        (void) !write(1, manifest, sizeof(manifest) - 1);
    }
    end(0);
}

static void hang(void)
{
    for (;;)
        ;
}

static void die(void)
{
    *(volatile int *) 8 = 0;
}

static void babble(void)
{
    (void) snprintf(report.words, sizeof(report.words), "a\nb\r\033[31m\302\2331mred \342\200\256");
    end(-EBADMSG);
}

static void write_without_end(void)
{
    static char zeros[1 << 20];

    for (unsigned i = 0;; i++) {
        char name[32];
        int fd;

        (void) snprintf(name, sizeof(name), "/large-%u", i);
        fd = strcmp(work, "unpack") == 0 ? open(name, O_WRONLY | O_CREAT, 0600) : 1;
        for (int n = 0; n < 64; n++)
            (void) !write(fd, zeros, sizeof(zeros));
        if (fd != 1)
            close(fd);
    }
}

static void make_without_end(void)
{
    for (unsigned i = 0;; i++) {
        char name[32];

        (void) snprintf(name, sizeof(name), "/many-%u", i);
        (void) mknod(name, S_IFREG | 0600, 0);
    }
}

static const struct {
    const char *name;
    void (*perform)(void);
} deeds[] = {
    { "try", try_all },
    { "forge", forge },
    { "hang", hang },
    { "die", die },
    { "babble", babble },
    { "write", write_without_end },
    { "make", make_without_end },
};

static void obey(const char *text, size_t size)
{
    char hole[64];
    int n = snprintf(hole, sizeof(hole), "HOLE-%s-", work);
    const char *at = *work ? memmem(text, size, hole, (size_t) n) : NULL;

    if (!at)
        return;
    at += n;
    for (size_t i = 0; i < sizeof(deeds) / sizeof(*deeds); i++)
        if ((size_t) (text + size - at) >= strlen(deeds[i].name) &&
            memcmp(at, deeds[i].name, strlen(deeds[i].name)) == 0)
            deeds[i].perform();
}

/* ----- What stands before the real one ----- */

int archive_read_next_header(struct archive *archive, struct archive_entry **entry)
{
    int (*next)(struct archive *, struct archive_entry **) = dlsym(RTLD_NEXT, "archive_read_next_header");
    const char *(*name)(struct archive_entry *) = dlsym(RTLD_NEXT, "archive_entry_pathname");
    int r = next(archive, entry);

    if (r == 0 && name(*entry))
        obey(name(*entry), strlen(name(*entry)));
    return r;
}

int archive_read_data_block(struct archive *archive, const void **data, size_t *size, int64_t *offset)
{
    int (*next)(struct archive *, const void **, size_t *, int64_t *) =
            dlsym(RTLD_NEXT, "archive_read_data_block");
    int r = next(archive, data, size, offset);

    if (r == 0)
        obey(*data, *size);
    return r;
}

int archive_write_header(struct archive *archive, struct archive_entry *entry)
{
    int (*next)(struct archive *, struct archive_entry *) = dlsym(RTLD_NEXT, "archive_write_header");
    const char *(*name)(struct archive_entry *) = dlsym(RTLD_NEXT, "archive_entry_pathname");

    if (name(entry))
        obey(name(entry), strlen(name(entry)));
    return next(archive, entry);
}
