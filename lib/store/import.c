/* SPDX-License-Identifier: Apache-2.0 */
/* In this order: the bytes go through a cage that inflates them, into the digest and a file of cas/tmp
 * (locked, so that a sweep knows its writer lives); then that file goes through a second cage, which says
 * what is in it; then the file is synced. Under the image's lock the blob and the manifest are renamed into
 * place and synced, and the record, last, makes the image visible. */

#include "import.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/string-util.h"
#include "base/time-util.h"
#include "base/uuid.h"
#include "digest.h"
#include "inflate.h"
#include "image-record.h"
#include "store-internal.h"

/* Who packs an image says how much memory unpacking takes; 64 MiB are usual at most. */
#define IMPORT_MEMORY (1ULL << 30)
#define RATIO_FREE (64ULL << 20)    /* below this much output no ratio counts */
#define SPACE_CHECKED (32ULL << 20) /* bytes between two looks at the free space */
#define SPACE_RESERVE (64ULL << 20) /* what an import leaves to others */

struct Import {
    Store *store;
    StoreImportOptions options;
    const ImportCages *cages; /* not owned */
    uint64_t next_space_check;
    char *path; /* beneath cas, NULL once it has its place */
    int fd;
    KeyDigest source, tar;
    Buffer scan; /* what the second cage says: the manifest is in it */
    StoreImage *image;
    ImportContents contents;
};

void import_free(Import *import)
{
    if (!import)
        return;
    if (import->path)
        (void) unlinkat(import->store->cas_fd, import->path, 0);
    safe_close(import->fd);
    free(import->path);
    buffer_done(&import->scan);
    store_image_free(import->image);
    free(import);
}

const ImportContents *import_contents(const Import *import)
{
    return &import->contents;
}

/* ----- The file in cas/tmp ----- */

static int make_temporary(Import *import)
{
    for (;;) {
        _cleanup_close_ int fd = -EBADF;
        char uuid[UUID_LENGTH + 1];
        struct stat st;
        int r = uuid_generate(uuid);

        if (r < 0)
            return r;
        free(import->path);
        if (asprintf(&import->path, "%s/import-%s", STORE_TMP, uuid) < 0) {
            import->path = NULL;
            return -ENOMEM;
        }
        fd = openat(import->store->cas_fd, import->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                    0660);
        if (fd < 0)
            return -errno;
        /* A sweep may be quicker than our lock; then the name is gone. */
        r = lock_fd(fd, LOCK_KIND_EXCLUSIVE, true);
        if (r >= 0 && fstat(fd, &st) < 0)
            r = -errno;
        if (r < 0)
            return r;
        if (st.st_nlink == 0)
            continue;
        /* The umask must not keep the group out. */
        if (fchmod(fd, 0660) < 0)
            return -errno;
        import->fd = TAKE_FD(fd);
        return 0;
    }
}

static int check_space(Import *import, Error *reterr)
{
    struct statvfs vfs;

    if (import->contents.tar.size < import->next_space_check)
        return 0;
    import->next_space_check = import->contents.tar.size + SPACE_CHECKED;
    if (fstatvfs(import->fd, &vfs) >= 0 && vfs.f_blocks > 0 && vfs.f_bavail * vfs.f_frsize < SPACE_RESERVE)
        return error_set(reterr, -ENOSPC, "not enough space left in %s", store_dir(import->store));
    return 0;
}

/* ----- Through the cages ----- */

static int check_limits(const Import *import, Error *reterr)
{
    uint64_t size = import->contents.tar.size;

    if (size > STORE_IMPORT_SIZE_MAX)
        return error_set(reterr, -EFBIG, "the image has more than %llu bytes", STORE_IMPORT_SIZE_MAX);
    if (size > RATIO_FREE && size / STORE_IMPORT_RATIO_MAX > cage_consumed(import->cages->inflater))
        return error_set(reterr, -EFBIG, "the image is compressed more than 1:%d", STORE_IMPORT_RATIO_MAX);
    return 0;
}

static int take_tar(const void *data, size_t size, void *userdata, Error *reterr)
{
    Import *import = userdata;
    int r;

    import->contents.tar.size += size;
    r = check_limits(import, reterr);
    if (r >= 0)
        r = check_space(import, reterr);
    if (r < 0)
        return r;
    key_digest_add(&import->tar, data, size);
    r = write_full(import->fd, data, size);
    return r < 0 ? error_set_errno(reterr, r, "cannot write the image into the store") : 0;
}

int import_feed(Import *import, const void *data, size_t size, Error *reterr)
{
    const CageStreams streams = { .take = take_tar, .userdata = import };

    import->contents.source.size += size;
    if (import->options.source_digest)
        key_digest_add(&import->source, data, size);
    return cage_feed(import->cages->inflater, &streams, data, size, reterr);
}

static ssize_t give_blob(void *buffer, size_t size, void *userdata, Error *reterr)
{
    const Import *import = userdata;
    ssize_t n = read_full(import->fd, buffer, size);

    return n < 0 ? error_set_errno(reterr, (int) n, "cannot read the image again") : n;
}

static int take_scan(const void *data, size_t size, void *userdata, Error *reterr)
{
    Import *import = userdata;

    if (size > sizeof(ImageScan) + RECORD_SIZE_MAX + STORE_MANIFEST_SIZE_MAX - import->scan.size)
        return error_set(reterr, -EFBIG, "too much is said of the image");
    buffer_add(&import->scan, data, size);
    return import->scan.failed ? -ENOMEM : 0;
}

