/* SPDX-License-Identifier: Apache-2.0 */
/* What the processes around a pod's start tell each other. */
#pragma once

#include <stdint.h>

/* `run` lets the init start the apps. The socket's ends are closed before there is a process of an app. */
int control_send_go(int go);
int control_await_go(int go); /* -EPIPE: the sender is gone */

/* What an app's process tells the foreground process before it is confined. Through a pipe, which carries no
 * descriptors: an app that may trace could speak in its place. pid is in the apps' namespace. */
typedef struct ControlMessage {
    uint32_t app; /* its index, which the receiver has to check */
    int32_t pid;
} ControlMessage;
/* 0 or a negative errno; -EPIPE: nobody reads any more. A message is written in one piece. */
int control_send(int fd, const ControlMessage *message);
int control_receive(int fd, ControlMessage *ret); /* returns 1; 0: the pod is gone */

/* What an app's process and the init say to each other over the report of its start. */
enum { REPORT_FAILED = '!', REPORT_CONFINED = '.', REPORT_GO = 'g' };
