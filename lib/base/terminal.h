/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal of whoever called us, while another program behind a pseudoterminal has it: raw, and as it was
 * again afterwards. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "cleanup.h"

typedef struct Terminal {
    int fd; /* an open file description of our own, which never blocks; -EBADF: there is no terminal */
    bool raw;
    struct termios before;
    unsigned escapes; /* ^] typed one after another */
    int64_t escapes_since_ns;
} Terminal;

#define TERMINAL_INIT                                                                                        \
    {                                                                                                        \
        .fd = -EBADF                                                                                         \
    }

/* -ENOTTY when fd is none. */
int terminal_open(Terminal *terminal, int fd);
int terminal_set_raw(Terminal *terminal);
void terminal_restore(Terminal *terminal);
void terminal_done(Terminal *terminal); /* restores it first */

/* Gives another terminal this one's size. */
void terminal_copy_size(const Terminal *terminal, int to);

/* Hears what was typed: true once ^] was, three times in a row within five seconds. */
bool terminal_hears_escape(Terminal *terminal, const char *typed, size_t size);
