/* SPDX-License-Identifier: Apache-2.0 */
/* The program is a sequence of comparisons, one block for each rule, each of which ends in "allow". If no
 * block matches, the program ends in "refuse". Kernel: struct bpf_cgroup_dev_ctx in
 * include/uapi/linux/bpf.h. */

#include "device.h"

#include <linux/major.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/fd-util.h"

#include "bpf.h"

/* Character devices of mode 0666. */
static const struct {
    const char *name; /* in /dev */
    unsigned major, minor;
} device_nodes[] = {
    { "null", MEM_MAJOR, 3 },       { "zero", MEM_MAJOR, 5 },    { "full", MEM_MAJOR, 7 },
    { "random", MEM_MAJOR, 8 },     { "urandom", MEM_MAJOR, 9 }, { "tty", TTYAUX_MAJOR, 0 },
    { "net/tun", MISC_MAJOR, 200 },
};

static const struct {
    const char *name, *target;
} device_links[] = {
    { "fd", "/proc/self/fd" },    { "stdin", "/proc/self/fd/0" }, { "stdout", "/dev/console" },
    { "stderr", "/dev/console" }, { "ptmx", "pts/ptmx" },
};

/* The nodes above, and devices for which rkt makes no node. /dev/console is a pipe here. A node that an app
 * makes with its number would be the host's console: it may be made, but not opened. /dev/ptmx is a link to
 * the ptmx of the app's own devpts. */
static const DeviceRule standard_rules[] = {
    { S_IFCHR, TTYAUX_MAJOR, 1, DEVICE_MKNOD },
    { S_IFCHR, TTYAUX_MAJOR, 2, DEVICE_READ | DEVICE_WRITE },
    { S_IFCHR, UNIX98_PTY_SLAVE_MAJOR, DEVICE_ANY, DEVICE_ALL },
};

static int make_nodes(int dev)
{
    if (mkdirat(dev, "net", 0755) < 0 && errno != EEXIST)
        return -errno;
    for (size_t i = 0; i < ELEMENTSOF(device_nodes); i++)
        if (mknodat(dev, device_nodes[i].name, S_IFCHR | 0666,
                    makedev(device_nodes[i].major, device_nodes[i].minor)) < 0)
            return -errno;
    for (size_t i = 0; i < ELEMENTSOF(device_links); i++)
        if (symlinkat(device_links[i].target, dev, device_links[i].name) < 0)
            return -errno;
    return 0;
}

int device_nodes_make(int dev)
{
    mode_t old = umask(0);
    int r = make_nodes(dev);

    (void) umask(old);
    return r;
}

int device_rule_from_stat(const struct stat *st, unsigned access, DeviceRule *ret)
{
    if (!S_ISCHR(st->st_mode) && !S_ISBLK(st->st_mode))
        return -ENODEV;
    *ret = (DeviceRule){ st->st_mode & S_IFMT, major(st->st_rdev), minor(st->st_rdev), access };
    return 0;
}

enum {
    TYPE_REGISTER = BPF_REG_2,
    ACCESS_REGISTER = BPF_REG_3,
    MAJOR_REGISTER = BPF_REG_4,
    NUMBER_REGISTER =
            BPF_REG_5, /* major and minor in one number: each comparison less saves the verifier time */
    MINOR_BITS = 20,   /* in the kernel's form of a dev_t */
    BLOCK_MAX = 5,     /* instructions of each rule */
    FRAME_SIZE = 11,   /* instructions before and after the rules */
};

typedef struct Program {
    struct bpf_insn *code;
    size_t n;
} Program;

static void emit(Program *p, int code, int dst, int src, int offset, int immediate)
{
    p->code[p->n++] = (struct bpf_insn){
        .code = (uint8_t) code,
        .dst_reg = (uint8_t) (dst & 0xf),
        .src_reg = (uint8_t) (src & 0xf),
        .off = (int16_t) offset,
        .imm = immediate,
    };
}

static void emit_load(Program *p, int dst, size_t offset)
{
    emit(p, BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_1, (int) offset, 0);
}

