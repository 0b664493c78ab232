/* SPDX-License-Identifier: Apache-2.0 */

#include "trust/keystore.h"

#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "test.h"

#define FPR(c) c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c

static char directory[] = "/tmp/test-keystore-XXXXXX";

static void put(const char *path, const char *text)
{
    _cleanup_free_ char *parent = strdup(path);
    int dir = open(directory, O_RDONLY | O_DIRECTORY);

    assert_true(parent);
    *strrchr(parent, '/') = '\0';
    assert_int(mkdir_parents_at(dir, parent, 0755), 0);
    assert_int(write_file_at(dir, path, text, strlen(text), 0644, 0), 0);
    close(dir);
}

static Keystore *open_keystore(void)
{
    _cleanup_free_ char *system = string_concat(directory, "/sys"), *local = string_concat(directory, "/etc");
    Keystore *keystore;

    assert_int(keystore_open(system, local, &keystore, NULL), 0);
    return keystore;
}

/* The first digit of each key that applies, in the order in which they do. */
static void assert_applies(const char *image, const char *expected)
{
    _cleanup_(keystore_freep) Keystore *keystore = open_keystore();
    _cleanup_trusted_keys_ TrustedKeys keys = {};
    const TrustedKey *found[64];
    char got[65] = "";
    size_t n;

    assert_int(keystore_list(keystore, &keys, NULL), 0);
    assert_true(keys.n < ELEMENTSOF(found));
    trusted_keys_for(&keys, image, found, &n);
    for (size_t i = 0; i < n; i++)
        got[i] = found[i]->fingerprint[0];
    assert_str(got, expected);
}

static void test_applies(void)
{
    static const struct {
        const char *image, *expected;
    } cases[] = {
        { "a", "01" },          { "a/b", "012" },    { "a/b/c", "0123" },   { "a/bc", "01" },
        { "a/b-c", "014" },     { "other", "01" },   { "masked", "0" },     { "masked/more", "0" },
        { "maskedmore", "01" }, { "again/x", "01" }, { "replaced", "015" },
    };

    put("sys/trustedkeys/root.d/" FPR("0"), "key");
    put("etc/trustedkeys/root.d/" FPR("1"), "key");
    put("sys/trustedkeys/prefix.d/a/b/" FPR("2"), "key");
    put("etc/trustedkeys/prefix.d/a/b/c/" FPR("3"), "key");
    put("etc/trustedkeys/prefix.d/a/b-c/" FPR("4"), "key");
    put("etc/trustedkeys/prefix.d/masked/" FPR("1"), "");
    put("sys/trustedkeys/prefix.d/masked/" FPR("5"), "key");
    put("etc/trustedkeys/prefix.d/masked/" FPR("5"), "");
    put("etc/trustedkeys/prefix.d/again/" FPR("1"), "");
    put("etc/trustedkeys/prefix.d/again/x/" FPR("1"), "key");
    put("sys/trustedkeys/prefix.d/replaced/" FPR("5"), "");
    put("etc/trustedkeys/prefix.d/replaced/" FPR("5"), "key");
    /* These are no keys. */
    put("etc/trustedkeys/prefix.d/" FPR("6"), "key");
    put("etc/trustedkeys/root.d/deeper/" FPR("7"), "key");
    put("etc/trustedkeys/root.d/" FPR("8") "8", "key");
    put("etc/trustedkeys/root.d/" FPR("A"), "key");
    put("etc/trustedkeys/root.d/.#" FPR("9"), "key");
    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_applies(cases[i].image, cases[i].expected);
}

static void test_change(void)
{
    _cleanup_(keystore_freep) Keystore *keystore = open_keystore();
    _cleanup_free_ char *path = NULL, *expected = NULL;
    bool withdrawn;

    assert_int(keystore_add(keystore, "new/prefix", FPR("b"), "text", 4, &path, NULL), 0);
    expected = string_concat(directory, "/etc/trustedkeys/prefix.d/new/prefix/", FPR("b"));
    assert_str(path, expected);
    assert_applies("new/prefix/x", "01b");
    assert_int(keystore_remove(keystore, "new/prefix", FPR("b"), &withdrawn, NULL), 0);
    assert_true(!withdrawn && access(path, F_OK) < 0);
    assert_applies("new/prefix", "01");
    assert_int(keystore_remove(keystore, "new/prefix", FPR("b"), &withdrawn, NULL), -ENOENT);
    assert_int(keystore_remove(keystore, "", FPR("0"), &withdrawn, NULL), 0);
    assert_true(withdrawn);
    assert_applies("other", "1");
    assert_int(keystore_add(keystore, "../up", FPR("b"), "text", 4, &path, NULL), -EINVAL);
    assert_int(keystore_add(keystore, "a//b", FPR("b"), "text", 4, &path, NULL), -EINVAL);
    assert_int(keystore_add(keystore, "a", FPR("B"), "text", 4, &path, NULL), -EINVAL);
    assert_int(keystore_add(keystore, "a", FPR("b"), "", 0, &path, NULL), -EINVAL);
}

static void test_limits(void)
{
    _cleanup_(keystore_freep) Keystore *keystore = open_keystore();
    _cleanup_free_ char *large = malloc(OPENPGP_SIZE_MAX + 2), *read = NULL, *root = NULL;
    _cleanup_trusted_keys_ TrustedKeys keys = {}, more = {};
    size_t size;
    int dir;

    assert_true(large);
    memset(large, 'x', OPENPGP_SIZE_MAX + 1);
    large[OPENPGP_SIZE_MAX + 1] = '\0';
    put("etc/trustedkeys/root.d/" FPR("0"), large);
    assert_int(keystore_list(keystore, &keys, NULL), 0);
    assert_int(keystore_read(keystore, &keys.items[1], &read, &size, NULL), -EFBIG);
    root = string_concat(directory, "/etc/trustedkeys/root.d");
    dir = open(root, O_RDONLY | O_DIRECTORY);
    for (unsigned i = 0; i <= KEYSTORE_KEYS_MAX; i++) {
        char name[FINGERPRINT_HEX + 1];

        (void) snprintf(name, sizeof(name), "%040x", i);
        assert_int(mknodat(dir, name, S_IFREG | 0644, 0) < 0 && errno != EEXIST, 0);
    }
    close(dir);
    assert_int(keystore_list(keystore, &more, NULL), -E2BIG);
}

int main(void)
{
    assert_true(mkdtemp(directory));
    test_applies();
    test_change();
    test_limits();
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
    return 0;
}
