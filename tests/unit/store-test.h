/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the store share: a directory in memory, a store in it, and images made entry by entry. */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "store/import.h"
#include "store/layer-description.h"
#include "store/store-internal.h"
#include "store/unpack.h"

#include "test.h"

typedef struct TestEntry {
    const char *path;
    mode_t mode;          /* with the type; 0 ends the list */
    const char *contents; /* a symlink's target */
    const char *hardlink;
} TestEntry;

/* A new directory in memory, where there is some. */
static inline void make_test_directory(char ret[static 64])
{
    (void) snprintf(ret, 64, "%s/rkt-test-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_true(mkdtemp(ret) != NULL);
}

/* Makes a directory beneath one and opens it. */
static inline int new_root(const char *dir, const char *name)
{
    char path[128];
    int fd;

    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);
    assert_int(mkdir(path, 0755), 0);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static inline Store *open_test_store(const char *dir)
{
    _cleanup_error_ Error error = ERROR_INIT;
    Store *store = NULL;

    if (store_open(dir, STORE_OPEN_CREATE, &store, &error) < 0) {
        error_print(&error, -EIO, "test", true);
        exit(1);
    }
    return store;
}

static inline void add_test_entry(struct archive *archive, const TestEntry *entry)
{
    struct archive_entry *e = archive_entry_new();
    size_t size = S_ISREG(entry->mode) && entry->contents ? strlen(entry->contents) : 0;

    archive_entry_set_pathname(e, entry->path);
    archive_entry_set_mode(e, entry->mode);
    archive_entry_set_mtime(e, 1000000000, 0);
    archive_entry_set_uid(e, geteuid());
    archive_entry_set_gid(e, getegid());
    archive_entry_set_size(e, (la_int64_t) size);
    if (S_ISLNK(entry->mode))
        archive_entry_set_symlink(e, entry->contents);
    if (entry->hardlink)
        archive_entry_set_hardlink(e, entry->hardlink);
    assert_int(archive_write_header(archive, e), ARCHIVE_OK);
    if (size > 0)
        assert_int(archive_write_data(archive, entry->contents, size), size);
    archive_entry_free(e);
}

/* In small pieces. */
static inline int feed_import(Import *import, int fd, Error *reterr)
{
    uint8_t piece[1000];
    ssize_t n;
    int r = 1;

    while (r > 0 && (n = read(fd, piece, sizeof(piece))) > 0)
        r = import_feed(import, piece, (size_t) n, reterr);
    return r;
}

/* Brings an image in. The tests' main() begins with cage_main(). */
static inline int import_file(Store *store, int fd, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_(import_cages_done) ImportCages cages = {};
    _cleanup_(import_freep) Import *import = NULL;
    int r = import_cages_start(false, 0, 0, &cages, reterr);

    if (r >= 0)
        r = import_begin(store, &cages, NULL, &import, reterr);
    if (r >= 0)
        r = feed_import(import, fd, reterr);
    if (r >= 0)
        r = import_finish(import, reterr);
    if (r < 0)
        return r;
    memcpy(ret_key, import_contents(import)->key, IMAGE_KEY_LENGTH + 1);
    return import_commit(import, reterr);
}

/* Unpacks the layers of an image, without a cage. */
static inline int unpack_image(Store *store, const char *key, int root, Error *reterr)
{
    _cleanup_layers_ StoreLayers layers = {};
    int r = store_resolve(store, key, &layers, reterr);

    for (size_t i = layers.n; r >= 0 && i-- > 0;) {
        _cleanup_close_ int blob = store_open_image(store, layers.items[i].key, reterr);
        _cleanup_free_ char *description = NULL;
        size_t size;

        r = blob < 0 ? blob : layer_describe(&layers, i, &description, &size);
        if (r >= 0)
            r = unpack_layer(root, description, size, blob, reterr);
    }
    return r;
}

/* Makes an image of a manifest and entries and brings it in. */
static inline int make_test_image(const char *manifest, const TestEntry *entries)
{
    int fd = memfd_create("image", MFD_CLOEXEC);
    struct archive *archive = archive_write_new();

    assert_true(fd >= 0);
    assert_int(archive_write_set_format_pax_restricted(archive), ARCHIVE_OK);
    assert_int(archive_write_open_fd(archive, fd), ARCHIVE_OK);
    add_test_entry(archive, &(TestEntry){ "manifest", S_IFREG | 0644, manifest });
    add_test_entry(archive, &(TestEntry){ "rootfs", S_IFDIR | 0755 });
    for (; entries && entries->mode; entries++)
        add_test_entry(archive, entries);
    assert_int(archive_write_free(archive), ARCHIVE_OK);
    assert_int(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static inline void import_test_image(Store *store, const char *manifest, const TestEntry *entries,
                                     char ret_key[static IMAGE_KEY_LENGTH + 1])
{
    _cleanup_close_ int fd = make_test_image(manifest, entries);
    _cleanup_error_ Error error = ERROR_INIT;

    if (import_file(store, fd, ret_key, &error) < 0) {
        error_print(&error, -EIO, "test", true);
        exit(1);
    }
}
