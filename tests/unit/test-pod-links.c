/* SPDX-License-Identifier: Apache-2.0 */
/* What prepared pods note in links: the summary and the stage1's entrypoints, written, read, missing, broken.
 */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file-util.h"
#include "stage1/layout.h"
#include "pod/pod-summary.h"
#include "pod/stage1-network.h"
#include "test.h"

enum { MANY = 100 };

static void test_summary(const Pod *pod)
{
    _cleanup_(pod_status_freep) PodStatus *written = calloc(1, sizeof(PodStatus)),
                                          *status = calloc(1, sizeof(PodStatus));
    struct stat st;

    assert_int(pod_summary_read(pod, status), -ENOENT);
    assert_int(write_file_at(pod->fd, POD_CREATED, "", 0, 0644, 0), 0);
    assert_int(pod_status_add_app(written, "web", "example.com/web", "1.2", "sha512-00"), 0);
    assert_int(pod_status_add_app(written, "a\tb", "example.com/log", NULL, "sha512-01"), 0);
    written->has_details = true;
    assert_int(pod_summary_write(pod, written, NULL), 0);
    assert_int(pod_summary_read(pod, status), 0);
    assert_true(status->has_details && !status->may_have_networks);
    assert_int(status->n_apps, 2);
    assert_str(status->apps[0].name, "web");
    assert_str(status->apps[0].image_name, "example.com/web:1.2");
    assert_str(status->apps[1].name, written->apps[1].name);
    assert_true(!strchr(status->apps[1].name, '\t'));
    assert_str(status->apps[1].image_name, "example.com/log");
    assert_str(status->apps[1].image_id, "sha512-01");
    assert_int(fstatat(pod->fd, POD_CREATED, &st, 0), 0);
    assert_int(status->created_ns % 1000000000, st.st_mtim.tv_nsec);

    assert_int(unlinkat(pod->fd, POD_SUMMARY, 0), 0);
    for (unsigned i = 0; i < MANY; i++)
        assert_int(
                pod_status_add_app(written, "app", "example.com/of-a-pod-with-many-apps", "1", "sha512-00"),
                0);
    assert_int(pod_summary_write(pod, written, NULL), 0);
    assert_int(pod_summary_read(pod, &(PodStatus){}), -ENOENT);
}

static void test_broken_summary(const Pod *pod)
{
    static const char *const broken[] = {
        "x",
        "1795369666148144103\t0\nweb\tweb\tid\n", /* an earlier release's */
        "created=1",
        "app=web\nimage=web\nid=id\n",
        "created=x\n",
        "created=1\napp=web\nimage=web\n",
        "created=1\nimage=web\n",
    };

    for (size_t i = 0; i < ELEMENTSOF(broken); i++) {
        PodStatus status = {};

        assert_int(symlinkat(broken[i], pod->fd, POD_SUMMARY), 0);
        assert_true(pod_summary_read(pod, &status) < 0);
        assert_true(!status.apps && status.n_apps == 0);
        assert_int(unlinkat(pod->fd, POD_SUMMARY, 0), 0);
    }
    assert_int(write_file_at(pod->fd, POD_SUMMARY, "created=1\n", 10, 0644, 0), 0);
    assert_int(pod_summary_read(pod, &(PodStatus){}), -EBADMSG);
}

static void test_entrypoints(const Pod *pod)
{
    const Stage1Entrypoints written = {
        .version = 5,
        .paths = { [STAGE1_ENTRYPOINT_RUN] = (char *) "/init", [STAGE1_ENTRYPOINT_GC] = (char *) "bin/gc" },
        .flavour = (char *) "fly",
    };
    const Stage1Entrypoints bad = { .version = 5, .paths = { [STAGE1_ENTRYPOINT_RUN] = (char *) "" } };
    Stage1Entrypoints read = {};
    _cleanup_free_ char *run = NULL, *gc = NULL;

    assert_int(mkdirat(pod->fd, POD_STAGE1, 0755), 0);
    assert_int(stage1_entrypoints_read(pod, &read), -ENODATA);
    assert_int(symlinkat("1\n/init\n\n\n\nhost", pod->fd, POD_STAGE1_ENTRYPOINTS),
               0); /* an earlier release's */
    assert_int(stage1_entrypoints_read(pod, &read), -ENODATA);
    assert_int(unlinkat(pod->fd, POD_STAGE1_ENTRYPOINTS, 0), 0);
    assert_int(stage1_entrypoints_write(pod, &bad, NULL), -EINVAL);
    assert_int(stage1_entrypoints_write(pod, &written, NULL), 0);
    assert_int(stage1_entrypoints_read(pod, &read), 0);
    assert_int(read.version, 5);
    assert_str(read.flavour, "fly");
    assert_int(stage1_entrypoint_path(&read, STAGE1_ENTRYPOINT_RUN, &run, NULL), 0);
    assert_str(run, "stage1/rootfs/init");
    assert_int(stage1_entrypoint_path(&read, STAGE1_ENTRYPOINT_GC, &gc, NULL), 0);
    assert_str(gc, "stage1/rootfs/bin/gc");
    assert_int(stage1_entrypoint_path(&read, STAGE1_ENTRYPOINT_ENTER, &run, NULL), -ENOENT);
    stage1_entrypoints_done(&read);
}

static void test_version(void)
{
    unsigned version = 0;

    assert_int(stage1_version_parse(NULL, &version), 0);
    assert_int(version, 1);
    assert_int(stage1_version_parse("five", &version), -EINVAL);
    assert_int(stage1_version_parse("0", &version), -EINVAL);
}

static void test_networks(void)
{
    assert_str(stage1_flavour("coreos.com/rkt/stage1-fly"), "fly");
    assert_str(stage1_flavour("coreos.com/rkt/stage1-flyer"), NULL);
    assert_str(stage1_flavour("example.com/stage1-fly"), NULL);
    assert_int(stage1_check_network("host", "none", NULL), 0);
    assert_int(stage1_check_network("host", NULL, NULL), -EOPNOTSUPP);
    assert_int(stage1_check_network("fly", NULL, NULL), 0);
    assert_int(stage1_check_network("fly", "host", NULL), 0);
    assert_int(stage1_check_network("fly", "none", NULL), -EOPNOTSUPP);
    assert_int(stage1_check_network("", "any", NULL), 0);
    assert_int(stage1_check_network(NULL, NULL, NULL), 0);
}

int main(void)
{
    char path[] = "/tmp/test-pod-links.XXXXXX";
    Pod pod = { .root = -EBADF, .lock = -EBADF };

    assert_true(mkdtemp(path));
    pod.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(pod.fd >= 0);
    test_summary(&pod);
    test_broken_summary(&pod);
    test_entrypoints(&pod);
    test_version();
    test_networks();
    (void) close(pod.fd);
    assert_int(remove_tree_at(AT_FDCWD, path), 0);
    return 0;
}
