/* SPDX-License-Identifier: Apache-2.0 */
/* A pod file with its drop-ins, in memory: sections and entries in the order in which they were read. Syntax
 * only; what the keys mean is said in keys.h and checked by pod_file_resolve() (resolve.h). See rkt.pod(5).
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "podfile/words.h"

enum {
    POD_FILE_SIZE_MAX = 1024 * 1024, /* bytes of one file */
    POD_FILE_PARTS_MAX = 4096,       /* the file and its drop-ins */
    POD_FILE_ENTRIES_MAX = 65536,
};

typedef enum PodSectionKind {
    POD_SECTION_UNIT,
    POD_SECTION_POD,
    POD_SECTION_APP,
    POD_SECTION_SERVICE,
    POD_SECTION_SOCKET,
    POD_SECTION_INSTALL,
    _POD_SECTION_MAX,
    _POD_SECTION_INVALID = -EINVAL,
} PodSectionKind;

struct Setting;

/* Values are changed in place when the file is resolved: unquoted, and those of several words split, each
 * word ending with NUL and the next one behind it. */
typedef struct PodEntry {
    const char *key;            /* not owned, like all strings here: they point into texts */
    char *value;                /* without blanks around it; "" resets */
    size_t size;                /* set by pod_file_resolve(): bytes of the words, NULs included */
    const struct Setting *info; /* set by pod_file_resolve() */
    const char *path;           /* the file this stands in */
    unsigned line;
    bool dropped; /* reset or overridden by a later entry */
} PodEntry;

typedef struct PodSection {
    PodSectionKind kind;
    const char *app; /* the NAME of [App:NAME]; NULL in [App] */
    const char *path;
    unsigned line;
    PodEntry *entries;
    size_t n_entries;
} PodSection;

/* Hears of every error, while a caller gets the words of the first one only. line 0: of the file as a whole.
 */
typedef void (*PodErrorHandler)(void *userdata, const char *path, unsigned line, const char *words);

typedef struct PodFile {
    PodSection *sections; /* one for each name, in the order of their first header */
    size_t n_sections;
    size_t n_entries;         /* in all sections */
    char **texts;             /* what was read; NULL-terminated */
    PodErrorHandler on_error; /* may be NULL */
    void *userdata;
} PodFile;

/* Frees what the file holds, not the struct itself. */
void pod_file_done(PodFile *file);
#define _cleanup_pod_file_ _cleanup_(pod_file_done)

/* Reads text, a file's or a drop-in's content, after what was read before. Takes text over in any case; its
 * size bytes are followed by a NUL. path is not copied. Wrong lines are left out and the first of them is
 * said; the rest is read all the same, so that a file with an error still has its [Install]. Returns 0,
 * -EINVAL, or -ENOMEM. */
int pod_file_parse(PodFile *file, const char *path, char *text, size_t size, Error *reterr);

/* Says what is wrong with a line, as "PATH:LINE: WORDS" in reterr, and to on_error. Returns -EINVAL. */
int pod_file_complain(const PodFile *file, Error *reterr, const char *path, unsigned line, const char *format,
                      ...) _printf_(5, 6);
int pod_file_complainv(const PodFile *file, Error *reterr, const char *path, unsigned line,
                       const char *format, va_list ap) _printf_(5, 0);

/* The section of that kind (the first, for apps), or NULL. */
PodSection *pod_file_section(const PodFile *file, PodSectionKind kind);

/* The words of an entry that was resolved; a single value is one. */
#define POD_ENTRY_FOREACH_WORD(w, e)                                                                         \
    for (const char *w = words_next((e)->value, (e)->size, NULL); w; w = words_next((e)->value, (e)->size, w))
