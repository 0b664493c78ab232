/* SPDX-License-Identifier: Apache-2.0 */
/* What an app's program, its handlers and a command that enters the app later have in common: environment,
 * confinement, and how the program is looked up. */
#pragma once

#include "stage1/plan.h"
#include "sandbox/confine.h"

/* The plan's, with what every process of the app is told; the caller frees. */
int program_environment(const PlanApp *app, const char *uuid, char ***ret);

/* The app's, without its filter; as_root is what handlers and enter are: its uid, gid and groups are 0, no
 * more. */
Confinement program_confinement(const PlanApp *app, bool as_root, bool no_capabilities);

/* Whether there is a program that program_exec() would take, or why not. */
int program_find(const char *name, char *const environment[]);

/* As exec: the path itself when it has a slash; else the environment's PATH, else the working directory,
 * /bin, /usr/bin. Returns only with an error. */
int program_exec(char *const argv[], char *const environment[]);

/* Says why a program was not found or could not be run; for a file whose interpreter is missing the kernel
 * only says "no such file". Returns r. */
int program_explain(const char *name, int r, Error *reterr);
