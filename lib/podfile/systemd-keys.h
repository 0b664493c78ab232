/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of [Unit], [Service] and [Socket], with systemd's directives. Private to this module. */
#pragma once

#include "podfile/keys.h"

/* The keys of a section, sorted by strcmp(). NULL and 0 for one of rkt's own sections. */
const Setting *systemd_keys(PodSectionKind kind, size_t *ret_n);
