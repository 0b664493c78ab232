/* SPDX-License-Identifier: Apache-2.0 */

/*
 * supervise WORK CGROUP TIMEOUT(s, 0: none) COMMAND ARG...
 *
 * Runs COMMAND as PID 1 of new namespaces (mount, pid, uts, ipc, net, cgroup), in the new cgroup CGROUP, with a
 * pseudo-terminal as its console, until the machine that it becomes says "exit N" on WORK/run/status; N is then our
 * own exit status. 124 is a timeout, 125 a machine that ended without a word, 128+N our own signal.
 *
 * WORK is a directory made for this machine. WORK/run, which the machine sees as /run/machine, has the FIFOs `out`
 * (copied to our stdout) and `status`; with a file `orderly` the machine shuts itself down after "exit N", without it
 * is killed. The console's output goes to WORK/console, or, with a file `shell`, it is connected to our own terminal.
 *
 * Nothing may be left behind, not even when we get a SIGKILL. So the cleaning is not ours: a watcher, in a session of
 * its own, waits for the end of a pipe that only we hold open. However that comes about, it kills the cgroup, waits
 * until it is empty, and removes it and WORK. The mounts, and the loop devices under them, live in the machine's mount
 * namespace and go with its last process. We end by closing the pipe and waiting for the watcher: it is the same way
 * out for every end. Besides, the machine's PID 1 has a parent-death signal, in case the watcher is killed as well.
 */

#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
        EXIT_TIMEOUT = 124,
        EXIT_MACHINE = 125,
};

typedef struct Machine {
        int work_fd;
        int cgroup_fd;
        int lifeline_fd; /* the watcher's cue: closed when we end */
        int console_fd;  /* our end of the pseudo-terminal */
        int console_slave_fd; /* kept open: otherwise our end hangs up whenever nobody in there has it open */
        int console_log_fd;
        int out_fd;
        int status_fd;
        int signal_fd;
        pid_t watcher;
        pid_t init;
        bool shell;
        bool orderly;
        struct termios saved_termios;
        bool termios_saved;
} Machine;

static Machine machine = {
        .work_fd = -EBADF,
        .cgroup_fd = -EBADF,
        .lifeline_fd = -EBADF,
        .console_fd = -EBADF,
        .console_slave_fd = -EBADF,
        .console_log_fd = -EBADF,
        .out_fd = -EBADF,
        .status_fd = -EBADF,
        .signal_fd = -EBADF,
};

static void finish(int status) __attribute__((noreturn));

static void die(const char *what, const char *on) {
        fprintf(stderr, "machine: %s %s: %m\n", what, on);
        finish(EXIT_MACHINE);
}

