/* SPDX-License-Identifier: Apache-2.0 */
/* The order: groups, while the process may still change them, then the user, then everything that a process
 * of that user could regain. */

#include "privilege.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "string-util.h"
#include "spawn.h"

int privilege_find_user(const char *user, uid_t *ret_uid, gid_t *ret_gid, Error *reterr)
{
    const struct passwd *passwd = (errno = 0, getpwnam(user));

    if (!passwd)
        return error_set(reterr, errno ? -errno : -ENOENT,
                         "there is no user \"%s\" on this system: run systemd-sysusers, which makes it",
                         user);
    if (passwd->pw_uid == 0 || passwd->pw_gid == 0)
        return error_set(reterr, -EPERM, "user \"%s\" must not be root", user);
    *ret_uid = passwd->pw_uid;
    *ret_gid = passwd->pw_gid;
    return 0;
}

static int become(const char *user, Error *reterr)
{
    uid_t uid;
    gid_t gid;
    int r = privilege_find_user(user, &uid, &gid, reterr);

    if (r < 0)
        return r;
    if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        return error_set_errno(reterr, -errno, "cannot become user \"%s\"", user);
    return 0;
}

static int forget_capabilities(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = {};
    struct rlimit none = {};

    (void) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, data) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

static int clean_environment(void)
{
    static const char *const kept[] = { "LANG", "TERM", "TZ", NULL };

    environment_keep(kept);
    return setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) < 0 ? -errno : 0;
}

int privilege_drop(const char *user, Error *reterr)
{
    int r = geteuid() == 0 ? become(user, reterr) : 0;

    if (r < 0)
        return r;
    r = forget_capabilities();
    if (r >= 0)
        r = clean_environment();
    if (r < 0)
        return error_set_errno(reterr, r, "cannot give up privileges");
    if (geteuid() == 0)
        return error_set(reterr, -EPERM, "still root after giving up root");
    return 0;
}
