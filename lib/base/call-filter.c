/* SPDX-License-Identifier: Apache-2.0 */

#include "call-filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "cleanup.h"

#if defined(__x86_64__)
#define CALL_FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define CALL_FILTER_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define CALL_FILTER_ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define CALL_FILTER_ARCH AUDIT_ARCH_ARM
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CALL_FILTER_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define CALL_FILTER_ARCH AUDIT_ARCH_S390X
#elif defined(__riscv) && __riscv_xlen == 64
#define CALL_FILTER_ARCH AUDIT_ARCH_RISCV64
#else
#error "name this architecture in lib/base/call-filter.c"
#endif

#ifdef __NR_mmap2
#define CALL_FILTER_MMAP __NR_mmap2
#else
#define CALL_FILTER_MMAP __NR_mmap
#endif

/* Loads the lower half of an argument. */
#define ARGUMENT_OFFSET(i)                                                                                   \
    ((uint32_t) (offsetof(struct seccomp_data, args) + (i) * sizeof(uint64_t) +                              \
                 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)))

/* Expects that the call's number is loaded, and leaves it loaded. */
enum { RULE_SIZE = 5 };

static void add_rule(struct sock_filter *code, const CallRule *rule)
{
    const struct sock_filter check[RULE_SIZE] = {
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->call, 0, RULE_SIZE - 1),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT_OFFSET(rule->argument)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->value, !rule->differs, rule->differs),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };

    memcpy(code, check, sizeof(check));
}

int call_filter_load_rules(const uint16_t *calls, size_t n_calls, const CallRule *rules, size_t n_rules)
{
    static const struct sock_filter head[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL_FILTER_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    static const struct sock_filter tail[] = {
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL_FILTER_MMAP, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT_OFFSET(2)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARGUMENT_OFFSET(3)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_SHARED, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    };
    _cleanup_free_ struct sock_filter *code =
            calloc(ELEMENTSOF(head) + RULE_SIZE * n_rules + 2 * n_calls + ELEMENTSOF(tail),
                   sizeof(struct sock_filter));
    struct sock_fprog program = { .filter = code };
    size_t n = ELEMENTSOF(head);

    if (!code)
        return -ENOMEM;
    memcpy(code, head, sizeof(head));
    for (size_t i = 0; i < n_rules; i++, n += RULE_SIZE)
        add_rule(code + n, &rules[i]);
    for (size_t i = 0; i < n_calls; i++) {
        code[n++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1);
        code[n++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    memcpy(code + n, tail, sizeof(tail));
    program.len = (unsigned short) (n + ELEMENTSOF(tail));
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}
