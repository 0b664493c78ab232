/* SPDX-License-Identifier: Apache-2.0 */

#include "bpf.h"

#include <stdint.h>
#include <sys/syscall.h>

#include "base/cleanup.h"

int bpf_load(enum bpf_prog_type type, enum bpf_attach_type place, const char *name,
             const struct bpf_insn *code, size_t n)
{
    union bpf_attr attr = {
        .prog_type = type,
        .expected_attach_type = place,
        .insn_cnt = (uint32_t) n,
        .insns = (uint64_t) (uintptr_t) code,
        .license = (uint64_t) (uintptr_t) "Apache-2.0",
    };
    long fd;

    (void) snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", name);
    fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
    return fd < 0 ? -errno : (int) fd;
}

int bpf_attach(int cgroup, int program, enum bpf_attach_type place)
{
    union bpf_attr attr = {
        .target_fd = (uint32_t) cgroup,
        .attach_bpf_fd = (uint32_t) program,
        .attach_type = place,
        .attach_flags = BPF_F_ALLOW_MULTI,
    };

    return syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)) < 0 ? -errno : 0;
}
