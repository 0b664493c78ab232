/* SPDX-License-Identifier: Apache-2.0 */
/* Which networks the stage1 flavours of this build know. Stage0 refuses the others before there is a pod. */
#pragma once

#include "base/error.h"

/* What a stage1 image of that name is: the flavour in it, as "fly", or NULL where it is none of this build.
 */
const char *stage1_flavour(const char *image_name);

/* network NULL: the default one. Any other stage1 (flavour NULL or "") says itself what it can't do. */
int stage1_check_network(const char *flavour, const char *network, Error *reterr);
