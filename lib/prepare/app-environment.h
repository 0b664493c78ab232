/* SPDX-License-Identifier: Apache-2.0 */
/* An app's environment: what its image says, files, the command line, and, where that is asked for, the
 * caller's. */
#pragma once

#include "appc/app.h"
#include "pod-options.h"

/* Sets each NAME=VALUE of a list (NULL: none); -EINVAL for one without "=". */
int pairs_set(NameValueList *list, char *const *pairs);

/* Reads the files that --set-env-file= names. record is the directory of sandbox/writable-sources.h. -EINVAL
 * with file and line for a line that is not NAME=VALUE, and for a name that is set twice. */
int environment_files_read(const PodOptions *options, int record, NameValueList *list, Error *reterr);

/* Adds to what the image says. Later ones win: caller, image, files, --set-env, --environment. */
int app_set_environment(App *app, const PodOptions *options, const AppOptions *app_options,
                        const NameValueList *from_files);
