/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is guessed: a name with ".." or an archive without its end mark is an error, also where a tar
 * program would go on. */

#include "tar-reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/printable.h"
#include "base/string-util.h"
#include "base/xattr.h"

enum { TAR_BUFFER = 128 * 1024, END_MARK = 512 };

#define HEADER_TOO_LARGE "the headers of an entry have more than %d bytes"

struct TarReader {
    struct archive *archive;
    struct archive_entry *entry; /* owned by the archive */
    int fd;                      /* not owned */
    uint8_t *buffer;
    uint64_t consumed;    /* bytes read or skipped */
    uint64_t header_read; /* of them for the headers of the entry that is being read */
    bool in_header;
    uint64_t entries, size;
    char path[TAR_PATH_MAX + 1], target[TAR_PATH_MAX + 1];
};

/* ----- Bytes in ----- */

static la_ssize_t read_callback(struct archive *archive, void *userdata, const void **ret)
{
    TarReader *reader = userdata;
    ssize_t n = read_full(reader->fd, reader->buffer, TAR_BUFFER);

    if (n < 0) {
        archive_set_error(archive, (int) -n, "%s", strerror((int) -n));
        return ARCHIVE_FATAL;
    }
    reader->consumed += (uint64_t) n;
    /* Not to the byte, but before a library takes the memory for it. */
    reader->header_read += reader->in_header ? (uint64_t) n : 0;
    if (reader->header_read > TAR_HEADER_MAX + 2 * TAR_BUFFER) {
        archive_set_error(archive, EFBIG, HEADER_TOO_LARGE, TAR_HEADER_MAX);
        return ARCHIVE_FATAL;
    }
    *ret = reader->buffer;
    return n;
}

/* A seek behind the end would succeed, and a cut file look whole: only what is there is skipped. */
static la_int64_t skip_callback(struct archive *archive _unused_, void *userdata, la_int64_t request)
{
    TarReader *reader = userdata;
    off_t at = lseek(reader->fd, 0, SEEK_CUR);
    struct stat st;

    if (at < 0 || fstat(reader->fd, &st) < 0 || !S_ISREG(st.st_mode) || at >= st.st_size)
        return 0;
    if (request > st.st_size - at)
        request = st.st_size - at;
    request -= request % TAR_BUFFER; /* the reads stay aligned */
    if (request <= 0 || lseek(reader->fd, request, SEEK_CUR) < 0)
        return 0;
    reader->consumed += (uint64_t) request;
    return request;
}

static int archive_failed(TarReader *reader, Error *reterr)
{
    const char *why = archive_error_string(reader->archive);

    return error_set(reterr, -EBADMSG, "bad image archive: %s", why ? why : "it can't be read");
}

int tar_reader_new(int fd, TarReader **ret, Error *reterr)
{
    _cleanup_(tar_reader_freep) TarReader *reader = calloc(1, sizeof(*reader));

    if (!reader)
        return -ENOMEM;
    reader->fd = fd;
    reader->buffer = malloc(TAR_BUFFER);
    reader->archive = archive_read_new();
    if (!reader->buffer || !reader->archive)
        return -ENOMEM;
    if (archive_read_support_format_tar(reader->archive) != ARCHIVE_OK ||
        archive_read_set_read_callback(reader->archive, read_callback) != ARCHIVE_OK ||
        archive_read_set_skip_callback(reader->archive, skip_callback) != ARCHIVE_OK ||
        archive_read_set_callback_data(reader->archive, reader) != ARCHIVE_OK ||
        archive_read_open1(reader->archive) != ARCHIVE_OK)
        return archive_failed(reader, reterr);
    *ret = TAKE_PTR(reader);
    return 0;
}

void tar_reader_free(TarReader *reader)
{
    if (!reader)
        return;
    (void) archive_read_free(reader->archive);
    free(reader->buffer);
    free(reader);
}

/* ----- Entries ----- */

/* The next component of a path, which is moved behind it; 0 at the end. */
static size_t next_component(const char **path, const char **ret)
{
    *ret = *path + strspn(*path, "/");
    *path = *ret + strcspn(*ret, "/");
    return (size_t) (*path - *ret);
}

