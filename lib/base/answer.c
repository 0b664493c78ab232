/* SPDX-License-Identifier: Apache-2.0 */

#include "answer.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>

#include "fd-util.h"
#include "record.h"

static int answers = -EBADF;
static bool messages;

void answer_begin(void)
{
    const char *text = getenv(ANSWER_VARIABLE);
    uint64_t fd;

    if (text && parse_u64(text, &fd) >= 0 && fd <= INT_MAX) {
        answers = fcntl((int) fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        messages = answers >= 0 && fd == STDOUT_FILENO;
        if (answers >= 0 && (int) fd > STDERR_FILENO)
            (void) close((int) fd);
    }
    (void) unsetenv(ANSWER_VARIABLE);
}

bool answer_is_asked(void)
{
    return answers >= 0;
}

bool answer_has_messages(void)
{
    return messages;
}

/* One write(), so that records of children that answer as well stay separate. */
void answer(const char *key, const char *format, ...)
{
    _cleanup_buffer_ Buffer b = {};
    va_list ap;

    if (answers < 0)
        return;
    va_start(ap, format);
    record_addv(&b, key, format, ap);
    va_end(ap);
    if (buffer_error(&b) >= 0)
        (void) write_full(answers, b.data, b.size);
}
