/* SPDX-License-Identifier: Apache-2.0 */

#include "base/signal-name.h"

#include <errno.h>
#include <signal.h>

#include "test.h"

int main(void)
{
    const struct {
        const char *name;
        int number;
    } cases[] = {
        { "SIGHUP", SIGHUP },
        { "HUP", SIGHUP },
        { "1", 1 },
        { "QUIT", SIGQUIT },
        { "SIGRTMIN+3", SIGRTMIN + 3 },
        { "RTMIN", SIGRTMIN },
        { "RTMAX-1", SIGRTMAX - 1 },
        { "64", 64 },
        { "", -EINVAL },
        { "SIG", -EINVAL },
        { "SIG1", -EINVAL },
        { "hup", -EINVAL },
        { "0", -EINVAL },
        { "65", -EINVAL },
        { "-1", -EINVAL },
        { "RTMIN-1", -EINVAL },
        { "RTMAX+1", -EINVAL },
        { "RTMIN3", -EINVAL },
        { "RTMIN+-3", -EINVAL },
        { "HUPP", -EINVAL },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int(signal_from_name(cases[i].name), cases[i].number);
    return 0;
}
