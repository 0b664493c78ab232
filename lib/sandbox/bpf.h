/* SPDX-License-Identifier: Apache-2.0 */
/* BPF programs on cgroups: loads and attaches them. Both need SYS_ADMIN (or BPF and NET_ADMIN) in the first
 * user namespace. Programs of cgroups above run too, and all must allow. */
#pragma once

#include <linux/bpf.h>
#include <stddef.h>

/* Loads n instructions for that attach point. Returns a descriptor, or -errno. */
int bpf_load(enum bpf_prog_type type, enum bpf_attach_type place, const char *name,
             const struct bpf_insn *code, size_t n);

/* Attaches a program to a cgroup2, in addition to others. It stays when the descriptor is closed. */
int bpf_attach(int cgroup, int program, enum bpf_attach_type place);
