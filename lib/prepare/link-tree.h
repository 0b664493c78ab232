/* SPDX-License-Identifier: Apache-2.0 */
/* A second tree of the same files: directories are made anew, everything else is linked. */
#pragma once

/* Links what is in the directory `from` into the directory `to`. Where a file has no room for another link,
 * or `to` is on another file system, it is copied. */
int link_tree(int from, int to);
