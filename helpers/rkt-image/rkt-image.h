/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `rkt image`, each in a file of its own. */
#pragma once

#include "base/error.h"
#include "cli/command.h"
#include "store/store.h"

/* What all of them understand. */
extern GlobalOptions image_global;

extern const Command image_gc, image_list, image_rm;

/* What is said of each image that was removed, and in the end of them all. */
void image_say_removed(const char *key);
void image_say_removed_count(unsigned n);

/* Finds the image that a word of the command line means: an ID, or a name with labels. */
int image_find(Store *store, const char *word, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
