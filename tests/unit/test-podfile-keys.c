/* SPDX-License-Identifier: Apache-2.0 */

#include "podfile/keys.h"

#include "base/string-util.h"
#include "test.h"

/* What bsearch() and the generator rely on. */
static void test_tables(void)
{
    for (PodSectionKind kind = 0; kind < _POD_SECTION_MAX; kind++) {
        size_t n;
        const Setting *keys = pod_keys(kind, &n);

        assert_true(n > 5);
        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                assert_true(strcmp(keys[i - 1].key, keys[i].key) < 0);
            assert_true(pod_key_find(kind, keys[i].key) == &keys[i]);
            assert_true(!keys[i].refused == (keys[i].use != SETTING_REFUSE));
            /* Restart= stands for systemd's own enumerations. */
            if (keys[i].check && (keys[i].check == pod_key_find(POD_SECTION_APP, "Stdin")->check ||
                                  keys[i].check == pod_key_find(POD_SECTION_SERVICE, "Restart")->check))
                assert_true(keys[i].words);
        }
    }
}

static void test_nearest(void)
{
    static const struct {
        PodSectionKind kind;
        const char *name, *nearest;
    } cases[] = {
        { POD_SECTION_APP, "Memroy", "Memory" },
        { POD_SECTION_APP, "image", "Image" },
        { POD_SECTION_POD, "Volumes", "Volume" },
        { POD_SECTION_SERVICE, "Restarts", "Restart" },
        { POD_SECTION_SOCKET, "ListenSteam", "ListenStream" },
        { POD_SECTION_APP, "Zzzzzzzzzz", NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_str(pod_key_nearest(cases[i].kind, cases[i].name), cases[i].nearest);
    assert_int(pod_key_elsewhere(POD_SECTION_APP, "Port"), POD_SECTION_POD);
    assert_int(pod_key_elsewhere(POD_SECTION_POD, "Exec"), POD_SECTION_APP);
    assert_int(pod_key_elsewhere(POD_SECTION_POD, "Nowhere"), _POD_SECTION_INVALID);
}

int main(void)
{
    test_tables();
    test_nearest();
    return 0;
}
