/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a filter allows what the default refuses: compares the verdicts of both for each range of
 * numbers, and for each value of an argument that a test of either names. */

#include "seccomp-internal.h"

enum { ARGUMENTS = 6, SAMPLES_MAX = 128 };

/* The arguments are masked already. */
static bool verdict_allows(SeccompVerdict verdict, const uint32_t arguments[static ARGUMENTS])
{
    while (verdict.test) {
        const SeccompTest *test = verdict.test;
        bool equal = false;

        for (size_t i = 0; i < test->n_values; i++)
            equal = equal || test->values[i] == arguments[test->argument];
        verdict = equal ? (SeccompVerdict){ test->equal, test->equal_test }
                        : (SeccompVerdict){ test->otherwise, test->otherwise_test };
    }
    return verdict.action == SECCOMP_RET_ALLOW;
}

/* Samples of the arguments: the values that tests name, and one other value that stands for all others. */
typedef struct Samples {
    uint32_t masks[ARGUMENTS]; /* 0: not tested */
    uint32_t values[SAMPLES_MAX];
    size_t n;
    bool failed; /* too many values, or two masks for one argument */
} Samples;

static void samples_add(Samples *samples, const SeccompTest *test)
{
    uint32_t *mask;

    if (!test)
        return;
    mask = &samples->masks[test->argument];
    if ((*mask != 0 && *mask != test->mask) || samples->n + test->n_values >= SAMPLES_MAX) {
        samples->failed = true;
        return;
    }
    *mask = test->mask;
    for (size_t i = 0; i < test->n_values; i++)
        samples->values[samples->n++] = test->values[i];
    samples_add(samples, test->equal_test);
    samples_add(samples, test->otherwise_test);
}

static void samples_add_other(Samples *samples)
{
    uint32_t other = 0;

    for (size_t i = 0; i < samples->n; i++)
        if (samples->values[i] >= other && samples->values[i] != UINT32_MAX)
            other = samples->values[i] + 1;
    samples->values[samples->n++] = other;
}

/* Tries each sample for each argument from this one on. */
static bool some_exceed(const SeccompVerdict *verdict, const SeccompVerdict *usual, const Samples *samples,
                        uint32_t arguments[static ARGUMENTS], size_t argument)
{
    if (argument == ARGUMENTS)
        return verdict_allows(*verdict, arguments) && !verdict_allows(*usual, arguments);
    if (samples->masks[argument] == 0)
        return some_exceed(verdict, usual, samples, arguments, argument + 1);
    for (size_t i = 0; i < samples->n; i++) {
        arguments[argument] = samples->values[i];
        if (some_exceed(verdict, usual, samples, arguments, argument + 1))
            return true;
    }
    return false;
}

static bool verdict_exceeds(const SeccompVerdict *verdict, const SeccompVerdict *usual)
{
    uint32_t arguments[ARGUMENTS] = { 0 };
    Samples samples = { 0 };

    if (verdict->test == usual->test && verdict->test)
        return false;
    samples_add(&samples, verdict->test);
    samples_add(&samples, usual->test);
    if (samples.failed)
        return true;
    samples_add_other(&samples);
    return some_exceed(verdict, usual, &samples, arguments, 0);
}

/* Both lists of ranges begin at 0. */
static bool layout_exceeds(const Layout *layout, const Layout *usual)
{
    size_t i = 0, j = 0;

    for (;;) {
        uint64_t next = i + 1 < layout->n_ranges ? layout->ranges[i + 1].first : UINT64_MAX;
        uint64_t next_usual = j + 1 < usual->n_ranges ? usual->ranges[j + 1].first : UINT64_MAX;

        if (verdict_exceeds(&layout->ranges[i].verdict, &usual->ranges[j].verdict))
            return true;
        if (next == UINT64_MAX && next_usual == UINT64_MAX)
            return false;
        i += next <= next_usual;
        j += next_usual <= next;
    }
}

static int architecture_exceeds(uint32_t architecture, const Policy *policy, const Policy *usual)
{
    Layout layout = { 0 }, usual_layout = { 0 };
    int r = seccomp_layout_fill(&layout, architecture, policy);

    if (r >= 0)
        r = seccomp_layout_fill(&usual_layout, architecture, usual);
    if (r >= 0)
        r = layout_exceeds(&layout, &usual_layout);
    seccomp_layout_done(&layout);
    seccomp_layout_done(&usual_layout);
    return r;
}

int seccomp_policy_exceeds_default(const SeccompPolicy *from, Error *reterr)
{
    Policy policy = { 0 }, usual = { 0 };
    int r = seccomp_entries_fill(&policy, from, reterr);

    if (r == 0)
        return 1; /* the policy has no filter at all */
    if (r > 0)
        r = seccomp_entries_fill(&usual, &(SeccompPolicy){ .mode = SECCOMP_POLICY_DEFAULT }, reterr);
    if (r > 0)
        r = 0;
    for (size_t i = 0; r == 0 && i < seccomp_n_architectures; i++)
        r = architecture_exceeds(seccomp_architectures[i], &policy, &usual);
    seccomp_entries_done(&policy);
    seccomp_entries_done(&usual);
    return r;
}
