/* SPDX-License-Identifier: Apache-2.0 */
/* Directories, paths and locks. Members of group rkt may write most of cas, and root works in it too. So what
 * root uses must be root's own directory, not a link that a member put there: cas carries the sticky bit,
 * which keeps members from renaming its directories, and every directory of it is looked at when root opens
 * the store. */

#include "store-internal.h"

#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/data-directory.h"
#include "base/string-util.h"
#include "digest.h"

enum { LOCK_PAUSE_NS = 20000000 };
#define LOCK_WAIT_SHARED_NS (30 * INT64_C(1000000000))
#define LOCK_WAIT_EXCLUSIVE_NS (600 * INT64_C(1000000000))

static const struct StoreDirectory {
    const char *path; /* beneath the data directory */
    mode_t mode;
} store_directories[] = {
    { STORE_LOCKS, 02750 },
    { STORE_CAS, 03770 },
    { STORE_CAS "/" STORE_BLOB, 02770 },
    { STORE_CAS "/" STORE_MANIFEST, 02770 },
    { STORE_CAS "/" STORE_RECORD, 02770 },
    { STORE_CAS "/" STORE_NAME, 02770 },
    { STORE_CAS "/" STORE_IMAGE_LOCKS, 02770 },
    { STORE_CAS "/" STORE_TMP, 02770 },
    { STORE_CAS "/" STORE_TREE, 02700 },
    { STORE_CAS "/" STORE_TREE_LOCKS, 02700 },
};

bool store_tree_id_is_valid(const char *id)
{
    const char *key = startswith(id, STORE_TREE_ID_PREFIX);

    return key && image_key_is_valid(key);
}

void store_object_path(const char *kind, const char *key, StorePath ret)
{
    (void) snprintf(ret, sizeof(StorePath), "%s/sha512/%.2s/%s", kind, key + strlen(IMAGE_KEY_PREFIX), key);
}

void store_record_path(const char *key, StorePath ret)
{
    (void) snprintf(ret, sizeof(StorePath), "%s/%s", STORE_RECORD, key);
}

/* A "+" is in no image name, so it can stand for the slash. The entries of the index are hints: the record
 * says the name. So it does not matter that a long name may share its directory with an image called by a
 * key. */
void store_name_path(const char *name, StorePath ret)
{
    char key[IMAGE_KEY_LENGTH + 1];
    int n;

    if (strlen(name) > NAME_MAX) {
        key_of(name, strlen(name), key);
        name = key;
    }
    n = snprintf(ret, sizeof(StorePath), "%s/", STORE_NAME);
    for (; *name; name++)
        ret[n++] = *name == '/' ? '+' : *name;
    ret[n] = '\0';
}

/* ----- Opening ----- */

static gid_t store_group(void)
{
    const struct group *group = getgrnam("rkt");

    return group ? group->gr_gid : 0;
}

