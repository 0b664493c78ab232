/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a tar entry by entry, names made plain and everything under limits. What it reads is a stranger's.
 * This, inflate.c and pack.c are the places that know libarchive; what the entries mean is said elsewhere
 * (aci.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/error.h"

enum {
    TAR_ENTRIES_MAX = 4 * 1024 * 1024,
    TAR_PATH_MAX = 4095,
    TAR_DEPTH_MAX = 128,
    /* Directories that entries need and that are none: so many, and so many more for each entry. */
    TAR_IMPLIED_MAX = 4096,
    TAR_IMPLIED_PER_ENTRY = 8,
    TAR_XATTRS_MAX = 64 * 1024,   /* bytes of one entry's names and values */
    TAR_HEADER_MAX = 1024 * 1024, /* bytes of all headers of one entry, its names and attributes in them */
};
#define TAR_SIZE_MAX (64ULL << 30) /* sum of all files, holes included */

typedef enum TarKind {
    TAR_FILE,
    TAR_DIRECTORY,
    TAR_SYMLINK,
    TAR_HARDLINK,
    TAR_CHARACTER_DEVICE,
    TAR_BLOCK_DEVICE,
    TAR_FIFO,
    _TAR_KIND_MAX,
} TarKind;

/* Valid until the next entry is read. Paths are relative, without "." or "..": "" is the top, then "etc",
 * "etc/passwd". */
typedef struct TarEntry {
    TarKind kind;
    const char *path;
    const char *target; /* a symlink's as it stands; a hard link's a path like ours */
    mode_t mode;        /* 07777 */
    uid_t uid;
    gid_t gid;
    uint64_t size;
    struct timespec mtime;
    dev_t device;
} TarEntry;

typedef struct TarReader TarReader;

/* Reads from the descriptor (not owned). What is not asked for is skipped, in a file by seeking. */
int tar_reader_new(int fd, TarReader **ret, Error *reterr);
void tar_reader_free(TarReader *reader);
DEFINE_CLEANUP_FUNC(TarReader *, tar_reader_free)

/* 1 and the next entry; 0 at the end, which must be marked as such (else it was cut off: -EBADMSG). */
int tar_reader_next(TarReader *reader, TarEntry *ret, Error *reterr);

/* Puts the entry that failed into the cause, or strerror(-r) where there is none yet. Returns r. */
int tar_entry_failed(const char *path, int r, Error *reterr);

/* 1 and the next piece of the entry's contents, which stands at *ret_offset; 0 at its end. */
int tar_reader_data(TarReader *reader, const void **ret, size_t *ret_size, uint64_t *ret_offset,
                    Error *reterr);

/* 1 and the entry's next extended attribute of the kinds that images may have (security.capability, user.*).
 */
int tar_reader_xattr(TarReader *reader, const char **ret_name, const void **ret_value, size_t *ret_size);

/* The contents of the entry as text, with a NUL behind; what: what an error calls it. */
int tar_reader_text(TarReader *reader, const char *what, size_t max, char **ret, size_t *ret_size,
                    Error *reterr);
