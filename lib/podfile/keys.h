/* SPDX-License-Identifier: Apache-2.0 */
/* The valid keys of each section of a pod file. Keys of rkt's own sections are settings
 * (settings/settings.h), keys of [Unit], [Service] and [Socket] are systemd's directives (systemd-keys.h). */
#pragma once

#include "podfile/pod-file.h"
#include "settings/settings.h"

/* A section's header without brackets and without the app's name ("Pod", "App"); NULL or -EINVAL if it is
 * not valid. The valid header that is nearest to a misspelt one; NULL: none is near. */
const char *pod_section_to_string(PodSectionKind kind);
PodSectionKind pod_section_from_string(const char *name);
const char *pod_section_nearest(const char *name);

/* The keys of a section, sorted by strcmp(). */
const Setting *pod_keys(PodSectionKind kind, size_t *ret_n);
const Setting *pod_key_find(PodSectionKind kind, const char *name);

/* For an unknown key: the nearest valid key of the section, and the first other section that has this key
 * (_POD_SECTION_INVALID: none). */
const char *pod_key_nearest(PodSectionKind kind, const char *name);
PodSectionKind pod_key_elsewhere(PodSectionKind kind, const char *name);
