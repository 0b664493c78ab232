/* SPDX-License-Identifier: Apache-2.0 */
/* Gives up root for good, before untrusted bytes are read. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "error.h"

/* The ids of a user, who must not be root. -ENOENT: there is no such user. */
int privilege_find_user(const char *user, uid_t *ret_uid, gid_t *ret_gid, Error *reterr);

/* Becomes the user (only if the caller is root), and always gives up every capability, the right to new
 * privileges, core dumps, and the environment except a few harmless names. */
int privilege_drop(const char *user, Error *reterr);

/* Sanitizers map terabytes and make system calls of their own. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif
