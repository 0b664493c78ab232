/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/image-manifest.h"
#include "base/string-util.h"

#include "test.h"

#define HEAD "\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/x\""
#define IMAGE(members) "{" HEAD "," members "}"
#define APP(members) IMAGE("\"app\":{\"exec\":[\"/x\"],\"user\":\"0\",\"group\":\"0\"," members "}")

/* Written as image_manifest_format() writes it. */
static const char whole[] =
        "{" HEAD ","
        "\"labels\":[{\"name\":\"version\",\"value\":\"1.0.0\"},{\"name\":\"arch\",\"value\":\"amd64\"},"
        "{\"name\":\"os\",\"value\":\"linux\"}],"
        "\"app\":{\"exec\":[\"/usr/bin/worker\",\"--quiet\"],\"user\":\"100\",\"group\":\"300\","
        "\"supplementaryGIDs\":[400,0],"
        "\"eventHandlers\":[{\"name\":\"pre-start\",\"exec\":[\"/usr/bin/get\"]},"
        "{\"name\":\"post-stop\",\"exec\":[\"/usr/bin/put\",\"-v\"]}],"
        "\"workingDirectory\":\"/opt/work\","
        "\"environment\":[{\"name\":\"DEBUG\",\"value\":\"true\"},{\"name\":\"EMPTY\",\"value\":\"\"}],"
        "\"mountPoints\":[{\"name\":\"work\",\"path\":\"/var/lib/work\",\"readOnly\":true},"
        "{\"name\":\"log\",\"path\":\"/var/log\"}],"
        "\"ports\":[{\"name\":\"health\",\"protocol\":\"tcp\",\"port\":4000,\"count\":1,\"socketActivated\":"
        "true},"
        "{\"name\":\"ftp\",\"protocol\":\"tcp\",\"port\":20000,\"count\":1000,\"socketActivated\":false}],"
        "\"isolators\":[{\"name\":\"resource/cpu\",\"value\":{\"request\":\"250\",\"limit\":\"500\"}},"
        "{\"name\":\"example.com/own\",\"value\":[1,null]}],"
        "\"userAnnotations\":{\"Any Name\":\"x\"},\"userLabels\":{\"a\":\"b\"}},"
        "\"annotations\":[{\"name\":\"authors\",\"value\":\"Carly\"},"
        "{\"name\":\"appc.io/executor/supports-systemd-notify\",\"value\":\"true\"}],"
        "\"dependencies\":[{\"imageName\":\"example.com/base\",\"imageID\":\"sha512-0123456789\","
        "\"labels\":[{\"name\":\"os\",\"value\":\"linux\"}],\"size\":22017258},{\"imageName\":\"b\"}],"
        "\"pathWhitelist\":[\"/etc/ca\",\"/usr/bin/worker\"]}";

static void test_round_trip(void)
{
    _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL, *again = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *text = NULL, *pretty = NULL, *second = NULL;
    const App *app;

    assert_int(image_manifest_parse(whole, strlen(whole), &manifest, &error), 0);
    assert_int(image_manifest_format(manifest, false, &text), 0);
    assert_str(text, whole);
    assert_int(image_manifest_format(manifest, true, &pretty), 0);
    assert_int(image_manifest_parse(pretty, strlen(pretty), &again, &error), 0);
    assert_int(image_manifest_format(again, false, &second), 0);
    assert_str(second, whole);

    app = manifest->app;
    assert_str(app->user, "100");
    assert_str(app->exec[1], "--quiet");
    assert_int(app->supplementary_gids[0], 400);
    assert_str(app->post_stop[1], "-v");
    assert_int(app->ports.items[1].count, 1000);
    assert_int(isolator_list_limit(&app->isolators, ISOLATOR_CPU), 500000);
    assert_int(app->isolators.items[1].kind, ISOLATOR_UNKNOWN);
    assert_str(manifest->name, "example.com/x");
    assert_str(name_value_list_get(&manifest->labels, "version"), "1.0.0");
    assert_int(manifest->dependencies[0].size, 22017258);
}

static void test_good(void)
{
    static const char *const cases[] = {
        "{" HEAD "}",
        IMAGE("\"unknown\":[{}],\"app\":null,\"labels\":null,\"pathWhitelist\":[]"),
        IMAGE("\"labels\":[{\"name\":\"os\",\"value\":\"freebsd\"},{\"name\":\"arch\",\"value\":\"arm\"}]"),
        IMAGE("\"labels\":[{\"name\":\"version\"}]"),
        IMAGE("\"app\":{\"user\":\"/bin/ping\",\"group\":\"root\"}"),
        IMAGE("\"app\":{\"exec\":[],\"user\":\"0\",\"group\":\"0\",\"workingDirectory\":\"\"}"),
        IMAGE("\"dependencies\":[{\"imageName\":\"a\",\"imageID\":\"\"}]"),
        APP("\"mountPoints\":[{\"name\":\"a\",\"path\":\"/a\"},{\"name\":\"a\",\"path\":\"/b\"}]"),
        APP("\"ports\":[{\"name\":\"a\",\"port\":1,\"protocol\":\"tcp\",\"count\":0}]"),
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;
        _cleanup_error_ Error error = ERROR_INIT;

        (void) image_manifest_parse(cases[i], strlen(cases[i]), &manifest, &error);
        assert_str(error_cause(&error), NULL);
        assert_true(manifest);
        assert_true(!manifest->app || !manifest->app->exec || manifest->app->exec[0]);
    }
}

