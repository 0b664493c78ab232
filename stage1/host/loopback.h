/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Raises the loopback interface in the network namespace that a pod without network gets. */
int loopback_raise(void);
