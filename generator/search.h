/* SPDX-License-Identifier: Apache-2.0 */
/* The search path of pod files: which pods exist, which file declares each, and its drop-ins. Only lists
 * directories and reads files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "podfile/pod-file.h"

/* Directories of pod files: the administrator's, those until the next boot, those of packages. */
enum { SEARCH_DIRS_MAX = 3 };
extern const char *const search_dirs[SEARCH_DIRS_MAX];

/* A pod, or a directory of drop-ins. */
typedef struct SearchItem {
    char *name;        /* without suffix: "web", "web@", "web@blue" */
    unsigned char dir; /* index of the directory; the first one wins */
    bool json;         /* NAME.json, a pod manifest */
} SearchItem;

typedef struct SearchItems {
    SearchItem *items; /* sorted by name, then dir */
    size_t n;
} SearchItems;

typedef struct Search {
    const char *paths[SEARCH_DIRS_MAX]; /* not owned; without root */
    char *dir;                          /* of search_scan_file() */
    int fds[SEARCH_DIRS_MAX];
    char *distrusted[SEARCH_DIRS_MAX]; /* why nothing in it is used, or NULL */
    size_t n_dirs;
    bool trusted;        /* files must be root's (trust.h), because they become units on this host */
    SearchItems pods;    /* one for each name */
    SearchItems dropins; /* one for each directory NAME.pod.d */
    char **passed_over;  /* set by search_scan(): directories with pod files that are not read */
} Search;

#define SEARCH_PASSED_OVER "pod files in sub-directories are not read: move them up, or link to them"

#define SEARCH_INIT                                                                                          \
    {                                                                                                        \
        .fds = { -EBADF, -EBADF, -EBADF }                                                                    \
    }

/* /etc/rkt/pods.d, /run/rkt/pods.d and /usr/lib/rkt/pods.d beneath root ("" is the host). A missing
 * directory is empty. If a directory cannot be listed, reterr says so and the others are still used. 0 or
 * the first error. On the host, the pods of a directory that users other than root can write to are listed,
 * but cannot be loaded. */
int search_scan(Search *search, const char *root, Error *reterr);

/* Uses the directory of a single file instead; *ret is the file's pod. -ENOENT: there is no such file, or
 * its name does not end like a pod's. */
int search_scan_file(Search *search, const char *path, const SearchItem **ret, Error *reterr);

/* Closes and frees the contents, not the struct itself; may be called after a failed search. */
void search_done(Search *search);
#define _cleanup_search_ _cleanup_(search_done)

/* The pod of that name, without suffix; NULL: there is none. Valid as long as the search. */
SearchItem *search_find(const Search *search, const char *name);

/* The path for errors and SourcePath=. NULL: out of memory. */
char *search_path(const Search *search, const SearchItem *item);

/* Reads and parses a pod's file and its drop-ins. Returns 1 if the pod is masked (a link to /dev/null, an
 * empty file), 0, or a negative errno; then the file has what could be read. */
int search_load(const Search *search, const SearchItem *item, PodFile *file, Error *reterr);

/* Only checks whether it is masked. */
bool search_is_masked(const Search *search, const SearchItem *item);
