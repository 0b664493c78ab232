/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs as text: 36 lowercase characters, version 4. */
#pragma once

#include <stdbool.h>

enum { UUID_LENGTH = 36 };

/* A random UUID (RFC 9562, version 4). */
int uuid_generate(char ret[static UUID_LENGTH + 1]);
bool uuid_is_valid(const char *s);
