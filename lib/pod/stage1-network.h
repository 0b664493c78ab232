/* SPDX-License-Identifier: Apache-2.0 */
/* Which networks the stage1 flavours of this build support. Stage0 refuses others before there is a pod. */
#pragma once

#include "base/error.h"

/* The flavour in a stage1 image of that name, for example "fly", or NULL if it is none of this build. */
const char *stage1_flavour(const char *image_name);

/* network NULL: the default. Any other stage1 (flavour NULL or "") reports itself what it does not support.
 */
int stage1_check_network(const char *flavour, const char *network, Error *reterr);
