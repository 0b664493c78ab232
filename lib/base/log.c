/* SPDX-License-Identifier: Apache-2.0 */

#include "log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <syslog.h>

#include "answer.h"
#include "printable.h"
#include "string-util.h"

static const char *log_command = "rkt";
static bool log_debug_enabled;
static enum { UNKNOWN, WITH_LEVELS, WITHOUT_LEVELS } log_levels;

/* systemd names the stream, because a process that inherits the variable may have another standard error. */
static bool is_journal_stream(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own[2 * 24];
    struct stat st;

    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return false;
    (void) snprintf(own, sizeof(own), "%" PRIu64 ":%" PRIu64, (uint64_t) st.st_dev, (uint64_t) st.st_ino);
    return streq(stream, own);
}

static bool has_levels(void)
{
    if (log_levels == UNKNOWN)
        log_levels = is_journal_stream() ? WITH_LEVELS : WITHOUT_LEVELS;
    return log_levels == WITH_LEVELS;
}

const char *log_error_prefix(void)
{
    return has_levels() ? "<3>" : "";
}

void log_setup(const char *command, bool debug)
{
    log_command = command;
    log_debug_enabled = debug;
    (void) has_levels(); /* the environment and the descriptor may not last */
}

/* Bytes of an answered message: escaped it is still written atomically (PIPE_BUF), beside those of other
 * processes. */
enum { ANSWERED_MAX = 1200 };

static void log_write(int level, const char *command, const char *format, va_list ap)
{
    char text[2048];

    (void) vsnprintf(text, sizeof(text), format, ap);
    string_sanitize(text, "\t");
    if (answer_has_messages())
        answer(ANSWER_MESSAGE, "<%d>%s: %.*s", level, command, ANSWERED_MAX, text);
    else if (has_levels())
        fprintf(stderr, "<%d>%s: %s\n", level, command, text);
    else
        fprintf(stderr, "%s: %s\n", command, text);
}

void log_pass_on(char *message)
{
    bool has_level = message[0] == '<' && ascii_is_digit(message[1]) && message[2] == '>';

    string_sanitize(message, "\t");
    if (answer_has_messages())
        answer(ANSWER_MESSAGE, "%s", message);
    else
        fprintf(stderr, "%s\n", has_level && !has_levels() ? message + 3 : message);
}

#define DEFINE_LOG(name, level, condition)                                                                   \
    void name(const char *format, ...)                                                                       \
    {                                                                                                        \
        va_list ap;                                                                                          \
                                                                                                             \
        if (!(condition))                                                                                    \
            return;                                                                                          \
        va_start(ap, format);                                                                                \
        log_write(level, log_command, format, ap);                                                           \
        va_end(ap);                                                                                          \
    }

DEFINE_LOG(log_debug, LOG_DEBUG, log_debug_enabled)
DEFINE_LOG(log_info, LOG_INFO, true)
DEFINE_LOG(log_warning, LOG_WARNING, true)
DEFINE_LOG(log_error, LOG_ERR, true)

static void log_as(const char *command, const char *format, ...) _printf_(2, 3);
static void log_as(const char *command, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    log_write(LOG_INFO, command, format, ap);
    va_end(ap);
}

void log_image(const char *from, const char *what)
{
    log_as("image", "using image from %s %s", from, what);
}