static int make_plain(const char *path, char ret[static TAR_PATH_MAX + 1], Error *reterr)
{
    const char *component;
    size_t length, at = 0;
    unsigned depth = 0;

    while ((length = next_component(&path, &component)) > 0) {
        if (length == 1 && component[0] == '.')
            continue;
        if (length == 2 && component[0] == '.' && component[1] == '.')
            return error_set(reterr, -EBADMSG, "a path with \"..\" in it");
        if (at + (at > 0) + length > TAR_PATH_MAX || ++depth > TAR_DEPTH_MAX || length > NAME_MAX)
            return error_set(reterr, -ENAMETOOLONG, "a path that is too long or too deep");
        if (at > 0)
            ret[at++] = '/';
        memcpy(ret + at, component, length);
        at += length;
    }
    ret[at] = '\0';
    return 0;
}

static int read_kind(TarReader *reader, TarEntry *ret, Error *reterr)
{
    static const struct {
        mode_t type;
        TarKind kind;
    } kinds[] = {
        { S_IFREG, TAR_FILE },         { S_IFDIR, TAR_DIRECTORY },
        { S_IFLNK, TAR_SYMLINK },      { S_IFCHR, TAR_CHARACTER_DEVICE },
        { S_IFBLK, TAR_BLOCK_DEVICE }, { S_IFIFO, TAR_FIFO },
    };
    const char *hardlink = archive_entry_hardlink(reader->entry);
    int r;

    if (hardlink) {
        r = make_plain(hardlink, reader->target, reterr);
        ret->kind = TAR_HARDLINK;
        ret->target = reader->target;
        return r;
    }
    for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
        if (kinds[i].type == archive_entry_filetype(reader->entry)) {
            ret->kind = kinds[i].kind;
            ret->target = ret->kind == TAR_SYMLINK ? archive_entry_symlink(reader->entry) : NULL;
            if (ret->kind == TAR_SYMLINK &&
                (!ret->target || !*ret->target || strlen(ret->target) >= PATH_MAX))
                return error_set(reterr, -EBADMSG, "a symlink without, or with too long a target");
            return 0;
        }
    return error_set(reterr, -EBADMSG, "an entry of a kind that images can't have");
}

static int read_numbers(TarReader *reader, TarEntry *ret, Error *reterr)
{
    int64_t uid = archive_entry_uid(reader->entry), gid = archive_entry_gid(reader->entry);
    int64_t size = ret->kind == TAR_FILE ? archive_entry_size(reader->entry) : 0;

    /* The highest number means "leave as it is" to chown(2). */
    if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
        return error_set(reterr, -EBADMSG, "a user or group that can't be");
    if (size < 0 || (uint64_t) size > TAR_SIZE_MAX - reader->size)
        return error_set(reterr, -EFBIG, "the image unpacks to more than %llu bytes", TAR_SIZE_MAX);
    reader->size += (uint64_t) size;
    ret->mode = archive_entry_perm(reader->entry) & 07777;
    ret->uid = (uid_t) uid;
    ret->gid = (gid_t) gid;
    ret->size = (uint64_t) size;
    ret->device = archive_entry_rdev(reader->entry);
    ret->mtime.tv_sec = archive_entry_mtime(reader->entry);
    ret->mtime.tv_nsec = archive_entry_mtime_nsec(reader->entry);
    if (ret->mtime.tv_nsec < 0 || ret->mtime.tv_nsec >= 1000000000)
        ret->mtime.tv_nsec = 0;
    return 0;
}

/* libarchive takes the end of the file for the end mark. */
static int check_end(TarReader *reader, Error *reterr)
{
    int64_t end = archive_read_header_position(reader->archive);

    if (end < 0 || reader->consumed < (uint64_t) end + END_MARK)
        return error_set(reterr, -EBADMSG, "the image archive is cut off: it has no end mark");
    return 0;
}

int tar_entry_failed(const char *path, int r, Error *reterr)
{
    _cleanup_free_ char *why = NULL, *name = NULL;

    if (!reterr)
        return r;
    why = strdup(error_cause(reterr) ? error_cause(reterr) : strerror(-r));
    name = strndup(path, NAME_MAX);
    if (!why || !name)
        return -ENOMEM;
    string_sanitize(name, ""); /* an error is one line */
    return error_set(reterr, r, "entry \"%s\": %s", name, why);
}

