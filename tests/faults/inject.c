/* SPDX-License-Identifier: Apache-2.0 */
/* inject [OPTION...] [--] COMMAND...: runs a command and counts the system calls by which it, and all
 * processes that it starts, change something. At one of them it injects a fault. Without a fault it only
 * counts.
 *
 *   --list=FILE        writes a line for each counted call: its number, name, path, process and program
 *   --at=N             the call at which the fault happens
 *   --kill=process     kills the process that makes the call, before the call
 *   --kill=tree        kills all processes
 *   --error=NAME       makes the call fail with ENOSPC, EROFS or EIO instead
 *   --any              counts every system call, not only those of the table
 *   --timeout=SECONDS  kills all processes, and ends with status 124 (default 120)
 *
 * Its exit status is the command's, 128 + N for signal N, and 125 for an error of its own. It waits for all
 * processes that were started, so that none of them changes anything afterwards.
 *
 * It is a tracer (ptrace(2)): it loads no library into the command, statically linked programs, seccomp
 * filters, new namespaces and changed users make no difference, and there is one order of the calls of all
 * processes. Only writes to regular files count, and only opens that may make or truncate one. */

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/fd-util.h"
#include "base/option.h"
#include "base/string-util.h"

enum { EXIT_TIMEOUT = 124, EXIT_OURS = 125, PATH_SIZE = 256 };

/* How to tell whether a call counts, and which of its arguments is a path or a descriptor. */
typedef enum CallKind {
    CALL_PATH,
    CALL_DESCRIPTOR,
    CALL_WRITE,
    CALL_OPEN,
    CALL_OPENAT2,
    CALL_PROCESS
} CallKind;

static const struct Call {
    long number;
    const char *name;
    CallKind kind;
    unsigned argument;
} calls[] = {
    { SYS_rename, "rename", CALL_PATH, 0 },
    { SYS_renameat, "renameat", CALL_PATH, 1 },
    { SYS_renameat2, "renameat2", CALL_PATH, 1 },
    { SYS_link, "link", CALL_PATH, 1 },
    { SYS_linkat, "linkat", CALL_PATH, 3 },
    { SYS_symlink, "symlink", CALL_PATH, 1 },
    { SYS_symlinkat, "symlinkat", CALL_PATH, 2 },
    { SYS_unlink, "unlink", CALL_PATH, 0 },
    { SYS_unlinkat, "unlinkat", CALL_PATH, 1 },
    { SYS_mkdir, "mkdir", CALL_PATH, 0 },
    { SYS_mkdirat, "mkdirat", CALL_PATH, 1 },
    { SYS_rmdir, "rmdir", CALL_PATH, 0 },
    { SYS_mknod, "mknod", CALL_PATH, 0 },
    { SYS_mknodat, "mknodat", CALL_PATH, 1 },
    { SYS_chmod, "chmod", CALL_PATH, 0 },
    { SYS_fchmod, "fchmod", CALL_DESCRIPTOR, 0 },
    { SYS_fchmodat, "fchmodat", CALL_PATH, 1 },
    { SYS_chown, "chown", CALL_PATH, 0 },
    { SYS_lchown, "lchown", CALL_PATH, 0 },
    { SYS_fchown, "fchown", CALL_DESCRIPTOR, 0 },
    { SYS_fchownat, "fchownat", CALL_PATH, 1 },
    { SYS_utimensat, "utimensat", CALL_PATH, 1 },
    { SYS_setxattr, "setxattr", CALL_PATH, 0 },
    { SYS_lsetxattr, "lsetxattr", CALL_PATH, 0 },
    { SYS_fsetxattr, "fsetxattr", CALL_DESCRIPTOR, 0 },
    { SYS_truncate, "truncate", CALL_PATH, 0 },
    { SYS_ftruncate, "ftruncate", CALL_DESCRIPTOR, 0 },
    { SYS_fallocate, "fallocate", CALL_DESCRIPTOR, 0 },
    { SYS_fsync, "fsync", CALL_DESCRIPTOR, 0 },
    { SYS_fdatasync, "fdatasync", CALL_DESCRIPTOR, 0 },
    { SYS_syncfs, "syncfs", CALL_DESCRIPTOR, 0 },
    { SYS_write, "write", CALL_WRITE, 0 },
    { SYS_writev, "writev", CALL_WRITE, 0 },
    { SYS_pwrite64, "pwrite64", CALL_WRITE, 0 },
    { SYS_sendfile, "sendfile", CALL_WRITE, 0 },
    { SYS_copy_file_range, "copy_file_range", CALL_WRITE, 2 },
    { SYS_open, "open", CALL_OPEN, 0 },
    { SYS_creat, "creat", CALL_PATH, 0 },
    { SYS_openat, "openat", CALL_OPEN, 1 },
    { SYS_openat2, "openat2", CALL_OPENAT2, 1 },
    { SYS_mount, "mount", CALL_PATH, 1 },
    { SYS_umount2, "umount2", CALL_PATH, 0 },
    { SYS_pivot_root, "pivot_root", CALL_PATH, 0 },
    { SYS_chroot, "chroot", CALL_PATH, 0 },
    { SYS_open_tree, "open_tree", CALL_PATH, 1 },
    { SYS_move_mount, "move_mount", CALL_PATH, 3 },
    { SYS_fsopen, "fsopen", CALL_PATH, 0 },
    { SYS_fsconfig, "fsconfig", CALL_PATH, 2 },
    { SYS_fsmount, "fsmount", CALL_DESCRIPTOR, 0 },
    { SYS_mount_setattr, "mount_setattr", CALL_PATH, 1 },
    { SYS_fork, "fork", CALL_PROCESS, 0 },
    { SYS_vfork, "vfork", CALL_PROCESS, 0 },
    { SYS_clone, "clone", CALL_PROCESS, 0 },
    { SYS_clone3, "clone3", CALL_PROCESS, 0 },
    { SYS_execve, "execve", CALL_PATH, 0 },
    { SYS_execveat, "execveat", CALL_PATH, 1 },
    { SYS_unshare, "unshare", CALL_PROCESS, 0 },
    { SYS_setns, "setns", CALL_PROCESS, 0 },
    { SYS_kill, "kill", CALL_PROCESS, 0 },
};

