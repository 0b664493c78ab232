/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes: directories and files of the host that a pod gets, or directories that it makes for its apps. */
#pragma once

#include <sys/types.h>

#include "appc/json.h"

typedef enum VolumeKind {
    VOLUME_KIND_HOST,
    VOLUME_KIND_EMPTY,
    _VOLUME_KIND_MAX,
    _VOLUME_KIND_INVALID = -EINVAL,
} VolumeKind;

/* The word in a manifest ("host", "empty"); NULL or _VOLUME_KIND_INVALID if it is not valid. */
const char *volume_kind_to_string(VolumeKind kind);
VolumeKind volume_kind_from_string(const char *s);

typedef struct Volume {
    char *name; /* ACName */
    VolumeKind kind;
    char *source;  /* host: an absolute path */
    int read_only; /* 1, 0, or -1: not given (the mount point decides) */
    int recursive; /* 1, 0, or -1: not given (the stage1 decides) */
    mode_t mode;   /* empty: default 0755 */
    uid_t uid;     /* empty: default 0 */
    gid_t gid;
} Volume;

typedef struct VolumeList {
    Volume *items;
    size_t n;
} VolumeList;

/* NULL is fine. */
void volume_free(Volume *volume);
DEFINE_CLEANUP_FUNC(Volume *, volume_free)
/* Frees the list's items, not the struct itself; an all-zero list is empty. */
void volume_list_done(VolumeList *list);
/* The volume of that name; NULL: none. */
const Volume *volume_list_find(const VolumeList *list, const char *name);

/* Adds an empty volume (for example an implicit one). -EEXIST: "duplicate volume name". */
int volume_list_add_empty(VolumeList *list, const char *name, mode_t mode, uid_t uid, gid_t gid,
                          Error *reterr);
int volume_list_add_host(VolumeList *list, const char *name, const char *source, bool read_only,
                         Error *reterr);

/* Adds `NAME,kind=host|empty[,source=PATH][,readOnly=BOOL][,recursive=BOOL][,mode=OCTAL][,uid=N][,gid=N]`. */
int volume_list_add_text(VolumeList *list, const char *text, Error *reterr);

/* The list as the array `key` of an object. Reading checks it; a missing key is an empty list; -EINVAL:
 * reterr names the place. Writing leaves an empty list out; 0 or a negative errno. */
int volume_list_from_json(const JsonNode *object, const char *key, VolumeList *ret, Error *reterr);
int volume_list_to_json(const VolumeList *list, json_t *object, const char *key);

/* One volume, for mounts that have a volume of their own. */
int volume_from_json(const JsonNode *object, Volume **ret, Error *reterr);
json_t *volume_to_json(const Volume *volume); /* NULL: no memory */
