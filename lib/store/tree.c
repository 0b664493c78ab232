/* SPDX-License-Identifier: Apache-2.0 */
/* Trees are root's alone. One appears by a rename, whole and synced, so a look at its mark `rendered` needs
 * no lock; it goes by a rename too. Only rkt-unpack makes one. */

#include <sys/stat.h>

#include "base/call.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "rkt-config.h"
#include "store-internal.h"

int store_open_trees(Store *store, Error *reterr)
{
    _cleanup_close_ int fd =
            openat(store->cas_fd, STORE_TREE, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot open the trees of the store");
    if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
        return error_set(reterr, -EPERM, "cas/tree of the store can be changed by others");
    return TAKE_FD(fd);
}

char *store_tree_path(const Store *store, const char *id)
{
    char *path;

    return asprintf(&path, "%s/" STORE_CAS "/" STORE_TREE "/%s", store->dir, id) < 0 ? NULL : path;
}

int store_open_tree(Store *store, const char *id, Error *reterr)
{
    _cleanup_close_ int trees = store_open_trees(store, reterr), fd = -EBADF;

    if (trees < 0)
        return trees;
    fd = openat(trees, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || faccessat(fd, TREE_RENDERED, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? error_set(reterr, -ENOENT, "tree \"%s\" is not rendered", id)
                               : error_set_errno(reterr, -errno, "cannot open tree \"%s\"", id);
    return TAKE_FD(fd);
}

static int run_unpacker(Store *store, const char *key, Error *reterr)
{
    _cleanup_free_ char *dir_flag = string_concat("--dir=", store->dir);
    char *const argv[] = { (char *) "rkt-unpack", dir_flag, (char *) key, NULL };

    return dir_flag ? call_run(&(Call){ CALL_INIT, .path = RKT_LIBEXECDIR "/rkt-unpack", .argv = argv },
                               reterr)
                    : -ENOMEM;
}

int store_ensure_tree(Store *store, const char *key, char **ret_id, char **ret_path, Error *reterr)
{
    _cleanup_free_ char *id = NULL, *path = NULL;
    _cleanup_close_ int tree = -EBADF;
    int r;

    r = store_resolve_tree(store, key, &id, NULL, reterr);
    if (r < 0)
        return r;
    tree = store_open_tree(store, id, reterr);
    if (tree == -ENOENT) {
        r = run_unpacker(store, key, reterr);
        if (r < 0)
            return error_prefix(reterr, r, "cannot render image %s", key);
        tree = store_open_tree(store, id, reterr);
    }
    if (tree < 0)
        return tree;
    path = store_tree_path(store, id);
    if (!path)
        return -ENOMEM;
    if (ret_path)
        *ret_path = TAKE_PTR(path);
    *ret_id = TAKE_PTR(id);
    return 0;
}

int store_read_tree_manifest(Store *store, const char *id, char **ret, size_t *ret_size, Error *reterr)
{
    _cleanup_close_ int tree = store_open_tree(store, id, reterr);
    int r;

    if (tree < 0)
        return tree;
    r = read_file_at(tree, TREE_MANIFEST, STORE_MANIFEST_SIZE_MAX, ret, ret_size);
    return r < 0 ? error_set_errno(reterr, r, "cannot read the manifest of tree \"%s\"", id) : 0;
}

int store_read_tree_image(Store *store, const char *id, char ret_key[static IMAGE_KEY_LENGTH + 1],
                          Error *reterr)
{
    _cleanup_close_ int tree = store_open_tree(store, id, reterr);
    _cleanup_free_ char *key = NULL;
    int r;

    if (tree < 0)
        return tree;
    r = read_one_line_at(tree, TREE_IMAGE, &key);
    if (r >= 0 && !image_key_is_valid(key))
        r = -EBADMSG;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the image of tree \"%s\"", id);
    memcpy(ret_key, key, IMAGE_KEY_LENGTH + 1);
    return 0;
}

/* ----- Removal ----- */

static int add_tree(int dir _unused_, const char *name, void *userdata)
{
    return store_tree_id_is_valid(name) ? strv_extend((char ***) userdata, name) : 0;
}

/* 1: it is on its way out; 0: it is being rendered, or gone. */
static int discard_tree(Store *store, int trees, const char *id)
{
    _cleanup_close_ int lock = store_lock_tree(store, id, false);
    StorePath old;
    int r;

    if (lock < 0)
        return lock == -EWOULDBLOCK ? 0 : lock;
    (void) snprintf(old, sizeof(old), TREE_OLD_PREFIX "%s", id);
    r = remove_tree_at(trees, old);
    if (r >= 0)
        r = renameat(trees, id, trees, old) >= 0 ? 1 : errno == ENOENT ? 0 : -errno;
    if (r >= 0)
        store_drop_lock_file(store, STORE_TREE_LOCKS, id);
    return r;
}

static bool is_rendered_after(int trees, const char *id, int64_t time_ns)
{
    StorePath mark;
    struct stat st;

    (void) snprintf(mark, sizeof(mark), "%s/" TREE_RENDERED, id);
    return fstatat(trees, mark, &st, AT_SYMLINK_NOFOLLOW) >= 0 && timespec_ns(&st.st_mtim) > time_ns;
}

int store_discard_trees_but(Store *store, char *const *keep, int64_t rendered_after_ns,
                            void (*on_discarded)(const char *id), Error *reterr)
{
    _cleanup_close_ int trees = store_open_trees(store, reterr);
    _cleanup_strv_ char **ids = NULL;
    int result;

    if (trees < 0)
        return trees;
    result = store_for_each(trees, ".", add_tree, &ids);
    if (result < 0)
        return error_set_errno(reterr, result, "cannot list the trees of the store");
    STRV_FOREACH (id, ids) {
        int r;

        if (strv_contains(keep, *id) || is_rendered_after(trees, *id, rendered_after_ns))
            continue;
        r = discard_tree(store, trees, *id);
        if (r > 0)
            on_discarded(*id);
        if (r < 0 && result == 0)
            result = error_set_errno(reterr, r, "cannot remove tree \"%s\"", *id);
    }
    return result;
}

static int sweep_tree(int dir, const char *name, void *userdata)
{
    _cleanup_close_ int lock = -EBADF;
    const char *id = startswith(name, TREE_NEW_PREFIX);
    Store *store = userdata;

    if (!id)
        id = startswith(name, TREE_OLD_PREFIX);
    if (!id || !store_tree_id_is_valid(id))
        return 0;
    lock = store_lock_tree(store, id, false);
    return lock < 0 ? 0 : remove_tree_at(dir, name);
}

static int sweep_tree_lock(int dir _unused_, const char *id, void *userdata)
{
    _cleanup_close_ int lock = -EBADF;
    Store *store = userdata;
    StorePath path;

    if (!store_tree_id_is_valid(id))
        return 0;
    lock = store_lock_tree(store, id, false);
    (void) snprintf(path, sizeof(path), STORE_TREE "/%s", id);
    if (lock >= 0 && faccessat(store->cas_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
        store_drop_lock_file(store, STORE_TREE_LOCKS, id);
    return 0;
}

int store_sweep_trees(Store *store, Error *reterr)
{
    _cleanup_close_ int trees = store_open_trees(store, reterr);
    int r;

    if (trees < 0)
        return trees;
    r = store_for_each(trees, ".", sweep_tree, store);
    if (r >= 0)
        r = store_for_each(store->cas_fd, STORE_TREE_LOCKS, sweep_tree_lock, store);
    return r < 0 ? error_set_errno(reterr, r, "cannot sweep the trees of the store") : 0;
}
