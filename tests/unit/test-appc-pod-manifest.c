/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/pod-manifest.h"
#include "base/string-util.h"

#include "test.h"

#define HEAD "\"acKind\":\"PodManifest\",\"acVersion\":\"0.8.11\""
#define POD(members) "{" HEAD "," members "}"
#define APPS(apps) POD("\"apps\":[" apps "]")
#define A "{\"name\":\"a\",\"image\":{\"id\":\"sha512-0123\"}}"

/* Written as pod_manifest_format() writes it. */
static const char whole[] =
        "{" HEAD
        ",\"apps\":[{\"name\":\"worker\",\"image\":{\"name\":\"example.com/worker\",\"id\":\"sha512-0123\","
        "\"labels\":[{\"name\":\"version\",\"value\":\"1.0.0\"}]},"
        "\"app\":{\"exec\":[\"/bin/worker\"],\"user\":\"0\",\"group\":\"0\","
        "\"mountPoints\":[{\"name\":\"work\",\"path\":\"/mnt/foo\"}]},\"readOnlyRootFS\":true,"
        "\"mounts\":[{\"volume\":\"work\",\"path\":\"/mnt/foo\"},{\"volume\":\"own\",\"path\":\"/own\","
        "\"appVolume\":{\"name\":\"own\",\"kind\":\"host\",\"source\":\"/srv\"}}],"
        "\"annotations\":[{\"name\":\"foo\",\"value\":\"baz\"}]},"
        "{\"name\":\"register\",\"image\":{\"name\":\"example.com/register\"}}],"
        "\"volumes\":[{\"name\":\"work\",\"kind\":\"host\",\"source\":\"/opt/work\",\"readOnly\":true,"
        "\"recursive\":false},{\"name\":\"tmp\",\"kind\":\"empty\",\"mode\":\"0700\",\"uid\":1,\"gid\":2}],"
        "\"isolators\":[{\"name\":\"resource/memory\",\"value\":{\"limit\":\"4G\"}}],"
        "\"annotations\":[{\"name\":\"coreos.com/rkt/stage1/mutable\",\"value\":\"true\"}],"
        "\"ports\":[{\"name\":\"ftp\",\"hostPort\":2121},{\"name\":\"http\",\"hostPort\":80,"
        "\"hostIP\":\"127.0.0.1\",\"podPort\":{\"name\":\"http\",\"protocol\":\"tcp\",\"port\":8080,"
        "\"count\":1,"
        "\"socketActivated\":false}}],"
        "\"userAnnotations\":{\"x\":\"y\"},\"userLabels\":{\"l\":\"m\"}}";

static void test_round_trip(void)
{
    _cleanup_(pod_manifest_freep) PodManifest *manifest = NULL, *again = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *text = NULL, *pretty = NULL, *second = NULL;

    (void) pod_manifest_parse(whole, strlen(whole), &manifest, &error);
    assert_str(error_cause(&error), NULL);
    assert_int(pod_manifest_format(manifest, false, &text), 0);
    assert_str(text, whole);
    assert_int(pod_manifest_format(manifest, true, &pretty), 0);
    assert_int(pod_manifest_parse(pretty, strlen(pretty), &again, &error), 0);
    assert_int(pod_manifest_format(again, false, &second), 0);
    assert_str(second, whole);

    assert_true(pod_manifest_find_app(manifest, "worker")->read_only_rootfs);
    assert_true(!pod_manifest_find_app(manifest, "register")->app);
    assert_int(volume_list_find(&manifest->volumes, "work")->recursive, 0);
    assert_int(volume_list_find(&manifest->volumes, "tmp")->read_only, -1);
    assert_int(isolator_list_limit(&manifest->isolators, ISOLATOR_MEMORY), 4000000000);
    assert_str(manifest->ports.items[1].host_ip, "127.0.0.1");
}

