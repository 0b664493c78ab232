/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's terminal: raw while another program behind a pseudoterminal has it, or as it is,
 * and only listened to; and as it was again afterwards. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "cleanup.h"

typedef struct Terminal {
    int fd; /* an open file description of our own, which never blocks; -EBADF: there is no terminal */
    bool raw;
    struct termios before;
    bool splits;      /* ^] ends a line */
    cc_t line_end;    /* what did before: VEOL */
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

/* Whether we may read from it, and change it, without being stopped. */
bool terminal_is_ours(const Terminal *terminal);

/* Has ^] end a line like a newline, so that who reads lines hears it at once. Nothing else of the terminal
 * changes, and it can be used as before should nobody restore it. */
int terminal_split_at_escape(Terminal *terminal);

/* Gives another terminal this one's size. */
void terminal_copy_size(const Terminal *terminal, int to);

/* Hears what was typed: true once ^] was, three times in a row within five seconds. */
bool terminal_hears_escape(Terminal *terminal, const char *typed, size_t size);
