/* SPDX-License-Identifier: Apache-2.0 */
/* Entries are met in the order of their bytes, so that the hash does not depend on the file system.
 * Everything goes into one SHA-256; each piece has its length or its end said before the next, so that no two
 * trees give the same bytes. */

#include "tree-hash.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/array.h"
#include "base/string-util.h"
#include "base/xattr.h"
#include "digest.h"

enum { HASH_BUFFER = 256 * 1024, HASH_DEPTH_MAX = 512 };

typedef struct TreeHash {
    struct sha256_ctx sha256;
    uint8_t *buffer;
    uint64_t size;
    unsigned depth;
} TreeHash;

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void add_stat(TreeHash *hash, const char *name, const struct stat *st)
{
    bool is_device = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
    bool has_size = S_ISREG(st->st_mode) || S_ISLNK(st->st_mode);
    char text[256];
    int n;

    /* A directory's size and link count are the file system's own affair. */
    n = snprintf(text, sizeof(text), "%o %u %u %jd %u:%u %jd.%09ld ", st->st_mode, st->st_uid, st->st_gid,
                 has_size ? (intmax_t) st->st_size : 0, is_device ? major(st->st_rdev) : 0,
                 is_device ? minor(st->st_rdev) : 0, (intmax_t) st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
    sha256_update(&hash->sha256, (size_t) n, (const uint8_t *) text);
    sha256_update(&hash->sha256, strlen(name) + 1, (const uint8_t *) name);
}

static int add_xattr(const char *name, const void *value, size_t size, void *userdata)
{
    TreeHash *hash = userdata;
    char text[32];

    sha256_update(&hash->sha256, strlen(name) + 1, (const uint8_t *) name);
    sha256_update(&hash->sha256, (size_t) snprintf(text, sizeof(text), "%zu ", size), (const uint8_t *) text);
    sha256_update(&hash->sha256, size, value);
    return 0;
}

static int add_link(TreeHash *hash, int dir, const char *name)
{
    char target[PATH_MAX];
    ssize_t size = readlinkat(dir, name, target, sizeof(target));

    if (size < 0)
        return -errno;
    sha256_update(&hash->sha256, (size_t) size, (const uint8_t *) target);
    return 0;
}

static int add_file(TreeHash *hash, int dir, const char *name, const struct stat *st)
{
    _cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    uint64_t left = (uint64_t) st->st_size;
    int r;

    if (fd < 0)
        return -errno;
    while (left > 0) {
        size_t want = left < HASH_BUFFER ? (size_t) left : HASH_BUFFER;
        ssize_t n = read_full(fd, hash->buffer, want);

        if (n < 0)
            return (int) n;
        if ((size_t) n < want)
            return -EBADMSG; /* it shrank while it was read */
        sha256_update(&hash->sha256, (size_t) n, hash->buffer);
        left -= (uint64_t) n;
    }
    r = xattr_foreach(fd, add_xattr, hash);
    hash->size += (uint64_t) st->st_size / st->st_nlink;
    return r;
}

static int add_directory(TreeHash *hash, int fd);

static int add_entry(TreeHash *hash, int dir, const char *name)
{
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    add_stat(hash, name, &st);
    switch (st.st_mode & S_IFMT) {
    case S_IFREG: return add_file(hash, dir, name, &st);
    case S_IFLNK: return add_link(hash, dir, name);
    case S_IFDIR: {
        int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

        return fd < 0 ? -errno : add_directory(hash, fd);
    }
    default: return 0;
    }
}

static int list_names(DIR *d, char ***ret)
{
    _cleanup_strv_ char **names = NULL;
    size_t n = 0; /* with the NULL at their end; as a strv they would be counted for each */

    if (!ARRAY_APPEND(names, n))
        return -ENOMEM;
    for (;;) {
        const struct dirent *entry = (errno = 0, readdir(d));

        if (!entry) {
            if (errno != 0)
                return -errno;
            *ret = TAKE_PTR(names);
            return 0;
        }
        if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
            continue;
        if (!ARRAY_APPEND(names, n) || !(names[n - 2] = strdup(entry->d_name)))
            return -ENOMEM;
    }
}

/* Takes the descriptor. The end of a directory is said by an empty name, which no entry has. */
static int add_directory(TreeHash *hash, int fd)
{
    _cleanup_strv_ char **names = NULL;
    _cleanup_closedir_ DIR *d = fdopendir(fd);
    int r;

    if (!d) {
        r = -errno;
        (void) close(fd);
        return r;
    }
    if (++hash->depth > HASH_DEPTH_MAX)
        return -ELOOP;
    r = xattr_foreach(fd, add_xattr, hash);
    if (r >= 0)
        r = list_names(d, &names);
    if (r < 0)
        return r;
    qsort(names, strv_length(names), sizeof(char *), compare_strings);
    STRV_FOREACH (name, names) {
        r = add_entry(hash, fd, *name);
        if (r < 0)
            return r;
    }
    sha256_update(&hash->sha256, 1, (const uint8_t *) "");
    hash->depth--;
    return 0;
}

int tree_hash(int dir, char ret_hash[static TREE_HASH_LENGTH + 1], uint64_t *ret_size, Error *reterr)
{
    _cleanup_free_ uint8_t *buffer = malloc(HASH_BUFFER);
    TreeHash hash = { .buffer = buffer };
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct stat st;
    int fd, r;

    if (!buffer)
        return -ENOMEM;
    sha256_init(&hash.sha256);
    fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot open the tree");
    add_stat(&hash, ".", &st);
    r = add_directory(&hash, fd);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot hash the tree");
    sha256_digest(&hash.sha256, sizeof(digest), digest);
    memcpy(ret_hash, TREE_HASH_PREFIX, strlen(TREE_HASH_PREFIX));
    hex_encode(digest, sizeof(digest), ret_hash + strlen(TREE_HASH_PREFIX));
    if (ret_size)
        *ret_size = hash.size;
    return 0;
}