/* Child cgroups first. Done again while something still dies in there. */
static int cgroup_remove(int parent_fd, const char *name) {
        int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;

        DIR *d = fdopendir(fd);
        if (!d) {
                close(fd);
                return -ENOMEM;
        }
        for (struct dirent *de; (de = readdir(d));)
                if (de->d_type == DT_DIR && strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
                        (void) cgroup_remove(dirfd(d), de->d_name);
        closedir(d);

        return unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

/* WORK holds files and, where the machine put something into it, directories; no mounts of this namespace. */
static void directory_remove(int parent_fd, const char *name) {
        if (unlinkat(parent_fd, name, 0) >= 0 || (errno != EISDIR && errno != EPERM))
                return;

        int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
        if (!d)
                return;
        for (struct dirent *de; (de = readdir(d));)
                if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
                        directory_remove(dirfd(d), de->d_name);
        closedir(d);
        (void) unlinkat(parent_fd, name, AT_REMOVEDIR);
}

static void watcher_run(int lifeline_fd, const char *work, const char *cgroup) __attribute__((noreturn));

static void watcher_run(int lifeline_fd, const char *work, const char *cgroup) {
        char buffer;

        (void) setsid();
        (void) prctl(PR_SET_NAME, "machine-watcher");
        (void) chdir("/");
        /* Whoever reads our stdout must not wait for the watcher. */
        int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; fd < 3; fd++)
                (void) dup2(null_fd, fd);

        while (read(lifeline_fd, &buffer, 1) < 0 && errno == EINTR)
                ;

        /* 30 s at most: a process stuck in the kernel is left to `clean`. */
        for (unsigned i = 0; i < 3000; i++) {
                char kill_path[PATH_MAX];
                (void) snprintf(kill_path, sizeof(kill_path), "%s/cgroup.kill", cgroup);
                int fd = open(kill_path, O_WRONLY | O_CLOEXEC);
                if (fd >= 0) {
                        (void) write(fd, "1", 1);
                        close(fd);
                }
                if (cgroup_remove(AT_FDCWD, cgroup) >= 0)
                        break;
                nanosleep(&(const struct timespec) { .tv_nsec = i < 20 ? 1000000 : 10000000 }, NULL);
        }
        directory_remove(AT_FDCWD, work);
        _exit(EXIT_SUCCESS);
}

/* Works before anything is set up, too. Does not return. */
static void finish(int status) {
        if (machine.termios_saved)
                (void) tcsetattr(STDIN_FILENO, TCSADRAIN, &machine.saved_termios);
        if (machine.init > 0) {
                (void) kill(machine.init, SIGKILL);
                (void) waitpid(machine.init, NULL, 0);
        }
        if (machine.out_fd >= 0) {
                /* The machine is dead: what is in the FIFO now is the rest. */
                char buffer[65536];
                for (ssize_t n; (n = read(machine.out_fd, buffer, sizeof(buffer))) > 0;)
                        if (write(STDOUT_FILENO, buffer, (size_t) n) < 0)
                                break;
        }
        if (machine.watcher > 0) {
                close(machine.lifeline_fd);
                (void) waitpid(machine.watcher, NULL, 0);
        }
        exit(status);
}

static void write_all(int fd, const char *p, size_t n) {
        while (n > 0) {
                ssize_t k = write(fd, p, n);
                if (k < 0 && errno == EAGAIN) {
                        (void) poll(&(struct pollfd) { .fd = fd, .events = POLLOUT }, 1, -1);
                        continue;
                }
                if (k < 0)
                        return; /* a reader who went away is no fault of the machine */
                p += k;
                n -= (size_t) k;
        }
}

/* The end of the console's log is all there is to see of a machine that did not come up. */
static void console_show_tail(void) {
        char buffer[4096];
        off_t size = machine.console_log_fd >= 0 ? lseek(machine.console_log_fd, 0, SEEK_END) : 0;
        off_t from = size > (off_t) sizeof(buffer) ? size - (off_t) sizeof(buffer) : 0;
        ssize_t n = size > 0 ? pread(machine.console_log_fd, buffer, sizeof(buffer), from) : 0;
        if (n > 0) {
                fprintf(stderr, "machine: the end of its console:\n");
                write_all(STDERR_FILENO, buffer, (size_t) n);
        }
}

static bool copy(int from, int to) {
        char buffer[65536];
        ssize_t n = read(from, buffer, sizeof(buffer));
        if (n > 0)
                write_all(to, buffer, (size_t) n);
        return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void console_take_size(void) {
        struct winsize size;
        if (machine.shell && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) >= 0)
                (void) ioctl(machine.console_fd, TIOCSWINSZ, &size);
}

static int fifo_open(const char *name) {
        /* Also for writing: so opening waits for nobody, and a writer's end is no end of file. */
        int fd = openat(machine.work_fd, name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                die("cannot open", name);
        return fd;
}

static void machine_prepare(const char *work, const char *cgroup) {
        int lifeline[2];

        machine.work_fd = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (machine.work_fd < 0)
                die("cannot open", work);

        /* The lock tells `clean` that somebody minds this machine; the watcher inherits it. */
        int lock_fd = openat(machine.work_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (lock_fd < 0 || flock(lock_fd, LOCK_EX) < 0)
                die("cannot lock", work);

        if (pipe2(lifeline, O_CLOEXEC) < 0)
                die("cannot make", "a pipe");
        machine.watcher = fork();
        if (machine.watcher < 0)
                die("cannot fork", "the watcher");
        if (machine.watcher == 0) {
                close(lifeline[1]);
                watcher_run(lifeline[0], work, cgroup);
        }
        close(lifeline[0]);
        machine.lifeline_fd = lifeline[1];

        if (mkdir(cgroup, 0755) < 0)
                die("cannot make the cgroup", cgroup);
        machine.cgroup_fd = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (machine.cgroup_fd < 0)
                die("cannot open", cgroup);

        machine.out_fd = fifo_open("run/out");
        machine.status_fd = fifo_open("run/status");
        machine.console_log_fd = openat(machine.work_fd, "console", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (machine.console_log_fd < 0)
                die("cannot open", "the console's log");
        machine.shell = faccessat(machine.work_fd, "run/shell", F_OK, 0) >= 0;
        machine.orderly = faccessat(machine.work_fd, "run/orderly", F_OK, 0) >= 0;
}

static void machine_start(char **argv) {
        sigset_t signals;

        if (openpty(&machine.console_fd, &machine.console_slave_fd, NULL, NULL, NULL) < 0)
                die("cannot open", "a pseudo-terminal");
        (void) fcntl(machine.console_fd, F_SETFD, FD_CLOEXEC);
        (void) fcntl(machine.console_fd, F_SETFL, O_NONBLOCK);
        (void) fcntl(machine.console_slave_fd, F_SETFD, FD_CLOEXEC);
        console_take_size();

        sigemptyset(&signals);
        sigaddset(&signals, SIGINT);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGHUP);
        sigaddset(&signals, SIGCHLD);
        sigaddset(&signals, SIGWINCH);
        (void) sigprocmask(SIG_BLOCK, &signals, NULL);
        (void) signal(SIGPIPE, SIG_IGN);
        machine.signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
        if (machine.signal_fd < 0)
                die("cannot make", "a signalfd");

        struct clone_args args = {
                .flags = CLONE_INTO_CGROUP | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET,
                .exit_signal = SIGCHLD,
                .cgroup = (uint64_t) machine.cgroup_fd,
        };
        pid_t pid = (pid_t) syscall(SYS_clone3, &args, sizeof(args));
        if (pid < 0)
                die("cannot clone", "the machine");
        if (pid > 0) {
                machine.init = pid;
                return;
        }

        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void) sigprocmask(SIG_UNBLOCK, &signals, NULL);
        (void) signal(SIGPIPE, SIG_DFL);
        /* Only now, in the new cgroup: the namespace's root is the cgroup of whoever makes it. */
        if (unshare(CLONE_NEWCGROUP) < 0)
                _exit(EXIT_MACHINE);
        (void) setsid();
        for (int fd = 0; fd < 3; fd++)
                (void) dup2(machine.console_slave_fd, fd);
        (void) execvp(argv[0], argv);
        _exit(EXIT_MACHINE);
}

static void terminal_make_raw(void) {
        struct termios raw;

        if (tcgetattr(STDIN_FILENO, &machine.saved_termios) < 0)
                return;
        machine.termios_saved = true;
        raw = machine.saved_termios;
        cfmakeraw(&raw);
        (void) tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

/* "exit N" on the status FIFO; -EAGAIN when it is something else. */
static int status_read(void) {
        char buffer[256];
        int status;

        ssize_t n = read(machine.status_fd, buffer, sizeof(buffer) - 1);
        if (n <= 0)
                return -EAGAIN;
        buffer[n] = 0;
        return sscanf(buffer, "exit %d", &status) == 1 ? status : -EAGAIN;
}

/* Returns a signal that asks us to end, or 0. */
static int signals_handle(bool *ret_machine_ended) {
        struct signalfd_siginfo info;

        while (read(machine.signal_fd, &info, sizeof(info)) == (ssize_t) sizeof(info))
                if (info.ssi_signo == SIGWINCH)
                        console_take_size();
                else if (info.ssi_signo != SIGCHLD)
                        return (int) info.ssi_signo;
                else if (machine.init > 0 && waitpid(machine.init, NULL, WNOHANG) == machine.init) {
                        machine.init = 0;
                        *ret_machine_ended = true;
                }
        return 0;
}

static int64_t now_msec(void) {
        struct timespec ts;
        (void) clock_gettime(CLOCK_MONOTONIC, &ts);
        return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int machine_wait(int64_t timeout_sec) {
        int64_t deadline = timeout_sec > 0 ? now_msec() + timeout_sec * 1000 : INT64_MAX;
        bool ended = false;
        int status = -EAGAIN;

        struct pollfd fds[] = {
                { .fd = machine.signal_fd, .events = POLLIN },
                { .fd = machine.out_fd, .events = POLLIN },
                { .fd = machine.status_fd, .events = POLLIN },
                { .fd = machine.console_fd, .events = POLLIN },
                { .fd = machine.shell ? STDIN_FILENO : -1, .events = POLLIN },
        };

        for (;;) {
                int64_t left = deadline == INT64_MAX ? -1 : deadline - now_msec();
                if (deadline != INT64_MAX && left <= 0) {
                        fprintf(stderr, "machine: not finished after %lld s\n", (long long) timeout_sec);
                        console_show_tail();
                        return EXIT_TIMEOUT;
                }
                if (poll(fds, sizeof(fds) / sizeof(fds[0]), (int) left) < 0 && errno != EINTR)
                        die("cannot", "poll");

                if (fds[1].revents)
                        (void) copy(machine.out_fd, STDOUT_FILENO);
                if (fds[3].revents)
                        (void) copy(machine.console_fd, machine.shell ? STDOUT_FILENO : machine.console_log_fd);
                if (fds[4].revents && !copy(STDIN_FILENO, machine.console_fd))
                        fds[4].fd = -1;
                if (fds[2].revents && status < 0)
                        status = status_read();
                if (fds[0].revents) {
                        int signo = signals_handle(&ended);
                        if (signo > 0)
                                return 128 + signo;
                }
                if (status >= 0 && (ended || !machine.orderly))
                        return status;
                if (ended) {
                        fprintf(stderr, "machine: ended before its command did\n");
                        console_show_tail();
                        return EXIT_MACHINE;
                }
        }
}

int main(int argc, char **argv) {
        if (argc < 5) {
                fprintf(stderr, "usage: supervise WORK CGROUP TIMEOUT COMMAND ARG...\n");
                return EXIT_MACHINE;
        }
        machine_prepare(argv[1], argv[2]);
        machine_start(argv + 4);
        if (machine.shell)
                terminal_make_raw();
        finish(machine_wait(strtoll(argv[3], NULL, 10)));
}
