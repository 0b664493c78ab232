/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is opened but directories and what was a regular file a moment ago, without following a link and
 * without waiting; everything else is told by its inode. Holes stay holes: a sparse file of 8 GiB is small in
 * the image, too. The same tree gives the same bytes, but for the order that its file system has. */

#include "pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "aci.h"
#include "base/fd-util.h"
#include "base/string-util.h"
#include "base/xattr.h"

enum { PACK_BUFFER = 256 * 1024, PIECES_MAX = 4096 };

typedef struct Packer {
    struct archive *archive;
    struct archive_entry_linkresolver *links;
    uint8_t *buffer;
    int to; /* not owned */
    uint64_t entries, size;
    char path[TAR_PATH_MAX + 1]; /* of the entry in work, within the image */
    size_t length;
    unsigned depth;
} Packer;

static void packer_done(Packer *packer)
{
    archive_entry_linkresolver_free(packer->links);
    archive_write_free(packer->archive);
    free(packer->buffer);
}

DEFINE_CLEANUP_FUNC(struct archive_entry *, archive_entry_free)

/* ----- Bytes out ----- */

static la_ssize_t write_callback(struct archive *archive, void *userdata, const void *data, size_t size)
{
    const Packer *packer = userdata;
    int r = write_full(packer->to, data, size);

    if (r < 0) {
        archive_set_error(archive, -r, "%s", strerror(-r));
        return -1;
    }
    return (la_ssize_t) size;
}

static int archive_failed(const Packer *packer, Error *reterr)
{
    const char *why = archive_error_string(packer->archive);
    int r = archive_errno(packer->archive);

    return error_set(reterr, r > 0 ? -r : -EIO, "cannot write the image: %s", why ? why : "unknown error");
}

static int packer_open(Packer *packer, int to, Error *reterr)
{
    struct archive *a = packer->archive = archive_write_new();

    packer->to = to;
    packer->buffer = malloc(PACK_BUFFER);
    packer->links = archive_entry_linkresolver_new();
    if (!a || !packer->buffer || !packer->links)
        return -ENOMEM;
    archive_entry_linkresolver_set_strategy(packer->links, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE);
    if (archive_write_set_format_pax(a) != ARCHIVE_OK ||
        archive_write_set_format_option(a, "pax", "xattrheader", "SCHILY") != ARCHIVE_OK ||
        archive_write_add_filter_gzip(a) != ARCHIVE_OK ||
        archive_write_set_filter_option(a, "gzip", "timestamp", NULL) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
        archive_write_open(a, packer, NULL, write_callback, NULL) != ARCHIVE_OK)
        return archive_failed(packer, reterr);
    return 0;
}

/* A warning is about a name that is not UTF-8: it stays the bytes that it is. */
static int write_header(Packer *packer, struct archive_entry *entry, Error *reterr)
{
    int r = archive_write_header(packer->archive, entry);

    return r == ARCHIVE_OK || r == ARCHIVE_WARN ? 0 : archive_failed(packer, reterr);
}

static int write_data(Packer *packer, const void *data, size_t size, Error *reterr)
{
    for (const uint8_t *p = data; size > 0;) {
        la_ssize_t n = archive_write_data(packer->archive, p, size);

        if (n <= 0)
            return archive_failed(packer, reterr);
        p += n;
        size -= (size_t) n;
    }
    return 0;
}

/* ----- One file ----- */

/* But for the times that an image does not keep. */
static void entry_set_stat(struct archive_entry *entry, const struct stat *st)
{
    archive_entry_copy_stat(entry, st);
    archive_entry_unset_atime(entry);
    archive_entry_unset_ctime(entry);
    archive_entry_unset_birthtime(entry);
}

static int add_xattr(const char *name, const void *value, size_t size, void *userdata)
{
    archive_entry_xattr_add_entry(userdata, name, value, size);
    return 0;
}

