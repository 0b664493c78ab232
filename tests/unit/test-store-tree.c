/* SPDX-License-Identifier: Apache-2.0 */
/* Dependencies, white lists, and what unpacking makes of them; the cage is left out, which is for root on a
 * machine of its own. Owners can only be set by root. */

#include "base/string-util.h"
#include "store/tree-hash.h"

#include "store-test.h"

#define HEAD(name) "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/" name "\""

static const char base_manifest[] = HEAD("base") "}";
static const char side_manifest[] = HEAD("side") ",\"pathWhitelist\":[\"/side\",\"/both\"]}";
static const char top_manifest[] = HEAD("top") ",\"dependencies\":[{\"imageName\":\"example.com/"
                                               "base\"},{\"imageName\":\"example.com/side\"}],"
                                               "\"pathWhitelist\":[\"/both\",\"/side\",\"/base/kept\",\"/"
                                               "top\",\"/link\",\"/was-directory\"]}";

static const TestEntry base_entries[] = {
    { "rootfs/both", S_IFREG | 0644, "base" },
    { "rootfs/base", S_IFDIR | 0700 },
    { "rootfs/base/kept", S_IFREG | 0640, "kept" },
    { "rootfs/base/dropped", S_IFREG | 0640, "dropped" },
    { "rootfs/link", S_IFREG | 0644, NULL, "rootfs/base/kept" },
    { "rootfs/was-directory", S_IFDIR | 0755 },
    {},
};
static const TestEntry side_entries[] = {
    { "rootfs/both", S_IFREG | 0644, "side" },
    { "rootfs/side", S_IFREG | 04755, "side" },
    { "rootfs/top", S_IFREG | 0644, "not on the list of side" },
    {},
};
static const TestEntry top_entries[] = {
    { "rootfs/was-directory", S_IFREG | 0644, "now a file" },
    { "rootfs/link", S_IFREG | 0644, "no link" },
    { "rootfs/base/kept", S_IFREG | 0640, "kept" },
    {},
};

static int unpack(Store *store, const char *key, int root, char *ret_hash)
{
    int r = unpack_image(store, key, root, NULL);

    return r < 0 || !ret_hash ? r : tree_hash(root, ret_hash, NULL, NULL);
}

static void check_file(int root, const char *path, const char *expected)
{
    _cleanup_free_ char *text = NULL;
    int r = read_file_at(root, path, 1024, &text, NULL);

    assert_int(r, expected ? 0 : -ENOENT);
    assert_str(text, expected);
}

static void test_layers(Store *store, const char *dir)
{
    char base[IMAGE_KEY_LENGTH + 1], side[IMAGE_KEY_LENGTH + 1], top[IMAGE_KEY_LENGTH + 1];
    char hash[TREE_HASH_LENGTH + 1], again[TREE_HASH_LENGTH + 1];
    _cleanup_close_ int root = new_root(dir, "layers"), other = new_root(dir, "layers-again");
    _cleanup_strv_ char **keys = NULL;
    _cleanup_free_ char *id = NULL;
    struct stat st;

    import_test_image(store, base_manifest, base_entries, base);
    import_test_image(store, side_manifest, side_entries, side);
    import_test_image(store, top_manifest, top_entries, top);
    assert_int(store_resolve_tree(store, top, &id, &keys, NULL), 0);
    assert_true(store_tree_id_is_valid(id));
    assert_int(strv_length(keys), 3);
    assert_str(keys[0], top);
    assert_str(keys[1], side);
    assert_str(keys[2], base);

    assert_int(unpack(store, top, root, hash), 0);
    check_file(root, "both", "side");
    check_file(root, "side", "side");
    check_file(root, "top", NULL);
    check_file(root, "base/kept", "kept");
    check_file(root, "base/dropped", NULL);
    check_file(root, "link", "no link");
    check_file(root, "was-directory", "now a file");
    assert_int(fstatat(root, "base", &st, 0), 0);
    assert_int(st.st_mode, S_IFDIR | 0700);
    assert_int(st.st_mtime, 1000000000);
    assert_int(fstatat(root, "side", &st, 0), 0);
    assert_int(st.st_mode, S_IFREG | 04755);

    assert_int(unpack(store, top, other, again), 0);
    assert_str(again, hash);
    assert_int(fchmodat(other, "side", 0755, 0), 0);
    assert_int(tree_hash(other, again, NULL, NULL), 0);
    assert_true(!streq(again, hash));
}

