/* SPDX-License-Identifier: Apache-2.0 */
/* In this order: the bytes go into a file of cas/tmp (locked, so that a sweep knows its writer lives) and
 * through the digest; then the tar is read from that file and its manifest is understood; then the file is
 * synced. Under the image's lock the blob and the manifest are renamed into place and synced, and the record,
 * last, makes the image visible. */

#include "import.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "aci.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "base/uuid.h"
#include "store-internal.h"

enum { SOURCE_BUFFER = 256 * 1024, FILTERS_MAX = 2 };
#define RATIO_FREE (64ULL << 20)    /* below this much output no ratio counts */
#define SPACE_CHECKED (32ULL << 20) /* bytes between two looks at the free space */
#define SPACE_RESERVE (64ULL << 20) /* what an import leaves to others */

typedef struct Import {
    Store *store;
    const StoreImportOptions *options;
    int source; /* not owned */
    uint8_t *buffer;
    uint64_t source_bytes, size, next_space_check;
    char *path; /* beneath cas, NULL once it has its place */
    int fd;
    char key[IMAGE_KEY_LENGTH + 1];
    char *manifest;
    size_t manifest_size;
} Import;

static void import_done(Import *import)
{
    if (import->path)
        (void) unlinkat(import->store->cas_fd, import->path, 0);
    safe_close(import->fd);
    free(import->path);
    free(import->buffer);
    free(import->manifest);
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

    if (import->size < import->next_space_check)
        return 0;
    import->next_space_check = import->size + SPACE_CHECKED;
    if (fstatvfs(import->fd, &vfs) >= 0 && vfs.f_blocks > 0 && vfs.f_bavail * vfs.f_frsize < SPACE_RESERVE)
        return error_set(reterr, -ENOSPC, "not enough space left in %s", store_dir(import->store));
    return 0;
}

/* ----- Decompression ----- */

static la_ssize_t read_source(struct archive *archive, void *userdata, const void **ret)
{
    Import *import = userdata;
    ssize_t n = read_full(import->source, import->buffer, SOURCE_BUFFER);

    if (n < 0) {
        archive_set_error(archive, (int) -n, "%s", strerror((int) -n));
        return ARCHIVE_FATAL;
    }
    import->source_bytes += (uint64_t) n;
    if (import->options->on_progress)
        import->options->on_progress(import->source_bytes, import->options->userdata);
    *ret = import->buffer;
    return n;
}

static void close_archive(struct archive **archive)
{
    (void) archive_read_free(*archive);
}

static int archive_failed(struct archive *archive, Error *reterr)
{
    const char *why = archive_error_string(archive);

    return error_set(reterr, -EBADMSG, "bad image file: %s", why ? why : "it can't be read");
}

/* libarchive would run programs of the host for what it can't decompress itself (it warns then): never. */
static int open_source(Import *import, struct archive *archive, Error *reterr)
{
    struct archive_entry *entry;

    if (archive_read_support_filter_gzip(archive) != ARCHIVE_OK ||
        archive_read_support_filter_bzip2(archive) != ARCHIVE_OK ||
        archive_read_support_filter_xz(archive) != ARCHIVE_OK ||
        archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
        archive_read_support_format_raw(archive) != ARCHIVE_OK ||
        archive_read_open(archive, import, NULL, read_source, NULL) != ARCHIVE_OK ||
        archive_read_next_header(archive, &entry) != ARCHIVE_OK)
        return archive_failed(archive, reterr);
    if (archive_filter_count(archive) > FILTERS_MAX)
        return error_set(reterr, -EBADMSG, "bad image file: it is compressed more than once");
    return 0;
}

static int check_limits(const Import *import, Error *reterr)
{
    uint64_t size_max = import->options->size_max ? import->options->size_max : STORE_IMPORT_SIZE_MAX;
    uint64_t ratio_max = import->options->ratio_max ? import->options->ratio_max : STORE_IMPORT_RATIO_MAX;

    if (import->size > size_max)
        return error_set(reterr, -EFBIG, "the image has more than %" PRIu64 " bytes", size_max);
    if (import->size > RATIO_FREE && import->size / ratio_max > import->source_bytes)
        return error_set(reterr, -EFBIG, "the image is compressed more than 1:%" PRIu64, ratio_max);
    return 0;
}

