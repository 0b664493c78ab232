/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an application container image: a plain tar with `manifest` and `rootfs/`, entry by entry, names
 * made plain and everything under limits. The one place, with inflate.c and pack.c, that knows
 * libarchive; what it reads
 * is a stranger's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/error.h"

#define ACI_MANIFEST "manifest"
#define ACI_ROOTFS "rootfs"

enum {
    ACI_ENTRIES_MAX = 4 * 1024 * 1024,
    ACI_PATH_MAX = 4095,
    ACI_DEPTH_MAX = 128,
    /* Directories that entries need and that are none: so many, and so many more for each entry. */
    ACI_IMPLIED_MAX = 4096,
    ACI_IMPLIED_PER_ENTRY = 8,
    ACI_XATTRS_MAX = 64 * 1024,   /* bytes of one entry's names and values */
    ACI_HEADER_MAX = 1024 * 1024, /* bytes of all headers of one entry, its names and attributes in them */
};
#define ACI_SIZE_MAX (64ULL << 30) /* sum of all files, holes included */

typedef enum AciKind {
    ACI_FILE,
    ACI_DIRECTORY,
    ACI_SYMLINK,
    ACI_HARDLINK,
    ACI_CHARACTER,
    ACI_BLOCK,
    ACI_FIFO,
    _ACI_KIND_MAX,
} AciKind;

/* Valid until the next entry is read. Paths are relative, without "." or "..": "" is the top, then
 * "manifest", "rootfs", "rootfs/etc/passwd". */
typedef struct AciEntry {
    AciKind kind;
    const char *path;
    const char *target; /* a symlink's as it stands; a hard link's a path like ours */
    mode_t mode;        /* 07777 */
    uid_t uid;
    gid_t gid;
    uint64_t size;
    struct timespec mtime;
    dev_t device;
} AciEntry;

typedef struct AciReader AciReader;

/* Reads from the descriptor (not owned). What is not asked for is skipped, in a file by seeking. */
int aci_reader_new(int fd, AciReader **ret, Error *reterr);
void aci_reader_free(AciReader *reader);
DEFINE_CLEANUP_FUNC(AciReader *, aci_reader_free)

/* 1 and the next entry; 0 at the end, which must be marked as such (else it was cut off: -EBADMSG). Anything
 * but the layout of an ACI is -EBADMSG. */
int aci_reader_next(AciReader *reader, AciEntry *ret, Error *reterr);

/* Puts the entry that failed into the cause, or strerror(-r) where there is none yet. Returns r. */
int aci_entry_failed(const char *path, int r, Error *reterr);

/* 1 and the next piece of the entry's contents, which stands at *ret_offset; 0 at its end. */
int aci_reader_data(AciReader *reader, const void **ret, size_t *ret_size, uint64_t *ret_offset,
                    Error *reterr);

/* 1 and the entry's next extended attribute of the kinds that images may have (security.capability, user.*).
 */
int aci_reader_xattr(AciReader *reader, const char **ret_name, const void **ret_value, size_t *ret_size);

/* The contents of the entry as text, with a NUL behind. */
int aci_reader_text(AciReader *reader, size_t max, char **ret, size_t *ret_size, Error *reterr);

/* Goes through a whole image and gives back its manifest's bytes. */
int aci_scan(int fd, char **ret_manifest, size_t *ret_size, Error *reterr);
