/* SPDX-License-Identifier: Apache-2.0 */
/* Replacements for the keys and sections of Podman's Quadlet, for the errors that refuse these. */
#pragma once

/* What to write instead of a key of Quadlet that was found in a section of Quadlet or in [App] or [Pod], or
 * why there is no replacement; text to follow ": ". NULL: Quadlet does not have the key there, or it is the
 * same here. */
const char *quadlet_key_counterpart(const char *section, const char *key);

/* The same for the name of a section. NULL: it is not a section that only Quadlet has. */
const char *quadlet_section_counterpart(const char *section);
