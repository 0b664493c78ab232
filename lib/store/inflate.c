/* SPDX-License-Identifier: Apache-2.0 */
/* libarchive would run programs of the host for what it can't decompress itself (it warns then): never. */

#include "inflate.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <unistd.h>

#include "aci.h"
#include "base/string-util.h"
#include "image-record.h"
#include "store-internal.h"

enum { SOURCE_BUFFER = 256 * 1024, FILTERS_MAX = 2 };

static void close_archive(struct archive **archive)
{
    (void) archive_read_free(*archive);
}

static int archive_failed(struct archive *archive, Error *reterr)
{
    const char *why = archive_error_string(archive);

    return error_set(reterr, -EBADMSG, "bad image file: %s", why ? why : "it can't be read");
}

static la_ssize_t read_source(struct archive *archive, void *buffer, const void **ret)
{
    ssize_t n = read_full(STDIN_FILENO, buffer, SOURCE_BUFFER);

    if (n < 0) {
        archive_set_error(archive, (int) -n, "%s", strerror((int) -n));
        return ARCHIVE_FATAL;
    }
    *ret = buffer;
    return n;
}

static int open_source(struct archive *archive, uint8_t *buffer, Error *reterr)
{
    struct archive_entry *entry;

    if (archive_read_support_filter_gzip(archive) != ARCHIVE_OK ||
        archive_read_support_filter_bzip2(archive) != ARCHIVE_OK ||
        archive_read_support_filter_xz(archive) != ARCHIVE_OK ||
        archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
        archive_read_support_format_raw(archive) != ARCHIVE_OK ||
        archive_read_open(archive, buffer, NULL, read_source, NULL) != ARCHIVE_OK ||
        archive_read_next_header(archive, &entry) != ARCHIVE_OK)
        return archive_failed(archive, reterr);
    if (archive_filter_count(archive) > FILTERS_MAX)
        return error_set(reterr, -EBADMSG, "bad image file: it is compressed more than once");
    return 0;
}

int image_inflate(int root _unused_, const void *argument _unused_, size_t argument_size _unused_,
                  Error *reterr)
{
    _cleanup_free_ uint8_t *buffer = malloc(SOURCE_BUFFER);
    _cleanup_(close_archive) struct archive *archive = archive_read_new();
    la_int64_t offset;
    const void *data;
    size_t size;
    int r;

    if (!archive || !buffer)
        return -ENOMEM;
    r = open_source(archive, buffer, reterr);
    if (r < 0)
        return r;
    while ((r = archive_read_data_block(archive, &data, &size, &offset)) == ARCHIVE_OK)
        if (write_full(STDOUT_FILENO, data, size) < 0)
            return -EPIPE;
    return r == ARCHIVE_EOF ? 0 : archive_failed(archive, reterr);
}

static int say(const char *record, const char *manifest, size_t manifest_size)
{
    const ImageScan scan = { (uint32_t) strlen(record), (uint32_t) manifest_size };
    int r = write_full(STDOUT_FILENO, &scan, sizeof(scan));

    if (r >= 0)
        r = write_full(STDOUT_FILENO, record, scan.record_size);
    return r < 0 ? r : write_full(STDOUT_FILENO, manifest, manifest_size);
}

int image_scan(int root _unused_, const void *argument _unused_, size_t argument_size _unused_, Error *reterr)
{
    _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;
    _cleanup_free_ char *text = NULL, *record = NULL;
    StoreImage image = {};
    size_t size;
    int r = aci_scan(STDIN_FILENO, &text, &size, reterr);

    if (r >= 0)
        r = image_manifest_parse(text, size, &manifest, reterr);
    if (r < 0)
        return r;
    image.name = manifest->name;
    image.labels = manifest->labels;
    r = image_record_format(&image, &record);
    return r < 0 ? r : say(record, text, size);
}