static const struct ErrorName {
    const char *name;
    int number;
} error_names[] = { { "ENOSPC", ENOSPC }, { "EROFS", EROFS }, { "EIO", EIO } };

typedef enum Fault { FAULT_NONE, FAULT_KILL_PROCESS, FAULT_KILL_TREE, FAULT_ERROR } Fault;

static const char *arg_list;
static uint64_t arg_at, arg_timeout = 120;
static Fault arg_fault;
static int arg_errno;
static bool arg_any;

static FILE *list;
static pid_t *tracees;
static size_t n_tracees;
static uint64_t count;
static bool counting; /* from the command's own exec on */
static bool killing;  /* all processes that are known so far */
static volatile sig_atomic_t timed_out;

/* ----- What a process does ----- */

static const struct Call *find_call(long number)
{
    for (size_t i = 0; i < ELEMENTSOF(calls); i++)
        if (calls[i].number == number)
            return &calls[i];
    return NULL;
}

static size_t read_memory(pid_t pid, uint64_t address, void *buffer, size_t size)
{
    struct iovec local = { buffer, size }, remote = { (void *) (uintptr_t) address, size };
    /* Not beyond the page: the next page may not exist. */
    size_t page = 4096 - address % 4096;
    ssize_t n;

    if (remote.iov_len > page)
        remote.iov_len = page;
    n = process_vm_readv(pid, &local, 1, &remote, 1, 0);
    return n > 0 ? (size_t) n : 0;
}

static void read_string(pid_t pid, uint64_t address, char text[static PATH_SIZE])
{
    text[read_memory(pid, address, text, PATH_SIZE - 1)] = '\0';
    for (char *c = text; *c; c++)
        if ((unsigned char) *c <= ' ')
            *c = '?';
}

static bool is_regular(pid_t pid, uint64_t fd, char path[static PATH_SIZE])
{
    struct stat st;
    char link[64];
    ssize_t n;

    (void) snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int) pid, (int) fd);
    n = readlink(link, path, PATH_SIZE - 1);
    path[n > 0 ? n : 0] = '\0';
    return stat(link, &st) >= 0 && S_ISREG(st.st_mode);
}

static bool may_make(uint64_t flags)
{
    return (flags & O_CREAT) || (flags & O_TRUNC) || (flags & O_TMPFILE) == O_TMPFILE;
}

