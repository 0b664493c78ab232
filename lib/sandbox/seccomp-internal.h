/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the parts of seccomp-policy: names of calls (seccomp-policy.c), their numbers (seccomp-call.c),
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

/* The architectures that a filter admits, as SCMP_ARCH_*. */
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

/* The number of a call, without a multiplexer. Negative: this architecture does not have the call. */
int seccomp_call_number(uint32_t architecture, const char *name);

/* Whether any architecture has the call. */
bool seccomp_call_is_known(const char *name);

/* Whether a multiplexer has the call, too: which one, and the call's number there. */
bool seccomp_call_is_multiplexed(const char *name, Multiplexer *ret, uint32_t *ret_subcall);

/* ----- Arguments ----- */

enum { FAMILIES_MAX = 48, NETLINKS_MAX = 24 };

/* The sockets that socket(2) may make: families, and protocols of AF_NETLINK. The tests point into it. */
typedef struct Sockets {
    uint32_t families[FAMILIES_MAX], netlinks[NETLINKS_MAX];
    SeccompTest by_family, by_netlink, socket;
} Sockets;

/* Fills in the defaults. */
void seccomp_sockets_init(Sockets *s);

/* Adds the family or protocol of the set ("@rkt/AF_CAN") to those that socket(2) makes. Returns whether the
 * set is one. */
bool seccomp_sockets_add(Sockets *s, const char *set);

/* The test of a call's arguments, or NULL. The tests of sockets point into sockets. */
const SeccompTest *seccomp_test_of(const Sockets *sockets, const char *name);

/* ----- Names ----- */

enum { CALL_NAME_MAX = 64 };

typedef struct Entry {
    char name[CALL_NAME_MAX];
    bool tested; /* allowed (in a retain-set) or refused (in a remove-set) only by its test */
    bool by_set; /* named by a set, not by the user */
    bool eperm;  /* refused, but the app survives */
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

/* Turns the user's words into names. Returns 1, or 0 if no filter is wanted; -EINVAL: reterr says why. */
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

/* Turns names into ranges of numbers for one of seccomp_architectures. -ENOMEM. The tests in ranges belong
 * to the policy and the layout. */
int seccomp_layout_fill(Layout *layout, uint32_t architecture, const Policy *policy);
void seccomp_layout_done(Layout *layout);
