/* SPDX-License-Identifier: Apache-2.0 */
/* From a pod file to the text of its unit: keys become command lines that an administrator could type. Text
 * in, text out, no files. */
#pragma once

#include "base/error.h"
#include "base/string-util.h"
#include "podfile/pod-file.h"

typedef struct GeneratedUnit {
    char *name; /* "rkt-web.service" */
    Buffer text;
    char *socket; /* "rkt-web.socket", which starts it; or NULL */
    Buffer socket_text;
    char **links; /* links beside the unit, or beside its socket if it has one:
                     "multi-user.target.wants/rkt-web.service", or an alias */
} GeneratedUnit;

/* Frees the contents of the unit, not the struct itself; an all-zero one is empty. */
void generated_unit_done(GeneratedUnit *unit);
#define _cleanup_generated_unit_ _cleanup_(generated_unit_done)

/* Whether a pod may have this name (without suffix): it must be valid in a unit's name, and not that of one
 * of our own units. */
int pod_name_check(const char *name, Error *reterr);

/* The unit of a pod whose file was read and resolved without error; path is that of the file. */
int translate_pod(const char *name, const char *path, const PodFile *file, GeneratedUnit *ret, Error *reterr);

/* The unit of a pod whose file has an error: starting it prints `why` and exits with 78. The same units
 * want it, as far as its [Install] could be read. */
int translate_stub(const char *name, const char *path, const PodFile *file, const char *why,
                   GeneratedUnit *ret);
