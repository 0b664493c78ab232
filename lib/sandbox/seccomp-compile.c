/* SPDX-License-Identifier: Apache-2.0 */
/* The program is written from its end to its beginning, because BPF only jumps forward: when a jump is
 * written, its targets exist and their distance is known. Conditional jumps reach 255 instructions; farther
 * targets get an unconditional jump in between.
 *
 * A label is the number of instructions from the labelled one to the program's end. */

#include "seccomp-compile.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>

#include "base/cleanup.h"

enum {
    REACH = 255 - 2, /* up to two jumps may be between a decision and its use */
    ACTIONS_MAX = 16,
};

typedef struct Builder {
    struct sock_filter *code; /* BPF_MAXINSNS instructions, filled from the last */
    size_t count;
    struct {
        uint32_t action;
        size_t label;
    } returns[ACTIONS_MAX]; /* where an action was last written */
    size_t n_returns;
} Builder;

static size_t emit(Builder *b, uint16_t code, size_t jump_true, size_t jump_false, uint32_t k)
{
    /* Instructions beyond the limit are counted but not written; seccomp_compile() returns the error. */
    if (b->count < BPF_MAXINSNS)
        b->code[BPF_MAXINSNS - 1 - b->count] = (struct sock_filter){
            .code = code,
            .jt = (uint8_t) jump_true,
            .jf = (uint8_t) jump_false,
            .k = k,
        };
    return ++b->count;
}

/* Makes the label the next instruction. */
static void fall_into(Builder *b, size_t label)
{
    if (label != b->count)
        (void) emit(b, BPF_JMP | BPF_JA, 0, 0, (uint32_t) (b->count - label));
}

static size_t bring_near(Builder *b, size_t label)
{
    if (b->count - label <= REACH)
        return label;
    fall_into(b, label);
    return b->count;
}

static size_t emit_branch(Builder *b, uint16_t comparison, uint32_t k, size_t yes, size_t no)
{
    no = bring_near(b, no);
    yes = bring_near(b, yes);
    return emit(b, BPF_JMP | comparison | BPF_K, b->count - yes, b->count - no, k);
}

static size_t emit_load(Builder *b, size_t offset, size_t then)
{
    fall_into(b, then);
    return emit(b, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t) offset);
}

static size_t emit_return(Builder *b, uint32_t action)
{
    size_t i;

    for (i = 0; i < b->n_returns; i++)
        if (b->returns[i].action == action)
            break;
    if (i < b->n_returns && b->count - b->returns[i].label <= REACH)
        return b->returns[i].label;
    if (i == b->n_returns) {
        if (i == ACTIONS_MAX)
            return emit(b, BPF_RET | BPF_K, 0, 0, action);
        b->returns[b->n_returns++].action = action;
    }
    b->returns[i].label = emit(b, BPF_RET | BPF_K, 0, 0, action);
    return b->returns[i].label;
}

static size_t low_word(unsigned argument)
{
    size_t offset = offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    offset += sizeof(uint32_t);
#endif
    return offset;
}

static size_t emit_test(Builder *b, const SeccompTest *test)
{
    size_t equal = test->equal_test ? emit_test(b, test->equal_test) : emit_return(b, test->equal);
    size_t next = test->otherwise_test ? emit_test(b, test->otherwise_test) : emit_return(b, test->otherwise);

    for (size_t i = test->n_values; i-- > 0;)
        next = emit_branch(b, BPF_JEQ, test->values[i], equal, next);
    if (test->mask != UINT32_MAX) {
        fall_into(b, next);
        next = emit(b, BPF_ALU | BPF_AND | BPF_K, 0, 0, test->mask);
    }
    return emit_load(b, low_word(test->argument), next);
}

static size_t emit_tree(Builder *b, const SeccompRange *ranges, size_t n)
{
    size_t half = n / 2, upper, lower;

    if (n == 1)
        return ranges->verdict.test ? emit_test(b, ranges->verdict.test)
                                    : emit_return(b, ranges->verdict.action);
    upper = emit_tree(b, ranges + half, n - half);
    lower = emit_tree(b, ranges, half);
    return emit_branch(b, BPF_JGE, ranges[half].first, upper, lower);
}

int seccomp_compile(const SeccompArchitecture *architectures, size_t n,
                    struct sock_filter program[static BPF_MAXINSNS])
{
    Builder b = { .code = program };
    size_t next = emit_return(&b, SECCOMP_RET_KILL_PROCESS);

    for (size_t i = n; i-- > 0;) {
        size_t tree = emit_tree(&b, architectures[i].ranges, architectures[i].n_ranges);

        tree = emit_load(&b, offsetof(struct seccomp_data, nr), tree);
        next = emit_branch(&b, BPF_JEQ, architectures[i].audit, tree, next);
    }
    (void) emit_load(&b, offsetof(struct seccomp_data, arch), next);
    if (b.count > BPF_MAXINSNS)
        return -E2BIG;
    memmove(program, program + BPF_MAXINSNS - b.count, b.count * sizeof(struct sock_filter));
    return (int) b.count;
}
