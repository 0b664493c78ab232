/* SPDX-License-Identifier: Apache-2.0 */
/* Each name is looked up for each architecture, and the numbers between the names get the verdict of the
 * mode.
 *
 * Architectures. 32-bit programs of the same family are admitted, with the same sets, as in docker. x32 is
 * answered with ENOSYS, like kernels without it: its numbers are a second way to the native calls. Any
 * other architecture ends in SIGSYS.
 *
 * Age. The sets of 2016 do not have newer calls, and a libc that gets SIGSYS where it expects ENOSYS cannot
 * fall back to a call in the sets. So a call that is newer than the sets (its number is above
 * copy_file_range's, the newest in them) and neither listed nor judged is answered with ENOSYS: clone3 and
 * io_uring among them, whose arguments no filter can read. A system call that the kernel does not have yet
 * behaves the same, so a filter does not age. */

#include "seccomp-internal.h"

#include <seccomp.h>

#define YOUNGEST_IN_SETS "copy_file_range"

enum { X32_BIT = 0x40000000 };

struct Rule {
    uint32_t number;
    unsigned rank; /* if several apply to one number, the lowest counts: the user's word, the whole call, the
                      tested call, calls refused with EPERM */
    SeccompVerdict verdict;
};

void seccomp_layout_done(Layout *layout)
{
    free(layout->rules);
    free(layout->ranges);
}

static SeccompVerdict verdict_of(const Policy *policy, const Layout *layout, const Entry *entry,
                                 uint32_t number)
{
    const SeccompTest *test = entry->tested ? seccomp_test_of(&policy->sockets, entry->name) : NULL;

    if (test)
        return (SeccompVerdict){ .test = test };
    if (entry->eperm)
        return (SeccompVerdict){ .action = ERRNO_ACTION(EPERM) };
    if (policy->retain)
        return (SeccompVerdict){ .action = SECCOMP_RET_ALLOW };
    if (entry->by_set && number > layout->youngest)
        return (SeccompVerdict){ .action = ERRNO_ACTION(ENOSYS) };
    return (SeccompVerdict){ .action = policy->refusal };
}

static bool is_multiplexer(const char *name)
{
    for (size_t i = 0; i < _MULTIPLEXER_MAX; i++)
        if (streq(seccomp_multiplexers[i].name, name))
            return true;
    return false;
}

static void layout_add_subcall(Layout *layout, const char *name)
{
    SeccompTest *test;
    uint32_t subcall;
    Multiplexer m;

    for (size_t i = 0; i < _MULTIPLEXER_MAX; i++)
        if (streq(seccomp_multiplexers[i].name, name))
            layout->multiplexed[i].whole = true;
    if (!seccomp_call_is_multiplexed(name, &m, &subcall))
        return;
    test = &layout->multiplexed[m].test;
    for (size_t i = 0; i < test->n_values; i++)
        if (test->values[i] == subcall)
            return;
    layout->multiplexed[m].subcalls[test->n_values++] = subcall;
    test->values = layout->multiplexed[m].subcalls;
}

static void layout_add_rule(Layout *layout, uint32_t number, unsigned rank, SeccompVerdict verdict)
{
    layout->rules[layout->n_rules++] = (Rule){ number, rank, verdict };
}

static int layout_collect(Layout *layout, const Policy *policy)
{
    const SeccompTest subcall_test = {
        .equal = policy->retain ? SECCOMP_RET_ALLOW : policy->refusal,
        .otherwise = policy->retain ? policy->refusal : SECCOMP_RET_ALLOW,
    };

    layout->rules = calloc(policy->entries.n + _MULTIPLEXER_MAX, sizeof(Rule));
    if (!layout->rules)
        return -ENOMEM;
    for (size_t i = 0; i < policy->entries.n; i++) {
        const Entry *entry = &policy->entries.entries[i];
        int number = seccomp_call_number(layout->architecture, entry->name);

        /* A multiplexer's own arguments are in memory, so no test can read them. */
        if (layout->architecture == SCMP_ARCH_X86 && !entry->eperm &&
            (!entry->tested || !policy->retain || is_multiplexer(entry->name)))
            layout_add_subcall(layout, entry->name);
        if (number >= 0)
            layout_add_rule(layout, (uint32_t) number,
                            !entry->by_set  ? 0
                            : entry->eperm  ? 3
                            : entry->tested ? 2
                                            : 1,
                            verdict_of(policy, layout, entry, (uint32_t) number));
    }
    for (size_t i = 0; i < _MULTIPLEXER_MAX; i++) {
        SeccompTest *test = &layout->multiplexed[i].test;

        if (test->n_values == 0 || layout->multiplexed[i].whole)
            continue;
        test->mask = seccomp_multiplexers[i].mask;
        test->equal = subcall_test.equal;
        test->otherwise = subcall_test.otherwise;
        layout_add_rule(layout, seccomp_multiplexers[i].number, 1, (SeccompVerdict){ .test = test });
    }
    return 0;
}

static int compare_rules(const void *a, const void *b)
{
    const Rule *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static void add_range(Layout *layout, uint32_t first, SeccompVerdict verdict)
{
    const SeccompVerdict *last = layout->n_ranges > 0 ? &layout->ranges[layout->n_ranges - 1].verdict : NULL;

    if (!last || last->action != verdict.action || last->test != verdict.test)
        layout->ranges[layout->n_ranges++] = (SeccompRange){ first, verdict };
}

/* The verdict for numbers without a rule, from first up to (not including) end. */
static void add_gap(Layout *layout, const Policy *policy, uint64_t first, uint64_t end)
{
    const struct {
        uint64_t first;
        uint32_t action;
    } ages[] = {
        { 0, policy->retain ? policy->refusal : SECCOMP_RET_ALLOW },
        { (uint64_t) layout->youngest + 1, policy->retain ? ERRNO_ACTION(ENOSYS) : SECCOMP_RET_ALLOW },
        { layout->architecture == SCMP_ARCH_X86_64 ? X32_BIT : UINT64_MAX, ERRNO_ACTION(ENOSYS) },
    };

    for (size_t i = 0; i < ELEMENTSOF(ages); i++) {
        uint64_t from = ages[i].first > first ? ages[i].first : first;
        uint64_t to = i + 1 < ELEMENTSOF(ages) && ages[i + 1].first < end ? ages[i + 1].first : end;

        if (from < to)
            add_range(layout, (uint32_t) from, (SeccompVerdict){ .action = ages[i].action });
    }
}

int seccomp_layout_fill(Layout *layout, uint32_t architecture, const Policy *policy)
{
    uint64_t next = 0;
    int r;

    layout->architecture = architecture == SCMP_ARCH_NATIVE ? seccomp_arch_native() : architecture;
    layout->youngest = (uint32_t) seccomp_call_number(layout->architecture, YOUNGEST_IN_SETS);
    r = layout_collect(layout, policy);
    if (r < 0)
        return r;
    qsort(layout->rules, layout->n_rules, sizeof(Rule), compare_rules);
    layout->ranges = calloc(2 * layout->n_rules + 4, sizeof(SeccompRange));
    if (!layout->ranges)
        return -ENOMEM;
    for (size_t i = 0; i < layout->n_rules; i++) {
        const Rule *rule = &layout->rules[i];

        if (rule->number < next)
            continue;
        add_gap(layout, policy, next, rule->number);
        add_range(layout, rule->number, rule->verdict);
        next = (uint64_t) rule->number + 1;
    }
    add_gap(layout, policy, next, UINT64_C(1) << 32);
    return 0;
}
