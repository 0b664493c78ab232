/* SPDX-License-Identifier: Apache-2.0 */
/* Every file that tests/data/make-hostile makes: what it must not do, it does not, even without the cage. The
 * files' names say what is expected. Entries with owners and devices need root; others skip what comes in.
 * How much memory may be used is for rkt-fetch to say, so that is tried there
 * (integration/hostile-images.sh). */

#include <locale.h>

#include "base/spawn.h"
#include "base/string-util.h"

#include "store-test.h"

static int import(Store *store, int dir, const char *name, char *ret_key, Error *reterr)
{
    _cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    return import_file(store, fd, ret_key, reterr);
}

static void check(const char *name, const char *what, bool should_work, int r, const Error *error)
{
    if ((r >= 0) == should_work && (r >= 0 || error_cause(error)))
        return;
    fprintf(stderr, "%s: %s: %s (%s)\n", name, what, r < 0 ? "an error" : "no error",
            error_cause(error) ? error_cause(error) : "without words");
    exit(1);
}

static void test_file(Store *store, const char *base, int dir, const char *name)
{
    _cleanup_error_ Error error = ERROR_INIT;
    bool comes_in = !startswith(name, "bad-") || startswith(name, "bad-unpacked-");
    _cleanup_close_ int root = -EBADF;
    char key[IMAGE_KEY_LENGTH + 1], path[128];
    int r;

    r = import(store, dir, name, key, &error);
    check(name, "import", comes_in, r, &error);
    if (r < 0 || geteuid() != 0)
        return;
    (void) snprintf(path, sizeof(path), "%s/root", base);
    assert_int(mkdir(path, 0755), 0);
    root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(root >= 0);
    r = unpack_image(store, key, root, &error);
    check(name, "unpack", !startswith(name, "bad-"), r, &error);
    assert_int(remove_tree_at(AT_FDCWD, path), 0);
    assert_true(access("/outside", F_OK) < 0);
}

int main(int argc, char *argv[])
{
    _cleanup_(store_freep) Store *store = NULL;
    _cleanup_closedir_ DIR *d = NULL;
    char base[64], images[128];
    unsigned n = 0;

    (void) setlocale(LC_CTYPE, "C.UTF-8");
    cage_main(argc, argv, store_import_works);
    assert_int(argc, 2);
    make_test_directory(base);
    store = open_test_store(base);
    (void) snprintf(images, sizeof(images), "%s/images", base);
    assert_int(spawn_and_wait(argv[1], (char *const[]){ argv[1], images, NULL }, NULL), 0);
    d = opendir(images);
    assert_true(d != NULL);
    for (struct dirent *entry; (entry = readdir(d));)
        if (entry->d_name[0] != '.' && !startswith(entry->d_name, "bad-memory-")) {
            test_file(store, base, dirfd(d), entry->d_name);
            n++;
        }
    assert_int(n >= 150, true);
    if (geteuid() != 0)
        skip_part("unpacking them", "not root");
    assert_int(remove_tree_at(AT_FDCWD, base), 0);
    return 0;
}
