/* SPDX-License-Identifier: Apache-2.0 */

#include "log.h"

#include <stdarg.h>
#include <syslog.h>

#include "printable.h"
#include "string-util.h"

static const char *log_command = "rkt";
static bool log_debug_enabled;
static bool log_to_journal; /* standard error is a stream of the journal: say the level */

void log_setup(const char *command, bool debug)
{
    log_command = command;
    log_debug_enabled = debug;
    log_to_journal = getenv("JOURNAL_STREAM") && !isatty(STDERR_FILENO) && getenv("INVOCATION_ID");
}

static void log_write(int level, const char *format, va_list ap)
{
    char text[2048];

    (void) vsnprintf(text, sizeof(text), format, ap);
    string_sanitize(text, "\t");
    if (log_to_journal)
        fprintf(stderr, "<%d>%s: %s\n", level, log_command, text);
    else
        fprintf(stderr, "%s: %s\n", log_command, text);
}

#define DEFINE_LOG(name, level, condition)                                                                   \
    void name(const char *format, ...)                                                                       \
    {                                                                                                        \
        va_list ap;                                                                                          \
                                                                                                             \
        if (!(condition))                                                                                    \
            return;                                                                                          \
        va_start(ap, format);                                                                                \
        log_write(level, format, ap);                                                                        \
        va_end(ap);                                                                                          \
    }

DEFINE_LOG(log_debug, LOG_DEBUG, log_debug_enabled)
DEFINE_LOG(log_info, LOG_INFO, true)
DEFINE_LOG(log_warning, LOG_WARNING, true)
DEFINE_LOG(log_error, LOG_ERR, true)
