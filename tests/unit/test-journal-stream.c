/* SPDX-License-Identifier: Apache-2.0 */
/* Without arguments the unit test; with `NAMESPACE IDENTIFIER TEXT` ("" for the main journal) it writes a
 * line, for the tests on a machine. */

#include "journal/namespace.h"
#include "journal/stream.h"

#include "test.h"

static int write_line(const char *journal_namespace, const char *identifier, const char *text)
{
    JournalStreamOptions options = JOURNAL_STREAM_OPTIONS_INIT;
    int fd = -EBADF, r;

    options.journal_namespace = *journal_namespace ? journal_namespace : NULL;
    options.identifier = identifier;
    r = journal_stream_open(&options, &fd);
    if (r < 0) {
        fprintf(stderr, "%s\n", strerror(-r));
        return 1;
    }
    dprintf(fd, "%s\n", text);
    return close(fd) < 0;
}

static void test_options(void)
{
    char longest[JOURNAL_NAMESPACE_MAX + 2];
    int fd = -EBADF;
    const struct {
        const char *journal_namespace, *identifier;
        int error;
    } cases[] = {
        { "no-such-namespace", "app", -ENOENT },  { "a/b", "app", -EINVAL },         { "", "app", -EINVAL },
        { "no-such-namespace", "a\nb", -EINVAL }, { longest, "app", -ENAMETOOLONG },
    };

    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        JournalStreamOptions options = JOURNAL_STREAM_OPTIONS_INIT;

        options.journal_namespace = cases[i].journal_namespace;
        options.identifier = cases[i].identifier;
        assert_int(journal_stream_open(&options, &fd), cases[i].error);
        assert_int(fd, -EBADF);
    }
}

static void test_namespace_names(void)
{
    static const struct {
        const char *name;
        bool valid;
    } cases[] = {
        { "rkt-web", true }, { "rkt-a.b:c_D-9", true }, { "", false },       { ".", false },
        { "..", false },     { "a/b", false },          { "a b", false },    { "a\nb", false },
        { "a@b", false },    { "a%b", false },          { "a\\x2d", false },
    };
    char unit[JOURNAL_UNIT_MAX];

    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_int(journal_namespace_is_valid(cases[i].name), cases[i].valid);
    assert_str(journal_namespace_unit("rkt-web", unit), "systemd-journald@rkt-web.service");
}

int main(int argc, char *argv[])
{
    if (argc == 4)
        return write_line(argv[1], argv[2], argv[3]);
    test_options();
    test_namespace_names();
    return 0;
}
