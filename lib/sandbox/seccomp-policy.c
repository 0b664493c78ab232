/* SPDX-License-Identifier: Apache-2.0 */
/* From the user's words to the names of calls: sets are expanded into names, together with other calls that
 * they need. */

#include "seccomp-policy.h"

#include "base/array.h"
#include "base/file-util.h"
#include "seccomp-internal.h"
#include "seccomp-load.h"
#include "seccomp-sets.h"

enum { ENTRIES_MAX = 4096 };

/* ----- Sets ----- */

static void entries_done(Entries *e)
{
    free(e->entries);
}

static int entries_add(Entries *e, const char *name, size_t length, bool by_set)
{
    Entry *entry;

    if (length >= CALL_NAME_MAX || e->n >= ENTRIES_MAX)
        return -E2BIG;
    entry = ARRAY_APPEND(e->entries, e->n);
    if (!entry)
        return -ENOMEM;
    entry->by_set = by_set;
    memcpy(entry->name, name, length);
    if (by_set && length > 0 && entry->name[length - 1] == '?') {
        entry->name[length - 1] = '\0';
        entry->tested = true;
    }
    return 0;
}

static int entries_add_members(Entries *e, const char *members)
{
    int r = 0;

    for (const char *p = members; r >= 0 && *p;) {
        size_t length = strcspn(p, " ");
        char set[CALL_NAME_MAX];

        if (*p == '@' && length < sizeof(set)) {
            memcpy(set, p, length);
            set[length] = '\0';
            r = entries_add_members(e, seccomp_set_members(set));
        } else if (length > 0)
            r = entries_add(e, p, length, true);
        p += length;
        p += strspn(p, " ");
    }
    return r;
}

/* The sets of the specification: "all" sets *ret_all, "empty" adds nothing. */
static int policy_add_user(Policy *policy, char *const *set, bool bounded, bool *ret_all, Error *reterr)
{
    Entries *e = &policy->entries;

    STRV_FOREACH (name, set) {
        const char *members;
        int r;

        if (streq(*name, "@appc.io/all")) {
            *ret_all = true;
            continue;
        }
        if (streq(*name, "@appc.io/empty"))
            continue;
        if (!seccomp_sockets_add(&policy->sockets, *name))
            members = **name == '@' ? seccomp_set_members(*name) : NULL;
        else if (policy->retain)
            members = "socket? socketpair?";
        else
            return error_set(reterr, -EINVAL, "\"%s\" can only be in a retain-set", *name);
        if (**name == '@' && !members)
            return error_set(reterr, -EINVAL, "unknown set of system calls \"%s\"", *name);
        if (!members && (strlen(*name) >= CALL_NAME_MAX || !seccomp_call_is_known(*name)))
            return error_set(reterr, -EINVAL, "unknown system call \"%.*s\"", CALL_NAME_MAX, *name);
        r = members ? entries_add_members(e, members) : entries_add(e, *name, strlen(*name), false);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot take the set of system calls \"%s\"", *name);
        if (!members && bounded && seccomp_test_of(&policy->sockets, *name))
            e->entries[e->n - 1].tested = true;
    }
    return 0;
}

/* ----- Policies ----- */

static int parse_errno(const char *name)
{
    /* Names for which libc uses another one. */
    static const struct {
        const char *name;
        int number;
    } aliases[] = { { "ENOTSUP", ENOTSUP }, { "EWOULDBLOCK", EWOULDBLOCK }, { "EDEADLOCK", EDEADLOCK } };

    for (size_t i = 0; i < ELEMENTSOF(aliases); i++)
        if (streq(aliases[i].name, name))
            return aliases[i].number;
    for (int i = 1; i < 256; i++)
        if (streq_ptr(strerrorname_np(i), name))
            return i;
    return -EINVAL;
}

/* Calls without which no program can be started or ended; they are always retained. */
#define ALWAYS_RETAINED "execve exit exit_group rt_sigreturn sigreturn restart_syscall"

static bool removes_execve(const Policy *policy)
{
    for (size_t i = 0; i < policy->entries.n; i++)
        if (streq(policy->entries.entries[i].name, "execve"))
            return true;
    return false;
}

/* Calls that a set removes, or that no set retains. */
static int policy_answer_eperm(Policy *policy)
{
    Entries *e = &policy->entries, calls = { 0 };
    size_t n = e->n;
    int r = entries_add_members(policy->retain ? e : &calls, seccomp_calls_answered_eperm);

    for (size_t i = n; i < e->n; i++)
        e->entries[i].eperm = policy->retain;
    for (size_t i = 0; i < calls.n; i++)
        for (size_t k = 0; k < n; k++)
            if (e->entries[k].by_set && streq(e->entries[k].name, calls.entries[i].name))
                e->entries[k].eperm = true;
    entries_done(&calls);
    return r;
}

