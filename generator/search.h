/* SPDX-License-Identifier: Apache-2.0 */
/* The search path of pod files: which pods there are, which file says so, and what its drop-ins add. Lists
 * directories and reads files, nothing else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "podfile/pod-file.h"

/* Where pod files stand: an administrator's, those until the next boot, a package's. */
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
    char *distrusted[SEARCH_DIRS_MAX]; /* why nothing in it counts, or NULL */
    size_t n_dirs;
    bool trusted;        /* what is read must be root's (trust.h): it becomes units here */
    SearchItems pods;    /* one for each name */
    SearchItems dropins; /* one for each directory NAME.pod.d */
    char **passed_over;  /* of search_scan(): directories with pod files that nobody reads */
} Search;

#define SEARCH_PASSED_OVER "pod files in sub-directories are not read: move them up, or link to them"

#define SEARCH_INIT                                                                                          \
    {                                                                                                        \
        .fds = { -EBADF, -EBADF, -EBADF }                                                                    \
    }

/* /etc/rkt/pods.d, /run/rkt/pods.d and /usr/lib/rkt/pods.d beneath root ("" is the host). What is missing is
 * empty; a directory that can't be listed is said in reterr, and the others count all the same: 0 or the
 * first error. On the host a directory that others than root can write to has its pods listed, but none of
 * them can be loaded. */
int search_scan(Search *search, const char *root, Error *reterr);

/* The directory of a file that stands anywhere instead; *ret is the file's pod. -ENOENT: there is no such
 * file, or its name does not end as a pod's does. */
int search_scan_file(Search *search, const char *path, const SearchItem **ret, Error *reterr);

/* Closes and frees what the search holds, not the struct itself; fine after a search that failed. */
void search_done(Search *search);
#define _cleanup_search_ _cleanup_(search_done)

/* The pod of that name, without suffix; NULL: there is none. Valid as long as the search. */
SearchItem *search_find(const Search *search, const char *name);

/* The path that errors and SourcePath= name. NULL: out of memory. */
char *search_path(const Search *search, const SearchItem *item);

/* Reads and parses a pod's file and its drop-ins. Returns 1 when the pod is masked (a link to /dev/null, an
 * empty file), 0, or a negative errno; then the file holds what could be read. */
int search_load(const Search *search, const SearchItem *item, PodFile *file, Error *reterr);

/* Only whether it is masked. */
bool search_is_masked(const Search *search, const SearchItem *item);
