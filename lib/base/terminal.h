/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's terminal: in raw mode while a program behind a pseudoterminal uses it, or unchanged and only
 * watched for an escape sequence. Afterwards its modes are restored. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "cleanup.h"

typedef struct Terminal {
    int fd; /* our own open file description, which never blocks; -EBADF: there is no terminal */
    bool raw;
    struct termios before;
    bool splits;      /* ^] ends a line */
    cc_t line_end;    /* the value before: VEOL */
    unsigned escapes; /* how many ^] were typed in a row */
    int64_t escapes_since_ns;
} Terminal;

#define TERMINAL_INIT                                                                                        \
    {                                                                                                        \
        .fd = -EBADF                                                                                         \
    }

/* -ENOTTY: fd is not a terminal. */
int terminal_open(Terminal *terminal, int fd);
int terminal_set_raw(Terminal *terminal);
void terminal_restore(Terminal *terminal);
void terminal_done(Terminal *terminal); /* restores it first */

/* Whether we may read from the terminal and change it without being stopped. */
bool terminal_is_ours(const Terminal *terminal);

/* Makes ^] end a line like a newline, so that programs that read lines receive it at once. Nothing else of
 * the terminal changes, and it stays usable if nobody restores it. */
int terminal_split_at_escape(Terminal *terminal);

/* Gives another terminal this one's size. */
void terminal_copy_size(const Terminal *terminal, int to);

/* Examines typed input. Returns true once ^] was typed three times in a row within five seconds. */
bool terminal_hears_escape(Terminal *terminal, const char *typed, size_t size);
