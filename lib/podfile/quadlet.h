/* SPDX-License-Identifier: Apache-2.0 */
/* What stands here for the keys and sections of Podman's Quadlet, for the errors that refuse them. */
#pragma once

/* What to write instead of a key of Quadlet's that stands in a section of Quadlet's or in [App] or [Pod], or
 * why there is nothing to write; as words that follow ": ". NULL: Quadlet does not have the key there, or it
 * is the same here. */
const char *quadlet_key_counterpart(const char *section, const char *key);

/* The same for a section's name. NULL: it is none that only Quadlet has. */
const char *quadlet_section_counterpart(const char *section);
