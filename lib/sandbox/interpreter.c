/* SPDX-License-Identifier: Apache-2.0 */

#include "interpreter.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/fd-util.h"

/* A script may be the interpreter of another script; the kernel follows as many. */
enum { INTERPRETERS_MAX = 5 };

static int copy_name(const char *name, size_t length, char ret[static PATH_MAX])
{
    if (length == 0 || length >= PATH_MAX || memchr(name, '\0', length))
        return -ENOENT;
    memcpy(ret, name, length);
    ret[length] = '\0';
    return 0;
}

static int parse_script(const char *head, size_t size, char ret[static PATH_MAX])
{
    const char *end = head + size, *name = head + 2, *p;

    while (name < end && (*name == ' ' || *name == '\t'))
        name++;
    for (p = name; p < end && !strchr(" \t\n", *p); p++)
        ;
    return copy_name(name, (size_t) (p - name), ret);
}

static int copy_segment(const char *head, size_t size, uint64_t offset, uint64_t length,
                        char ret[static PATH_MAX])
{
    if (offset > size || length > size - offset || length == 0 || head[offset + length - 1] != '\0')
        return -ENOENT;
    return copy_name(head + offset, (size_t) length - 1, ret);
}

/* The headers of both classes have the same field names in different layouts. */
#define DEFINE_PARSE_ELF(bits)                                                                               \
    static int parse_elf##bits(const char *head, size_t size, char ret[static PATH_MAX])                     \
    {                                                                                                        \
        Elf##bits##_Phdr segment;                                                                            \
        Elf##bits##_Ehdr elf;                                                                                \
                                                                                                             \
        if (size < sizeof(elf))                                                                              \
            return -ENOENT;                                                                                  \
        memcpy(&elf, head, sizeof(elf));                                                                     \
        for (unsigned i = 0; i < elf.e_phnum; i++) {                                                         \
            uint64_t at = (uint64_t) i * sizeof(segment);                                                    \
                                                                                                             \
            if (elf.e_phoff > size || at > size - elf.e_phoff || sizeof(segment) > size - elf.e_phoff - at)  \
                break;                                                                                       \
            memcpy(&segment, head + elf.e_phoff + at, sizeof(segment));                                      \
            if (segment.p_type == PT_INTERP)                                                                 \
                return copy_segment(head, size, segment.p_offset, segment.p_filesz, ret);                    \
        }                                                                                                    \
        return -ENOENT;                                                                                      \
    }
DEFINE_PARSE_ELF(32)
DEFINE_PARSE_ELF(64)

int interpreter_parse(const void *data, size_t size, char ret[static PATH_MAX])
{
    const char *head = data;

    if (size >= 2 && memcmp(head, "#!", 2) == 0)
        return parse_script(head, size, ret);
    if (size < EI_NIDENT || memcmp(head, ELFMAG, SELFMAG) != 0)
        return -ENOENT;
    switch (head[EI_CLASS]) {
    case ELFCLASS32: return parse_elf32(head, size, ret);
    case ELFCLASS64: return parse_elf64(head, size, ret);
    default: return -ENOENT;
    }
}

static int read_interpreter(const char *program, char ret[static PATH_MAX])
{
    _cleanup_close_ int fd = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char head[INTERPRETER_HEAD];
    ssize_t n;

    if (fd < 0)
        return -errno;
    n = read_full(fd, head, sizeof(head));
    return n < 0 ? (int) n : interpreter_parse(head, (size_t) n, ret);
}

int interpreter_find_missing(const char *program, char ret[static PATH_MAX])
{
    for (unsigned i = 0; i < INTERPRETERS_MAX; i++) {
        int r = read_interpreter(program, ret);

        if (r < 0)
            return -ENOENT;
        if (access(ret, F_OK) < 0)
            return errno == ENOENT ? 0 : -ENOENT;
        program = strdupa(ret);
    }
    return -ENOENT;
}