static void emit_verdict(Program *p, int allow)
{
    emit(p, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allow);
    emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* A larger number would overflow into the other one. */
static bool is_number(const DeviceRule *rule)
{
    return rule->major < 1U << (32 - MINOR_BITS) &&
           (rule->minor == DEVICE_ANY || rule->minor < 1U << MINOR_BITS);
}

static void emit_rule(Program *p, const DeviceRule *rule)
{
    int refused = (rule->access & DEVICE_MKNOD ? 0 : BPF_DEVCG_ACC_MKNOD) |
                  (rule->access & DEVICE_READ ? 0 : BPF_DEVCG_ACC_READ) |
                  (rule->access & DEVICE_WRITE ? 0 : BPF_DEVCG_ACC_WRITE);
    int type = S_ISBLK(rule->type) ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
    size_t start = p->n, behind;

    if (rule->minor == DEVICE_ANY)
        emit(p, BPF_JMP32 | BPF_JNE | BPF_K, MAJOR_REGISTER, 0, 0, (int) rule->major);
    else
        emit(p, BPF_JMP32 | BPF_JNE | BPF_K, NUMBER_REGISTER, 0, 0,
             (int) (rule->major << MINOR_BITS | rule->minor));
    emit(p, BPF_JMP32 | BPF_JNE | BPF_K, TYPE_REGISTER, 0, 0, type);
    if (refused)
        emit(p, BPF_JMP | BPF_JSET | BPF_K, ACCESS_REGISTER, 0, 0, refused);
    behind = p->n + 2;
    for (size_t i = start; i < p->n; i++)
        p->code[i].off = (int16_t) (behind - i - 1);
    emit_verdict(p, 1);
}

/* The context's first word: the type in its lower half, the access in its upper half. */
static void emit_context(Program *p)
{
    emit_load(p, TYPE_REGISTER, offsetof(struct bpf_cgroup_dev_ctx, access_type));
    emit(p, BPF_ALU64 | BPF_MOV | BPF_X, ACCESS_REGISTER, TYPE_REGISTER, 0, 0);
    emit(p, BPF_ALU64 | BPF_AND | BPF_K, TYPE_REGISTER, 0, 0, 0xffff);
    emit(p, BPF_ALU64 | BPF_RSH | BPF_K, ACCESS_REGISTER, 0, 0, 16);
    emit_load(p, MAJOR_REGISTER, offsetof(struct bpf_cgroup_dev_ctx, major));
    emit_load(p, NUMBER_REGISTER, offsetof(struct bpf_cgroup_dev_ctx, minor));
    emit(p, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_0, MAJOR_REGISTER, 0, 0);
    emit(p, BPF_ALU64 | BPF_LSH | BPF_K, BPF_REG_0, 0, 0, MINOR_BITS);
    emit(p, BPF_ALU64 | BPF_OR | BPF_X, NUMBER_REGISTER, BPF_REG_0, 0, 0);
}

int device_confine_cgroup(int cgroup, const DeviceRule *extra, size_t n)
{
    _cleanup_free_ struct bpf_insn *code = NULL;
    _cleanup_close_ int program = -EBADF;
    Program p;

    if (n > DEVICE_RULES_MAX)
        return -E2BIG;
    for (size_t i = 0; i < n; i++)
        if (!is_number(&extra[i]))
            return -ERANGE;
    code = calloc(FRAME_SIZE + BLOCK_MAX * (ELEMENTSOF(device_nodes) + ELEMENTSOF(standard_rules) + n),
                  sizeof(struct bpf_insn));
    if (!code)
        return -ENOMEM;
    p = (Program){ .code = code };
    emit_context(&p);
    for (size_t i = 0; i < ELEMENTSOF(device_nodes); i++)
        emit_rule(&p, &(DeviceRule){ S_IFCHR, device_nodes[i].major, device_nodes[i].minor, DEVICE_ALL });
    for (size_t i = 0; i < ELEMENTSOF(standard_rules); i++)
        emit_rule(&p, &standard_rules[i]);
    for (size_t i = 0; i < n; i++)
        emit_rule(&p, &extra[i]);
    emit_verdict(&p, 0);
    program = bpf_load(BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, "rkt_device", p.code, p.n);
    return program < 0 ? program : bpf_attach(cgroup, program, BPF_CGROUP_DEVICE);
}
