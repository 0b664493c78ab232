/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs as text: 36 lowercase characters, version 4. */
#pragma once

#include <stdbool.h>

enum { UUID_LENGTH = 36 };

/* A random UUID (RFC 9562, version 4). */
int uuid_generate(char ret[static UUID_LENGTH + 1]);
bool uuid_is_valid(const char *s);

/* The form of a machine ID. */
enum { UUID_PLAIN_LENGTH = 32 };
void uuid_without_dashes(const char *uuid, char ret[static UUID_PLAIN_LENGTH + 1]);
