/* SPDX-License-Identifier: Apache-2.0 */
/* Scope-bound cleanup: _cleanup_ attributes, TAKE_*(), and the helpers with which every destructor is
 * declared. */
#pragma once

#include <stdlib.h>
#include <stdio.h>
#include <dirent.h>
#include <unistd.h>
#include <errno.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_ __attribute__((unused))
#define _noreturn_ __attribute__((noreturn))

#define ELEMENTSOF(a) (sizeof(a) / sizeof((a)[0]))

/* Moves ownership out of a variable that has a _cleanup_ attribute. */
#define TAKE_PTR(p)                                                                                          \
    ({                                                                                                       \
        __typeof__(p) _taken = (p);                                                                          \
        (p) = NULL;                                                                                          \
        _taken;                                                                                              \
    })
#define TAKE_STRUCT(s)                                                                                       \
    ({                                                                                                       \
        __typeof__(s) _taken = (s);                                                                          \
        (s) = (__typeof__(s)){ 0 };                                                                          \
        _taken;                                                                                              \
    })
#define TAKE_FD(fd)                                                                                          \
    ({                                                                                                       \
        int _taken = (fd);                                                                                   \
        (fd) = -EBADF;                                                                                       \
        _taken;                                                                                              \
    })

/* Makes `_cleanup_(foo_freep) Foo *x = NULL;` from `foo_free()`, which must accept NULL. */
#define DEFINE_CLEANUP_FUNC(type, func)                                                                      \
    static inline void func##p(type *p)                                                                      \
    {                                                                                                        \
        if (*p)                                                                                              \
            func(*p);                                                                                        \
    }

/* For _cleanup_free_: p points to the variable, which may be NULL. */
static inline void freep(void *p)
{
    free(*(void **) p);
}

/* Closes fd unless it is negative, and keeps errno. Returns -EBADF, to be assigned to the variable. */
static inline int safe_close(int fd)
{
    if (fd >= 0) {
        int saved = errno;
        (void) close(fd);
        errno = saved;
    }
    return -EBADF;
}

/* For _cleanup_close_. */
static inline void closep(int *fd)
{
    *fd = safe_close(*fd);
}

DEFINE_CLEANUP_FUNC(FILE *, fclose)
DEFINE_CLEANUP_FUNC(DIR *, closedir)

#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)
#define _cleanup_fclose_ _cleanup_(fclosep)
#define _cleanup_closedir_ _cleanup_(closedirp)
