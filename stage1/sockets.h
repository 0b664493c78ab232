/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets on which systemd listens for the pod, on their way to the apps whose ports they are. */
#pragma once

#include "stage1/plan.h"

typedef struct AppSocket {
    int fd;
    const PlanSocket *port; /* not owned */
} AppSocket;

/* Those of one app, in the order in which systemd has them. */
typedef struct AppSockets {
    AppSocket *items;
    size_t n;
} AppSockets;

/* Takes what systemd has passed to this process; ret has a zeroed element for each app of the plan.
 * SOCKETS_MISFIT: there is a socket without its port, or a port without its socket. A client that waits at
 * one is turned away then, or systemd would start the pod again for them, with the same end. */
int sockets_take(const Plan *plan, AppSockets *ret, Error *reterr);
#define SOCKETS_MISFIT (-EPROTOTYPE)

/* A declared pod's exit status then, with which systemd does not restart its unit (EX_CONFIG). */
enum { SOCKETS_EXIT_MISFIT = 78 };
void app_sockets_close(AppSockets *sockets);

/* In the app's own process, once nothing else of it matters any more: its sockets become the descriptors from
 * 3 up; *report moves where it is in the way. Then what its environment says of them. */
int app_sockets_place(AppSockets *sockets, int *report);
int app_sockets_describe(const AppSockets *sockets, char ***environment);
