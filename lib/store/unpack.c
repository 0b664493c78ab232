/* SPDX-License-Identifier: Apache-2.0 */
/* Images are laid over each other from the lowest up, each by a process of its own, and each entry replaces
 * what had its name, so that a hard link means the file of its own image and whatever is above wins. The
 * parent of an entry is opened beneath the root by the kernel, which treats the root as "/": absolute
 * symlinks and ".." in them stay inside. The last component is never followed. A parent that an entry needs
 * and that is missing, or is not a directory, becomes one. */

#include "unpack.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>

#include "aci.h"
#include "base/array.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "layer-description.h"

typedef struct DirectoryTime {
    char *path;
    struct timespec mtime;
} DirectoryTime;

typedef struct Unpacker {
    int root; /* not owned */
    LayerDescription description;
    DirectoryTime *times;
    size_t n_times;
    uint64_t n_entries, n_implied;
    int64_t begin_ns;
    char *parent_path; /* the directory that the last entry stood in */
    int parent;
} Unpacker;

static void unpacker_done(Unpacker *unpacker)
{
    for (size_t i = 0; i < unpacker->n_times; i++)
        free(unpacker->times[i].path);
    free(unpacker->times);
    free(unpacker->parent_path);
    safe_close(unpacker->parent);
    layer_description_done(&unpacker->description);
}

/* ----- Times of directories ----- */

static int remember_time(Unpacker *unpacker, const char *path, const struct timespec *mtime)
{
    DirectoryTime *time = ARRAY_APPEND(unpacker->times, unpacker->n_times);

    if (!time)
        return -ENOMEM;
    *time = (DirectoryTime){ .path = strdup(path), .mtime = *mtime };
    return time->path ? 0 : -ENOMEM;
}

/* A directory of an image below keeps its time, whatever is made in it. Those that were changed since we
 * began have been here before. */
static int keep_time(Unpacker *unpacker, const char *path, int fd)
{
    struct timespec now;
    struct stat st;
    int64_t time;

    if (fstat(fd, &st) < 0)
        return -errno;
    (void) clock_gettime(CLOCK_REALTIME, &now);
    time = timespec_ns(&st.st_mtim);
    return time >= unpacker->begin_ns && time <= timespec_ns(&now)
                   ? 0
                   : remember_time(unpacker, path, &st.st_mtim);
}

/* In the order in which they came: the last time of a path is the one that counts. A directory may have been
 * replaced since. */
static int set_times(const Unpacker *unpacker, Error *reterr)
{
    for (size_t i = 0; i < unpacker->n_times; i++) {
        const DirectoryTime *time = &unpacker->times[i];
        const struct timespec times[2] = { time->mtime, time->mtime };
        _cleanup_close_ int fd = open_in_root(unpacker->root, *time->path ? time->path : ".",
                                              O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

        if (fd >= 0 && futimens(fd, times) < 0)
            return error_set_errno(reterr, -errno, "cannot set the time of \"%s\"", time->path);
    }
    return 0;
}

/* ----- Parents ----- */

static int open_directory(Unpacker *unpacker, const char *path)
{
    return open_in_root(unpacker->root, *path ? path : ".", O_RDONLY | O_DIRECTORY, 0);
}

/* A short entry may need many: an image must not make more of a disk than its own size lets expect. */
static int make_implied(Unpacker *unpacker, int parent, const char *name)
{
    _cleanup_close_ int fd = -EBADF;

    unpacker->n_implied++;
    if (unpacker->n_implied > TAR_IMPLIED_MAX + TAR_IMPLIED_PER_ENTRY * unpacker->n_entries ||
        unpacker->n_implied > TAR_ENTRIES_MAX)
        return -E2BIG;
    if (mkdirat(parent, name, 0755) < 0) {
        if (errno != EEXIST)
            return -errno;
        if (unlinkat(parent, name, 0) < 0 || mkdirat(parent, name, 0755) < 0)
            return -errno;
    }
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fchown(fd, 0, 0) < 0 || fchmod(fd, 0755) < 0)
        return -errno;
    return TAKE_FD(fd);
}

/* path is changed and restored. Recursion is as deep as the path, which has a limit. */
static int open_or_make_directory(Unpacker *unpacker, char *path)
{
    _cleanup_close_ int parent = -EBADF;
    int fd = open_directory(unpacker, path);
    char *slash;

    if (fd >= 0 && keep_time(unpacker, path, fd) < 0) {
        (void) close(fd);
        return -ENOMEM;
    }
    if (fd >= 0 || (fd != -ENOENT && fd != -ENOTDIR && fd != -ELOOP))
        return fd;
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    parent = open_or_make_directory(unpacker, slash ? path : (char[]){ "" });
    if (slash)
        *slash = '/';
    return parent < 0 ? parent : make_implied(unpacker, parent, slash ? slash + 1 : path);
}

/* Most entries stand where the one before stood. What an entry replaces is in its parent, never the parent
 * itself, so the descriptor stays right from one to the next. */
