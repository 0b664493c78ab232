/* SPDX-License-Identifier: Apache-2.0 */
/* floor ROOT PROGRAM…: the smallest possible container, for comparison: six namespaces, a new root, /proc,
 * six bound devices, capabilities dropped, no new privileges. No overlay, no filter, no cgroup, no log, no
 * state. */

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const devices[] = { "null", "zero", "full", "random", "urandom", "tty" };

static void must(int result, const char *what)
{
    if (result < 0) {
        perror(what);
        _exit(1);
    }
}

static void enter(const char *root)
{
    char from[64], to[64];

    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
    must(mount(root, root, NULL, MS_BIND, NULL), "bind");
    must(chdir(root), "chdir");
    must(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "proc");
    must(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755"), "dev");
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        (void) snprintf(from, sizeof(from), "/dev/%s", devices[i]);
        (void) snprintf(to, sizeof(to), "dev/%s", devices[i]);
        must(mknod(to, S_IFREG | 0666, 0), to);
        must(mount(from, to, NULL, MS_BIND, NULL), from);
    }
    must((int) syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount");
}

int main(int argc, char *argv[])
{
    struct clone_args args = {
        .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP,
        .exit_signal = SIGCHLD,
    };
    int status;
    pid_t pid;

    if (argc < 3)
        return 2;
    pid = (pid_t) syscall(SYS_clone3, &args, sizeof(args));
    must(pid, "clone3");
    if (pid == 0) {
        enter(argv[1]);
        for (unsigned long c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
            must(prctl(PR_CAPBSET_DROP, c, 0, 0, 0), "bounding set");
        must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges");
        must(execv(argv[2], argv + 2), argv[2]);
    }
    must(waitpid(pid, &status, 0), "wait");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
