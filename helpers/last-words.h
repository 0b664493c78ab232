/* SPDX-License-Identifier: Apache-2.0 */
/* What the apps of a failed pod said last, for the log of its unit: `systemctl status` shows it there. */
#pragma once

#include "pod/pod.h"

/* Writes to standard error how each app that failed ended, and its last lines from the pod's journal. */
void last_words_print(const Pod *pod);
