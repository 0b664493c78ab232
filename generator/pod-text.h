/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of a command line to a pod file: the reverse of translate.h, with the same table of keys.
 * Text in, text out; values are not checked. */
#pragma once

#include "base/error.h"
#include "base/string-util.h"
#include "podfile/keys.h"

typedef struct PodTextLine {
    const Setting *key; /* not owned */
    char *value;        /* as it is in the file */
} PodTextLine;

typedef struct PodTextSection {
    char *name;         /* of the app; NULL: not given, and for [Pod] */
    char *image, *exec; /* NULL for [Pod] */
    char **arguments;   /* after "--" */
    PodTextLine *lines; /* in the order in which they were given */
    size_t n_lines;
} PodTextSection;

typedef struct PodText {
    PodTextSection pod;
    PodTextSection *apps;
    size_t n_apps;
} PodText;

/* Frees the contents of the text, not the struct itself; an all-zero one is empty. */
void pod_text_done(PodText *text);
#define _cleanup_pod_text_ _cleanup_(pod_text_done)

/* Adds an app; later calls refer to it. */
int pod_text_add_app(PodText *text, const char *image);

/* Adds a flag of the command line of `rkt run`, as a key of the app, or else of [Pod]. -EINVAL: no section
 * has the key, or only [App] has it and no image was given, or it was given twice and must not be
 * (setting_is_once()). */
int pod_text_add_flag(PodText *text, const char *flag, const char *value, Error *reterr);

/* Set the last app's name and arguments. */
int pod_text_set_name(PodText *text, const char *name, Error *reterr);
int pod_text_add_argument(PodText *text, const char *word, Error *reterr);

/* Writes the file. If there are several apps, each must have a name. */
int pod_text_write(const PodText *text, Buffer *ret, Error *reterr);
