/* SPDX-License-Identifier: Apache-2.0 */

#include "app-parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

int app_parts_init(AppParts *parts, const PlanApp *plan)
{
    size_t n = APP_FD_VOLUMES + plan->n_mounts;
    int *fds = malloc(n * sizeof(int));

    if (!fds)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        fds[i] = -EBADF;
    *parts = (AppParts){ .plan = plan, .fds = fds, .n_fds = n, .receiver = RECEIVER_INIT };
    return 0;
}

void app_parts_close(AppParts *parts, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        parts->fds[i] = safe_close(parts->fds[i]);
}

size_t app_parts_count(const AppParts *parts)
{
    return parts->n_fds + _RECEIVE_KIND_MAX + parts->sockets.n;
}

size_t app_parts_list(const AppParts *parts, int *ret)
{
    size_t n = parts->n_fds;

    memcpy(ret, parts->fds, n * sizeof(int));
    memcpy(ret + n, parts->receiver.sockets, sizeof(parts->receiver.sockets));
    n += _RECEIVE_KIND_MAX;
    for (size_t i = 0; i < parts->sockets.n; i++)
        ret[n++] = parts->sockets.items[i].fd;
    return n;
}