/* The mode comes last: where it is right, so is the owner. */
static int set_owner_and_mode(int dir, const struct StoreDirectory *directory)
{
    if (geteuid() == 0 && fchownat(dir, directory->path, 0, store_group(), AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return fchmodat(dir, directory->path, directory->mode, 0) < 0 ? -errno : 0;
}

static int make_directory(int dir, const struct StoreDirectory *directory)
{
    int r;

    if (mkdirat(dir, directory->path, 0700) < 0)
        return -errno;
    r = set_owner_and_mode(dir, directory);
    return r == -EPERM && geteuid() != 0 ? 0 : r; /* an ordinary user's own store stays as it is */
}

/* Anything may be amiss with the mode: a kill right after mkdir(2), the original's missing sticky bit. What
 * is only narrower than ours is set right by those alone who bring something in. */
static int check_root_directory(int dir, const struct StoreDirectory *directory, const struct stat *st,
                                bool create, Error *reterr)
{
    mode_t wrong = (st->st_mode ^ directory->mode) & 07777;
    int r;

    if (!S_ISDIR(st->st_mode))
        return error_set(reterr, -ENOTDIR, "%s of the store is not a directory", directory->path);
    if (st->st_uid != 0)
        return error_set(reterr, -EPERM, "%s of the store belongs to user %u, not to root", directory->path,
                         st->st_uid);
    if (wrong == 0 || (!create && !(wrong & S_ISVTX) && !(st->st_mode & wrong & 0777)))
        return 0;
    r = set_owner_and_mode(dir, directory);
    return r < 0 ? error_set_errno(reterr, r, "cannot set owner and mode of %s of the store", directory->path)
                 : 0;
}

static int check_directory(int dir, const struct StoreDirectory *directory, bool create, Error *reterr)
{
    struct stat st;
    int r;

    if (fstatat(dir, directory->path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != ENOENT)
            return error_set_errno(reterr, -errno, "cannot look at %s of the store", directory->path);
        if (!create && geteuid() != 0)
            return 0; /* the program that needs it says what is missing */
        r = make_directory(dir, directory);
        if (r < 0 && r != -EEXIST)
            return error_set_errno(reterr, r, "cannot make %s of the store", directory->path);
        return 0;
    }
    return geteuid() == 0 ? check_root_directory(dir, directory, &st, create, reterr) : 0;
}

int store_open(const char *dir, StoreOpenFlags flags, Store **ret, Error *reterr)
{
    _cleanup_(store_freep) Store *store = calloc(1, sizeof(*store));
    bool create = (flags & STORE_OPEN_CREATE) != 0;
    int r;

    if (!store)
        return -ENOMEM;
    store->dir_fd = store->cas_fd = -EBADF;
    store->dir_fd = data_directory_open(dir, create, reterr);
    if (store->dir_fd < 0)
        return store->dir_fd;
    store->dir = realpath(dir, NULL);
    if (!store->dir)
        return error_set_errno(reterr, -errno, "cannot find out what %s is called", dir);
    if (!create && faccessat(store->dir_fd, STORE_CAS, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return error_set_errno(reterr, -errno, "there is no store in %s", dir);
    for (size_t i = 0; !(flags & STORE_OPEN_READ) && i < ELEMENTSOF(store_directories); i++) {
        r = check_directory(store->dir_fd, &store_directories[i], create, reterr);
        if (r < 0)
            return r;
    }
    store->cas_fd = openat(store->dir_fd, STORE_CAS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (store->cas_fd < 0)
        return error_set_errno(reterr, -errno, "cannot open the store in %s", dir);
    *ret = TAKE_PTR(store);
    return 0;
}

void store_free(Store *store)
{
    if (!store)
        return;
    safe_close(store->cas_fd);
    safe_close(store->dir_fd);
    free(store->dir);
    free(store);
}

const char *store_dir(const Store *store)
{
    return store->dir;
}

/* ----- Directories within ----- */

int store_sync_directory(Store *store, const char *path)
{
    _cleanup_close_ int fd = openat(store->cas_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    return fsync(fd) < 0 ? -errno : 0;
}

static int make_shared_directory(Store *store, const char *path, const char *parent)
{
    if (mkdirat(store->cas_fd, path, 0770) < 0)
        return errno == EEXIST ? 0 : -errno;
    if (fchmodat(store->cas_fd, path, 02770, 0) < 0)
        return -errno;
    return store_sync_directory(store, parent);
}

int store_make_parents(Store *store, const char *path)
{
    StorePath parent = ".", current;
    int r;

    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        (void) snprintf(current, sizeof(current), "%.*s", (int) (slash - path), path);
        r = make_shared_directory(store, current, parent);
        if (r < 0)
            return r;
        memcpy(parent, current, sizeof(parent));
    }
    return 0;
}

int store_for_each(int dir, const char *path, StoreEntryFunction function, void *userdata)
{
    _cleanup_closedir_ DIR *d = NULL;
    int r = directory_open(dir, path, &d);

    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (;;) {
        const struct dirent *entry = (errno = 0, readdir(d));

        if (!entry)
            return -errno;
        if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
            continue;
        r = function(dirfd(d), entry->d_name, userdata);
        if (r < 0)
            return r;
    }
}

/* ----- Locks ----- */

/* A lock is a regular file. What else has its name, which members of group rkt can put there, goes. */
static int remove_odd_lock(int dir, const char *path)
{
    struct stat st;

    if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    return S_ISREG(st.st_mode) ? -EINVAL : remove_tree_at(dir, path);
}

static int lock_name(int dir, const char *path, mode_t mode, LockKind kind, bool wait)
{
    for (;;) {
        _cleanup_close_ int fd = lock_file_at(dir, path, kind, wait);
        struct stat st;

        if ((fd == -EISDIR || fd == -ELOOP || fd == -ENXIO) && remove_odd_lock(dir, path) >= 0)
            continue;
        if (fd < 0)
            return fd;
        if (fstat(fd, &st) < 0)
            return -errno;
        if (st.st_nlink == 0)
            continue;
        /* Also where another user made it, under another umask. */
        if (st.st_nlink == 1 && st.st_uid == geteuid() && (st.st_mode & 0777) != mode && fchmod(fd, mode) < 0)
            return -errno;
        return TAKE_FD(fd);
    }
}

/* Members of group rkt can hold these for as long as they like. A program that has the exclusive lock by
 * right only moves files; a shared one is held while a tree is rendered. */
int store_lock_image(Store *store, const char *key, LockKind kind, bool wait)
{
    static const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
    int64_t left = !wait ? 0 : kind == LOCK_KIND_SHARED ? LOCK_WAIT_SHARED_NS : LOCK_WAIT_EXCLUSIVE_NS;
    StorePath path;
    int r;

    (void) snprintf(path, sizeof(path), "%s/%s", STORE_IMAGE_LOCKS, key);
    while ((r = lock_name(store->cas_fd, path, 0660, kind, false)) == -EWOULDBLOCK && left > 0) {
        (void) nanosleep(&pause, NULL);
        left -= LOCK_PAUSE_NS;
    }
    return r == -EWOULDBLOCK && wait ? -ETIMEDOUT : r;
}

int store_complain_of_lock(const Store *store, const char *key, int r, Error *reterr)
{
    if (r == -ETIMEDOUT)
        return error_set(reterr, r,
                         "image %s stays locked: fuser(1) shows by whom, for %s/" STORE_CAS
                         "/" STORE_IMAGE_LOCKS "/%s",
                         key, store->dir, key);
    return error_set_errno(reterr, r, "cannot lock image %s", key);
}

int store_lock_tree(Store *store, const char *id, bool wait)
{
    StorePath path;

    (void) snprintf(path, sizeof(path), "%s/%s", STORE_TREE_LOCKS, id);
    return lock_name(store->cas_fd, path, 0660, LOCK_KIND_EXCLUSIVE, wait);
}

void store_drop_lock_file(Store *store, const char *directory, const char *name)
{
    StorePath path;

    (void) snprintf(path, sizeof(path), "%s/%s", directory, name);
    (void) unlinkat(store->cas_fd, path, 0);
}

int store_lock_prepare(Store *store, LockKind kind, bool wait)
{
    return lock_name(store->dir_fd, STORE_PREPARE_LOCK, 0600, kind, wait);
}