static int enter_parent(Unpacker *unpacker, const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t) (slash - path) : 0;
    char *parent;
    int fd;

    *ret_name = slash ? slash + 1 : path;
    if (unpacker->parent >= 0 && strlen(unpacker->parent_path) == length &&
        memcmp(unpacker->parent_path, path, length) == 0)
        return 0;
    parent = strndup(path, length);
    if (!parent)
        return -ENOMEM;
    fd = open_or_make_directory(unpacker, parent);
    if (fd < 0) {
        free(parent);
        return fd;
    }
    safe_close(unpacker->parent);
    free(unpacker->parent_path);
    unpacker->parent = fd;
    unpacker->parent_path = parent;
    return 0;
}

/* ----- Entries ----- */

/* What had the name goes. */
static int clear_name(Unpacker *unpacker, const char *name)
{
    if (unlinkat(unpacker->parent, name, 0) >= 0)
        return 0;
    return errno == EISDIR ? remove_tree_at(unpacker->parent, name) : -errno;
}

static int set_xattrs(TarReader *reader, int fd)
{
    const char *name;
    const void *value;
    size_t size;

    while (tar_reader_xattr(reader, &name, &value, &size) > 0)
        if (fsetxattr(fd, name, value, size, 0) < 0) {
            /* Not every file system stores a user's attributes; capabilities must not get lost in silence. */
            if (errno == EOPNOTSUPP && startswith(name, "user."))
                continue;
            return -errno;
        }
    return 0;
}

/* The owner first: a change of it takes set-user-ID bits and capabilities away. */
static int set_attributes(TarReader *reader, const TarEntry *entry, int fd)
{
    const struct timespec times[2] = { entry->mtime, entry->mtime };
    int r;

    if (fchown(fd, entry->uid, entry->gid) < 0 || fchmod(fd, entry->mode) < 0)
        return -errno;
    r = set_xattrs(reader, fd);
    if (r < 0)
        return r;
    return futimens(fd, times) < 0 ? -errno : 0;
}

static int write_contents(TarReader *reader, const TarEntry *entry, int fd, Error *reterr)
{
    uint64_t offset, end = 0;
    const void *data;
    size_t size;
    int r;

    while ((r = tar_reader_data(reader, &data, &size, &offset, reterr)) > 0) {
        if (offset > entry->size || size > entry->size - offset)
            return error_set(reterr, -EBADMSG, "more contents than the entry's size");
        if (offset != end && lseek(fd, (off_t) offset, SEEK_SET) < 0)
            return -errno;
        r = write_full(fd, data, size);
        if (r < 0)
            return r;
        end = offset + size;
    }
    if (r < 0)
        return r;
    return end < entry->size && ftruncate(fd, (off_t) entry->size) < 0 ? -errno : 0;
}

static int place_file(Unpacker *unpacker, TarReader *reader, const TarEntry *entry, const char *name,
                      Error *reterr)
{
    enum { FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC };
    _cleanup_close_ int fd = openat(unpacker->parent, name, FLAGS, 0600);
    int r;

    if (fd < 0 && errno == EEXIST) {
        r = clear_name(unpacker, name);
        if (r < 0)
            return r;
        fd = openat(unpacker->parent, name, FLAGS, 0600);
    }
    if (fd < 0)
        return -errno;
    r = write_contents(reader, entry, fd, reterr);
    return r < 0 ? r : set_attributes(reader, entry, fd);
}

