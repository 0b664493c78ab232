/* SPDX-License-Identifier: Apache-2.0 */
/* From a pod file to the text of its unit: keys become the command lines that an administrator could type.
 * Text in, text out, no files. */
#pragma once

#include "base/error.h"
#include "base/string-util.h"
#include "podfile/pod-file.h"

typedef struct GeneratedUnit {
    char *name; /* "rkt-web.service" */
    Buffer text;
    char *socket; /* "rkt-web.socket", which starts it; or NULL */
    Buffer socket_text;
    char **links; /* beside the unit, or its socket where there is one:
                     "multi-user.target.wants/rkt-web.service", or an alias */
} GeneratedUnit;

/* Frees what the unit holds, not the struct itself; an all-zero one is empty. */
void generated_unit_done(GeneratedUnit *unit);
#define _cleanup_generated_unit_ _cleanup_(generated_unit_done)

/* Whether a pod may have this name (without suffix): a unit's, and not one of our own units'. */
int pod_name_check(const char *name, Error *reterr);

/* The unit of a pod whose file was read and resolved without an error; path is its file. */
int translate_pod(const char *name, const char *path, const PodFile *file, GeneratedUnit *ret, Error *reterr);

/* The unit of a pod whose file has an error: starting it says `why` and exits with 78. It is wanted by the
 * same units, as far as its [Install] could be read. */
int translate_stub(const char *name, const char *path, const PodFile *file, const char *why,
                   GeneratedUnit *ret);
