/* SPDX-License-Identifier: Apache-2.0 */
/* The name of a link is the hash of its target, so that a look-up takes one system call for each directory
 * above the path, whatever the number of entries. Adding is one call, too: the kernel makes a link
 * completely or not at all.
 *
 * A process that adds has a shared lock, a process that prunes an exclusive one. Otherwise an entry could
 * be removed whose directory has just come back. */

#include "writable-sources.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "sandbox/mount-table.h"

enum { NAME_SIZE = 17 };
#define NS_PER_S INT64_C(1000000000)
#define HASH_START UINT64_C(0xcbf29ce484222325)

/* FNV-1a: an administrator chose the paths, nobody wants them to collide. */
static uint64_t hash_more(uint64_t hash, char c)
{
    return (hash ^ (unsigned char) c) * UINT64_C(0x100000001b3);
}

static uint64_t hash_path(const char *path)
{
    uint64_t hash = HASH_START;

    while (*path)
        hash = hash_more(hash, *path++);
    return hash;
}

static void entry_name(uint64_t hash, char ret[static NAME_SIZE])
{
    (void) snprintf(ret, NAME_SIZE, "%016" PRIx64, hash);
}

/* Whether there is an entry for these n bytes. */
static int has_entry(int record, uint64_t hash, const char *path, size_t n)
{
    char name[NAME_SIZE], target[PATH_MAX];
    ssize_t length;

    entry_name(hash, name);
    length = readlinkat(record, name, target, sizeof(target));
    if (length < 0)
        return errno == ENOENT ? 0 : -errno;
    return (size_t) length == n && memcmp(target, path, n) == 0;
}

int writable_sources_open(const char *record)
{
    int fd = open(record, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT) {
        if (mkdir(record, 0700) < 0 && errno != EEXIST)
            return -errno;
        fd = open(record, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return fd < 0 ? -errno : fd;
}

/* ----- Other mounts of a directory ----- */

/* The part of path below directory: "" or "/…"; NULL: it is not below. */
static const char *below(const char *path, const char *directory)
{
    const char *rest = streq(directory, "/") ? path : startswith(path, directory);

    return rest && (*rest == '/' || *rest == '\0') ? rest : NULL;
}

/* Called for each path under which the host has a directory, until the answer is not 0. */
typedef int (*PathHandler)(int record, const char *path, void *userdata);

/* All mounts that show the same directory of the same file system as path in the mount own. */
static int each_elsewhere(int record, const MountTable *mounts, const MountEntry *own, const char *path,
                          PathHandler handler, void *userdata)
{
    const char *rest = below(path, own->point);
    _cleanup_free_ char *inside = NULL;

    if (!rest)
        return 0;
    inside = string_concat(streq(own->root, "/") ? "" : own->root, streq(rest, "/") ? "" : rest);
    if (!inside)
        return -ENOMEM;
    for (size_t i = 0; i < mounts->n; i++) {
        const MountEntry *entry = &mounts->entries[i];
        const char *shown = streq(entry->device, own->device) ? below(inside, entry->root) : NULL;
        _cleanup_free_ char *other = NULL;
        int r;

        if (!shown || entry == own)
            continue;
        other = string_concat(streq(entry->point, "/") ? "" : entry->point, shown);
        r = other ? handler(record, other, userdata) : -ENOMEM;
        if (r != 0)
            return r;
    }
    return 0;
}

static int each_other_path(int record, int dir, const char *path, PathHandler handler, void *userdata)
{
    _cleanup_mount_table_ MountTable mounts = { 0 };
    struct statx stx;
    int r;

    if (statx(dir, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0)
        return -errno;
    r = mount_table_read(&mounts);
    for (size_t i = 0; r >= 0 && i < mounts.n; i++)
        if (mounts.entries[i].id == stx.stx_mnt_id)
            return each_elsewhere(record, &mounts, &mounts.entries[i], path, handler, userdata);
    return r;
}

/* ----- Looking for an entry ----- */

static int find_above(int record, const char *path, void *userdata)
{
    uint64_t hash = HASH_START;
    char **ret = userdata;

    for (const char *p = path; *p; p++) {
        int r;

        hash = hash_more(hash, *p);
        if (p[1] != '/' && p[1] != '\0')
            continue;
        r = has_entry(record, hash, path, (size_t) (p + 1 - path));
        if (r == 0)
            continue;
        if (r > 0) {
            *ret = strndup(path, (size_t) (p + 1 - path));
            if (!*ret)
                return -ENOMEM;
        }
        return r;
    }
    return 0;
}

int writable_sources_find(int record, int dir, const char *path, char **ret)
{
    int r = lock_fd(record, LOCK_KIND_SHARED, true);

    if (r < 0)
        return r;
    r = find_above(record, path, ret);
    if (r == 0)
        r = each_other_path(record, dir, path, find_above, ret);
    (void) flock(record, LOCK_UN);
    return r;
}

/* ----- Adding one ----- */

/* -EEXIST: another path has the same name. */
static int add_path(int record, const char *path, void *userdata _unused_)
{
    uint64_t hash = hash_path(path);
    char name[NAME_SIZE];
    int r;

    if (streq(path, "") || streq(path, "/"))
        return 0;
    entry_name(hash, name);
    if (symlinkat(path, record, name) >= 0)
        return 0;
    if (errno != EEXIST)
        return -errno;
    r = has_entry(record, hash, path, strlen(path));
    return r == 0 ? -EEXIST : r < 0 ? r : 0;
}

/* A bind mount may be gone when its entry is looked for, so all other paths are added the first time, too.
 * The path itself comes last: its entry means that the others exist. */
static int add_locked(int record, int dir, const char *path)
{
    int r = has_entry(record, hash_path(path), path, strlen(path));

    if (r != 0)
        return r < 0 ? r : 0;
    r = each_other_path(record, dir, path, add_path, NULL);
    return r < 0 ? r : add_path(record, path, NULL);
}

int writable_sources_add(int record, int dir, const char *path)
{
    int r = lock_fd(record, LOCK_KIND_SHARED, true);

    if (r < 0)
        return r;
    r = add_locked(record, dir, path);
    (void) flock(record, LOCK_UN);
    return r;
}

/* ----- Pruning ----- */

/* The time of a link is when its target was last seen: a missing directory may be on a disk that is not
 * mounted now. */
static int prune_entry(int record, const char *name, int64_t grace_ns)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(record, name, target, sizeof(target) - 1);
    struct stat of_link, st;

    if (n < 0)
        return errno == EINVAL || errno == ENOENT ? 0 : -errno;
    target[n] = '\0';
    if (lstat(target, &st) >= 0 || (errno != ENOENT && errno != ENOTDIR))
        return utimensat(record, name, NULL, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
    if (fstatat(record, name, &of_link, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (time(NULL) - of_link.st_mtime < grace_ns / NS_PER_S)
        return 0;
    return unlinkat(record, name, 0) < 0 ? -errno : 0;
}

int writable_sources_prune(int record, int64_t grace_ns)
{
    _cleanup_closedir_ DIR *dir = NULL;
    int r = directory_open(record, ".", &dir);

    if (r < 0)
        return r;
    r = lock_fd(record, LOCK_KIND_EXCLUSIVE, false);
    if (r < 0)
        return r == -EWOULDBLOCK ? 0 : r;
    for (struct dirent *entry; r >= 0 && (entry = readdir(dir));)
        r = prune_entry(record, entry->d_name, grace_ns);
    (void) flock(record, LOCK_UN);
    return r;
}
