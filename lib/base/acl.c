/* SPDX-License-Identifier: Apache-2.0 */
/* An access list is the attribute's header and entries in this order: owner, users, group, groups, mask,
 * others. Without the attribute the file's mode is the list. The mask limits all entries except the owner's
 * and the others'. */

#include "acl.h"

#include <endian.h>
#include <errno.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/xattr.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { ACL_ENTRIES_MAX = 128 };

typedef struct AccessList {
    struct posix_acl_xattr_header header;
    struct posix_acl_xattr_entry entries[ACL_ENTRIES_MAX + 2]; /* room for a group and the mask */
    size_t n;
} AccessList;

static void add_entry(AccessList *list, size_t at, unsigned tag, unsigned permissions, unsigned id)
{
    memmove(list->entries + at + 1, list->entries + at, (list->n - at) * sizeof(*list->entries));
    list->entries[at] = (struct posix_acl_xattr_entry){ .e_tag = htole16((uint16_t) tag),
                                                        .e_perm = htole16((uint16_t) permissions),
                                                        .e_id = htole32(id) };
    list->n++;
}

static int list_of_mode(int fd, AccessList *list)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    list->header.a_version = htole32(POSIX_ACL_XATTR_VERSION);
    list->n = 0;
    add_entry(list, 0, ACL_USER_OBJ, (st.st_mode >> 6) & 7, (unsigned) ACL_UNDEFINED_ID);
    add_entry(list, 1, ACL_GROUP_OBJ, (st.st_mode >> 3) & 7, (unsigned) ACL_UNDEFINED_ID);
    add_entry(list, 2, ACL_OTHER, st.st_mode & 7, (unsigned) ACL_UNDEFINED_ID);
    return 0;
}

static int read_list(int fd, const char *attribute, AccessList *list)
{
    ssize_t size =
            fgetxattr(fd, attribute, list, sizeof(list->header) + ACL_ENTRIES_MAX * sizeof(*list->entries));

    if (size < 0)
        return errno == ENODATA ? list_of_mode(fd, list) : -errno;
    if ((size_t) size < sizeof(list->header) || le32toh(list->header.a_version) != POSIX_ACL_XATTR_VERSION)
        return -EBADMSG;
    list->n = ((size_t) size - sizeof(list->header)) / sizeof(*list->entries);
    return 0;
}

static unsigned tag_at(const AccessList *list, size_t i)
{
    return i < list->n ? le16toh(list->entries[i].e_tag) : ACL_OTHER;
}

/* Adds permissions to the entry with that tag and id, or inserts the entry in its place. Returns whether
 * the entry had them already. */
static bool allow(AccessList *list, unsigned tag, unsigned id, unsigned permissions)
{
    size_t i = 0;
    unsigned had;

    for (; tag_at(list, i) <= tag && i < list->n; i++)
        if (tag_at(list, i) == tag && le32toh(list->entries[i].e_id) == id) {
            had = le16toh(list->entries[i].e_perm);
            list->entries[i].e_perm = htole16((uint16_t) (had | permissions));
            return (had & permissions) == permissions;
        }
    add_entry(list, i, tag, permissions, id);
    return false;
}

/* A list without named entries has no mask: the owning group's permissions were the limit. */
static bool allow_through_mask(AccessList *list, unsigned permissions)
{
    for (size_t i = 0; i < list->n; i++)
        if (tag_at(list, i) == ACL_MASK)
            return allow(list, ACL_MASK, (unsigned) ACL_UNDEFINED_ID, permissions);
    for (size_t i = 0; i < list->n; i++)
        if (tag_at(list, i) == ACL_GROUP_OBJ)
            permissions |= le16toh(list->entries[i].e_perm);
    return allow(list, ACL_MASK, (unsigned) ACL_UNDEFINED_ID, permissions);
}

static int let_group(int fd, const char *attribute, gid_t group, unsigned permissions)
{
    AccessList list;
    bool had;
    int r = read_list(fd, attribute, &list);

    if (r < 0)
        return r;
    had = allow(&list, ACL_GROUP, group, permissions);
    had = allow_through_mask(&list, permissions) && had;
    if (had)
        return 1;
    if (fsetxattr(fd, attribute, &list, sizeof(list.header) + list.n * sizeof(*list.entries), 0) < 0)
        return -errno;
    return 0;
}

int acl_let_group_read(int fd, gid_t group)
{
    return let_group(fd, XATTR_NAME_POSIX_ACL_ACCESS, group, ACL_READ);
}

int acl_let_group_read_within(int dir, gid_t group)
{
    return let_group(dir, XATTR_NAME_POSIX_ACL_DEFAULT, group, ACL_READ | ACL_EXECUTE);
}
