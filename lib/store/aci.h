/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an application container image: a plain tar with `manifest` and `rootfs/`, and nothing else. */
#pragma once

#include "store/tar-reader.h"

#define ACI_MANIFEST "manifest"
#define ACI_ROOTFS "rootfs"

typedef struct AciReader {
    TarReader *tar; /* for the contents of the entry */
    bool has_manifest, has_rootfs;
} AciReader;

/* Reads from the descriptor (not owned). */
int aci_reader_init(AciReader *reader, int fd, Error *reterr);
void aci_reader_done(AciReader *reader);
#define _cleanup_aci_reader_ _cleanup_(aci_reader_done)

/* As tar_reader_next(): paths are "manifest", "rootfs", "rootfs/etc/passwd". Anything but the layout of an
 * ACI is -EBADMSG. */
int aci_reader_next(AciReader *reader, TarEntry *ret, Error *reterr);

/* The manifest, while its entry is read, with a NUL behind. */
int aci_reader_manifest(AciReader *reader, char **ret, size_t *ret_size, Error *reterr);

/* Goes through a whole image and gives back its manifest's bytes. */
int aci_scan(int fd, char **ret_manifest, size_t *ret_size, Error *reterr);
