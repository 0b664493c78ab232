/* SPDX-License-Identifier: Apache-2.0 */

#include "pod/stage1-network.h"

#include "base/array.h"
#include "base/string-util.h"
#include "rkt-config.h"

static const struct {
    const char *flavour, *networks[2], *before,
            *after; /* the words before and after a network that the flavour does not know */
} flavours[] = {
    { "host", { "host", "none" }, "network \"", "\" is not built yet: say --net=none or --net=host" },
    { "fly", { "host", "default" }, "--net=", ": apps of this stage1 have the host's network: leave it out" },
};

const char *stage1_flavour(const char *image_name)
{
    const char *name = startswith(image_name, RKT_STAGE1_NAME_PREFIX);

    for (size_t i = 0; name && i < ELEMENTSOF(flavours); i++)
        if (streq(flavours[i].flavour, name))
            return name;
    return NULL;
}

int stage1_check_network(const char *flavour, const char *network, Error *reterr)
{
    if (!network)
        network = "default";
    for (size_t i = 0; flavour && i < ELEMENTSOF(flavours); i++) {
        if (!streq(flavours[i].flavour, flavour))
            continue;
        for (size_t k = 0; k < ELEMENTSOF(flavours[i].networks); k++)
            if (streq(flavours[i].networks[k], network))
                return 0;
        return error_set(reterr, -EOPNOTSUPP, "%s%s%s", flavours[i].before, network, flavours[i].after);
    }
    return 0;
}
