/* SPDX-License-Identifier: Apache-2.0 */

#include "base/string-util.h"

#include "store-test.h"

#define MANIFEST(name, version, arch)                                                                        \
    "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"" name                                \
    "\",\"labels\":[{\"name\":\"version\",\"value\":\"" version                                              \
    "\"},{\"name\":\"os\",\"value\":\"linux\"},{\"name\":\"arch\",\"value\":\"" arch "\"}]}"

static void find(Store *store, const char *name, const char *version, int expected, const char *expected_key)
{
    NameValueList labels = {};
    char key[IMAGE_KEY_LENGTH + 1];

    if (version)
        assert_int(name_value_list_add(&labels, "version", version), 0);
    assert_int(store_find_image_by_name(store, name, &labels, key, NULL), expected);
    if (expected == 0)
        assert_str(key, expected_key);
    name_value_list_done(&labels);
}

static void test_ids(Store *store, const char *key)
{
    static const struct {
        const char *id;
        int r;
        const char *words;
    } cases[] = {
        { "sha512-0", -EINVAL, "image ID too short" },
        { "sha512-", -EINVAL, "image ID too short" },
        { "sha512-0000000000000000", -ENOENT, "no image IDs found" },
        { "sha512-0000000000000000000000000000000000000000000000000000000000000000", -ENOENT,
          "no image IDs found" },
    };
    char found[IMAGE_KEY_LENGTH + 1], prefix[IMAGE_KEY_LENGTH + 1];

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_error_ Error error = ERROR_INIT;

        assert_int(store_find_image(store, cases[i].id, found, &error), cases[i].r);
        assert_true(startswith(error_cause(&error), cases[i].words));
    }
    (void) snprintf(prefix, sizeof(prefix), "%.30s", key);
    assert_int(store_find_image(store, prefix, found, NULL), 0);
    assert_str(found, key);
    assert_int(store_find_image(store, key, found, NULL), 0);
    assert_str(found, key);
}

static void test_images(const char *dir)
{
    char first[IMAGE_KEY_LENGTH + 1], second[IMAGE_KEY_LENGTH + 1], foreign[IMAGE_KEY_LENGTH + 1];
    _cleanup_(store_freep) Store *store = open_test_store(dir);
    StoreImage **images, *image;
    char *text;
    size_t n;

    import_test_image(store, MANIFEST("example.com/a", "1", "amd64"), NULL, first);
    import_test_image(store, MANIFEST("example.com/a", "2", "amd64"), NULL, second);
    import_test_image(store, MANIFEST("example.com/b", "1", "s390x"), NULL, foreign);
    test_ids(store, first);

    if (streq(appc_host_arch, "amd64")) {
        find(store, "example.com/a", NULL, 0, second);
        find(store, "example.com/a", "1", 0, first);
        /* The same bytes again: imported anew. */
        import_test_image(store, MANIFEST("example.com/a", "1", "amd64"), NULL, first);
        find(store, "example.com/a", NULL, 0, first);
        find(store, "example.com/b", NULL, -ENOENT, NULL);
    }
    find(store, "example.com/a", "3", -ENOENT, NULL);
    find(store, "example.com/c", NULL, -ENOENT, NULL);
    find(store, "example.com", NULL, -ENOENT, NULL);

    assert_int(store_read_image(store, foreign, &image, NULL), 0);
    assert_str(name_value_list_get(&image->labels, "arch"), "s390x");
    assert_true(image->import_time_ns > 0 && image->last_used_ns > 0 && image->size >= 1024);
    store_image_free(image);
    assert_int(store_touch_image(store, foreign), 0);
    assert_int(store_read_image_manifest(store, foreign, &text, &n, NULL), 0);
    assert_str(text, MANIFEST("example.com/b", "1", "s390x"));
    free(text);
    assert_int(store_list_images(store, &images, &n, NULL), 0);
    assert_int(n, 3);
    store_images_free(images, n);
}

