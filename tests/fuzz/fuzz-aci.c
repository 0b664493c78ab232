/* SPDX-License-Identifier: Apache-2.0 */
/* An image's uncompressed tar: entries, attributes and contents are read, its manifest is parsed. */

#include <stdint.h>
#include <sys/mman.h>

#include "appc/image-manifest.h"
#include "base/fd-util.h"
#include "store/aci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_entry(TarReader *reader)
{
    const void *contents;
    const char *name;
    uint64_t offset;
    size_t size;

    while (tar_reader_xattr(reader, &name, &contents, &size) > 0)
        ;
    while (tar_reader_data(reader, &contents, &size, &offset, NULL) > 0)
        ;
}

static void read_all(int fd)
{
    _cleanup_aci_reader_ AciReader reader = {};
    TarEntry entry;

    if (aci_reader_init(&reader, fd, NULL) < 0)
        return;
    while (aci_reader_next(&reader, &entry, NULL) > 0)
        read_entry(reader.tar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;
    _cleanup_close_ int fd = memfd_create("image", MFD_CLOEXEC);
    _cleanup_free_ char *text = NULL;

    if (fd < 0 || write_full(fd, data, size) < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return 0;
    if (aci_scan(fd, &text, &size, NULL) >= 0)
        (void) image_manifest_parse(text, size, &manifest, NULL);
    if (lseek(fd, 0, SEEK_SET) >= 0)
        read_all(fd);
    return 0;
}
