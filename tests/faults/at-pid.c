/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command as a process with a given number, which must be free, to imitate a reused number. Ends
 * when the command does. */

#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    pid_t pid = argc > 2 ? (pid_t) strtol(argv[1], NULL, 10) : 0;
    struct clone_args args = { .exit_signal = SIGCHLD,
                               .set_tid = (uint64_t) (uintptr_t) &pid,
                               .set_tid_size = 1 };
    long child;

    if (pid < 2) {
        (void) fprintf(stderr, "Usage: at-pid PID COMMAND...\n");
        return 2;
    }
    child = syscall(SYS_clone3, &args, sizeof(args));
    if (child < 0) {
        perror("clone3");
        return 1;
    }
    if (child == 0) {
        (void) execvp(argv[2], argv + 2);
        _exit(127);
    }
    return waitpid((pid_t) child, NULL, 0) < 0;
}