static unsigned count(Store *store, const char *path)
{
    _cleanup_close_ int fd = openat(store->cas_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_closedir_ DIR *d = fd < 0 ? NULL : fdopendir(TAKE_FD(fd));
    unsigned n = 0;

    for (struct dirent *entry; d && (entry = readdir(d));)
        n += !streq(entry->d_name, ".") && !streq(entry->d_name, "..");
    return n;
}

static void test_removal(const char *dir)
{
    _cleanup_(store_freep) Store *store = open_test_store(dir);
    char key[IMAGE_KEY_LENGTH + 1];
    int lock;

    import_test_image(store, MANIFEST("example.com/gone", "1", "amd64"), NULL, key);
    lock = store_lock_image(store, key, LOCK_KIND_SHARED, false);
    assert_true(lock >= 0);
    assert_int(store_remove_image(store, key, NULL), -EBUSY);
    (void) close(lock);
    assert_int(count(store, STORE_NAME), 3);
    assert_int(count(store, STORE_IMAGE_LOCKS), 4);
    assert_int(store_remove_image(store, key, NULL), 0);
    assert_int(store_remove_image(store, key, NULL), -ENOENT);
    assert_int(count(store, STORE_NAME), 2);
    assert_int(count(store, STORE_IMAGE_LOCKS), 3);
    assert_int(store_open_image(store, key, NULL), -ENOENT);
    find(store, "example.com/gone", NULL, -ENOENT, NULL);
}

/* Until it is committed nobody sees what was read; freed, it has left nothing. */
static void test_two_steps(const char *dir)
{
    _cleanup_(store_freep) Store *store = open_test_store(dir);
    _cleanup_(import_cages_done) ImportCages cages = {};
    static const char manifest[] = MANIFEST("example.com/wanted", "1", "amd64");
    _cleanup_close_ int fd = make_test_image(manifest, NULL);
    char found[IMAGE_KEY_LENGTH + 1];
    Import *import = NULL;

    for (unsigned commits = 0; commits < 2; commits++) {
        assert_int(import_cages_start(false, 0, 0, &cages, NULL), 0);
        const ImportContents *contents;

        assert_int(import_begin(store, &cages, &(StoreImportOptions){ .source_digest = true }, &import, NULL),
                   0);
        assert_int(feed_import(import, fd, NULL), 1);
        assert_int(import_finish(import, NULL), 0);
        contents = import_contents(import);
        assert_true(image_key_is_valid(contents->key));
        assert_true(strncmp(contents->tar.sha512, contents->key + strlen(IMAGE_KEY_PREFIX), IMAGE_KEY_HEX) ==
                    0);
        assert_str(contents->source.sha512, contents->tar.sha512); /* it is not compressed */
        assert_int(contents->source.size, contents->tar.size);
        assert_int(contents->manifest_size, strlen(manifest));
        assert_true(memcmp(contents->manifest, manifest, contents->manifest_size) == 0);
        assert_str(contents->image->name, "example.com/wanted");
        assert_str(name_value_list_get(&contents->image->labels, "version"), "1");
        assert_int(store_find_image(store, contents->key, found, NULL), -ENOENT);
        assert_int(count(store, STORE_TMP), 1);
        if (commits > 0) {
            assert_int(import_commit(import, NULL), 0);
            assert_int(store_find_image(store, contents->key, found, NULL), 0);
        }
        import_free(import);
        assert_int(count(store, STORE_TMP), 0);
        import_cages_done(&cages);
        assert_int(lseek(fd, 0, SEEK_SET), 0);
    }
    assert_int(store_remove_image(store, found, NULL), 0);
}

/* Puts an empty file where write_file_at() would write another aside. */
static void make_unfinished(Store *store, const char *kind, const char *key)
{
    StorePath path;

    if (streq(kind, STORE_RECORD))
        (void) snprintf(path, sizeof(path), "%s/" WRITE_ASIDE_PREFIX "%s.4711-0", kind, key);
    else
        (void) snprintf(path, sizeof(path), "%s/sha512/%.2s/" WRITE_ASIDE_PREFIX "%s.4711-0", kind,
                        key + strlen(IMAGE_KEY_PREFIX), key);
    assert_int(write_file_at(store->cas_fd, path, "", 0, 0660, 0), 0);
}

static void not_left(const char *name, int r)
{
    fprintf(stderr, "%s: %s\n", name, strerror(-r));
    exit(1);
}

/* What is left when an import is killed right before its record is written, while one copies, while one
 * writes a file of an image that is there, and right after it took a lock. */
static void test_sweep(const char *dir)
{
    _cleanup_(store_freep) Store *store = open_test_store(dir);
    _cleanup_close_ int lock = -EBADF;
    char key[IMAGE_KEY_LENGTH + 1], kept[IMAGE_KEY_LENGTH + 1];
    StorePath path;
    unsigned records;

    import_test_image(store, MANIFEST("example.com/kept", "1", "amd64"), NULL, kept);
    import_test_image(store, MANIFEST("example.com/half", "1", "amd64"), NULL, key);
    store_record_path(key, path);
    assert_int(unlinkat(store->cas_fd, path, 0), 0);
    assert_int(write_file_at(store->cas_fd, STORE_TMP "/import-dead", "x", 1, 0660, 0), 0);
    assert_int(write_file_at(store->cas_fd, STORE_TMP "/import-alive", "x", 1, 0660, 0), 0);
    lock = lock_file_at(store->cas_fd, STORE_TMP "/import-alive", LOCK_KIND_EXCLUSIVE, false);
    assert_true(lock >= 0);
    make_unfinished(store, STORE_RECORD, kept);
    make_unfinished(store, STORE_MANIFEST, kept);
    records = count(store, STORE_RECORD);
    (void) close(store_lock_image(store,
                                  IMAGE_KEY_PREFIX "00000000000000000000000000000000"
                                                   "00000000000000000000000000000000",
                                  LOCK_KIND_SHARED, false));

    assert_int(store_sweep(store, not_left, NULL), 0);
    assert_int(count(store, STORE_TMP), 1);
    assert_int(count(store, STORE_RECORD), records - 1);
    assert_int(count(store, STORE_IMAGE_LOCKS), records - 1);
    store_object_path(STORE_MANIFEST, kept, path);
    *strrchr(path, '/') = '\0';
    assert_int(count(store, path), 1);
    assert_int(store_open_image(store, key, NULL), -ENOENT);
    store_name_path("example.com/half", path);
    assert_int(faccessat(store->cas_fd, path, F_OK, 0), -1);
    find(store, "example.com/kept", NULL, streq(appc_host_arch, "amd64") ? 0 : -ENOENT, kept);
}

static mode_t mode_of(const char *dir, const char *path)
{
    char whole[256];
    struct stat st;

    (void) snprintf(whole, sizeof(whole), "%s/%s", dir, path);
    assert_int(stat(whole, &st), 0);
    return st.st_mode & 07777;
}

/* A kill right after a directory was made, and one who locks with a narrow umask. */
static void test_modes(const char *dir)
{
    static const char key[] =
            IMAGE_KEY_PREFIX "1111111111111111111111111111111111111111111111111111111111111111";
    Store *store = open_test_store(dir);
    mode_t mask = umask(0077);

    (void) close(store_lock_image(store, key, LOCK_KIND_EXCLUSIVE, false));
    (void) umask(mask);
    assert_int(mode_of(dir, STORE_CAS "/" STORE_IMAGE_LOCKS "/" IMAGE_KEY_PREFIX
                                      "1111111111111111111111111111111111111111111111111111111111111111"),
               0660);
    assert_int(fchmodat(store->cas_fd, STORE_BLOB, 0700, 0), 0);
    store_free(store);
    store_free(open_test_store(dir));
    if (geteuid() == 0)
        assert_int(mode_of(dir, STORE_CAS "/" STORE_BLOB), 02770);
    else
        skip_part("a mode that is set right", "not root");
}

int main(int argc, char *argv[])
{
    char dir[64];

    cage_main(argc, argv, store_import_works);
    make_test_directory(dir);
    test_images(dir);
    test_removal(dir);
    test_two_steps(dir);
    test_sweep(dir);
    test_modes(dir);
    assert_int(remove_tree_at(AT_FDCWD, dir), 0);
    return 0;
}
