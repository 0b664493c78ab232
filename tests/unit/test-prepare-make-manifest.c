/* SPDX-License-Identifier: Apache-2.0 */
/* Images and words in, manifest and plan out. */

#include "prepare/make-manifest.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "prepare/make-plan.h"
#include "stage1/layout.h"
#include "test.h"

static const char image_text[] =
        "{\"acKind\":\"ImageManifest\",\"acVersion\":\"0.8.11\",\"name\":\"example.com/web\",\"labels\":["
        "{\"name\":\"version\",\"value\":\"1\"},{\"name\":\"os\",\"value\":\"linux\"},"
        "{\"name\":\"arch\",\"value\":\"amd64\"}],\"app\":{\"exec\":[\"/bin/web\",\"-x\"],\"user\":\"7\","
        "\"group\":\"8\",\"environment\":[{\"name\":\"A\",\"value\":\"image\"},"
        "{\"name\":\"B\",\"value\":\"image\"}],\"mountPoints\":[{\"name\":\"data\",\"path\":\"/data/deep\","
        "\"readOnly\":true},{\"name\":\"top\",\"path\":\"/data\"},{\"name\":\"own\",\"path\":\"/own\"}],"
        "\"ports\":[{\"name\":\"http\",\"protocol\":\"tcp\",\"port\":80,\"socketActivated\":true},"
        "{\"name\":\"plain\",\"protocol\":\"tcp\",\"port\":81},{\"name\":\"dns\",\"protocol\":\"udp\","
        "\"port\":53,\"count\":2,\"socketActivated\":true}],\"isolators\":[{\"name\":\"resource/"
        "memory\",\"value\":{\"limit\":\"1Gi\"}}]}}";

static char directory[] = "/tmp/test-prepare.XXXXXX";

static AppImage make_image(void)
{
    AppImage image = { .tree_path = strdup(directory) };

    memset(image.key, '0', IMAGE_KEY_LENGTH);
    memcpy(image.key, IMAGE_KEY_PREFIX, strlen(IMAGE_KEY_PREFIX));
    assert_int(image_manifest_parse(image_text, strlen(image_text), &image.manifest, NULL), 0);
    return image;
}

static const char *environment_of(const PlanApp *app, const char *name)
{
    STRV_FOREACH (pair, app->environment) {
        const char *value = startswith(*pair, name);

        if (value && *value == '=')
            return value + 1;
    }
    return NULL;
}

