/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `rkt image`, each in its own file. */
#pragma once

#include "base/error.h"
#include "cli/command.h"
#include "store/store.h"

/* Options of all of them. */
extern GlobalOptions image_global;

extern const Command image_gc, image_list, image_rm;

/* Reports each image that was removed, and at the end the number of them. */
void image_say_removed(const char *key);
void image_say_removed_count(unsigned n);

/* Finds the image that a word of the command line means: an ID, or a name with labels. */
int image_find(Store *store, const char *word, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