/* Whether a call is allowed by its name, without a test. */
static bool policy_allows(const Policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->entries.n; i++) {
        const Entry *entry = &policy->entries.entries[i];

        if (streq(entry->name, name))
            return policy->retain && !entry->tested && !entry->eperm;
    }
    return !policy->retain;
}

int seccomp_entries_fill(Policy *policy, const SeccompPolicy *from, Error *reterr)
{
    bool all = false;
    int r;

    seccomp_sockets_init(&policy->sockets);
    policy->retain = from->mode != SECCOMP_POLICY_REMOVE;
    policy->refusal = SECCOMP_RET_KILL_PROCESS;
    if (from->errno_name && *from->errno_name) {
        r = parse_errno(from->errno_name);
        if (r < 0)
            return error_set(reterr, r, "unknown errno \"%s\" for system calls that are refused",
                             from->errno_name);
        policy->refusal = ERRNO_ACTION((uint32_t) r);
    }
    if (from->mode != SECCOMP_POLICY_DEFAULT) {
        r = policy_add_user(policy, from->set, from->bounded && policy->retain, &all, reterr);
        if (r < 0)
            return r;
        if (all && policy->retain)
            return 0;
        if (all || (policy->retain && policy->entries.n == 0))
            return error_set(reterr, -EINVAL, "the seccomp isolator leaves no system call to the app");
        if (!policy->retain && removes_execve(policy))
            return error_set(reterr, -EINVAL,
                             "the seccomp isolator removes execve: the app could not be started");
    }
    if (policy->entries.n == 0) {
        policy->retain = true;
        r = entries_add_members(&policy->entries, "@rkt/default-whitelist");
        if (r < 0)
            return r;
    }
    r = policy->retain ? entries_add_members(&policy->entries, ALWAYS_RETAINED) : 0;
    if (r >= 0 && policy->refusal == SECCOMP_RET_KILL_PROCESS)
        r = policy_answer_eperm(policy);
    /* The program whose refusals are reported makes these two calls when the filter is already loaded. */
    if (r >= 0 && policy->refusal == SECCOMP_RET_KILL_PROCESS && policy_allows(policy, "sendmsg") &&
        policy_allows(policy, "close"))
        policy->refusal = SECCOMP_REFUSAL;
    return r < 0 ? r : 1;
}

void seccomp_entries_done(Policy *policy)
{
    entries_done(&policy->entries);
}

int seccomp_policy_compile(const SeccompPolicy *from, struct sock_filter **ret, size_t *ret_n, Error *reterr)
{
    _cleanup_free_ struct sock_filter *program = NULL;
    SeccompArchitecture compiled[ARCHITECTURES_MAX];
    Layout layouts[ARCHITECTURES_MAX] = { 0 };
    Policy policy = { 0 };
    int r;

    r = seccomp_entries_fill(&policy, from, reterr);
    for (size_t i = 0; r > 0 && i < seccomp_n_architectures; i++) {
        if (seccomp_layout_fill(&layouts[i], seccomp_architectures[i], &policy) < 0)
            r = -ENOMEM;
        compiled[i] =
                (SeccompArchitecture){ layouts[i].architecture, layouts[i].ranges, layouts[i].n_ranges };
    }
    if (r > 0) {
        program = calloc(BPF_MAXINSNS, sizeof(struct sock_filter));
        r = program ? seccomp_compile(compiled, seccomp_n_architectures, program) : -ENOMEM;
    }
    if (r >= 0) {
        *ret = TAKE_PTR(program);
        *ret_n = (size_t) r;
        r = 0;
    }
    for (size_t i = 0; i < seccomp_n_architectures; i++)
        seccomp_layout_done(&layouts[i]);
    seccomp_entries_done(&policy);
    return r;
}

int seccomp_policy_check(const SeccompPolicy *from, Error *reterr)
{
    Policy policy = { 0 };
    int r = seccomp_entries_fill(&policy, from, reterr);

    seccomp_entries_done(&policy);
    return r < 0 ? r : 0;
}

int seccomp_policy_write(const SeccompPolicy *policy, int dir, const char *name, Error *reterr)
{
    _cleanup_free_ struct sock_filter *program = NULL;
    size_t n;
    int r;

    r = seccomp_policy_compile(policy, &program, &n, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "cannot make the seccomp filter");
    if (n == 0)
        return 0;
    r = write_file_at(dir, name, program, n * sizeof(struct sock_filter), 0600, 0);
    return r < 0 ? error_set_errno(reterr, r, "cannot write the seccomp filter") : 1;
}
