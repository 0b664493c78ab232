/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of the host that are made for an app and outlive its pod, with systemd's names:
 * StateDirectory= is below /var/lib, and so on. This module only handles the text;
 * prepare/app-directories.h makes the directories. */
#pragma once

#include <sys/types.h>

#include "base/error.h"

typedef enum DirectoryKind {
    DIRECTORY_STATE,
    DIRECTORY_CACHE,
    DIRECTORY_LOGS,
    DIRECTORY_CONFIGURATION, /* owned by root, and read-only for the app */
    _DIRECTORY_KIND_MAX,
    _DIRECTORY_KIND_INVALID = -EINVAL,
} DirectoryKind;

/* "state", … */
const char *directory_kind_to_string(DirectoryKind kind);

/* An absolute path, such as "/var/lib" for DIRECTORY_STATE. */
const char *directory_kind_base(DirectoryKind kind);

/* Splits NAME[:TARGET]. NAME is a path below the kind's base, without "." and ".."; TARGET is an absolute
 * path in the app, by default the host's path. The caller frees both. -EINVAL: reterr says why. */
int directory_parse(DirectoryKind kind, const char *value, char **ret_name, char **ret_target, Error *reterr);

/* The octal mode with which such directories are made. -EINVAL: reterr says why. */
int directory_mode_parse(const char *text, mode_t *ret, Error *reterr);
