/* SPDX-License-Identifier: Apache-2.0 */
/* A tree that is packed, brought in and unpacked again is the same tree, whatever an app put into it: one
 * hash over all of it says so. */

#include <locale.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "base/string-util.h"
#include "store/pack.h"
#include "store/tree-hash.h"

#include "store-test.h"

static const char manifest[] =
        "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/exported\"}";

static void put(int root, const char *path, const char *text, mode_t mode)
{
    _cleanup_close_ int fd = openat(root, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int(write_full(fd, text, strlen(text)), 0);
    assert_int(fchmod(fd, mode), 0);
}

static void put_sparse(int root, const char *name, off_t at, off_t size)
{
    _cleanup_close_ int fd = openat(root, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    assert_true(fd >= 0);
    if (at >= 0)
        assert_int(pwrite(fd, "data", 4, at), 4);
    assert_int(ftruncate(fd, size), 0);
}

static void fill(int root)
{
    static const struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, { 1234567890, 123456789 } };
    static const uint8_t capability[20] = { 0, 0, 0, 2, 1 << 5 }; /* CAP_KILL, permitted */
    char name[NAME_MAX + 1], target[1024];
    int fd;

    put(root, "plain", "contents", 0640);
    put(root, "set-uid", "", 06755);
    put(root, "caf\xe9", "not UTF-8", geteuid() == 0 ? 0 : 0400);
    put(root, "caf\xc3\xa9", "UTF-8", 0600);
    put(root, "new\nline \\ and\ttab", "", 0644);
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    put(root, name, "long", 0644);
    assert_int(mkdirat(root, "sticky", 0755), 0);
    assert_int(fchmodat(root, "sticky", 01777, 0), 0);
    put(root, "sticky/inside", "", 0644);
    assert_int(linkat(root, "plain", root, "sticky/linked", 0), 0);
    assert_int(linkat(root, "caf\xe9", root, "sticky/linked, not UTF-8", 0), 0);
    assert_int(symlinkat("/etc/../../outside", root, "link"), 0);
    memset(target, 't', sizeof(target) - 1);
    target[sizeof(target) - 1] = '\0';
    assert_int(symlinkat(target, root, "long-link"), 0);
    assert_int(mkfifoat(root, "fifo", 0622), 0);
    put_sparse(root, "hole-both-ends", 32 << 20, 64 << 20);
    put_sparse(root, "hole-before", (8 << 20) - 4, 8 << 20);
    put_sparse(root, "hole-behind", 0, 8 << 20);
    put_sparse(root, "hole-only", -1, 8 << 20);
    if (geteuid() == 0) {
        assert_int(fchownat(root, "plain", 4000000, 3000000000, 0), 0);
        (void) mknodat(root, "device", S_IFCHR | 0660, makedev(1, 3));
    }
    fd = openat(root, "plain", O_RDONLY | O_CLOEXEC);
    (void) fsetxattr(fd, "security.capability", capability, sizeof(capability), 0);
    (void) fsetxattr(fd, "user.binary", "\0\1=\xff\n", 5, 0);
    (void) fsetxattr(fd, "user.empty", "", 0, 0);
    assert_int(close(fd), 0);
    (void) fsetxattr(root, "user.top", "value", 5, 0);
    assert_int(utimensat(root, "plain", times, 0), 0);
    assert_int(utimensat(root, "link", times, AT_SYMLINK_NOFOLLOW), 0);
    assert_int(utimensat(root, "sticky", times, 0), 0);
}

static int pack(int root, const char *text)
{
    int fd = memfd_create("image", MFD_CLOEXEC);
    _cleanup_error_ Error error = ERROR_INIT;

    assert_true(fd >= 0);
    if (aci_pack(root, text, strlen(text), fd, &error) < 0) {
        error_print(&error, -EIO, "test", true);
        exit(1);
    }
    assert_int(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static void unpack(Store *store, int image, int root)
{
    _cleanup_free_ char *text = NULL;
    char key[IMAGE_KEY_LENGTH + 1];

    assert_int(import_file(store, image, key, NULL), 0);
    assert_int(store_read_image_manifest(store, key, &text, NULL, NULL), 0);
    assert_str(text, manifest);
    assert_int(unpack_image(store, key, root, NULL), 0);
}

static void test_round_trip(Store *store, const char *dir)
{
    _cleanup_close_ int root = new_root(dir, "tree"), other = new_root(dir, "again"), image = -EBADF;
    char hash[TREE_HASH_LENGTH + 1], again[TREE_HASH_LENGTH + 1];
    struct stat st;

    fill(root);
    assert_int(tree_hash(root, hash, NULL, NULL), 0);
    image = pack(root, manifest);
    assert_int(fstat(image, &st), 0);
    assert_true(st.st_size < 64 * 1024);
    unpack(store, image, other);
    assert_int(tree_hash(other, again, NULL, NULL), 0);
    assert_str(again, hash);
    assert_int(fstatat(other, "sticky/linked", &st, 0), 0);
    assert_int(st.st_nlink, 2);
}

static void test_left_out(Store *store, const char *dir)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    _cleanup_close_ int root = new_root(dir, "left-out"), other = new_root(dir, "left-out-again"),
                        image = -EBADF, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s/left-out/socket", dir);
    assert_int(bind(fd, (const struct sockaddr *) &address, sizeof(address)), 0);
    put(root, "file", "", 0644);
    image = pack(root, manifest);
    unpack(store, image, other);
    assert_int(faccessat(other, "file", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    assert_int(faccessat(other, "socket", F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

static void test_too_deep(const char *dir)
{
    _cleanup_close_ int root = new_root(dir, "deep"), at = dup(root), null = open("/dev/null", O_WRONLY);
    _cleanup_error_ Error error = ERROR_INIT;

    for (int i = 0; i < 200; i++) {
        int next;

        assert_int(mkdirat(at, "d", 0755), 0);
        next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int(close(at), 0);
        at = next;
    }
    assert_int(aci_pack(root, manifest, strlen(manifest), null, &error), -ENAMETOOLONG);
    assert_true(strstr(error_cause(&error), "too deep for an image") != NULL);
}

static void test_full_disk(const char *dir)
{
    _cleanup_close_ int root = new_root(dir, "full"), full = open("/dev/full", O_WRONLY);
    _cleanup_error_ Error error = ERROR_INIT;

    assert_int(aci_pack(root, manifest, strlen(manifest), full, &error), -ENOSPC);
    assert_str(error_cause(&error), "cannot write the image: No space left on device");
}

int main(int argc, char *argv[])
{
    _cleanup_(store_freep) Store *store = NULL;
    char dir[64];

    (void) setlocale(LC_CTYPE, "C.UTF-8");
    cage_main(argc, argv, store_import_works);
    (void) umask(0022);
    make_test_directory(dir);
    store = open_test_store(dir);
    test_round_trip(store, dir);
    test_left_out(store, dir);
    test_too_deep(dir);
    test_full_disk(dir);
    assert_int(remove_tree_at(AT_FDCWD, dir), 0);
    return 0;
}
