/* SPDX-License-Identifier: Apache-2.0 */
/* A store of the original's: its blobs stand where ours do, under the same keys, but what it knew of them is
 * in an SQL file that nobody else reads. So a blob without a record may be an image of it; taking it in is
 * importing it again under its key. As long as the SQL file's directory is there, the sweep leaves such blobs
 * alone. */

#include <stdio.h>
#include <sys/stat.h>

#include "base/string-util.h"
#include "store-internal.h"

#define ORIGINAL_DATABASE "db"

bool store_is_original(Store *store)
{
    return faccessat(store->cas_fd, ORIGINAL_DATABASE, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

/* Anything but a regular file does not count. */
bool store_has_record(Store *store, const char *key)
{
    StorePath path;
    struct stat st;

    store_record_path(key, path);
    return fstatat(store->cas_fd, path, &st, AT_SYMLINK_NOFOLLOW) >= 0 ? S_ISREG(st.st_mode)
                                                                       : errno != ENOENT;
}

typedef struct Search {
    Store *store;
    const char *prefix;
    char key[IMAGE_KEY_LENGTH + 1]; /* the first that was found */
    size_t found;
} Search;

static int look_at_blob(int dir _unused_, const char *name, void *userdata)
{
    Search *search = userdata;

    if (!startswith(name, search->prefix) || !image_key_is_valid(name) ||
        store_has_record(search->store, name))
        return 0;
    if (search->found++ == 0)
        memcpy(search->key, name, sizeof(search->key));
    return 0;
}

static int look_into_directory(int dir, const char *name, void *userdata)
{
    int r = store_for_each(dir, name, look_at_blob, userdata);

    return r == -ENOMEM ? r : 0; /* whatever a member put there */
}

int store_find_unrecorded(Store *store, const char *id, char ret_key[static IMAGE_KEY_LENGTH + 1],
                          Error *reterr)
{
    char prefix[IMAGE_KEY_LENGTH + 1];
    Search search = { .store = store, .prefix = prefix };
    int r = image_id_parse(id, prefix, reterr);

    if (r < 0)
        return r;
    r = store_for_each(store->cas_fd, STORE_BLOB "/sha512", look_into_directory, &search);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot list the blobs of the store");
    if (search.found != 1)
        return search.found == 0 ? error_set(reterr, -ENOENT, "no image IDs found")
                                 : error_set(reterr, -ENOTUNIQ, "ambiguous image ID: \"%s\"", id);
    memcpy(ret_key, search.key, sizeof(search.key));
    return 0;
}

size_t store_count_unrecorded(Store *store)
{
    Search search = { .store = store, .prefix = "" };

    (void) store_for_each(store->cas_fd, STORE_BLOB "/sha512", look_into_directory, &search);
    return search.found;
}
