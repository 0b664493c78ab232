/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of seccomp-policy share: names of calls (seccomp-policy.c), their numbers (seccomp-call.c),
 * tests of their arguments (seccomp-argument.c), and the ranges of numbers that become a program
 * (seccomp-layout.c). */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/string-util.h"
#include "seccomp-compile.h"
#include "seccomp-policy.h"

#define ERRNO_ACTION(e) (SECCOMP_RET_ERRNO | (e))

/* ----- Numbers ----- */

enum { ARCHITECTURES_MAX = 2 };

/* Those that a filter admits, as SCMP_ARCH_*. */
extern const uint32_t seccomp_architectures[];
extern const size_t seccomp_n_architectures;

typedef enum Multiplexer { MULTIPLEXER_SOCKETCALL, MULTIPLEXER_IPC, _MULTIPLEXER_MAX } Multiplexer;

typedef struct SeccompMultiplexer {
    const char *name;
    uint32_t number;
    uint32_t mask; /* ipc(2) has a version in its upper half */
} SeccompMultiplexer;

/* By Multiplexer. */
extern const SeccompMultiplexer seccomp_multiplexers[_MULTIPLEXER_MAX];

/* The number of a call, without a multiplexer. Negative: this architecture has no such call. */
int seccomp_call_number(uint32_t architecture, const char *name);

/* Whether the call has a number anywhere. */
bool seccomp_call_is_known(const char *name);

/* Whether the call is behind a multiplexer, too: behind which, and its number there. */
bool seccomp_call_is_multiplexed(const char *name, Multiplexer *ret, uint32_t *ret_subcall);

/* ----- Arguments ----- */

enum { FAMILIES_MAX = 48, NETLINKS_MAX = 24 };

/* What socket(2) may make: families, and protocols of AF_NETLINK. The tests point into it. */
typedef struct Sockets {
    uint32_t families[FAMILIES_MAX], netlinks[NETLINKS_MAX];
    SeccompTest by_family, by_netlink, socket;
} Sockets;

/* The usual ones. */
void seccomp_sockets_init(Sockets *s);

/* Whether the set ("@rkt/AF_CAN") is a family or a protocol, which is then one of those that socket(2) makes.
 */
bool seccomp_sockets_add(Sockets *s, const char *set);

/* The test of a call's arguments, NULL: it has none. The sockets' tests point into them. */
const SeccompTest *seccomp_test_of(const Sockets *sockets, const char *name);

/* ----- Names ----- */

enum { CALL_NAME_MAX = 64 };

typedef struct Entry {
    char name[CALL_NAME_MAX];
    bool tested; /* allowed (in a retain-set) or refused (in a remove-set) by its test only */
    bool by_set; /* a set named it, not the user */
    bool eperm;  /* refused, but the app lives on */
} Entry;

typedef struct Entries {
    Entry *entries;
    size_t n;
} Entries;

typedef struct Policy {
    bool retain;
    uint32_t refusal; /* SECCOMP_RET_* */
    Entries entries;
    Sockets sockets;
} Policy;

/* Turns what a user says into names. Returns 1, or 0 when no filter is wanted; -EINVAL with words. */
int seccomp_entries_fill(Policy *policy, const SeccompPolicy *from, Error *reterr);
void seccomp_entries_done(Policy *policy);

/* ----- Ranges ----- */

enum { SUBCALLS_MAX = 32 };

typedef struct Rule Rule;

typedef struct Layout {
    uint32_t architecture, youngest;
    Rule *rules;
    size_t n_rules;
    SeccompRange *ranges; /* sorted, the first at 0 */
    size_t n_ranges;
    struct {
        SeccompTest test;
        uint32_t subcalls[SUBCALLS_MAX];
        bool whole; /* the multiplexer itself was named */
    } multiplexed[_MULTIPLEXER_MAX];
} Layout;

/* Turns names into ranges of numbers for one of seccomp_architectures. -ENOMEM. The tests that ranges lead to
 * are the policy's and the layout's. */
int seccomp_layout_fill(Layout *layout, uint32_t architecture, const Policy *policy);
void seccomp_layout_done(Layout *layout);
