/* SPDX-License-Identifier: Apache-2.0 */
/* The pidfd is opened first. If the process that has the number afterwards was started at the noted time,
 * then it is the noted process. It has had the number all the time, so the pidfd is its own.
 *
 * Numbers of namespaces and of mounts are reused too. Both together, in the same boot, count as proof.
 * Linux 6.8 and later never reuse the number of a mount. */

#include "process.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "fd-util.h"
#include "file-util.h"
#include "record.h"
#include "uuid.h"

#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x00004000U
#endif

enum { NOTE_MAX = 128, STAT_MAX = 4096, STAT_FIELDS_TO_START = 20 };

/* ----- Notes ----- */

static int read_boot_id(char ret[static UUID_LENGTH + 1])
{
    _cleanup_close_ int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (read_full(fd, ret, UUID_LENGTH) != UUID_LENGTH)
        return -EIO;
    ret[UUID_LENGTH] = '\0';
    return 0;
}

/* Two numbers that are reused, and the boot in which they are those noted. */
typedef struct Note {
    uint64_t first, second;
    char *boot;
} Note;

static const RecordField process_fields[] = {
    { "pid", RECORD_U64, offsetof(Note, first) },
    { "started", RECORD_U64, offsetof(Note, second) },
    { "boot", RECORD_STRING, offsetof(Note, boot) },
    {},
};

static const RecordField mounts_fields[] = {
    { "mount-namespace", RECORD_U64, offsetof(Note, first) },
    { "root-mount", RECORD_U64, offsetof(Note, second) },
    { "boot", RECORD_STRING, offsetof(Note, boot) },
    {},
};

static int put_note(int dir, const char *name, const RecordField *fields, uint64_t first, uint64_t second)
{
    char boot[UUID_LENGTH + 1];
    const Note note = { first, second, boot };
    int r = read_boot_id(boot);

    return r < 0 ? r : record_write_link(dir, name, fields, &note);
}

/* `FIRST SECOND BOOT`, the note of a pod that has been running since before there were records. */
static int read_early_note(int dir, const char *name, Note *ret)
{
    char text[NOTE_MAX] = "", boot[UUID_LENGTH + 1];
    int end = 0;

    if (readlinkat(dir, name, text, sizeof(text) - 1) < 0 ||
        sscanf(text, "%19" SCNu64 " %20" SCNu64 " %36s%n", &ret->first, &ret->second, boot, &end) != 3 ||
        text[end] != '\0')
        return -EBADMSG;
    ret->boot = strdup(boot);
    return ret->boot ? 0 : -ENOMEM;
}

/* The caller frees what is in it. */
static int read_note(int dir, const char *name, const RecordField *fields, Note *ret)
{
    int r = record_read_link(dir, name, fields, ret);

    if (r == -EBADMSG) {
        record_done(fields, ret);
        r = read_early_note(dir, name, ret);
    }
    return r >= 0 && (ret->first == 0 || !ret->boot) ? -EBADMSG : r;
}

static bool is_this_boot(const Note *note)
{
    char boot[UUID_LENGTH + 1];

    return read_boot_id(boot) >= 0 && streq(note->boot, boot);
}

static void note_done(Note *note)
{
    free(note->boot);
}

/* ----- One process ----- */

