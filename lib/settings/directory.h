/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of the host that are made for an app and outlive its pod, named as systemd names them:
 * StateDirectory= is below /var/lib, and so on. Only words here: prepare/app-directories.h makes them. */
#pragma once

#include <sys/types.h>

#include "base/error.h"

typedef enum DirectoryKind {
    DIRECTORY_STATE,
    DIRECTORY_CACHE,
    DIRECTORY_LOGS,
    DIRECTORY_CONFIGURATION, /* root's, and read-only for the app */
    _DIRECTORY_KIND_MAX,
    _DIRECTORY_KIND_INVALID = -EINVAL,
} DirectoryKind;

/* "state", … */
const char *directory_kind_to_string(DirectoryKind kind);

/* An absolute path, "/var/lib" for DIRECTORY_STATE. */
const char *directory_kind_base(DirectoryKind kind);

/* Takes NAME[:TARGET] apart. NAME is a path below the kind's base, without "." and ".."; TARGET is an
 * absolute path in the app, the host's path if it is not said. The caller frees both. -EINVAL with what is
 * wrong. */
int directory_parse(DirectoryKind kind, const char *value, char **ret_name, char **ret_target, Error *reterr);

/* The mode that such directories get when they are made, octal. -EINVAL with what is wrong. */
int directory_mode_parse(const char *text, mode_t *ret, Error *reterr);
