/* SPDX-License-Identifier: Apache-2.0 */

#include "podfile/keys.h"

#include "base/string-util.h"
#include "test.h"

/* What bsearch() and the generator rely on. */
static void test_tables(void)
{
    for (PodSectionKind kind = 0; kind < _POD_SECTION_MAX; kind++) {
        size_t n;
        const PodKey *keys = pod_keys(kind, &n);

        for (size_t i = 0; i < n; i++) {
            if (i > 0)
                assert_true(strcmp(keys[i - 1].name, keys[i].name) < 0);
            assert_true(pod_key_find(kind, keys[i].name) == &keys[i]);
            if (keys[i].use == POD_KEY_FLAG)
                assert_true(keys[i].text && keys[i].lines && keys[i].check && strlen(keys[i].text) < 60);
            if (keys[i].use == POD_KEY_REFUSE)
                assert_true(keys[i].text);
            /* Restart= stands for systemd's own enumerations. */
            if (keys[i].check && (keys[i].check == pod_key_find(POD_SECTION_APP, "Stdin")->check ||
                                  keys[i].check == pod_key_find(POD_SECTION_SERVICE, "Restart")->check))
                assert_true(keys[i].values);
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

static void test_of_flag(void)
{
    static const struct {
        PodSectionKind kind;
        const char *flag, *key;
        PodKeyUse use;
    } cases[] = {
        { POD_SECTION_POD, "net", "Network", POD_KEY_FLAG },
        { POD_SECTION_POD, "set-env", "Environment", POD_KEY_FLAG },
        { POD_SECTION_APP, "working-dir", "WorkingDirectory", POD_KEY_FLAG },
        { POD_SECTION_POD, "uuid-file-save", "UUIDFileSave", POD_KEY_REFUSE },
        { POD_SECTION_POD, "quiet", "Quiet", POD_KEY_REFUSE },
        { POD_SECTION_POD, "qui", NULL, 0 },
        { POD_SECTION_POD, "quiet-", NULL, 0 },
        { POD_SECTION_APP, "net", NULL, 0 },
        { POD_SECTION_SOCKET, "net", NULL, 0 },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        const PodKey *key = pod_key_of_flag(cases[i].kind, cases[i].flag);

        assert_str(key ? key->name : NULL, cases[i].key);
        assert_true(!key || key->use == cases[i].use);
    }
    assert_true(pod_key_is_path(pod_key_find(POD_SECTION_POD, "EnvironmentFile")));
    assert_true(!pod_key_is_path(pod_key_find(POD_SECTION_POD, "Hostname")));
}

static void assert_has_key(PodSectionKind kind, const char *flag)
{
    if (pod_key_of_flag(kind, flag))
        return;
    fprintf(stderr, "no key for --%s in [%s]\n", flag, pod_section_to_string(kind));
    exit(1);
}

/* Each flag of `rkt run` has a key, or one that is refused by name; in [Pod] or [App] as it goes for the pod
 * or follows an image. */
static void test_every_flag(void)
{
    static const char pod[] =
            "annotation dns dns-domain dns-opt dns-search hostname hosts-entry inherit-env interactive ipc "
            "mds-register mount net no-overlay no-store pod-manifest port private-users pull-policy quiet "
            "set-env set-env-file stage1-from-dir stage1-hash stage1-name stage1-path stage1-url store-only "
            "user-annotation user-label uuid-file-save volume journal journal-max-use machine-name "
            "debug dir system-config local-config user-config trust-keys-from-https insecure-options",
                      app[] = "annotation cap-remove cap-retain caps-remove caps-retain cpu cpu-shares "
                              "environment group memory mount name oom-score-adj readonly-rootfs seccomp "
                              "signature stderr stdin stdout supplementary-gids user user-annotation "
                              "user-label working-dir";
    _cleanup_strv_ char **pod_flags = NULL, **app_flags = NULL;

    assert_int(strv_split(pod, " ", &pod_flags), 0);
    assert_int(strv_split(app, " ", &app_flags), 0);
    STRV_FOREACH (flag, pod_flags)
        assert_has_key(POD_SECTION_POD, *flag);
    STRV_FOREACH (flag, app_flags)
        assert_has_key(POD_SECTION_APP, *flag);
    assert_true(pod_key_find(POD_SECTION_APP, "Image") && pod_key_find(POD_SECTION_APP, "Exec"));
}

int main(void)
{
    test_every_flag();
    test_tables();
    test_nearest();
    test_of_flag();
    return 0;
}
