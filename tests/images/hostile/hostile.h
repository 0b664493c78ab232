/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of attacks share: how they say what got through, and what more than one of them tries. */
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _unused __attribute__((unused))

typedef struct Attack {
    const char *name;
    void (*perform)(void);
} Attack;

/* A table at the end of each file, the last row empty. */
extern const Attack kernel_files_attacks[], directories_attacks[], devices_attacks[], mounts_attacks[],
        init_attacks[], calls_attacks[], floods_attacks[], surroundings_attacks[], sockets_attacks[],
        quotas_attacks[];

extern const char *attack; /* the one that is on */
extern bool broken;

/* That a defence is broken, and how. */
__attribute__((format(printf, 1, 2))) void through(const char *format, ...);

/* That it can't be tried on this machine, and why. */
void untried(const char *why);

void open_for_writing(const char *path);
/* Looks for something of the host there, and above. */
void climb(const char *start);

/* In a child, which may end by SIGSYS: 0, an errno, or -1 for the signal. */
int outcome(long (*perform)(long), long argument);
bool is_refusal(int result);
