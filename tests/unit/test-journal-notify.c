/* SPDX-License-Identifier: Apache-2.0 */

#include "journal/notify.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "test.h"

static void test_parse(void)
{
    static const struct {
        const char *data;
        bool told, ready;
        const char *status; /* NULL: none */
    } cases[] = {
        { "READY=1", true, true, NULL },
        { "READY=1\n", true, true, NULL },
        { "READY=1\nSTATUS=serving", true, true, "serving" },
        { "STATUS=a\nSTATUS=b\n", true, false, "b" },
        { "STATUS=", true, false, "" },
        { "READY=0", false, false, NULL },
        { "READY=10", false, false, NULL },
        { "XREADY=1", false, false, NULL },
        { "READY=1 ", false, false, NULL },
        { "MAINPID=1\nSTOPPING=1\nFDSTORE=1\nWATCHDOG_USEC=1", false, false, NULL },
        { "MAINPID=1\nREADY=1", true, true, NULL },
        { "", false, false, NULL },
        { "\n\n\n", false, false, NULL },
        { "STATUS=red \x1b[31m alert\x07\x7f", true, false, "red ?[31m alert??" },
        { "STATUS=größe €\xf0\x9f\x9a\x80", true, false, "größe €\xf0\x9f\x9a\x80" },
        { "STATUS=\xc2\x85\xc2\xa0", true, false, "??\xc2\xa0" },
        { "STATUS=\xff\xc0\xaf\xed\xa0\x80\xf5\xe2\x82", true, false, "?????????" },
        { "STATUS=tab\there", true, false, "tab?here" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        NotifyMessage m = { 0 };

        assert_int(notify_parse(cases[i].data, strlen(cases[i].data), &m), cases[i].told);
        if (!cases[i].told)
            continue;
        assert_int(m.ready, cases[i].ready);
        assert_int(m.has_status, cases[i].status != NULL);
        assert_str(m.status, cases[i].status ? cases[i].status : "");
    }
}

static void test_parse_protocol(void)
{
    static const struct {
        const char *data;
        bool told, reloading, watchdog, trigger;
        uint64_t extend_us;
    } cases[] = {
        { "RELOADING=1\nMONOTONIC_USEC=1", true, true, false, false, 0 },
        { "EXTEND_TIMEOUT_USEC=5\nEXTEND_TIMEOUT_USEC=", false, false, false, false, 0 },
        { "RELOADING=0", false, false, false, false, 0 },
        { "WATCHDOG=1", true, false, true, false, 0 },
        { "WATCHDOG=trigger", true, false, false, true, 0 },
        { "WATCHDOG=2", false, false, false, false, 0 },
        { "WATCHDOG=", false, false, false, false, 0 },
        { "EXTEND_TIMEOUT_USEC=5000000\nWATCHDOG=1", true, false, true, false, 5000000 },
        { "EXTEND_TIMEOUT_USEC=0", false, false, false, false, 0 },
        { "EXTEND_TIMEOUT_USEC=-1", false, false, false, false, 0 },
        { "EXTEND_TIMEOUT_USEC= 1", false, false, false, false, 0 },
        { "EXTEND_TIMEOUT_USEC=infinity", false, false, false, false, 0 },
        { "EXTEND_TIMEOUT_USEC=999999999999999999", true, false, false, false, 999999999999999999 },
        { "EXTEND_TIMEOUT_USEC=9999999999999999999", false, false, false, false, 0 },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        NotifyMessage m = { 0 };

        assert_int(notify_parse(cases[i].data, strlen(cases[i].data), &m), cases[i].told);
        assert_int(m.reloading, cases[i].reloading);
        assert_int(m.watchdog, cases[i].watchdog);
        assert_int(m.trigger, cases[i].trigger);
        assert_int((int64_t) m.extend_us, (int64_t) cases[i].extend_us);
    }
}

static void test_parse_limits(void)
{
    char data[NOTIFY_DATAGRAM_MAX + 1];
    NotifyMessage m = { 0 };

    assert_int(notify_parse("READY=1\0", 8, &m), false);
    memset(data, '\n', sizeof(data));
    memcpy(data, "READY=1", 7);
    assert_int(notify_parse(data, NOTIFY_DATAGRAM_MAX, &m), true);
    assert_int(notify_parse(data, NOTIFY_DATAGRAM_MAX + 1, &m), false);
    /* Cut between characters. */
    memcpy(data, "STATUS=x", 8);
    for (size_t i = 8; i + 2 <= sizeof(data); i += 2)
        memcpy(data + i, "ö", 2);
    assert_int(notify_parse(data, 7 + 1 + 2 * NOTIFY_STATUS_MAX, &m), true);
    assert_int(strlen(m.status), NOTIFY_STATUS_MAX);
    memcpy(data, "STATUS=ö", 9);
    for (size_t i = 9; i + 2 <= sizeof(data); i += 2)
        memcpy(data + i, "ö", 2);
    assert_int(notify_parse(data, 7 + 2 * NOTIFY_STATUS_MAX, &m), true);
    assert_int(strlen(m.status), NOTIFY_STATUS_MAX - 1);
}

/* A datagram socket at a new path, of which *ret_fd is the sender. */
static int listen_at(char *directory, size_t size, char *ret_path, int *ret_fd)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_true(fd >= 0 && mkdtemp(directory));
    (void) snprintf(ret_path, size, "%s/notify", directory);
    (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", ret_path);
    assert_int(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
    assert_int(notify_open(ret_path, ret_fd), 0);
    return fd;
}

static void *answer_barrier(void *userdata)
{
    int fd = *(const int *) userdata;
    char data[NOTIFY_DATAGRAM_MAX];

    /* Without room for the descriptor, which the kernel then drops. */
    for (;;) {
        ssize_t n = recv(fd, data, sizeof(data), 0);

        if (n == (ssize_t) strlen("BARRIER=1") && memcmp(data, "BARRIER=1", (size_t) n) == 0)
            return NULL;
        usleep(1000);
    }
}

static void test_telling(void)
{
    char directory[] = "/tmp/test-notify-XXXXXX", path[64], data[NOTIFY_DATAGRAM_MAX];
    _cleanup_close_ int fd = -EBADF, listener = listen_at(directory, sizeof(path), path, &fd);
    NotifyMessage m = { 0 };
    pthread_t thread;
    ssize_t n;

    /* A connected one outlives the path. */
    assert_int(unlink(path), 0);
    assert_int(rmdir(directory), 0);
    assert_int(notify_sendf(fd, "READY=1\nSTATUS=%s %d", "serving", 7), 0);
    n = recv(listener, data, sizeof(data), 0);
    assert_true(n > 0 && notify_parse(data, (size_t) n, &m));
    assert_int(m.ready, true);
    assert_str(m.status, "serving 7");
    memset(data, 'x', sizeof(data));
    data[sizeof(data) - 1] = '\0';
    assert_int(notify_sendf(fd, "%s", data), 0);
    assert_int(notify_sendf(fd, "%s%s", data, "x"), -EMSGSIZE);
    assert_int(recv(listener, data, sizeof(data), 0), NOTIFY_DATAGRAM_MAX - 1);

    assert_int(pthread_create(&thread, NULL, answer_barrier, &listener), 0);
    assert_int(notify_barrier(fd, 5000), 0);
    assert_int(pthread_join(thread, NULL), 0);
    /* Nobody hears: the barrier is not waited for beyond its time. */
    assert_int(notify_barrier(fd, 20), -ETIME);
}

static void test_addresses(void)
{
    char longest[256];
    int fd = -EBADF;
    const struct {
        const char *address;
        int error;
    } cases[] = {
        { "relative", -EAFNOSUPPORT },
        { "vsock:2:1", -EAFNOSUPPORT },
        { "@", -EINVAL },
        { "/", -EINVAL },
        { "/no/such/path", -ENOENT },
        { "@no-such-name-of-ours", -ECONNREFUSED },
        { longest, -ENAMETOOLONG },
    };

    memset(longest, '/', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_int(notify_open(cases[i].address, &fd), cases[i].error);
    assert_int(unsetenv("NOTIFY_SOCKET"), 0);
    assert_int(notify_open(NULL, &fd), 0);
    assert_int(fd, -EBADF);
    assert_int(notify_send(fd, "READY=1"), 0);
    assert_int(notify_barrier(fd, -1), 0);
}

int main(void)
{
    test_parse();
    test_parse_protocol();
    test_parse_limits();
    test_telling();
    test_addresses();
    return 0;
}
