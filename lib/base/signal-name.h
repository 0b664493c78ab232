/* SPDX-License-Identifier: Apache-2.0 */
/* Signals as people write them: "SIGHUP", "HUP", "1", "SIGRTMIN+3", "RTMAX-1". */
#pragma once

/* The signal's number, or -EINVAL. */
int signal_from_name(const char *name);