static void test_bad(void)
{
    static const struct {
        const char *json, *error;
    } cases[] = {
        { "{}", "acKind: must be set" },
        { "{\"acKind\":\"PodManifest\"}", "acKind: must be ImageManifest, not \"PodManifest\"" },
        { "{\"acKind\":\"ImageManifest\"}", "acVersion: must be set" },
        { "{\"acKind\":\"ImageManifest\",\"acVersion\":\"1\"}",
          "acVersion: \"1\" is not a semantic version" },
        { "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\"}", "name: must be set" },
        { "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"\"}", "name: bad name \"\"" },
        { "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"X\"}", "name: bad name \"X\"" },
        { IMAGE("\"labels\":[{\"name\":\"os\",\"value\":\"beos\"}]"), "labels: bad os \"beos\"" },
        { IMAGE("\"labels\":[{\"name\":\"name\",\"value\":\"x\"}]"), "labels[0]: bad name \"name\"" },
        { IMAGE("\"labels\":[{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"a\",\"value\":\"2\"}]"),
          "labels[1]: duplicate name \"a\"" },
        { IMAGE("\"labels\":{}"), "labels: must be a list" },
        { IMAGE("\"labels\":[3]"), "labels[0]: must be an object" },
        { IMAGE("\"labels\":[{\"name\":\"a\",\"value\":1}]"), "labels[0].value: must be a string" },
        { IMAGE("\"annotations\":[{\"name\":\"A\",\"value\":\"1\"}]"), "annotations[0]: bad name \"A\"" },
        { IMAGE("\"app\":[]"), "app: must be an object" },
        { IMAGE("\"app\":{}"), "app.user: must be set" },
        { IMAGE("\"app\":{\"user\":0}"), "app.user: must be a string" },
        { IMAGE("\"app\":{\"user\":\"0\"}"), "app.group: must be set" },
        { IMAGE("\"app\":{\"user\":\"0\",\"group\":\"\"}"), "app: group must not be empty" },
        { APP("\"workingDirectory\":\"tmp\""), "app: workingDirectory must be absolute: \"tmp\"" },
        { APP("\"environment\":[{\"name\":\"A=B\",\"value\":\"\"}]"),
          "app.environment[0]: bad name \"A=B\"" },
        { APP("\"supplementaryGIDs\":[-1]"), "app.supplementaryGIDs[0]: must be a group ID" },
        { APP("\"supplementaryGIDs\":[4294967295]"), "app.supplementaryGIDs[0]: must be a group ID" },
        { APP("\"supplementaryGIDs\":[\"1\"]"), "app.supplementaryGIDs[0]: must be a group ID" },
        { APP("\"eventHandlers\":[{\"name\":\"start\",\"exec\":[\"/x\"]}]"),
          "app.eventHandlers[0]: bad name \"start\": must be pre-start or post-stop" },
        { APP("\"eventHandlers\":[{\"name\":\"pre-start\",\"exec\":[]}]"),
          "app.eventHandlers[0]: exec must not be empty" },
        { APP("\"eventHandlers\":[{\"name\":\"pre-start\",\"exec\":[\"a\"]},{\"name\":\"pre-start\",\"exec\":"
              "[\"b\"]}]"),
          "app.eventHandlers[1]: duplicate name \"pre-start\"" },
        { APP("\"mountPoints\":[{\"name\":\"a\",\"path\":\"a\"}]"),
          "app.mountPoints[0]: path must be absolute: \"a\"" },
        { APP("\"isolators\":[{\"name\":\"resource/memory\",\"value\":{\"limit\":\"1\"}}]"),
          "app.isolators[0].value.limit: \"1\" is too small, the minimum is 4096" },
        { APP("\"userLabels\":{\"a\":1}"), "app.userLabels.a: must be a string" },
        { IMAGE("\"dependencies\":[{}]"), "dependencies[0].imageName: must be set" },
        { IMAGE("\"dependencies\":[{\"imageName\":\"a\",\"imageID\":\"md5-1\"}]"),
          "dependencies[0].imageID: badly formatted image ID \"md5-1\": must begin with sha512-" },
        { IMAGE("\"dependencies\":[{\"imageName\":\"a\",\"size\":-1}]"),
          "dependencies[0].size: must be between 0 and 9223372036854775807" },
        { IMAGE("\"pathWhitelist\":[\"/a\",\"b\"]"), "pathWhitelist[1]: must be an absolute path" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;
        _cleanup_error_ Error error = ERROR_INIT;

        assert_true(image_manifest_parse(cases[i].json, strlen(cases[i].json), &manifest, &error) < 0);
        assert_str(error_cause(&error), cases[i].error);
        assert_true(!manifest);
    }
}

static void test_app(void)
{
    _cleanup_(image_manifest_freep) ImageManifest *manifest = NULL;
    _cleanup_(app_freep) App *copy = NULL;

    assert_int(image_manifest_parse(whole, strlen(whole), &manifest, NULL), 0);
    assert_int(app_copy(manifest->app, &copy), 0);
    assert_str(copy->mount_points[0].path, "/var/lib/work");
    assert_int(app_set_supplementary_gids(copy, "7,8", NULL), 0);
    assert_int(copy->n_supplementary_gids, 2);
    assert_int(copy->supplementary_gids[1], 8);
    assert_int(manifest->app->n_supplementary_gids, 2);
    assert_int(app_set_supplementary_gids(copy, "7,wheel", NULL), -EINVAL);
    assert_int(app_set_supplementary_gids(copy, "4294967295", NULL), -EINVAL);
}

int main(void)
{
    test_round_trip();
    test_good();
    test_bad();
    test_app();
    return 0;
}
