/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `rkt pod`, each in its own file. */
#pragma once

#include "base/error.h"
#include "cli/command.h"
#include "cli/format.h"

/* Options of all of them. */
extern GlobalOptions pod_global;

/* A string; bytes that are not UTF-8 become "?", because JSON must be UTF-8. */
json_t *pod_json_text(const char *text);

extern const Command pod_check, pod_generate, pod_list;
