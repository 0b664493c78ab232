/* SPDX-License-Identifier: Apache-2.0 */
/* What stands here for the keys and sections of Podman's Quadlet, for the errors that refuse them. */
#pragma once

/* What to write instead, as words that follow ": ". NULL: Quadlet does not have the key in [Container] or
 * [Pod], or the key is the same here. */
const char *quadlet_key_counterpart(const char *key);

/* The same for a section's name. */
const char *quadlet_section_counterpart(const char *section);
