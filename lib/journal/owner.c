/* SPDX-License-Identifier: Apache-2.0 */
/* The file is made exclusively, locked, and then read. An empty file was made by a process that is about to
 * lock it, or that was killed. The file is written in place, so that a process that waits for the lock gets
 * it on the right file. A process that removes a namespace removes the file under its lock, and a process
 * that waited for this lock starts again.
 *
 * The second line is the directory of the pod that wrote the file. With it another process can find out
 * whether the pod runs. */

#include "owner.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/process.h"
#include "base/string-util.h"
#include "namespace.h"

enum { LOCK_TRIES = 1500, LOCK_PAUSE_NS = 20000000, OWNER_SIZE_MAX = 2 * PATH_MAX, OPEN_TRIES = 16 };

typedef struct Owner {
    char *text; /* and in it: */
    const char *name, *directory;
} Owner;

static void owner_done(Owner *owner)
{
    free(owner->text);
}

/* ----- The file ----- */

/* -ENOENT: there is none. */
static int open_file(const char *name, int *ret)
{
    char path[JOURNAL_DIRECTORY_MAX];

    for (unsigned i = 0; journal_namespace_directory(name, i, path) >= 0; i++) {
        _cleanup_close_ int dir = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int fd = dir < 0 ? -1 : openat(dir, JOURNAL_OWNER_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);

        if (fd >= 0) {
            *ret = fd;
            return 0;
        }
        if (errno != ENOENT)
            return -errno;
    }
    return -ENOENT;
}

/* A process that holds the lock for longer has no right to it. -ESTALE: the file was removed in the
 * meantime. */
static int lock_file(int fd)
{
    static const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
    struct stat st;

    for (unsigned i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
        if (errno != EWOULDBLOCK)
            return -errno;
        if (i >= LOCK_TRIES)
            return -EBUSY;
        (void) nanosleep(&pause, NULL);
    }
    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_nlink == 0)
        return -ESTALE;
    return (st.st_mode & 0077) != 0 && fchmod(fd, 0600) < 0 ? -errno : 0;
}

static int read_owner(int fd, Owner *ret)
{
    int r = read_fd(fd, OWNER_SIZE_MAX, &ret->text, NULL);
    char *rest;

    if (r < 0)
        return r;
    rest = ret->text;
    ret->name = strsep(&rest, "\n");
    ret->directory = rest ? strsep(&rest, "\n") : "";
    return 0;
}

static int write_owner(int fd, const char *name)
{
    char directory[PATH_MAX], text[OWNER_SIZE_MAX];
    int n;

    if (!getcwd(directory, sizeof(directory)))
        return -errno;
    n = snprintf(text, sizeof(text), "%s\n%s\n", name, directory);
    if ((size_t) n >= sizeof(text))
        return -ENAMETOOLONG;
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t) n, 0) != n)
        return -errno;
    return 0;
}

/* ----- Claiming ----- */

static bool is_empty(const char *path)
{
    int r = directory_is_empty(AT_FDCWD, path);

    return r > 0 || r == -ENOENT;
}

/* Returns the index of the directory that journald writes to by default. */
static int find_home(const char *name, char ret[static JOURNAL_DIRECTORY_MAX])
{
    unsigned home = access("/var/log/journal", F_OK) < 0;

    return journal_namespace_directory(name, home, ret);
}

static int make_file(const char *name, int *ret, Error *reterr)
{
    char path[JOURNAL_DIRECTORY_MAX];
    _cleanup_close_ int dir = -EBADF;
    int r;

    for (unsigned i = 0; journal_namespace_directory(name, i, path) >= 0; i++)
        if (!is_empty(path))
            return error_set(reterr, -EBUSY,
                             "journal namespace %s is not rkt's: \"%s\" was there before; give the pod "
                             "another name, or --journal=host",
                             name, path);
    if (journal_is_there(name))
        return error_set(
                reterr, -EBUSY,
                "journal namespace %s is not rkt's, but runs; give the pod another name, or --journal=host",
                name);
    r = find_home(name, path);
    if (r >= 0)
        r = mkdir_parents_at(AT_FDCWD, path, 0755);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make journal namespace %s", name);
    dir = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    *ret = dir < 0 ? -1
                   : openat(dir, JOURNAL_OWNER_FILE, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                            0600);
    return *ret < 0 ? -errno : 0;
}

static bool pod_runs(const char *directory, const char *process_note)
{
    _cleanup_close_ int dir = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                        process = -EBADF;

    if (dir < 0)
        return false;
    if (flock(dir, LOCK_SH | LOCK_NB) < 0)
        return true;
    process = process_open_noted(dir, process_note, NULL);
    return process >= 0;
}

/* Earlier releases did not write the directory: if it still exists, it is beside ours. */
static bool owner_runs(const Owner *owner, const char *process_note)
{
    char path[NAME_MAX + 4];

    if (*owner->directory)
        return pod_runs(owner->directory, process_note);
    (void) snprintf(path, sizeof(path), "../%.*s", NAME_MAX, owner->name);
    return !strchr(owner->name, '/') && pod_runs(path, process_note);
}

static bool is_unit(const char *owner)
{
    return endswith(owner, ".service");
}

static int claim_file(int fd, const char *name, const char *owner, const char *process_note, Error *reterr)
{
    _cleanup_(owner_done) Owner found = {};
    int r = lock_file(fd);

    if (r == -EBUSY)
        return error_set(reterr, r,
                         "journal namespace %s is being removed, or somebody keeps its " JOURNAL_OWNER_FILE
                         " locked",
                         name);
    if (r >= 0)
        r = read_owner(fd, &found);
    if (r < 0 || streq(found.name, owner))
        return r;
    if (is_unit(found.name))
        return error_set(reterr, -EBUSY,
                         "journal namespace %s belongs to %s; give the pod another name, or --journal=host",
                         name, found.name);
    if (*found.name && owner_runs(&found, process_note))
        return error_set(reterr, -EBUSY,
                         "journal namespace %s belongs to pod \"%s\", which runs; give this pod another "
                         "name, or --journal=host",
                         name, found.name);
    return write_owner(fd, owner);
}

int journal_namespace_claim(const char *name, const char *owner, const char *process_note, Error *reterr)
{
    char path[JOURNAL_DIRECTORY_MAX];
    int r = -ESTALE;

    if (journal_namespace_directory(name, 0, path) < 0)
        return 0;
    /* Others make and remove it in the meantime, but not for ever. */
    for (unsigned i = 0; i < OPEN_TRIES && (r == -ESTALE || r == -EEXIST || r == -ENOENT); i++) {
        _cleanup_close_ int fd = -EBADF;

        r = open_file(name, &fd);
        if (r == -ENOENT)
            r = make_file(name, &fd, reterr);
        if (r >= 0)
            r = claim_file(fd, name, owner, process_note, reterr);
    }
    return r < 0 && r != -EBUSY ? error_set_errno(reterr, r, "cannot claim journal namespace %s", name) : r;
}

int journal_namespace_hold(const char *name, const char *owner)
{
    _cleanup_(owner_done) Owner found = {};
    _cleanup_close_ int fd = -EBADF;
    int r = open_file(name, &fd);

    if (r >= 0)
        r = lock_file(fd);
    if (r >= 0)
        r = read_owner(fd, &found);
    if (r < 0)
        return r == -ESTALE ? -ENOENT : r;
    return streq(found.name, owner) ? TAKE_FD(fd) : -ENOENT;
}