/* Where a file has data. One with very many pieces is written as it reads. */
static void add_pieces(struct archive_entry *entry, int fd, off_t size)
{
    off_t at = 0, end;

    for (unsigned n = 0; at < size; n++, at = end) {
        at = lseek(fd, at, SEEK_DATA);
        if (at < 0 && errno == ENXIO) {
            if (n == 0)
                archive_entry_sparse_add_entry(entry, 0, 0);
            return;
        }
        end = at < 0 ? at : lseek(fd, at, SEEK_HOLE);
        if (end < 0 || n >= PIECES_MAX) {
            archive_entry_sparse_clear(entry);
            return;
        }
        archive_entry_sparse_add_entry(entry, at, (end < size ? end : size) - at);
    }
}

static int write_contents(Packer *packer, int fd, off_t size, Error *reterr)
{
    if (lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    while (size > 0) {
        size_t want = size < PACK_BUFFER ? (size_t) size : PACK_BUFFER;
        ssize_t n = read_full(fd, packer->buffer, want);
        int r;

        if (n < 0)
            return (int) n;
        if ((size_t) n < want)
            return error_set(reterr, -ESTALE, "it shrank while it was read");
        r = write_data(packer, packer->buffer, want, reterr);
        if (r < 0)
            return r;
        size -= (off_t) want;
    }
    return 0;
}

/* The first name of a file is the file, further ones are hard links to it. */
static int add_file(Packer *packer, int dir, const char *name, struct archive_entry *entry, Error *reterr)
{
    _cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct archive_entry *spare = NULL;
    struct stat st;
    int r;

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -ESTALE, "it was replaced while it was read");
    entry_set_stat(entry, &st);
    archive_entry_linkify(packer->links, &entry, &spare);
    if (archive_entry_hardlink(entry))
        return write_header(packer, entry, reterr);
    if ((uint64_t) st.st_size > TAR_SIZE_MAX - packer->size)
        return error_set(reterr, -EFBIG, "the image would unpack to more than %llu bytes", TAR_SIZE_MAX);
    packer->size += (uint64_t) st.st_size;
    r = xattr_foreach(fd, add_xattr, entry);
    if (r < 0)
        return r;
    if (st.st_blocks < st.st_size / 512)
        add_pieces(entry, fd, st.st_size);
    r = write_header(packer, entry, reterr);
    return r < 0 ? r : write_contents(packer, fd, st.st_size, reterr);
}

static int add_link(Packer *packer, int dir, const char *name, struct archive_entry *entry, Error *reterr)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

    if (n < 0)
        return -errno;
    target[n] = '\0';
    archive_entry_set_symlink(entry, target);
    archive_entry_set_size(entry, 0);
    return write_header(packer, entry, reterr);
}

/* ----- The tree ----- */

/* Goes into `name`; false when the path would be too long or too deep for an image. */
static bool path_push(Packer *packer, const char *name, size_t *ret_length)
{
    size_t length = strlen(name), slash = packer->length > 0;

    *ret_length = packer->length;
    if (packer->length + slash + length > TAR_PATH_MAX || packer->depth >= TAR_DEPTH_MAX)
        return false;
    if (slash)
        packer->path[packer->length++] = '/';
    memcpy(packer->path + packer->length, name, length + 1);
    packer->length += length;
    packer->depth++;
    return true;
}

static void path_pop(Packer *packer, size_t length)
{
    packer->path[packer->length = length] = '\0';
    packer->depth--;
}

static struct archive_entry *entry_new(const Packer *packer, const struct stat *st)
{
    struct archive_entry *entry = archive_entry_new();

    if (!entry)
        return NULL;
    entry_set_stat(entry, st);
    archive_entry_copy_pathname(entry, packer->path);
    return entry;
}

static int add_directory(Packer *packer, int dir, const char *name, struct archive_entry *entry,
                         Error *reterr);

static bool is_left_out(const struct stat *st)
{
    return S_ISSOCK(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev == 0);
}

