/* SPDX-License-Identifier: Apache-2.0 */
/* The app of the benchmarks: nothing but a start and an exit. */
int main(void)
{
    return 0;
}