static int copy_blob(Import *import, Error *reterr)
{
    _cleanup_(close_archive) struct archive *archive = archive_read_new();
    KeyDigest digest;
    la_int64_t offset;
    const void *data;
    size_t size;
    int r;

    if (!archive)
        return -ENOMEM;
    key_digest_init(&digest);
    r = open_source(import, archive, reterr);
    while (r >= 0 && (r = archive_read_data_block(archive, &data, &size, &offset)) == ARCHIVE_OK) {
        import->size += size;
        r = check_limits(import, reterr);
        if (r >= 0)
            r = check_space(import, reterr);
        if (r < 0)
            return r;
        key_digest_add(&digest, data, size);
        r = write_full(import->fd, data, size);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot write the image into the store");
    }
    if (r != ARCHIVE_EOF)
        return reterr && reterr->n > 0 ? -EBADMSG : archive_failed(archive, reterr);
    key_digest_finish(&digest, import->key);
    if (import->options->expected && !streq(import->options->expected, import->key))
        return error_set(reterr, -EBADMSG, "its bytes were changed: they are those of image %s", import->key);
    return 0;
}

/* ----- Into place ----- */

static int put_blob(Import *import)
{
    StorePath path;
    int r;

    store_object_path(STORE_BLOB, import->key, path);
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

    store_object_path(STORE_MANIFEST, import->key, path);
    r = store_make_parents(import->store, path);
    return r < 0 ? r
                 : write_file_at(import->store->cas_fd, path, import->manifest, import->manifest_size, 0660,
                                 WRITE_SYNC);
}

/* Of an image that comes again, what is known of its tree stays true. */
static int put_record(Import *import, ImageManifest *manifest, Error *reterr)
{
    _cleanup_(store_image_freep) StoreImage *image = calloc(1, sizeof(*image)), *known = NULL;
    struct timespec now;
    int r;

    if (!image)
        return -ENOMEM;
    if (store_read_image(import->store, import->key, &known, NULL) >= 0) {
        image->tree_size = known->tree_size;
        image->latest = known->latest;
    }
    (void) clock_gettime(CLOCK_REALTIME, &now);
    memcpy(image->key, import->key, sizeof(image->key));
    image->name = TAKE_PTR(manifest->name);
    image->labels = manifest->labels;
    manifest->labels = (NameValueList){};
    image->import_time_ns = timespec_ns(&now);
    image->size = import->size;
    image->latest = image->latest || import->options->latest;
    r = store_index_image(import->store, image);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot put image %s into the index", import->key);
    return store_write_record(import->store, image, reterr);
}

static int commit(Import *import, ImageManifest *manifest, Error *reterr)
{
    _cleanup_close_ int lock = store_lock_image(import->store, import->key, LOCK_KIND_EXCLUSIVE, true);
    int r;

    if (lock < 0)
        return store_complain_of_lock(import->store, import->key, lock, reterr);
    r = put_blob(import);
    if (r >= 0)
        r = put_manifest(import);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot put image %s into the store", import->key);
    return put_record(import, manifest, reterr);
}

static int understand(Import *import, ImageManifest **ret, Error *reterr)
{
    int r;

    if (lseek(import->fd, 0, SEEK_SET) < 0)
        return -errno;
    r = aci_scan(import->fd, &import->manifest, &import->manifest_size, reterr);
    return r < 0 ? r : image_manifest_parse(import->manifest, import->manifest_size, ret, reterr);
}

int store_import_fd(Store *store, int fd, const StoreImportOptions *options,
                    char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;
    _cleanup_(import_done) Import import = {
        .store = store,
        .options = options ? options : &(StoreImportOptions){},
        .source = fd,
        .fd = -EBADF,
        .buffer = malloc(SOURCE_BUFFER),
    };
    int r;

    if (!import.buffer)
        return -ENOMEM;
    r = make_temporary(&import);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot write into the store in %s", store_dir(store));
    r = copy_blob(&import, reterr);
    if (r >= 0)
        r = understand(&import, &manifest, reterr);
    if (r >= 0)
        r = commit(&import, manifest, reterr);
    if (r < 0)
        return r;
    memcpy(ret_key, import.key, sizeof(import.key));
    return 0;
}