/* Whether the call changes something; path is the file that it changes. */
static bool call_counts(pid_t pid, const struct Call *call, const uint64_t *args, char path[static PATH_SIZE])
{
    uint64_t flags = 0;

    path[0] = '\0';
    switch (call->kind) {
    case CALL_PROCESS: return true;
    case CALL_WRITE: return is_regular(pid, args[call->argument], path);
    case CALL_DESCRIPTOR: (void) is_regular(pid, args[call->argument], path); return true;
    case CALL_OPENAT2: (void) read_memory(pid, args[2], &flags, sizeof(flags)); break;
    case CALL_OPEN: flags = args[call->argument + 1]; break;
    case CALL_PATH: flags = O_CREAT; break;
    }
    read_string(pid, args[call->argument], path);
    return may_make(flags);
}

static void read_comm(pid_t pid, char comm[static 32])
{
    char path[64];
    FILE *f;

    (void) snprintf(path, sizeof(path), "/proc/%d/comm", (int) pid);
    f = fopen(path, "re");
    if (!f || !fgets(comm, 32, f))
        memcpy(comm, "?", sizeof("?"));
    comm[strcspn(comm, "\n")] = '\0';
    if (f)
        (void) fclose(f);
}

/* ----- Faults ----- */

static void kill_all(void)
{
    killing = true;
    for (size_t i = 0; i < n_tracees; i++)
        (void) kill(tracees[i], SIGKILL);
}

/* The call is not made, because its number is replaced by an invalid one. Its result is already set. */
static void fail_call(pid_t pid)
{
    struct user_regs_struct registers;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &registers) < 0)
        return;
    registers.orig_rax = (unsigned long long) -1;
    registers.rax = (unsigned long long) -arg_errno;
    (void) ptrace(PTRACE_SETREGS, pid, NULL, &registers);
}

static void on_call(pid_t pid)
{
    struct __ptrace_syscall_info info;
    const struct Call *call;
    char path[PATH_SIZE] = "", comm[32];

    if (!counting || ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY)
        return;
    call = find_call((long) info.entry.nr);
    if (!(call && call_counts(pid, call, info.entry.args, path)) && !arg_any)
        return;
    count++;
    if (list) {
        read_comm(pid, comm);
        fprintf(list, "%ju %s %s %d %s\n", (uintmax_t) count, call ? call->name : "other", *path ? path : "-",
                (int) pid, comm);
    }
    if (count != arg_at)
        return;
    switch (arg_fault) {
    case FAULT_NONE: break;
    case FAULT_KILL_PROCESS: (void) kill(pid, SIGKILL); break;
    case FAULT_KILL_TREE: kill_all(); break;
    case FAULT_ERROR: fail_call(pid); break;
    }
}

/* ----- Tracing ----- */

static int tracee_add(pid_t pid)
{
    pid_t *added;

    for (size_t i = 0; i < n_tracees; i++)
        if (tracees[i] == pid)
            return 0;
    added = ARRAY_APPEND(tracees, n_tracees);
    if (!added)
        return -ENOMEM;
    *added = pid;
    return 0;
}

static void tracee_remove(pid_t pid)
{
    for (size_t i = 0; i < n_tracees; i++)
        if (tracees[i] == pid)
            tracees[i--] = tracees[--n_tracees];
}

static void on_stop(pid_t pid, int status)
{
    int stop_signal = WSTOPSIG(status), event = status >> 16;
    enum __ptrace_request next = PTRACE_SYSCALL;

    if (stop_signal == (SIGTRAP | 0x80)) {
        on_call(pid);
        stop_signal = 0;
    } else if (event == PTRACE_EVENT_STOP) {
        if (stop_signal == SIGSTOP || stop_signal == SIGTSTP || stop_signal == SIGTTIN ||
            stop_signal == SIGTTOU)
            next = PTRACE_LISTEN;
        stop_signal = 0;
    } else if (event != 0) {
        counting = counting || event == PTRACE_EVENT_EXEC;
        stop_signal = 0;
    }
    (void) ptrace(next, pid, NULL, (void *) (intptr_t) stop_signal);
}

static void on_alarm(int signo _unused_)
{
    timed_out = 1;
}

/* Returns the command's exit status when no process is left. */
static int trace(pid_t command)
{
    int result = EXIT_OURS;

    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);

        if (pid < 0 && errno == EINTR) {
            kill_all();
            continue;
        }
        if (pid < 0)
            return timed_out ? EXIT_TIMEOUT : result;
        if (WIFSTOPPED(status)) {
            if (tracee_add(pid) < 0)
                return EXIT_OURS;
            on_stop(pid, status);
            if (killing || timed_out)
                kill_all();
            continue;
        }
        tracee_remove(pid);
        if (pid == command)
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
}

