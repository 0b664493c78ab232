/* SPDX-License-Identifier: Apache-2.0 */

#include "journal/syslog-message.h"

#include "base/cleanup.h"

#include "test.h"

static void test_parse(void)
{
    static const struct {
        const char *data;
        int priority, facility;
        const char *text; /* NULL: nothing to say */
    } cases[] = {
        { "<13>Nov 28 16:30:01 cron[7]: hello", 5, 1, "cron[7]: hello" },
        { "<86>Nov  8 16:30:01 sshd[12]: session opened\n", 6, 10, "sshd[12]: session opened" },
        { "<158>Nov 28 16:30:01 haproxy[8]: Connect from 127.0.0.1:1 (fe/HTTP)", 6, 19,
          "haproxy[8]: Connect from 127.0.0.1:1 (fe/HTTP)" },
        { "<30>no time", 6, 3, "no time" },
        { "<0>panic", 0, 1, "panic" }, /* not the kernel */
        { "<191>all", 7, 23, "all" },
        { "<192>too much", 5, 1, "<192>too much" },
        { "<1234>x", 5, 1, "<1234>x" },
        { "<>x", 5, 1, "<>x" },
        { "<-1>x", 5, 1, "<-1>x" },
        { "<13 >x", 5, 1, "<13 >x" },
        { "<13", 5, 1, "<13" },
        { "<13>", 5, 1, NULL },
        { "", 5, 1, NULL },
        { " \n \n", 5, 1, NULL },
        { "<13>Nov 28 16:30:01 ", 5, 1, "Nov 28 16:30:01" },
        { "<13>nov 28 16:30:01 x", 5, 1, "nov 28 16:30:01 x" },
        { "<13>Nov 28 16:30 x", 5, 1, "Nov 28 16:30 x" },
        { "plain", 5, 1, "plain" },
        { "<14>first\n<0>second", 6, 1, "first\n<0>second" },
        { "<14>\ttab \x1b[31m \x7f \xc2\x9b", 6, 1, "\ttab ?[31m ? ??" },
        { "<14>gr\xc3\xb6\xc3\x9f"
          "e \xff",
          6, 1,
          "gr\xc3\xb6\xc3\x9f"
          "e ?" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        char data[256];
        SyslogMessage m;
        size_t size = strlen(cases[i].data);

        memcpy(data, cases[i].data, size);
        memset(data + size, 'x', sizeof(data) - size);
        assert_int(syslog_message_parse(data, size, &m), cases[i].text != NULL);
        assert_int(m.priority, cases[i].priority);
        assert_int(m.facility, cases[i].facility);
        if (!cases[i].text)
            continue;
        if (m.size != strlen(cases[i].text) || memcmp(m.text, cases[i].text, m.size) != 0)
            fprintf(stderr, "case %zu: %.*s\n", i, (int) m.size, m.text);
        assert_int(m.size, strlen(cases[i].text));
        assert_int(memcmp(m.text, cases[i].text, m.size), 0);
    }
}

static void test_bytes(void)
{
    char data[SYSLOG_SIZE_MAX + 2] = "<14>a\0b\0\0";
    SyslogMessage m;

    assert_true(syslog_message_parse(data, 9, &m));
    assert_int(m.size, 3);
    assert_int(memcmp(m.text, "a?b", 3), 0);
    memset(data, 'x', sizeof(data));
    assert_true(syslog_message_parse(data, SYSLOG_SIZE_MAX, &m));
    assert_int(m.size, SYSLOG_SIZE_MAX);
    assert_true(!syslog_message_parse(data, SYSLOG_SIZE_MAX + 1, &m));
}

int main(void)
{
    test_parse();
    test_bytes();
    return 0;
}
