/* SPDX-License-Identifier: Apache-2.0 */
/* Giving root up for good, before bytes of strangers are read. */
#pragma once

#include "error.h"

/* Becomes the user (root only; else this step is left out), and in any case gives up every capability, the
 * right to new privileges and core dumps, and all of the environment but a few harmless names. */
int privilege_drop(const char *user, Error *reterr);
