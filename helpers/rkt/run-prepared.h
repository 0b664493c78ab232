/* SPDX-License-Identifier: Apache-2.0 */
/* The verb run-prepared, which has no separate program. */
#pragma once

/* Like a program's main(); returns only if no pod is run. */
int run_prepared(int argc, char **argv);