static int add_entry(Packer *packer, int dir, const char *name, Error *reterr)
{
    _cleanup_(archive_entry_freep) struct archive_entry *entry = NULL;
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (is_left_out(&st))
        return 0;
    if (++packer->entries > TAR_ENTRIES_MAX)
        return error_set(reterr, -E2BIG, "the image would have more than %d entries", TAR_ENTRIES_MAX);
    entry = entry_new(packer, &st);
    if (!entry)
        return -ENOMEM;
    switch (st.st_mode & S_IFMT) {
    case S_IFREG: return add_file(packer, dir, name, entry, reterr);
    case S_IFLNK: return add_link(packer, dir, name, entry, reterr);
    case S_IFDIR: return add_directory(packer, dir, name, entry, reterr);
    default: return write_header(packer, entry, reterr);
    }
}

static int add_named(Packer *packer, int dir, const char *name, Error *reterr)
{
    size_t length;
    int r;

    if (!path_push(packer, name, &length))
        return error_set(reterr, -ENAMETOOLONG, "the path \"%.256s…\" is too long or too deep for an image",
                         packer->path);
    r = add_entry(packer, dir, name, reterr);
    /* What was said has its path; the file systems' numbers have not. */
    if (r < 0 && reterr && !error_cause(reterr))
        (void) error_set_errno(reterr, r, "cannot read \"%.256s\"", packer->path);
    path_pop(packer, length);
    return r;
}

static int add_children(Packer *packer, DIR *d, Error *reterr)
{
    for (;;) {
        const struct dirent *entry = (errno = 0, readdir(d));
        int r;

        if (!entry)
            return -errno;
        if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
            continue;
        r = add_named(packer, dirfd(d), entry->d_name, reterr);
        if (r < 0)
            return r;
    }
}

static int add_directory(Packer *packer, int dir, const char *name, struct archive_entry *entry,
                         Error *reterr)
{
    _cleanup_closedir_ DIR *d = NULL;
    int r = directory_open(dir, name, &d);

    if (r >= 0)
        r = xattr_foreach(dirfd(d), add_xattr, entry);
    if (r >= 0)
        r = write_header(packer, entry, reterr);
    return r < 0 ? r : add_children(packer, d, reterr);
}

/* ----- The image ----- */

static int add_manifest(Packer *packer, const struct stat *like, const char *manifest, size_t size,
                        Error *reterr)
{
    const struct stat st = { .st_mode = S_IFREG | 0644, .st_size = (off_t) size, .st_mtim = like->st_mtim };
    _cleanup_(archive_entry_freep) struct archive_entry *entry = entry_new(packer, &st);
    int r;

    if (!entry)
        return -ENOMEM;
    archive_entry_copy_pathname(entry, ACI_MANIFEST);
    r = write_header(packer, entry, reterr);
    return r < 0 ? r : write_data(packer, manifest, size, reterr);
}

static int add_rootfs(Packer *packer, int rootfs, const struct stat *st, Error *reterr)
{
    _cleanup_(archive_entry_freep) struct archive_entry *entry = NULL;
    size_t length;

    (void) path_push(packer, ACI_ROOTFS, &length);
    entry = entry_new(packer, st);
    return entry ? add_directory(packer, rootfs, ".", entry, reterr) : -ENOMEM;
}

int aci_pack(int rootfs, const char *manifest, size_t manifest_size, int to, Error *reterr)
{
    _cleanup_(packer_done) Packer packer = {};
    struct stat st;
    int r;

    if (fstat(rootfs, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot read the app's root");
    r = packer_open(&packer, to, reterr);
    if (r >= 0)
        r = add_manifest(&packer, &st, manifest, manifest_size, reterr);
    if (r >= 0)
        r = add_rootfs(&packer, rootfs, &st, reterr);
    if (r >= 0 && archive_write_close(packer.archive) != ARCHIVE_OK)
        r = archive_failed(&packer, reterr);
    return r;
}

int pack_caged(int root, const void *argument, size_t size, Error *reterr)
{
    return aci_pack(root, argument, size, STDOUT_FILENO, reterr);
}
