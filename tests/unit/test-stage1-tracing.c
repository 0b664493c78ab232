/* SPDX-License-Identifier: Apache-2.0 */

#include "stage1/tracing.h"

#include <linux/capability.h>

#include "test.h"

#define TRACES (UINT64_C(1) << CAP_SYS_PTRACE)

static char plain[] = "plain", tracer[] = "tracer", pre[] = "pre", post[] = "post", program[] = "/bin/true";
static char *handler[] = { program, NULL };

#define PLAIN                                                                                                \
    {                                                                                                        \
        .name = plain                                                                                        \
    }
#define TRACER                                                                                               \
    {                                                                                                        \
        .name = tracer, .capabilities = TRACES                                                               \
    }
#define PRE_START                                                                                            \
    {                                                                                                        \
        .name = pre, .pre_start = handler                                                                    \
    }
#define POST_STOP                                                                                            \
    {                                                                                                        \
        .name = post, .post_stop = handler                                                                   \
    }
#define TRACER_PRE_START                                                                                     \
    {                                                                                                        \
        .name = tracer, .capabilities = TRACES, .pre_start = handler                                         \
    }
#define TRACER_INIT                                                                                          \
    {                                                                                                        \
        .name = tracer, .capabilities = TRACES, .init = true                                                 \
    }

static void test_pods(void)
{
    static const struct {
        PlanApp apps[2];
        bool may, held; /* an app of the pod may trace; the second one is held */
        const char *refused;
    } cases[] = {
        { { PLAIN, PLAIN }, false, false, NULL },
        { { PRE_START, POST_STOP }, false, false, NULL },
        { { PLAIN, TRACER }, true, true, NULL },
        { { PRE_START, TRACER }, true, true, NULL },
        { { TRACER, PLAIN }, true, false, NULL },
        { { POST_STOP, TRACER },
          true,
          true,
          "app \"tracer\" has CAP_SYS_PTRACE and app \"post\" a post-stop handler, together they reach all "
          "rights "
          "on the host: --insecure-options=capabilities allows that" },
        { { PLAIN, TRACER_PRE_START },
          true,
          false,
          "app \"tracer\" has CAP_SYS_PTRACE and a pre-start handler, which reaches all rights on the host: "
          "--insecure-options=capabilities allows that" },
        { { PLAIN, TRACER_INIT },
          true,
          false,
          "app \"tracer\" has CAP_SYS_PTRACE and runs before others start, which reaches all rights on the "
          "host: "
          "--insecure-options=capabilities allows that" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        PlanApp apps[] = { cases[i].apps[0], cases[i].apps[1] };
        const Plan plan = { .apps = apps, .n_apps = ELEMENTSOF(apps) };
        _cleanup_error_ Error error = ERROR_INIT;

        assert_int(tracing_pod_may(&plan, false), cases[i].may);
        assert_true(tracing_pod_may(&plan, true));
        assert_int(tracing_app_is_held(&apps[1]), cases[i].held);
        assert_int(tracing_check(&plan, &error), cases[i].refused ? -EPERM : 0);
        assert_str(error_cause(&error), cases[i].refused);
    }
}

int main(void)
{
    test_pods();
    return 0;
}