/* The command waits until it is traced, that is, for the end of the pipe. */
static pid_t start(char **argv)
{
    const uintptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                              PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    int wait[2];
    pid_t pid;

    if (pipe2(wait, O_CLOEXEC) < 0)
        return -errno;
    pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        char byte;

        (void) close(wait[1]);
        (void) !read(wait[0], &byte, 1);
        (void) execvp(argv[0], argv);
        _exit(127);
    }
    (void) close(wait[0]);
    if (ptrace(PTRACE_SEIZE, pid, NULL, options) < 0 || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
        return -errno;
    (void) close(wait[1]);
    return pid;
}

/* ----- The command line ----- */

enum { OPT_LIST = 1, OPT_AT, OPT_KILL, OPT_ERROR, OPT_ANY, OPT_TIMEOUT };

static const Option options[] = {
    { "list", OPTION_VALUE, OPT_LIST, "FILE", "write what is counted", NULL },
    { "at", OPTION_VALUE, OPT_AT, "N", "the call of the fault", NULL },
    { "kill", OPTION_VALUE, OPT_KILL, "process|tree", "kill at it", NULL },
    { "error", OPTION_VALUE, OPT_ERROR, "ENOSPC|EROFS|EIO", "let it fail", NULL },
    { "any", OPTION_BOOL, OPT_ANY, NULL, "count every system call", NULL },
    { "timeout", OPTION_VALUE, OPT_TIMEOUT, "SECONDS", "how long all may take", "120" },
    {},
};

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_LIST: arg_list = value; return 0;
    case OPT_AT: return parse_u64(value, &arg_at);
    case OPT_TIMEOUT: return parse_u64(value, &arg_timeout);
    case OPT_ANY: arg_any = streq(value, "true"); return 0;
    case OPT_KILL:
        arg_fault = streq(value, "tree") ? FAULT_KILL_TREE : FAULT_KILL_PROCESS;
        return streq(value, "tree") || streq(value, "process") ? 0 : -EINVAL;
    default:
        for (size_t i = 0; i < ELEMENTSOF(error_names); i++)
            if (streq(value, error_names[i].name)) {
                arg_fault = FAULT_ERROR;
                arg_errno = error_names[i].number;
                return 0;
            }
        return error_set(reterr, -EINVAL, "--error=%s: not known", value);
    }
}

/* The command begins at the first word that is not an option of ours. */
static int parse_argv(int argc, char **argv, char ***ret_command, Error *reterr)
{
    OptionParser parser = { argc, argv, 1, { options } };
    const char *value;
    int id, r;

    while ((r = option_next(&parser, &id, &value, reterr)) >= 0) {
        if (id == OPTION_END)
            return error_set(reterr, -EINVAL, "a command is needed");
        if (id == OPTION_POSITIONAL || id == OPTION_DASH_DASH)
            break;
        r = take_option(id, value, reterr);
        if (r < 0)
            return r;
    }
    if (r >= 0 && id == OPTION_DASH_DASH && parser.index == argc)
        return error_set(reterr, -EINVAL, "a command is needed");
    *ret_command = argv + parser.index - (id == OPTION_POSITIONAL);
    return r;
}

int main(int argc, char **argv)
{
    const struct sigaction action = { .sa_handler = on_alarm };
    Error error = ERROR_INIT;
    char **command = NULL;
    pid_t pid;
    int r = parse_argv(argc, argv, &command, &error);

    if (r >= 0 && arg_list && !(list = fopen(arg_list, "we")))
        r = error_set_errno(&error, -errno, "cannot write \"%s\"", arg_list);
    if (r >= 0) {
        pid = start(command);
        r = pid < 0 ? error_set_errno(&error, (int) pid, "cannot trace \"%s\"", command[0]) : 0;
    }
    if (r < 0) {
        error_print(&error, r, "inject", false);
        return EXIT_OURS;
    }
    (void) sigaction(SIGALRM, &action, NULL);
    (void) alarm((unsigned) arg_timeout);
    r = trace(pid);
    if (list && fclose(list) == EOF)
        r = EXIT_OURS;
    return r;
}
