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
    _cleanup_(pod_status_freep) PodStatus *status = calloc(1, sizeof(PodStatus));
    _cleanup_buffer_ Buffer apps = {}, many = {};
    PodSummaryMore more = 0;
    struct stat st;

    assert_int(pod_summary_read(pod, status, &more), -ENOENT);
    assert_int(write_file_at(pod->fd, POD_CREATED, "", 0, 0644, 0), 0);
    assert_int(pod_summary_add(&apps, "web", "example.com/web", "1.2", "sha512-00"), 0);
    assert_int(pod_summary_add(&apps, "log", "example.com/log", NULL, "sha512-01"), 0);
    assert_int(pod_summary_add(&apps, "a\tb", "example.com/web", NULL, "sha512-00"), -EINVAL);
    assert_int(pod_summary_write(pod, &apps, POD_SUMMARY_DETAILS, NULL), 0);
    assert_int(pod_summary_read(pod, status, &more), 0);
    assert_int(more, POD_SUMMARY_DETAILS);
    assert_int(status->n_apps, 2);
    assert_str(status->apps[0].name, "web");
    assert_str(status->apps[0].image_name, "example.com/web:1.2");
    assert_str(status->apps[1].image_name, "example.com/log");
    assert_str(status->apps[1].image_id, "sha512-01");
    assert_int(fstatat(pod->fd, POD_CREATED, &st, 0), 0);
    assert_int(status->created_ns % 1000000000, st.st_mtim.tv_nsec);

    assert_int(unlinkat(pod->fd, POD_SUMMARY, 0), 0);
    for (unsigned i = 0; i < MANY; i++)
        assert_int(pod_summary_add(&many, "app", "example.com/of-a-pod-with-many-apps", "1", "sha512-00"), 0);
    assert_int(pod_summary_write(pod, &many, 0, NULL), 0);
    assert_int(pod_summary_read(pod, status, &more), -ENOENT);
}

static void test_broken_summary(const Pod *pod)
{
    static const char *const broken[] = {
        "x", "1", "1\t0", "x\t0\nweb\tweb\tid\n", "1\n", "1\t0\nweb\tweb\n"
    };

    for (size_t i = 0; i < ELEMENTSOF(broken); i++) {
        PodStatus status = {};
        PodSummaryMore more;

        assert_int(symlinkat(broken[i], pod->fd, POD_SUMMARY), 0);
        assert_true(pod_summary_read(pod, &status, &more) < 0);
        assert_true(!status.apps && status.n_apps == 0);
        assert_int(unlinkat(pod->fd, POD_SUMMARY, 0), 0);
    }
    assert_int(write_file_at(pod->fd, POD_SUMMARY, "web\tweb\tid\n", 11, 0644, 0), 0);
    assert_int(pod_summary_read(pod, &(PodStatus){}, &(PodSummaryMore){ 0 }), -ENOENT);
}

static void test_entrypoints(const Pod *pod)
{
    static const char *const entrypoints[_STAGE1_ENTRYPOINT_MAX] = {
        [STAGE1_ENTRYPOINT_RUN] = "/init", [STAGE1_ENTRYPOINT_GC] = "bin/gc"
    };
    static const char *const bad[_STAGE1_ENTRYPOINT_MAX] = { [STAGE1_ENTRYPOINT_RUN] = "/a\nb" };
    char *path = NULL;
    unsigned version = 0;

    assert_int(mkdirat(pod->fd, POD_STAGE1, 0755), 0);
    assert_int(stage1_entrypoint_read(pod, STAGE1_ENTRYPOINT_RUN, &path, &version), -ENODATA);
    assert_int(stage1_entrypoints_write(pod, "five", entrypoints, NULL, NULL), -EINVAL);
    assert_int(stage1_entrypoints_write(pod, NULL, bad, NULL, NULL), -EINVAL);
    assert_int(stage1_entrypoints_write(pod, "5", entrypoints, "fly", NULL), 0);
    assert_int(stage1_entrypoint_read(pod, STAGE1_ENTRYPOINT_RUN, &path, &version), 0);
    assert_str(path, "stage1/rootfs/init");
    assert_int(version, 5);
    free(path);
    assert_int(stage1_entrypoint_read(pod, STAGE1_ENTRYPOINT_GC, &path, &version), 0);
    assert_str(path, "stage1/rootfs/bin/gc");
    free(path);
    assert_int(stage1_entrypoint_read(pod, STAGE1_ENTRYPOINT_ENTER, &path, &version), -ENOENT);
    assert_int(stage1_entrypoint_read(pod, STAGE1_ENTRYPOINT_STOP, &path, &version), -ENOENT);
    assert_int(stage1_flavour_read(pod, &path), 0);
    assert_str(path, "fly");
    free(path);
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
    test_networks();
    (void) close(pod.fd);
    assert_int(remove_tree_at(AT_FDCWD, path), 0);
    return 0;
}
