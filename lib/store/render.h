/* SPDX-License-Identifier: Apache-2.0 */
/* Rendering a tree: all that rkt-unpack does as root outside of the cage. */
#pragma once

#include "store/store.h"

/* Renders the tree of an image, if it is not there yet. */
int store_render_tree(Store *store, const char *key, Error *reterr);