static void test_bad(void)
{
    static const struct {
        const char *json, *error;
    } cases[] = {
        { "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\"}",
          "acKind: must be PodManifest, not \"ImageManifest\"" },
        { POD("\"apps\":{}"), "apps: must be a list" },
        { APPS("{}"), "apps[0].name: must be set" },
        { APPS("{\"name\":\"a.b\"}"), "apps[0]: bad app name \"a.b\"" },
        { APPS("{\"name\":\"a\"}"), "apps[0].image: must be set" },
        { APPS("{\"name\":\"a\",\"image\":{}}"), "apps[0].image: id must be set" },
        { APPS("{\"name\":\"a\",\"image\":{\"id\":\"sha512-x\"}}"),
          "apps[0].image.id: badly formatted image ID \"sha512-x\": sha512- and at most 128 hex digits" },
        { APPS(A "," A), "apps[1]: duplicate app name \"a\"" },
        { APPS("{\"name\":\"a\",\"image\":{\"id\":\"sha512-0123\"},\"app\":{\"user\":3}}"),
          "apps[0].app.user: must be a string" },
        { APPS("{\"name\":\"a\",\"image\":{\"id\":\"sha512-0123\"},\"mounts\":[{\"volume\":\"v\",\"path\":"
               "\"\"}]}"),
          "apps[0].mounts[0]: mount of volume \"v\": the target is empty" },
        { APPS("{\"name\":\"a\",\"image\":{\"id\":\"sha512-0123\"},\"readOnlyRootFS\":\"yes\"}"),
          "apps[0].readOnlyRootFS: must be true or false" },
        { POD("\"volumes\":[{\"name\":\"v\"}]"), "volumes[0].kind: must be set" },
        { POD("\"volumes\":[{\"name\":\"v\",\"kind\":\"x\"}]"),
          "volumes[0]: volume \"v\": kind must be host or empty" },
        { POD("\"volumes\":[{\"name\":\"v\",\"kind\":\"empty\",\"mode\":\"8\"}]"),
          "volumes[0]: bad mode \"8\"" },
        { POD("\"volumes\":[{\"name\":\"v\",\"kind\":\"empty\",\"uid\":-1}]"),
          "volumes[0].uid: must be between 0 and 4294967294" },
        { POD("\"volumes\":[{\"name\":\"v\",\"kind\":\"empty\"},{\"name\":\"v\",\"kind\":\"empty\"}]"),
          "volumes[1]: duplicate volume name \"v\"" },
        { POD("\"ports\":[{\"name\":\"a\",\"hostPort\":0}]"),
          "ports[0].hostPort: must be between 1 and 65535" },
        { POD("\"ports\":[{\"name\":\"a\",\"hostPort\":1,\"hostIP\":\"h\"}]"),
          "ports[0]: \"h\" is not an IP address" },
        { POD("\"ports\":[{\"name\":\"a\",\"hostPort\":1,\"podPort\":{}}]"),
          "ports[0].podPort.name: must be set" },
        { POD("\"userAnnotations\":{\"a\":[]}"), "userAnnotations.a: must be a string" },
        { POD("\"isolators\":[{\"name\":\"x\"}]"), "isolators[0].value: must be set" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(pod_manifest_freep) PodManifest *manifest = NULL;
        _cleanup_error_ Error error = ERROR_INIT;

        assert_true(pod_manifest_parse(cases[i].json, strlen(cases[i].json), &manifest, &error) < 0);
        assert_str(error_cause(&error), cases[i].error);
        assert_true(!manifest);
    }
}

static void test_build(void)
{
    _cleanup_(pod_manifest_freep) PodManifest *manifest = pod_manifest_new();
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    RuntimeApp *app;

    assert_int(pod_manifest_format(manifest, false, &text), 0);
    assert_str(text, "{" HEAD ",\"apps\":[]}");
    assert_int(pod_manifest_add_app(manifest, "a", &app, &error), 0);
    assert_str(app->name, "a");
    assert_int(pod_manifest_add_app(manifest, "a", &app, &error), -EEXIST);
    assert_int(pod_manifest_add_app(manifest, "A", &app, &error), -EINVAL);
    assert_int(manifest->n_apps, 1);
}

int main(void)
{
    test_round_trip();
    test_bad();
    test_build();
    return 0;
}
