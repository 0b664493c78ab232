/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to the directories of the host, and to the one that it has for the pod. */
#include "hostile.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void walk_process(const char *pid)
{
    static const char *const links[] = { "root", "cwd" };
    char path[300];
    struct dirent *entry;
    DIR *dir;

    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
        snprintf(path, sizeof(path), "/proc/%s/%s", pid, links[i]);
        climb(path);
    }
    snprintf(path, sizeof(path), "/proc/%s/fd", pid);
    dir = opendir(path);
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/%.20s/fd/%.20s", pid, entry->d_name);
        climb(path);
    }
    if (dir)
        closedir(dir);
}

static void directories(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    climb(".");
    while (proc && (entry = readdir(proc)))
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            walk_process(entry->d_name);
    if (proc)
        closedir(proc);
}

/* CAP_SYS_CHROOT is every app's: out of one's own root into the one of the mount namespace. */
static void chroot_out(void)
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        mkdir("/tmp/jail", 0755);
        if (chroot("/tmp/jail") >= 0 && fchdir(fd) >= 0) {
            for (unsigned level = 0; level < 64; level++)
                (void) !chdir("..");
            if (chroot(".") >= 0)
                climb("/");
            climb(".");
        }
        fflush(stdout);
        _exit(broken);
    }
    close(fd);
    if (waitpid(pid, &fd, 0) >= 0 && fd != 0)
        broken = true;
}

/* For `--working-dir=/proc/self/fd/N`. */
static void stand(void)
{
    climb(".");
}

/* The pod's own directory on the host says what root does with it later: whoever gets to the init's
 * descriptors must not change it. What the init itself writes there is harmless. */
static void plant_in(const char *path)
{
    static const char *const names[] = { "plan", "pod", "manifest", "pid", "filter", "appsinfo", "planted" };
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);

    if (dir < 0)
        return;
    if (faccessat(dir, "plan", F_OK, AT_SYMLINK_NOFOLLOW) >= 0 || faccessat(dir, "stage1", F_OK, 0) >= 0)
        for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
            int fd = openat(dir, names[i], O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

            if (fd < 0)
                continue;
            through("%s of %s can be written", names[i], path);
            close(fd);
        }
    close(dir);
}

static void pod_files(void)
{
    char path[64];

    for (int fd = 0; fd < 256; fd++) {
        snprintf(path, sizeof(path), "/proc/1/fd/%d", fd);
        plant_in(path);
        snprintf(path, sizeof(path), "/proc/1/fd/%d/..", fd);
        plant_in(path);
    }
}

const Attack directories_attacks[] = {
    { "directories", directories },
    { "chroot", chroot_out },
    { "stand", stand },
    { "pod-files", pod_files },
    {},
};