/* Names and attributes of any length have room in an entry's headers; how much of them a library takes in
 * depends on its version. What is left of the entry before is skipped first, so that it does not count.
 * Returns an ARCHIVE_ code. */
static int read_header(TarReader *reader)
{
    int64_t begin;
    int r = reader->entry ? archive_read_data_skip(reader->archive) : ARCHIVE_OK;

    if (r < ARCHIVE_WARN)
        return r;
    begin = archive_filter_bytes(reader->archive, 0);
    reader->header_read = 0;
    reader->in_header = true;
    r = archive_read_next_header(reader->archive, &reader->entry);
    reader->in_header = false;
    if (r < ARCHIVE_WARN || r == ARCHIVE_EOF ||
        archive_filter_bytes(reader->archive, 0) - begin <= TAR_HEADER_MAX)
        return r;
    archive_set_error(reader->archive, EFBIG, HEADER_TOO_LARGE, TAR_HEADER_MAX);
    return ARCHIVE_FATAL;
}

int tar_reader_next(TarReader *reader, TarEntry *ret, Error *reterr)
{
    TarEntry entry = { .path = reader->path };
    const char *path;
    int r;

    r = read_header(reader);
    if (r == ARCHIVE_EOF)
        return check_end(reader, reterr);
    /* A warning is about names that are not in our character set: they stay the bytes that they are. */
    if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
        return archive_failed(reader, reterr);
    if (++reader->entries > TAR_ENTRIES_MAX)
        return error_set(reterr, -E2BIG, "the image has more than %d entries", TAR_ENTRIES_MAX);
    path = archive_entry_pathname(reader->entry);
    if (!path)
        return error_set(reterr, -EBADMSG, "an entry of the image has no name that can be read");
    r = make_plain(path, reader->path, reterr);
    if (r >= 0)
        r = read_kind(reader, &entry, reterr);
    if (r >= 0)
        r = read_numbers(reader, &entry, reterr);
    if (r < 0)
        return tar_entry_failed(path, r, reterr);
    (void) archive_entry_xattr_reset(reader->entry);
    *ret = entry;
    return 1;
}

int tar_reader_data(TarReader *reader, const void **ret, size_t *ret_size, uint64_t *ret_offset,
                    Error *reterr)
{
    la_int64_t offset;
    int r;

    do {
        r = archive_read_data_block(reader->archive, ret, ret_size, &offset);
        if (r == ARCHIVE_EOF)
            return 0;
        if (r != ARCHIVE_OK)
            return archive_failed(reader, reterr);
    } while (*ret_size == 0);
    if (offset < 0)
        return error_set(reterr, -EBADMSG, "bad image archive: data before the start of a file");
    *ret_offset = (uint64_t) offset;
    return 1;
}

int tar_reader_xattr(TarReader *reader, const char **ret_name, const void **ret_value, size_t *ret_size)
{
    while (archive_entry_xattr_next(reader->entry, ret_name, ret_value, ret_size) == ARCHIVE_OK)
        if (*ret_name && *ret_size <= TAR_XATTRS_MAX && xattr_is_kept(*ret_name))
            return 1;
    return 0;
}

int tar_reader_text(TarReader *reader, const char *what, size_t max, char **ret, size_t *ret_size,
                    Error *reterr)
{
    _cleanup_buffer_ Buffer b = {};
    uint64_t offset;
    const void *data;
    size_t size;
    int r;

    while ((r = tar_reader_data(reader, &data, &size, &offset, reterr)) > 0) {
        if (offset != b.size)
            return error_set(reterr, -EBADMSG, "%s has a hole", what);
        if (size > max - b.size)
            return error_set(reterr, -EFBIG, "%s has more than %zu bytes", what, max);
        buffer_add(&b, data, size);
        if (b.failed)
            return -ENOMEM;
    }
    if (r < 0)
        return r;
    *ret_size = b.size;
    return buffer_steal(&b, ret);
}
