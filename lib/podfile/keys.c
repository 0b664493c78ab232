/* SPDX-License-Identifier: Apache-2.0 */

#include "podfile/keys.h"

#include <stdlib.h>

#include "base/string-util.h"
#include "podfile/systemd-keys.h"

static const char *const pod_section_table[_POD_SECTION_MAX] = {
    [POD_SECTION_UNIT] = "Unit",       [POD_SECTION_POD] = "Pod",       [POD_SECTION_APP] = "App",
    [POD_SECTION_SERVICE] = "Service", [POD_SECTION_SOCKET] = "Socket", [POD_SECTION_INSTALL] = "Install",
};
DEFINE_STRING_TABLE(pod_section, PodSectionKind)

const char *pod_section_nearest(const char *name)
{
    return nearest_string(name, pod_section_table, ELEMENTSOF(pod_section_table));
}

const Setting *pod_keys(PodSectionKind kind, size_t *ret_n)
{
    switch (kind) {
    case POD_SECTION_POD: return settings_of(SETTING_SECTION_POD, ret_n);
    case POD_SECTION_APP: return settings_of(SETTING_SECTION_APP, ret_n);
    case POD_SECTION_INSTALL: return settings_of(SETTING_SECTION_INSTALL, ret_n);
    default: return systemd_keys(kind, ret_n);
    }
}

static int compare_key(const void *name, const void *key)
{
    return strcmp(name, ((const Setting *) key)->key);
}

const Setting *pod_key_find(PodSectionKind kind, const char *name)
{
    size_t n;
    const Setting *keys = pod_keys(kind, &n);

    return bsearch(name, keys, n, sizeof(Setting), compare_key);
}

const char *pod_key_nearest(PodSectionKind kind, const char *name)
{
    const char *names[512];
    size_t n_keys, n = 0;
    const Setting *keys = pod_keys(kind, &n_keys);

    for (size_t i = 0; i < n_keys && n < ELEMENTSOF(names); i++)
        if (keys[i].use != SETTING_REFUSE)
            names[n++] = keys[i].key;
    return nearest_string(name, names, n);
}

PodSectionKind pod_key_elsewhere(PodSectionKind kind, const char *name)
{
    for (PodSectionKind other = 0; other < _POD_SECTION_MAX; other++) {
        const Setting *key = other == kind ? NULL : pod_key_find(other, name);

        if (key && key->use != SETTING_REFUSE)
            return other;
    }
    return _POD_SECTION_INVALID;
}