/* A member of group rkt can write it. That the blob was not changed is for render.c to find. */
static void test_changed(Store *store, const char *dir)
{
    _cleanup_close_ int root = new_root(dir, "changed-manifest");
    static const char manifest[] = HEAD("victim") "}";
    char key[IMAGE_KEY_LENGTH + 1];
    StorePath path;

    import_test_image(store, manifest, base_entries, key);
    store_object_path(STORE_MANIFEST, key, path);
    assert_int(write_file_at(store->cas_fd, path, base_manifest, strlen(base_manifest), 0660, 0), 0);
    assert_int(unpack(store, key, root, NULL), -EBADMSG);
    assert_int(write_file_at(store->cas_fd, path, manifest, strlen(manifest), 0660, 0), 0);
}

static void test_bad_dependencies(Store *store)
{
    static const char self[] = HEAD("self") ",\"dependencies\":[{\"imageName\":\"example.com/self\"}]}";
    static const char missing[] =
            HEAD("needy") ",\"dependencies\":[{\"imageName\":\"example.com/missing\"}]}";
    char key[IMAGE_KEY_LENGTH + 1];

    import_test_image(store, self, NULL, key);
    assert_int(store_resolve_tree(store, key, NULL, NULL, NULL), -ELOOP);
    import_test_image(store, missing, NULL, key);
    assert_int(store_resolve_tree(store, key, NULL, NULL, NULL), -ENOENT);
}

#define TREE(digit) STORE_TREE_ID_PREFIX IMAGE_KEY_PREFIX digit digit digit digit
#define SIXTEEN(digit)                                                                                       \
    digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit digit

static unsigned discarded;

static void count_discarded(const char *id _unused_)
{
    discarded++;
}

static bool has_tree(int trees, const char *prefix, const char *id)
{
    char name[NAME_MAX];

    (void) snprintf(name, sizeof(name), "%s%s", prefix, id);
    return faccessat(trees, name, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

/* Of four trees one is kept and one is being rendered; of one a killed removal left something. */
static void test_discard(Store *store)
{
    static const char *const ids[] = { TREE(SIXTEEN("0")), TREE(SIXTEEN("1")), TREE(SIXTEEN("2")),
                                       TREE(SIXTEEN("3")) };
    char *keep[] = { (char *) ids[0], NULL };
    _cleanup_close_ int trees = store_open_trees(store, NULL), lock = store_lock_tree(store, ids[1], false);

    assert_true(trees >= 0 && lock >= 0);
    for (size_t i = 0; i < ELEMENTSOF(ids); i++)
        assert_int(mkdirat(trees, ids[i], 0755), 0);
    assert_int(mkdir_parents_at(trees, TREE_OLD_PREFIX TREE(SIXTEEN("2")) "/rootfs", 0755), 0);
    assert_int(store_discard_trees_but(store, keep, INT64_MAX, count_discarded, NULL), 0);
    assert_int(discarded, 2);
    for (size_t i = 0; i < ELEMENTSOF(ids); i++)
        assert_int(has_tree(trees, "", ids[i]), i < 2);
    assert_true(has_tree(trees, TREE_OLD_PREFIX, ids[3]));
    assert_int(store_sweep_trees(store, NULL), 0);
    assert_true(!has_tree(trees, TREE_OLD_PREFIX, ids[2]) && !has_tree(trees, TREE_OLD_PREFIX, ids[3]));
    assert_true(has_tree(trees, "", ids[0]) && has_tree(trees, "", ids[1]));
}

int main(int argc, char *argv[])
{
    _cleanup_(store_freep) Store *store = NULL;
    char dir[64];

    cage_main(argc, argv, store_import_works);
    make_test_directory(dir);
    store = open_test_store(dir);
    test_layers(store, dir);
    test_changed(store, dir);
    test_bad_dependencies(store);
    test_discard(store);
    assert_int(remove_tree_at(AT_FDCWD, dir), 0);
    return 0;
}
