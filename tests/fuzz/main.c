/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzzer's function on every file of the directories given. */

#include <dirent.h>
#include <stdint.h>
#include <string.h>

#include "base/file-util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_SIZE_MAX = 64 * 1024 * 1024 };

static int run_file(int dir, const char *name)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_free_ uint8_t *exact = NULL;
    size_t size;
    int r = read_file_at(dir, name, INPUT_SIZE_MAX, &text, &size);

    if (r < 0)
        return r;
    /* Without a NUL after it, so that the sanitizer detects a read beyond the end. */
    exact = malloc(size);
    if (!exact && size > 0)
        return -ENOMEM;
    if (size > 0)
        memcpy(exact, text, size);
    return LLVMFuzzerTestOneInput(exact, size);
}

int main(int argc, char *argv[])
{
    unsigned n = 0;

    for (int i = 1; i < argc; i++) {
        _cleanup_closedir_ DIR *d = opendir(argv[i]);
        struct dirent *entry;

        while (d && (entry = readdir(d))) {
            int r;

            if (entry->d_name[0] == '.')
                continue;
            r = run_file(dirfd(d), entry->d_name);
            if (r < 0) {
                fprintf(stderr, "%s/%s: %s\n", argv[i], entry->d_name, strerror(-r));
                return 1;
            }
            n++;
        }
    }
    printf("%u inputs\n", n);
    return n == 0;
}
