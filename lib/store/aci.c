/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is guessed: an entry beside manifest and rootfs, or a second manifest, is an error. */

#include "aci.h"

#include "base/string-util.h"
#include "store.h"

int aci_reader_init(AciReader *reader, int fd, Error *reterr)
{
    *reader = (AciReader){};
    return tar_reader_new(fd, &reader->tar, reterr);
}

void aci_reader_done(AciReader *reader)
{
    tar_reader_free(reader->tar);
}

static int check_layout(AciReader *reader, const TarEntry *entry, Error *reterr)
{
    if (entry->kind == TAR_HARDLINK && !startswith(entry->target, ACI_ROOTFS "/"))
        return error_set(reterr, -EBADMSG, "a hard link leads out of the image's rootfs");
    if (streq(entry->path, ACI_MANIFEST)) {
        if (reader->has_manifest || entry->kind != TAR_FILE)
            return error_set(reterr, -EBADMSG, "the image must have one manifest, a regular file");
        reader->has_manifest = true;
        return 0;
    }
    if (streq(entry->path, ACI_ROOTFS) || *entry->path == '\0') {
        if (entry->kind != TAR_DIRECTORY)
            return error_set(reterr, -EBADMSG, "the image's rootfs must be a directory");
        reader->has_rootfs = reader->has_rootfs || *entry->path != '\0';
        return 0;
    }
    if (!startswith(entry->path, ACI_ROOTFS "/"))
        return error_set(reterr, -EBADMSG, "an image has a manifest and a rootfs, and nothing beside them");
    reader->has_rootfs = true;
    return 0;
}

static int check_whole(const AciReader *reader, Error *reterr)
{
    if (reader->has_manifest && reader->has_rootfs)
        return 0;
    return error_set(reterr, -EBADMSG, "not an application container image: it has no %s",
                     reader->has_manifest ? ACI_ROOTFS : ACI_MANIFEST);
}

int aci_reader_next(AciReader *reader, TarEntry *ret, Error *reterr)
{
    int r = tar_reader_next(reader->tar, ret, reterr);

    if (r == 0)
        return check_whole(reader, reterr);
    if (r < 0)
        return r;
    r = check_layout(reader, ret, reterr);
    return r < 0 ? tar_entry_failed(ret->path, r, reterr) : 1;
}

int aci_reader_manifest(AciReader *reader, char **ret, size_t *ret_size, Error *reterr)
{
    return tar_reader_text(reader->tar, "the image's manifest", STORE_MANIFEST_SIZE_MAX, ret, ret_size,
                           reterr);
}

int aci_scan(int fd, char **ret_manifest, size_t *ret_size, Error *reterr)
{
    _cleanup_aci_reader_ AciReader reader = {};
    _cleanup_free_ char *manifest = NULL;
    TarEntry entry;
    int r = aci_reader_init(&reader, fd, reterr);

    if (r < 0)
        return r;
    while ((r = aci_reader_next(&reader, &entry, reterr)) > 0) {
        if (!streq(entry.path, ACI_MANIFEST))
            continue;
        r = aci_reader_manifest(&reader, &manifest, ret_size, reterr);
        if (r < 0)
            return r;
    }
    if (r < 0)
        return r;
    *ret_manifest = TAKE_PTR(manifest);
    return 0;
}
