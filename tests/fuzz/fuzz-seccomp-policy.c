/* SPDX-License-Identifier: Apache-2.0 */
/* The first line's letter is the mode, the second line the errno, each other line a member. Every set must
 * give a program that the kernel would accept (by its checks that concern our instructions). */

#include "sandbox/seccomp-policy.h"

#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/string-util.h"

static void check(const struct sock_filter *code, size_t n)
{
    if (n == 0 || n > BPF_MAXINSNS || BPF_CLASS(code[n - 1].code) != BPF_RET)
        abort();
    for (size_t i = 0; i < n; i++) {
        size_t left = n - i - 1;

        if (BPF_CLASS(code[i].code) != BPF_JMP)
            continue;
        if (BPF_OP(code[i].code) == BPF_JA ? code[i].k >= left : code[i].jt >= left || code[i].jf >= left)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *rest = text, *mode, *errno_name, *member;
    struct sock_filter *code = NULL;
    char **set = NULL;
    size_t n = 0;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    mode = strsep(&rest, "\n");
    errno_name = strsep(&rest, "\n");
    for (unsigned i = 0; i < 64 && (member = strsep(&rest, "\n"));)
        if (*member)
            i += strv_extend(&set, member) >= 0;
    if (seccomp_policy_compile(
                &(SeccompPolicy){
                        .mode = *mode == 'r'   ? SECCOMP_POLICY_RETAIN
                                : *mode == 'x' ? SECCOMP_POLICY_REMOVE
                                               : SECCOMP_POLICY_DEFAULT,
                        .set = set,
                        .errno_name = errno_name,
                },
                &code, &n, NULL) >= 0 &&
        code)
        check(code, n);
    free(code);
    strv_free(set);
    free(text);
    return 0;
}
