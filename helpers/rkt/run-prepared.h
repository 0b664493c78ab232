/* SPDX-License-Identifier: Apache-2.0 */
/* The verb run-prepared, which needs no program of its own. */
#pragma once

/* As a program's main(); returns only when there is no pod to run. */
int run_prepared(int argc, char **argv);