int process_start_time(pid_t pid, uint64_t *ret)
{
    char path[64], text[STAT_MAX];
    _cleanup_close_ int fd = -EBADF;
    char *field, *end;
    ssize_t n;

    (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    n = read(fd, text, sizeof(text) - 1);
    if (n <= 0)
        return n < 0 ? -errno : -ESRCH;
    text[n] = '\0';
    /* The second field is the program's name, which may contain any character. */
    field = strrchr(text, ')');
    for (unsigned i = 0; field && i < STAT_FIELDS_TO_START; i++) {
        field = strchr(field, ' ');
        field = field ? field + 1 : NULL;
    }
    if (!field)
        return -EBADMSG;
    *ret = strtoull(field, &end, 10);
    return *end == ' ' ? 0 : -EBADMSG;
}

int process_note(int dir, const char *name, pid_t pid)
{
    uint64_t started;
    int r = process_start_time(pid, &started);

    return r < 0 ? r : put_note(dir, name, process_fields, (uint64_t) pid, started);
}

bool process_has_ended(int process)
{
    struct pollfd end = { .fd = process, .events = POLLIN };

    return poll(&end, 1, 0) != 0;
}

int process_open_noted(int dir, const char *name, pid_t *ret_pid)
{
    _cleanup_close_ int process = -EBADF;
    _cleanup_(note_done) Note note = {};
    uint64_t started;
    int r = read_note(dir, name, process_fields, &note);

    if (r < 0)
        return r;
    if (note.first > INT32_MAX)
        return -EBADMSG;
    process = (int) syscall(SYS_pidfd_open, (pid_t) note.first, 0);
    if (process < 0)
        return errno == EINVAL ? -ESRCH : -errno; /* EINVAL: the number is a thread's now */
    r = process_start_time((pid_t) note.first, &started);
    if (r < 0)
        return r;
    if (started != note.second || process_has_ended(process) || !is_this_boot(&note))
        return -ESRCH;
    if (ret_pid)
        *ret_pid = (pid_t) note.first;
    return TAKE_FD(process);
}

/* ----- Mounts ----- */

typedef struct Mounts {
    uint64_t namespace, root;
} Mounts;

/* The mounts of the process with this directory in /proc. -ENOENT, -EACCES and others: they cannot be read.
 */
static int read_mounts(int proc, const char *process, Mounts *ret)
{
    char path[64];
    struct stat st;
    struct statx stx;

    (void) snprintf(path, sizeof(path), "%.32s/ns/mnt", process);
    if (fstatat(proc, path, &st, 0) < 0)
        return -errno;
    (void) snprintf(path, sizeof(path), "%.32s/root", process);
    if (statx(proc, path, 0, STATX_MNT_ID_UNIQUE, &stx) < 0)
        return -errno;
    if (!(stx.stx_mask & STATX_MNT_ID_UNIQUE) && statx(proc, path, 0, STATX_MNT_ID, &stx) < 0)
        return -errno;
    *ret = (Mounts){ .namespace = st.st_ino, .root = stx.stx_mnt_id };
    return 0;
}

static int open_proc(int *ret)
{
    int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    *ret = fd;
    return 0;
}

int process_note_mounts(int dir, const char *name)
{
    _cleanup_close_ int proc = -EBADF;
    Mounts mounts;
    int r = open_proc(&proc);

    if (r >= 0)
        r = read_mounts(proc, "self", &mounts);
    return r < 0 ? r : put_note(dir, name, mounts_fields, mounts.namespace, mounts.root);
}

static bool has_mounts(int proc, const char *process, const Mounts *mounts)
{
    Mounts of;

    return read_mounts(proc, process, &of) >= 0 && of.namespace == mounts->namespace &&
           of.root == mounts->root;
}

/* Compared again now that a pidfd holds the process: the number could have become another's. */
static int call_back(int proc, const char *name, const Mounts *mounts, ProcessCallback callback,
                     void *userdata)
{
    _cleanup_close_ int process = -EBADF;
    uint64_t pid;

    if (parse_u64(name, &pid) < 0 || pid > INT32_MAX || !has_mounts(proc, name, mounts))
        return 0;
    process = (int) syscall(SYS_pidfd_open, (pid_t) pid, 0);
    if (process < 0 || !has_mounts(proc, name, mounts) || process_has_ended(process))
        return 0;
    return callback(process, userdata);
}

int process_foreach_with_mounts(int dir, const char *name, ProcessCallback callback, void *userdata)
{
    _cleanup_closedir_ DIR *proc = NULL;
    _cleanup_(note_done) Note note = {};
    Mounts mounts;
    int r = read_note(dir, name, mounts_fields, &note);

    if (r < 0 || !is_this_boot(&note))
        return r == -ENOENT || r >= 0 ? 0 : r;
    mounts = (Mounts){ .namespace = note.first, .root = note.second };
    r = directory_open(AT_FDCWD, "/proc", &proc);
    for (const struct dirent *entry; r == 0 && (entry = readdir(proc));)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
            r = call_back(dirfd(proc), entry->d_name, &mounts, callback, userdata);
    return r;
}
