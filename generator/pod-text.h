/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of a command line to a pod file: the way back of translate.h, by the same table of keys.
 * Text in, text out; what the values mean is not looked at. */
#pragma once

#include "base/error.h"
#include "base/string-util.h"
#include "podfile/keys.h"

typedef struct PodTextLine {
    const Setting *key; /* not owned */
    char *value;        /* as it stands in the file */
} PodTextLine;

typedef struct PodTextSection {
    char *name;         /* of the app; NULL: none was said, and of [Pod] */
    char *image, *exec; /* NULL for [Pod] */
    char **arguments;   /* after "--" */
    PodTextLine *lines; /* in the order in which they were said */
    size_t n_lines;
} PodTextSection;

typedef struct PodText {
    PodTextSection pod;
    PodTextSection *apps;
    size_t n_apps;
} PodText;

/* Frees what the text holds, not the struct itself; an all-zero one is empty. */
void pod_text_done(PodText *text);
#define _cleanup_pod_text_ _cleanup_(pod_text_done)

/* A new app; what follows is about it. */
int pod_text_add_app(PodText *text, const char *image);

/* A flag, as it stands on the command line of `rkt run`: a key of the app, or else of [Pod]. -EINVAL when it
 * has none, or only one after an image, or was given twice and may not be (setting_is_once()). */
int pod_text_add_flag(PodText *text, const char *flag, const char *value, Error *reterr);

/* The last app's name and arguments. */
int pod_text_set_name(PodText *text, const char *name, Error *reterr);
int pod_text_add_argument(PodText *text, const char *word, Error *reterr);

/* The file. Several apps have to be named. */
int pod_text_write(const PodText *text, Buffer *ret, Error *reterr);
