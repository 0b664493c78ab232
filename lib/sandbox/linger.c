/* SPDX-License-Identifier: Apache-2.0 */
/* Servers set SO_LINGER: haproxy and nginx with a time of 0, to reset a connection, Java programs with a
 * longer one. So the call is neither refused nor ignored; only the time is removed. A seccomp filter cannot
 * do this, because it does not see the memory that an argument points to.
 *
 * The program is called for each setsockopt(2) on a socket that was made in the cgroup. The kernel gives it
 * a copy of the value, of at most a page; with optlen set to 0 the kernel uses the caller's value
 * unchanged. */

#include "linger.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/cleanup.h"

#include "bpf.h"

#define LOAD(size, to, from, offset)                                                                         \
    {                                                                                                        \
        .code = BPF_LDX | BPF_MEM | (size), .dst_reg = (to), .src_reg = (from), .off = (int16_t) (offset)    \
    }
#define STORE_0(base, offset)                                                                                \
    {                                                                                                        \
        .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = (base), .off = (int16_t) (offset)                       \
    }
#define SET(to, value)                                                                                       \
    {                                                                                                        \
        .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (to), .imm = (value)                                 \
    }
#define JUMP(condition, reg, value, over)                                                                    \
    {                                                                                                        \
        .code = BPF_JMP | (condition) | BPF_K, .dst_reg = (reg), .imm = (int) (value), .off = (over)         \
    }
#define CONTEXT(field) offsetof(struct bpf_sockopt, field)

int linger_load(void)
{
    static const struct bpf_insn code[] = {
        LOAD(BPF_W, BPF_REG_2, BPF_REG_1, CONTEXT(level)),
        JUMP(BPF_JNE, BPF_REG_2, SOL_SOCKET, 15),
        LOAD(BPF_W, BPF_REG_2, BPF_REG_1, CONTEXT(optname)),
        JUMP(BPF_JNE, BPF_REG_2, SO_LINGER, 13),
        /* A value that is longer than a page is refused; no program needs one. */
        LOAD(BPF_W, BPF_REG_2, BPF_REG_1, CONTEXT(optlen)),
        JUMP(BPF_JNE, BPF_REG_2, sizeof(struct linger), 15),
        LOAD(BPF_DW, BPF_REG_2, BPF_REG_1, CONTEXT(optval)),
        LOAD(BPF_DW, BPF_REG_3, BPF_REG_1, CONTEXT(optval_end)),
        { .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_4, .src_reg = BPF_REG_2 },
        { .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_4, .imm = sizeof(struct linger) },
        { .code = BPF_JMP | BPF_JGT | BPF_X, .dst_reg = BPF_REG_4, .src_reg = BPF_REG_3, .off = 10 },
        LOAD(BPF_W, BPF_REG_5, BPF_REG_2, offsetof(struct linger, l_linger)),
        JUMP(BPF_JEQ, BPF_REG_5, 0, 2),
        STORE_0(BPF_REG_2, offsetof(struct linger, l_onoff)),
        STORE_0(BPF_REG_2, offsetof(struct linger, l_linger)),
        SET(BPF_REG_0, 1), /* allow it, with the changed value */
        { .code = BPF_JMP | BPF_EXIT },
        /* Another option: allow it, with the caller's value of any length. */
        SET(BPF_REG_2, 0),
        { .code = BPF_STX | BPF_MEM | BPF_W,
          .dst_reg = BPF_REG_1,
          .src_reg = BPF_REG_2,
          .off = CONTEXT(optlen) },
        SET(BPF_REG_0, 1),
        { .code = BPF_JMP | BPF_EXIT },
        SET(BPF_REG_0, 0), /* EPERM */
        { .code = BPF_JMP | BPF_EXIT },
    };

    return bpf_load(BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT, "rkt_linger", code,
                    ELEMENTSOF(code));
}

int linger_forbid(int cgroup, int program)
{
    return bpf_attach(cgroup, program, BPF_CGROUP_SETSOCKOPT);
}
