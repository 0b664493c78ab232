/* SPDX-License-Identifier: Apache-2.0 */
/* The app of the benchmarks: nothing but a start and an exit; with an argument it stays until it is told to go. */
#include <unistd.h>

int main(int argc, char **argv)
{
    (void) argv;
    if (argc > 1)
        pause();
    return 0;
}