/* The record's lines are simple enough to be read here, wherever they come from. */
static int understand_scan(Import *import)
{
    _cleanup_free_ char *record = NULL;
    ImageScan head;

    if (import->scan.size < sizeof(head))
        return -EBADMSG;
    memcpy(&head, import->scan.data, sizeof(head));
    if (head.record_size > RECORD_SIZE_MAX || head.manifest_size > STORE_MANIFEST_SIZE_MAX ||
        import->scan.size != sizeof(head) + head.record_size + head.manifest_size)
        return -EBADMSG;
    record = strndup(import->scan.data + sizeof(head), head.record_size);
    if (!record)
        return -ENOMEM;
    import->contents.manifest = import->scan.data + sizeof(head) + head.record_size;
    import->contents.manifest_size = head.manifest_size;
    return image_record_parse(record, import->image);
}

/* Another cage than the one that the bytes came out of: a program that took that one over can make any bytes
 * of them, but has no say in what they mean. */
static int understand(Import *import, Error *reterr)
{
    const CageStreams streams = { give_blob, take_scan, import };
    int r;

    if (lseek(import->fd, 0, SEEK_SET) < 0)
        return -errno;
    r = cage_run(import->cages->scanner, &streams, reterr);
    if (r < 0)
        return r;
    r = understand_scan(import);
    return r < 0 ? error_set_errno(reterr, r, "cannot understand what is said of the image") : 0;
}

int import_finish(Import *import, Error *reterr)
{
    const CageStreams streams = { .take = take_tar, .userdata = import };
    ImportContents *contents = &import->contents;
    int r = cage_run(import->cages->inflater, &streams, reterr);

    if (r < 0)
        return r;
    if (import->options.source_digest)
        key_digest_finish_whole(&import->source, contents->source.sha512);
    key_digest_finish_whole(&import->tar, contents->tar.sha512);
    (void) snprintf(contents->key, sizeof(contents->key), IMAGE_KEY_PREFIX "%.*s", IMAGE_KEY_HEX,
                    contents->tar.sha512);
    return understand(import, reterr);
}

/* ----- Into place ----- */

static int put_blob(Import *import)
{
    StorePath path;
    int r;

    store_object_path(STORE_BLOB, import->contents.key, path);
    r = store_make_parents(import->store, path);
    if (r < 0)
        return r;
    if (fdatasync(import->fd) < 0 ||
        renameat(import->store->cas_fd, import->path, import->store->cas_fd, path) < 0)
        return -errno;
    free(TAKE_PTR(import->path));
    *strrchr(path, '/') = '\0';
    return store_sync_directory(import->store, path);
}

static int put_manifest(Import *import)
{
    StorePath path;
    int r;

    store_object_path(STORE_MANIFEST, import->contents.key, path);
    r = store_make_parents(import->store, path);
    return r < 0 ? r
                 : write_file_at(import->store->cas_fd, path, import->contents.manifest,
                                 import->contents.manifest_size, 0660, WRITE_SYNC);
}

/* Of an image that comes again, what is known of its tree stays true. */
static int put_record(Import *import, Error *reterr)
{
    StoreImage *image = import->image;
    _cleanup_(store_image_freep) StoreImage *known = NULL;
    struct timespec now;
    int r;

    image->latest = import->options.latest;
    image->tree_size = 0;
    if (store_read_image(import->store, import->contents.key, &known, NULL) >= 0) {
        image->tree_size = known->tree_size;
        image->latest = image->latest || known->latest;
    }
    (void) clock_gettime(CLOCK_REALTIME, &now);
    memcpy(image->key, import->contents.key, sizeof(image->key));
    image->import_time_ns = timespec_ns(&now);
    image->size = import->contents.tar.size;
    r = store_index_image(import->store, image);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot put image %s into the index", import->contents.key);
    return store_write_record(import->store, image, reterr);
}

int import_commit(Import *import, Error *reterr)
{
    _cleanup_close_ int lock =
            store_lock_image(import->store, import->contents.key, LOCK_KIND_EXCLUSIVE, true);
    int r;

    if (lock < 0)
        return store_complain_of_lock(import->store, import->contents.key, lock, reterr);
    r = put_blob(import);
    if (r >= 0)
        r = put_manifest(import);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot put image %s into the store", import->contents.key);
    return put_record(import, reterr);
}

/* ----- The whole ----- */

const CageWork store_import_works[] = { { "inflate", image_inflate }, { "scan", image_scan }, {} };

void import_cages_done(ImportCages *cages)
{
    cage_free(cages->inflater);
    cage_free(cages->scanner);
    *cages = (ImportCages){};
}

int import_cages_start(bool apart, uid_t uid, gid_t gid, ImportCages *ret, Error *reterr)
{
    CageOptions options = {
        CAGE_OPTIONS_INIT,
        .work = "inflate",
        .worker = "the image reader",
        .doing = "reading the image",
        .apart = apart,
        .uid = uid,
        .gid = gid,
        .memory = IMPORT_MEMORY,
    };
    ImportCages cages = {};
    int r = cage_start(&options, &cages.inflater, reterr);

    options.work = "scan";
    if (r >= 0)
        r = cage_start(&options, &cages.scanner, reterr);
    if (r < 0)
        import_cages_done(&cages);
    *ret = cages;
    return r;
}

int import_begin(Store *store, const ImportCages *cages, const StoreImportOptions *options, Import **ret,
                 Error *reterr)
{
    _cleanup_(import_freep) Import *import = calloc(1, sizeof(*import));
    int r;

    if (!import)
        return -ENOMEM;
    *import = (Import){ .store = store, .cages = cages, .fd = -EBADF };
    if (options)
        import->options = *options;
    import->image = calloc(1, sizeof(*import->image));
    if (!import->image)
        return -ENOMEM;
    import->contents.image = import->image;
    key_digest_init(&import->source);
    key_digest_init(&import->tar);
    r = make_temporary(import);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot write into the store in %s", store_dir(store));
    *ret = TAKE_PTR(import);
    return 0;
}
