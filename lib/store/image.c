/* SPDX-License-Identifier: Apache-2.0 */
/* An image is there when its record is: the blob, the manifest and the entry in the index of names are put
 * down before it and taken away after it. What a kill leaves without a record is invisible, and the next
 * import or sweep deals with it. A look-up by name opens the records of that name only; one by id reads one
 * directory; a list opens each record and nothing else. */

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/string-util.h"
#include "base/time-util.h"
#include "image-record.h"
#include "store-internal.h"

void store_image_free(StoreImage *image)
{
    if (!image)
        return;
    free(image->name);
    name_value_list_done(&image->labels);
    free(image);
}

void store_images_free(StoreImage **images, size_t n)
{
    for (size_t i = 0; i < n; i++)
        store_image_free(images[i]);
    free(images);
}

/* ----- Records ----- */

static int no_such_image(const char *key, Error *reterr)
{
    return error_set(reterr, -ENOENT, "image \"%s\" is not in the store", key);
}

int store_read_image(Store *store, const char *key, StoreImage **ret, Error *reterr)
{
    _cleanup_(store_image_freep) StoreImage *image = calloc(1, sizeof(*image));
    _cleanup_free_ char *text = NULL;
    _cleanup_close_ int fd = -EBADF;
    struct stat st;
    StorePath path;
    int r;

    if (!image)
        return -ENOMEM;
    store_record_path(key, path);
    fd = open_without_links(store->cas_fd, path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return fd == -ENOENT ? no_such_image(key, reterr)
                             : error_set_errno(reterr, fd, "cannot open the record of image %s", key);
    r = fstat(fd, &st) < 0 ? -errno : read_fd(fd, RECORD_SIZE_MAX, &text, NULL);
    if (r >= 0)
        r = image_record_parse(text, image);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read the record of image %s", key);
    (void) snprintf(image->key, sizeof(image->key), "%s", key);
    image->last_used_ns = timespec_ns(&st.st_mtim);
    /* The kernel's clock for files is a coarse one. */
    if (image->last_used_ns < image->import_time_ns)
        image->last_used_ns = image->import_time_ns;
    *ret = TAKE_PTR(image);
    return 0;
}

/* A removal may take the directory away between its making and the entry. */
int store_index_image(Store *store, const StoreImage *image)
{
    StorePath directory, path;

    store_name_path(image->name, directory);
    for (unsigned i = 0; i < 16; i++) {
        int fd, r;

        (void) snprintf(path, sizeof(path), "%.300s/%s", directory, image->key);
        r = store_make_parents(store, path);
        if (r < 0)
            return r;
        fd = openat(store->cas_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0660);
        if (fd >= 0) {
            (void) close(fd);
            return store_sync_directory(store, directory);
        }
        if (errno != ENOENT)
            return -errno;
    }
    return -EAGAIN;
}

static void remove_from_index(Store *store, const StoreImage *image)
{
    StorePath directory, path;

    store_name_path(image->name, directory);
    (void) snprintf(path, sizeof(path), "%.300s/%s", directory, image->key);
    (void) unlink_without_links(store->cas_fd, path, 0);
    (void) unlink_without_links(store->cas_fd, directory, AT_REMOVEDIR);
}

int store_write_record(Store *store, const StoreImage *image, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    StorePath path;
    int r;

    r = image_record_format(image, &text);
    if (r >= 0) {
        store_record_path(image->key, path);
        r = write_file_at(store->cas_fd, path, text, strlen(text), 0660, WRITE_SYNC);
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot write the record of image %s", image->key) : 0;
}

int store_touch_image(Store *store, const char *key)
{
    StorePath path;

    store_record_path(key, path);
    return utimensat(store->cas_fd, path, NULL, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

/* ----- Look-ups ----- */

typedef struct PrefixSearch {
    const char *prefix;
    char *ret_key;
    unsigned found;
} PrefixSearch;

static int match_prefix(int dir _unused_, const char *name, void *userdata)
{
    PrefixSearch *search = userdata;

    if (!startswith(name, search->prefix) || !image_key_is_valid(name))
        return 0;
    if (search->found++ == 0)
        memcpy(search->ret_key, name, IMAGE_KEY_LENGTH + 1);
    return 0;
}

static int find_whole_key(Store *store, const char *key, char *ret_key, Error *reterr)
{
    StorePath path;

    store_record_path(key, path);
    if (faccessat(store->cas_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? error_set(reterr, -ENOENT, "no image IDs found")
                               : error_set_errno(reterr, -errno, "cannot look into the store");
    memcpy(ret_key, key, IMAGE_KEY_LENGTH + 1);
    return 0;
}

int store_find_image(Store *store, const char *id, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    char key[IMAGE_KEY_LENGTH + 1], prefix[IMAGE_KEY_LENGTH + 1];
    PrefixSearch search = { .prefix = prefix, .ret_key = key };
    int r;

    r = image_id_parse(id, prefix, reterr);
    if (r < 0)
        return r;
    if (strlen(prefix) == IMAGE_KEY_LENGTH)
        return find_whole_key(store, prefix, ret_key, reterr);
    r = store_for_each(store->cas_fd, STORE_RECORD, match_prefix, &search);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot list the images of the store");
    if (search.found == 0)
        return error_set(reterr, -ENOENT, "no image IDs found");
    if (search.found > 1)
        return error_set(reterr, -ENOTUNIQ, "ambiguous image ID: \"%s\"", id);
    memcpy(ret_key, key, sizeof(key));
    return 0;
}

typedef struct NameSearch {
    Store *store;
    const char *name;
    const NameValueList *labels;
    bool any_version;
    StoreImage *best;
} NameSearch;

static bool fits_this_machine(const NameSearch *search, const StoreImage *image, const char *label,
                              const char *value)
{
    const char *has = name_value_list_get(&image->labels, label);

    return (search->labels && name_value_list_get(search->labels, label)) || !has || streq(has, value);
}

static bool is_better(const NameSearch *search, const StoreImage *image)
{
    if (!search->best)
        return true;
    if (search->any_version && image->latest != search->best->latest)
        return image->latest;
    return image->import_time_ns > search->best->import_time_ns;
}

static int match_name(int dir _unused_, const char *key, void *userdata)
{
    _cleanup_(store_image_freep) StoreImage *image = NULL;
    NameSearch *search = userdata;

    if (!image_key_is_valid(key) || store_read_image(search->store, key, &image, NULL) < 0)
        return 0;
    if (!streq(image->name, search->name) ||
        (search->labels && !labels_match(&image->labels, search->labels)) ||
        !fits_this_machine(search, image, "os", APPC_HOST_OS) ||
        !fits_this_machine(search, image, "arch", appc_host_arch) || !is_better(search, image))
        return 0;
    store_image_free(search->best);
    search->best = TAKE_PTR(image);
    return 0;
}

int store_find_image_by_name(Store *store, const char *name, const NameValueList *labels,
                             char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    NameSearch search = { .store = store, .name = name, .labels = labels };
    StorePath path;
    int r;

    search.any_version = !labels || !name_value_list_get(labels, "version");
    store_name_path(name, path);
    r = store_for_each(store->cas_fd, path, match_name, &search);
    if (r >= 0 && !search.best)
        r = error_set(reterr, -ENOENT, "no image named \"%s\" with these labels is in the store", name);
    else if (r < 0)
        r = error_set_errno(reterr, r, "cannot look for images named \"%s\"", name);
    else
        memcpy(ret_key, search.best->key, IMAGE_KEY_LENGTH + 1);
    store_image_free(search.best);
    return r;
}

typedef struct ImageList {
    Store *store;
    StoreImage **items;
    size_t n, room;
} ImageList;

static int add_to_list(int dir _unused_, const char *key, void *userdata)
{
    ImageList *list = userdata;

    if (!image_key_is_valid(key))
        return 0;
    if (list->n == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        StoreImage **items = reallocarray(list->items, room, sizeof(*items));

        if (!items)
            return -ENOMEM;
        list->items = items;
        list->room = room;
    }
    if (store_read_image(list->store, key, &list->items[list->n], NULL) >= 0)
        list->n++;
    return 0;
}

int store_list_images(Store *store, StoreImage ***ret, size_t *ret_n, Error *reterr)
{
    ImageList list = { .store = store };
    int r = store_for_each(store->cas_fd, STORE_RECORD, add_to_list, &list);

    if (r < 0) {
        store_images_free(list.items, list.n);
        return error_set_errno(reterr, r, "cannot list the images of the store");
    }
    *ret = list.items;
    *ret_n = list.n;
    return 0;
}

/* ----- Contents ----- */

/* One of an image's files; what it is to the image, for the error. */
static int open_object(Store *store, const char *kind, const char *key, const char *what, Error *reterr)
{
    StorePath path;
    int fd;

    store_object_path(kind, key, path);
    fd = open_without_links(store->cas_fd, path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return fd == -ENOENT ? no_such_image(key, reterr)
                             : error_set_errno(reterr, fd, "cannot open %simage %s", what, key);
    return fd;
}

int store_read_image_manifest(Store *store, const char *key, char **ret, size_t *ret_size, Error *reterr)
{
    _cleanup_close_ int fd = open_object(store, STORE_MANIFEST, key, "the manifest of ", reterr);
    int r;

    if (fd < 0)
        return fd;
    r = read_fd(fd, STORE_MANIFEST_SIZE_MAX, ret, ret_size);
    return r < 0 ? error_set_errno(reterr, r, "cannot read the manifest of image %s", key) : 0;
}

int store_open_image(Store *store, const char *key, Error *reterr)
{
    _cleanup_close_ int fd = open_object(store, STORE_BLOB, key, "", reterr);
    struct stat st;

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot look at image %s", key);
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "image %s is not a regular file", key);
    return TAKE_FD(fd);
}

/* ----- Removal ----- */

/* Whatever has the name. Members of group rkt can put a directory there, as deep as they like. */
static int remove_any(int dir, const char *name)
{
    if (unlinkat(dir, name, 0) >= 0 || errno == ENOENT)
        return 0;
    return errno == EISDIR || errno == EPERM ? remove_tree_at(dir, name) : -errno;
}

static int unlink_object(Store *store, const char *kind, const char *key)
{
    _cleanup_close_ int dir = -EBADF;
    StorePath path;

    store_object_path(kind, key, path);
    *strrchr(path, '/') = '\0';
    dir = open_without_links(store->cas_fd, path, O_RDONLY | O_DIRECTORY);
    if (dir < 0)
        return dir == -ENOENT ? 0 : dir;
    return remove_any(dir, key);
}

static int unlink_contents(Store *store, const char *key)
{
    int r = unlink_object(store, STORE_BLOB, key), k = unlink_object(store, STORE_MANIFEST, key);

    return r < 0 ? r : k;
}

int store_remove_image(Store *store, const char *key, Error *reterr)
{
    _cleanup_(store_image_freep) StoreImage *image = NULL;
    _cleanup_close_ int lock = -EBADF;
    StorePath path;
    int r;

    lock = store_lock_image(store, key, LOCK_KIND_EXCLUSIVE, false);
    if (lock == -EWOULDBLOCK)
        return error_set(reterr, -EBUSY, "image \"%s\" is in use", key);
    if (lock < 0)
        return error_set_errno(reterr, lock, "cannot lock image \"%s\"", key);
    r = store_read_image(store, key, &image, reterr);
    if (r == -ENOENT)
        store_drop_lock_file(store, STORE_IMAGE_LOCKS, key);
    /* A record that can't be read, or is none, keeps nothing: only its entry in the index is left to the
     * sweep. */
    if (r < 0 && r != -EBADMSG && r != -EINVAL && r != -ELOOP)
        return r;
    store_record_path(key, path);
    r = remove_any(store->cas_fd, path);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot remove the record of image \"%s\"", key);
    if (image)
        remove_from_index(store, image);
    r = unlink_contents(store, key);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot remove image \"%s\"", key);
    store_drop_lock_file(store, STORE_IMAGE_LOCKS, key);
    return 0;
}

/* ----- What a kill left ----- */

typedef struct Sweep {
    Store *store;
    StoreLeftFunction on_left;
} Sweep;

/* Goes on, whatever is in the way. */
static void sweep_away(const Sweep *sweep, int dir, const char *name)
{
    int r = remove_any(dir, name);

    if (r < 0)
        sweep->on_left(name, r);
}

/* Sweeps a directory; what a member put in its place goes. */
static int sweep_directory(const Sweep *sweep, int dir, const char *path, StoreEntryFunction function)
{
    int r = store_for_each(dir, path, function, (void *) sweep);

    if (r == -ENOTDIR || r == -ELOOP)
        sweep_away(sweep, dir, path);
    else if (r < 0)
        sweep->on_left(path, r);
    return 0;
}

/* Who writes one holds its lock. */
static int sweep_temporary(int dir, const char *name, void *userdata)
{
    _cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);

    if (fd < 0 ? errno != ENOENT : lock_fd(fd, LOCK_KIND_EXCLUSIVE, false) >= 0)
        sweep_away(userdata, dir, name);
    return 0;
}

/* Whose an entry is: its name is the image's key, or begins with it behind the mark of a file that never got
 * its name. */
static bool entry_key(const char *name, bool *ret_unfinished, char ret_key[static IMAGE_KEY_LENGTH + 1])
{
    const char *unfinished = startswith(name, WRITE_ASIDE_PREFIX);

    *ret_unfinished = unfinished;
    (void) snprintf(ret_key, IMAGE_KEY_LENGTH + 1, "%s", unfinished ? unfinished : name);
    return image_key_is_valid(unfinished ? ret_key : name);
}

static int sweep_entry(int dir, const char *name, void *userdata)
{
    char key[IMAGE_KEY_LENGTH + 1];
    _cleanup_close_ int lock = -EBADF;
    const Sweep *sweep = userdata;
    bool unfinished;

    if (!entry_key(name, &unfinished, key) || (!unfinished && store_has_record(sweep->store, key)))
        return 0;
    lock = store_lock_image(sweep->store, key, LOCK_KIND_EXCLUSIVE, false);
    if (lock < 0 || (!unfinished && store_has_record(sweep->store, key)))
        return 0;
    sweep_away(sweep, dir, name);
    if (!store_has_record(sweep->store, key))
        store_drop_lock_file(sweep->store, STORE_IMAGE_LOCKS, key);
    return 0;
}

/* What is only in the original's SQL file has no record either. */
static int sweep_blob(int dir, const char *name, void *userdata)
{
    const Sweep *sweep = userdata;

    return store_is_original(sweep->store) && image_key_is_valid(name) ? 0 : sweep_entry(dir, name, userdata);
}

static int sweep_objects(int dir, const char *name, void *userdata)
{
    return sweep_directory(userdata, dir, name, sweep_blob);
}

/* Only who adds to the index reckons with its directories going away. */
static int sweep_index(int dir, const char *name, void *userdata)
{
    (void) sweep_directory(userdata, dir, name, sweep_entry);
    (void) unlinkat(dir, name, AT_REMOVEDIR);
    return 0;
}

int store_sweep(Store *store, StoreLeftFunction on_left, Error *reterr)
{
    static const struct {
        const char *path;
        StoreEntryFunction function;
    } sweeps[] = {
        { STORE_TMP, sweep_temporary },
        { STORE_BLOB "/sha512", sweep_objects },
        { STORE_MANIFEST "/sha512", sweep_objects },
        { STORE_RECORD, sweep_entry },
        { STORE_NAME, sweep_index },
        { STORE_IMAGE_LOCKS, sweep_entry },
    };
    const Sweep sweep = { store, on_left };

    for (size_t i = 0; i < ELEMENTSOF(sweeps); i++)
        (void) sweep_directory(&sweep, store->cas_fd, sweeps[i].path, sweeps[i].function);
    return geteuid() == 0 ? store_sweep_trees(store, reterr) : 0;
}