static void check_plan(const PodManifest *manifest, const AppImage *image)
{
    _cleanup_close_ int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_(plan_freep) Plan *plan = NULL;
    const PlanApp *app;

    assert_int(mkdir_parents_at(dir, POD_APPSINFO "/web", 0755), 0);
    assert_int(plan_from_manifest(manifest, image, "u.service", 0, dir, &plan, NULL), 0);
    assert_str(plan->unit, "u.service");
    app = &plan->apps[0];
    assert_str(app->exec[0], "/bin/other");
    assert_str(app->exec[1], "argument");
    assert_int(app->uid, 7);
    assert_int(app->gid, 8);
    assert_int(app->limits.memory, 5000000);
    assert_int(app->wishes.memory, 0);
    assert_true(app->no_new_privileges); /* a filter, and not root */
    assert_str(app->filter, "appsinfo/web/filter");
    assert_str(app->working_directory, "/");
    assert_str(environment_of(app, "A"), "app");
    assert_str(environment_of(app, "B"), "image");
    assert_str(environment_of(app, "C"), "all");
    assert_str(environment_of(app, "AC_APP_NAME"), "web");
    assert_str(environment_of(app, "HOME"), "/root");
    assert_int(app->n_mounts, 3);
    assert_str(app->mounts[0].target, "/data");
    assert_str(app->mounts[0].source, "web-top");
    assert_int(app->mounts[0].kind, PLAN_MOUNT_EMPTY);
    assert_str(app->mounts[2].target, "/data/deep");
    assert_str(app->mounts[2].source, "/srv");
    /* One that a power cut left without its bytes. */
    assert_int(plan_read(dir, &(Plan *){ NULL }, NULL), -ENOENT);
    assert_int(safe_close(openat(dir, POD_PLAN, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), -EBADF);
    assert_int(plan_read(dir, &(Plan *){ NULL }, NULL), -ENODATA);
    assert_int(plan_write(plan, dir, NULL), 0);
    plan_free(plan);
    plan = NULL;
    assert_int(renameat(dir, POD_APPSINFO "/web", dir, POD_APPSINFO "/.web"), 0);
    assert_int(plan_read(dir, &plan, NULL), -EBADMSG); /* no app */
    assert_int(renameat(dir, POD_APPSINFO "/.web", dir, POD_APPSINFO "/web"), 0);
    assert_int(mkdirat(dir, POD_APPSINFO "/log", 0755), 0);
    assert_int(plan_read(dir, &plan, NULL), -ENODATA); /* an app without its plan */
    assert_int(unlinkat(dir, POD_APPSINFO "/log", AT_REMOVEDIR), 0);
    assert_int(plan_read(dir, &plan, NULL), 0);
    app = &plan->apps[0];
    assert_int(app->n_sockets, 2);
    assert_str(app->sockets[0].name, "http");
    assert_int(app->sockets[0].port, 8080); /* --port says so */
    assert_int(app->sockets[1].port, 53);
    assert_int(app->sockets[1].count, 2);
    assert_str(app->sockets[1].protocol, "udp");
    assert_true(app->mounts[2].read_only); /* the mount point says so, the volume nothing */
}

static void test_all(void)
{
    static const char image_name[] = "example.com/web";
    static char *environment[] = { (char *) "A=app", NULL },
                *set[] = { (char *) "A=all", (char *) "C=all", NULL },
                *arguments[] = { (char *) "argument", NULL }, *ports[] = { (char *) "http:8080", NULL };
    AppOptions app = { .image = image_name, .arguments = arguments };
    PodOptions options = { .apps = &app, .n_apps = 1 };
    _cleanup_(pod_manifest_freep) PodManifest *manifest = NULL;
    AppImage image = make_image();

    image.asked = ISOLATOR_BIT(ISOLATOR_MEMORY);
    app.said.value[SETTING_APP_EXEC] = "/bin/other";
    app.said.value[SETTING_APP_MEMORY] = "5M";
    app.said.list[SETTING_APP_ENVIRONMENT] = environment;
    options.said.list[SETTING_POD_PORT] = ports;
    options.said.list[SETTING_POD_ENVIRONMENT] = set;
    assert_int(volume_list_add_text(&options.volumes, "data,kind=host,source=/srv", NULL), 0);
    assert_int(pod_manifest_from_options(&options, &image, -EBADF, &manifest, NULL), 0);
    assert_int(pod_manifest_complete_mounts(manifest, NULL), 0);
    assert_int(manifest->volumes.n, 3); /* data, web-top, web-own */
    assert_str(manifest->apps[0].name, "web");
    check_plan(manifest, &image);
    volume_list_done(&options.volumes);
    app_image_done(&image);
}

/* What the image or the command line has of something is added to, however much of it there is. */
static void test_additions(void)
{
    for (size_t n = 1; n < 10; n++) {
        _cleanup_(pod_manifest_freep) PodManifest *manifest = NULL;
        _cleanup_strv_ char **arguments = NULL;
        AppOptions app = { .image = "example.com/web" };
        PodOptions options = { .apps = &app, .n_apps = 1 };
        AppImage image = make_image();

        for (size_t i = 0; i < n; i++) {
            char volume[64];

            (void) snprintf(volume, sizeof(volume), "v%zu,kind=host,source=/srv", i);
            assert_int(volume_list_add_text(&options.volumes, volume, NULL), 0);
            assert_int(strv_extend(&arguments, "argument"), 0);
        }
        app.arguments = arguments;
        assert_int(pod_manifest_from_options(&options, &image, -EBADF, &manifest, NULL), 0);
        assert_int(pod_manifest_complete_mounts(manifest, NULL), 0);
        assert_int(manifest->volumes.n, n + 3);
        assert_int(strv_length(manifest->apps[0].app->exec), n + 2);
        volume_list_done(&options.volumes);
        app_image_done(&image);
    }
}

static void test_refused(void)
{
    static const struct {
        SettingId id;
        const char *value, *cause;
    } cases[] = {
        { SETTING_APP_NAME, "No", "--name=No: not a valid app name" },
        { SETTING_APP_NAME, NULL,
          "port \"plain\": forwarding a port that is not socketActivated is not built yet" },
        { SETTING_APP_MEMORY, "4095", "\"4095\" is too small, the minimum is 4096" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        AppOptions app = { .image = "i" };
        char *ports[] = { (char *) "plain:81", NULL };
        PodOptions options = { .apps = &app, .n_apps = 1 };
        _cleanup_error_ Error error = ERROR_INIT;
        PodManifest *manifest = NULL;
        AppImage image = make_image();

        app.said.value[cases[i].id] = cases[i].value;
        options.said.list[SETTING_POD_PORT] = ports;
        assert_true(pod_manifest_from_options(&options, &image, -EBADF, &manifest, &error) < 0);
        assert_str(error_cause(&error), cases[i].cause);
        app_image_done(&image);
    }
}

int main(void)
{
    assert_true(mkdtemp(directory));
    _cleanup_close_ int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_int(mkdirat(dir, "rootfs", 0755), 0);
    test_all();
    test_additions();
    test_refused();
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
    return 0;
}
