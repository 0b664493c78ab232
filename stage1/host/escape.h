/* SPDX-License-Identifier: Apache-2.0 */
/* ^] typed three times ends a pod that runs in the foreground of a terminal and does not use it otherwise. */
#pragma once

#include <poll.h>

#include "base/terminal.h"

typedef struct Escape {
    Terminal terminal;
} Escape;

#define ESCAPE_INIT                                                                                          \
    {                                                                                                        \
        .terminal = TERMINAL_INIT                                                                            \
    }

/* Without a terminal to read from, the other functions do nothing. */
void escape_open(Escape *escape);
void escape_close(Escape *escape);

/* What to poll for; its fd is negative where there is nothing. Then whether it was typed. */
struct pollfd escape_await(Escape *escape);
bool escape_turn(Escape *escape, const struct pollfd *polled);
