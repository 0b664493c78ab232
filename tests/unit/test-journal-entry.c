/* SPDX-License-Identifier: Apache-2.0 */

#include "journal/entry.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd-util.h"

#include "test.h"

static void test_check(void)
{
#define CASE(data, kept)                                                                                     \
    {                                                                                                        \
        data, sizeof(data) - 1, kept, sizeof(kept) - 1                                                       \
    }
    static const struct {
        const char *data;
        size_t size;
        const char *kept;
        size_t n_kept;
    } cases[] = {
        CASE("MESSAGE=hello\nPRIORITY=3\n", "MESSAGE=hello\nPRIORITY=3\n"),
        CASE("MESSAGE=a\nOBJECT_PID=1\nPRIORITY=3\n", "MESSAGE=a\nPRIORITY=3\n"),
        CASE("OBJECT_PID\n\1\0\0\0\0\0\0\0001\nMESSAGE=a\n", "MESSAGE=a\n"),
        CASE("MESSAGE\n\3\0\0\0\0\0\0\0a\nb\nCODE_LINE=7\n", "MESSAGE\n\3\0\0\0\0\0\0\0a\nb\nCODE_LINE=7\n"),
        /* In a value they are no fields. */
        CASE("MESSAGE\n\15\0\0\0\0\0\0\0\nOBJECT_PID=1\n", "MESSAGE\n\15\0\0\0\0\0\0\0\nOBJECT_PID=1\n"),
        CASE("_UID=0\n__CURSOR=x\n_SYSTEMD_UNIT=ssh.service\nMESSAGE=a\n", "MESSAGE=a\n"),
        CASE("SYSLOG_IDENTIFIER=sshd\nUNIT=ssh.service\nCOREDUMP_UNIT=x\nUSER_UNIT=y\nINVOCATION_ID=1\nA=1\n",
             "A=1\n"),
        CASE("lower=1\n1A=1\nA-B=1\n#c=1\n.x=1\n=1\nA=1\n", "A=1\n"),
        CASE("MESSAGE=a\n\nMESSAGE=b\n_UID=0\n", "MESSAGE=a\n"), /* one entry a datagram */
        CASE("\nMESSAGE=a\n", ""),
        CASE("", ""),
        CASE("MESSAGE=a", ""), /* no end */
        CASE("MESSAGE=a\nX\n\377\377\377\377\377\377\377\377x\n", ""),
        CASE("MESSAGE=a\nX\n\2\0\0\0\0\0\0\0x\n", ""),
        CASE("MESSAGE=a\nX\n\1\0\0\0\0\0\0\0xy", ""),
        CASE("MESSAGE=a\nX\n\1\0\0", ""),
        CASE("A23456789012345678901234567890123456789012345678901234567890123456=1\nB=1\n", "B=1\n"),
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        char data[512];
        size_t n;

        memcpy(data, cases[i].data, cases[i].size);
        n = journal_fields_check(data, cases[i].size);
        if (n != cases[i].n_kept)
            fprintf(stderr, "case %zu: %.*s\n", i, (int) n, data);
        assert_int(n, cases[i].n_kept);
        assert_int(memcmp(data, cases[i].kept, n), 0);
    }
}

static void test_send(void)
{
    static const char message[] = "PRIORITY=6\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=web\nMESSAGE\n"
                                  "\4\0\0\0\0\0\0\0a\nb!\n";
    char directory[] = "/tmp/test-entry-XXXXXX", data[512];
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    _cleanup_close_ int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), fd = -EBADF;

    assert_true(mkdtemp(directory));
    assert_int(journal_socket_open(directory, &fd), -ENOENT);
    (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", directory);
    assert_int(bind(listener, (struct sockaddr *) &address, sizeof(address)), 0);
    assert_int(journal_socket_open(directory, &fd), 0);
    assert_int(journal_send_message(fd, "web", 6, 3, "a\nb!", 4), 0);
    assert_int(recv(listener, data, sizeof(data), 0), sizeof(message) - 1);
    assert_int(memcmp(data, message, sizeof(message) - 1), 0);
    assert_int(journal_send_fields(fd, "web", "A=1\n", 4), 0);
    assert_int(recv(listener, data, sizeof(data), 0), 26);
    assert_int(memcmp(data, "SYSLOG_IDENTIFIER=web\nA=1\n", 26), 0);
    /* Nobody reads: it does not wait. */
    for (int r = 0; r != -EAGAIN;) {
        r = journal_send_message(fd, "web", 6, 3, "x", 1);
        assert_true(r == 0 || r == -EAGAIN);
    }
    listener = safe_close(listener);
    assert_int(journal_send_message(fd, "web", 6, 3, "x", 1), -ECONNREFUSED);
    assert_int(unlink(address.sun_path), 0);
    assert_int(rmdir(directory), 0);
}

int main(void)
{
    test_check();
    test_send();
    return 0;
}
