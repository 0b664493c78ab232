/* SPDX-License-Identifier: Apache-2.0 */
/* A pod file with its drop-ins, in memory: sections and entries in the order in which they were read. This
 * is syntax only. keys.h has the valid keys, and pod_file_resolve() (resolve.h) checks them. See
 * rkt.pod(5). */
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

/* Resolving the file changes values in place: they are unquoted, and values of several words are split;
 * each word ends with NUL and the next one follows it. */
typedef struct PodEntry {
    const char *key;            /* not owned, like all strings here: they point into texts */
    char *value;                /* without blanks around it; "" is a reset */
    size_t size;                /* set by pod_file_resolve(): bytes of the words, NULs included */
    const struct Setting *info; /* set by pod_file_resolve() */
    const char *path;           /* the file that has this entry */
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

/* Called for every error, while a caller gets the message of the first one only. line 0: the file as a
 * whole. */
typedef void (*PodErrorHandler)(void *userdata, const char *path, unsigned line, const char *words);

typedef struct PodFile {
    PodSection *sections; /* one for each name, in the order of their first header */
    size_t n_sections;
    size_t n_entries;         /* in all sections */
    char **texts;             /* what was read; NULL-terminated */
    PodErrorHandler on_error; /* may be NULL */
    void *userdata;
} PodFile;

/* Frees the contents of the file, not the struct itself. */
void pod_file_done(PodFile *file);
#define _cleanup_pod_file_ _cleanup_(pod_file_done)

/* Reads text, the content of the file or of a drop-in, and adds it to what was read before. Always takes
 * over text; a NUL follows its size bytes. path is not copied. Invalid lines are left out, and reterr has
 * the first error. The rest is read anyway, so that a file with an error keeps its [Install]. Returns 0,
 * -EINVAL, or -ENOMEM. */
int pod_file_parse(PodFile *file, const char *path, char *text, size_t size, Error *reterr);

/* Reports an error of a line, as "PATH:LINE: WORDS", in reterr and to on_error. Returns -EINVAL. */
int pod_file_complain(const PodFile *file, Error *reterr, const char *path, unsigned line, const char *format,
                      ...) _printf_(5, 6);
int pod_file_complainv(const PodFile *file, Error *reterr, const char *path, unsigned line,
                       const char *format, va_list ap) _printf_(5, 0);

/* The section of that kind (for apps, the first one), or NULL. */
PodSection *pod_file_section(const PodFile *file, PodSectionKind kind);

/* The words of a resolved entry; a single value is one word. */
#define POD_ENTRY_FOREACH_WORD(w, e)                                                                         \
    for (const char *w = words_next((e)->value, (e)->size, NULL); w; w = words_next((e)->value, (e)->size, w))