static int place_directory(Unpacker *unpacker, TarReader *reader, const TarEntry *entry, const char *path,
                           const char *name)
{
    _cleanup_close_ int fd = -EBADF;
    struct stat st;
    int r;

    if (mkdirat(unpacker->parent, name, 0700) < 0) {
        if (errno != EEXIST || fstatat(unpacker->parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return -errno;
        if (!S_ISDIR(st.st_mode) &&
            (unlinkat(unpacker->parent, name, 0) < 0 || mkdirat(unpacker->parent, name, 0700) < 0))
            return -errno;
    }
    fd = openat(unpacker->parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    r = set_attributes(reader, entry, fd);
    return r < 0 ? r : remember_time(unpacker, path, &entry->mtime);
}

static int set_node_attributes(Unpacker *unpacker, const TarEntry *entry, const char *name)
{
    const struct timespec times[2] = { entry->mtime, entry->mtime };

    if (fchownat(unpacker->parent, name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    /* A symlink has no mode of its own; all else was made by us just now, so there is no link to follow. */
    if (entry->kind != TAR_SYMLINK && fchmodat(unpacker->parent, name, entry->mode, 0) < 0)
        return -errno;
    return utimensat(unpacker->parent, name, times, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int make_node(Unpacker *unpacker, const TarEntry *entry, const char *name)
{
    static const mode_t types[_TAR_KIND_MAX] = {
        [TAR_CHARACTER_DEVICE] = S_IFCHR,
        [TAR_BLOCK_DEVICE] = S_IFBLK,
        [TAR_FIFO] = S_IFIFO,
    };
    int r;

    if (entry->kind == TAR_SYMLINK)
        r = symlinkat(entry->target, unpacker->parent, name);
    else
        r = mknodat(unpacker->parent, name, types[entry->kind] | 0600, entry->device);
    return r < 0 ? -errno : 0;
}

static int place_node(Unpacker *unpacker, const TarEntry *entry, const char *name)
{
    int r = make_node(unpacker, entry, name);

    if (r == -EEXIST) {
        r = clear_name(unpacker, name);
        if (r >= 0)
            r = make_node(unpacker, entry, name);
    }
    return r < 0 ? r : set_node_attributes(unpacker, entry, name);
}

static bool is_same_file(int dir, const char *name, int other_dir, const char *other)
{
    struct stat a, b;

    return fstatat(dir, name, &a, AT_SYMLINK_NOFOLLOW) >= 0 &&
           fstatat(other_dir, other, &b, AT_SYMLINK_NOFOLLOW) >= 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static int make_link(int from, const char *target, int to, const char *name)
{
    return linkat(from, target, to, name, 0) < 0 ? -errno : 0;
}

static int place_hard_link(Unpacker *unpacker, const TarEntry *entry, const char *name, Error *reterr)
{
    const char *target = entry->target + strlen(ACI_ROOTFS "/"), *slash = strrchr(target, '/');
    _cleanup_free_ char *directory = strndup(target, slash ? (size_t) (slash - target) : 0);
    const char *base = slash ? slash + 1 : target;
    _cleanup_close_ int fd = -EBADF;
    int r;

    if (!directory)
        return -ENOMEM;
    fd = open_directory(unpacker, directory);
    r = fd < 0 ? fd : make_link(fd, base, unpacker->parent, name);
    if (r == -EEXIST && is_same_file(fd, base, unpacker->parent, name))
        return 0;
    if (r == -EEXIST) {
        r = clear_name(unpacker, name);
        if (r >= 0)
            r = make_link(fd, base, unpacker->parent, name);
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot be a hard link to \"%.256s\"", target) : 0;
}

static int place_entry(Unpacker *unpacker, TarReader *reader, const TarEntry *entry, Error *reterr)
{
    const char *path = entry->path + strlen(ACI_ROOTFS "/"), *name;
    int r;

    unpacker->n_entries++;
    r = enter_parent(unpacker, path, &name);
    if (r == -E2BIG)
        return error_set(reterr, r, "it needs too many directories that the image has no entries for");
    if (r < 0)
        return r;
    switch (entry->kind) {
    case TAR_FILE: return place_file(unpacker, reader, entry, name, reterr);
    case TAR_DIRECTORY: return place_directory(unpacker, reader, entry, path, name);
    case TAR_HARDLINK: return place_hard_link(unpacker, entry, name, reterr);
    default: return place_node(unpacker, entry, name);
    }
}

/* ----- The image ----- */

/* What the layers were resolved from must be what the blob says, or a changed cas/imageManifest could choose
 * the dependencies. */
static int check_manifest(const Unpacker *unpacker, AciReader *reader, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r = aci_reader_manifest(reader, &text, &size, reterr);

    if (r < 0)
        return r;
    if (size != unpacker->description.manifest_size ||
        memcmp(text, unpacker->description.manifest, size) != 0)
        return error_set(reterr, -EBADMSG, "the stored manifest is not the image's own");
    return 0;
}

static int add_entry(Unpacker *unpacker, AciReader *reader, const TarEntry *entry, Error *reterr)
{
    const char *path;
    int r;

    if (*entry->path == '\0')
        return 0;
    if (streq(entry->path, ACI_MANIFEST))
        return check_manifest(unpacker, reader, reterr);
    if (streq(entry->path, ACI_ROOTFS)) {
        r = set_attributes(reader->tar, entry, unpacker->root);
        return r < 0 ? r : remember_time(unpacker, "", &entry->mtime);
    }
    path = startswith(entry->path, ACI_ROOTFS "/");
    if (!layer_description_admits(&unpacker->description, path, entry->kind == TAR_DIRECTORY))
        return 0;
    r = place_entry(unpacker, reader->tar, entry, reterr);
    return r < 0 ? tar_entry_failed(path, r, reterr) : 0;
}

static int add_entries(Unpacker *unpacker, int from, Error *reterr)
{
    _cleanup_aci_reader_ AciReader reader = {};
    TarEntry entry;
    int r = aci_reader_init(&reader, from, reterr);

    if (r < 0)
        return r;
    while ((r = aci_reader_next(&reader, &entry, reterr)) > 0) {
        r = add_entry(unpacker, &reader, &entry, reterr);
        if (r < 0)
            return r;
    }
    return r;
}

int unpack_layer(int root, const void *description, size_t size, int from, Error *reterr)
{
    _cleanup_(unpacker_done) Unpacker unpacker = { .root = root, .parent = -EBADF };
    struct timespec now;
    int r = layer_description_read(description, size, &unpacker.description);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot read what is said of the image");
    (void) clock_gettime(CLOCK_REALTIME_COARSE, &now); /* the clock of files */
    unpacker.begin_ns = timespec_ns(&now);
    r = add_entries(&unpacker, from, reterr);
    return r < 0 ? r : set_times(&unpacker, reterr);
}

int unpack_caged(int root, const void *argument, size_t size, Error *reterr)
{
    return unpack_layer(root, argument, size, STDIN_FILENO, reterr);
}
