/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's way through its states, and finding it by prefix, in a directory of its own. */

#include "pod/pod.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "pod/pod-status.h"
#include "test.h"

static const char manifest[] =
        "{\"acVersion\":\"0.8.11\",\"acKind\":\"PodManifest\",\"apps\":[{\"name\":\"web\",\"image\":{"
        "\"name\":"
        "\"example.com/web\",\"id\":\"sha512-00\",\"labels\":[{\"name\":\"version\",\"value\":\"1.2\"}]}}]}";

static int count_pod(Pod *pod, void *userdata)
{
    unsigned *counts = userdata;

    counts[pod->state]++;
    return 0;
}

static void test_life(int root)
{
    _cleanup_(pod_freep) Pod *pod = NULL, *other = NULL;
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    unsigned counts[_POD_STATE_MAX] = {};
    char uuid[UUID_LENGTH + 1];

    assert_int(pod_create(root, geteuid() == 0, &pod, NULL), 0);
    assert_int(pod->state, POD_STATE_PREPARING);
    assert_int(write_file_at(pod->fd, "pod", manifest, strlen(manifest), 0640, 0), 0);
    assert_int(pod_open(root, pod->uuid, &other, NULL), 0);
    assert_int(other->state, POD_STATE_PREPARING);
    assert_int(pod_lock(other), -EBUSY);

    assert_int(pod_move(pod, POD_DIRECTORY_RUN, NULL), -EPERM);
    assert_int(pod_move(pod, POD_DIRECTORY_PREPARED, NULL), 0);
    assert_int(pod_refresh(other), 0);
    assert_int(other->state, POD_STATE_PREPARED);
    assert_int(pod_move(pod, POD_DIRECTORY_RUN, NULL), 0);
    assert_int(pod_foreach(root, POD_MASK_ALL, count_pod, counts, NULL), 0);
    assert_int(counts[POD_STATE_RUNNING], 1);

    assert_int(pod_status_read(other, POD_STATUS_APPS, &status), 0);
    assert_int(status->n_apps, 1);
    assert_str(status->apps[0].image_name, "example.com/web:1.2");
    assert_true(status->created_ns > 0);

    (void) snprintf(uuid, sizeof(uuid), "%s", pod->uuid);
    pod_free(TAKE_PTR(pod));
    assert_int(pod_refresh(other), 0);
    assert_int(other->state, POD_STATE_EXITED);
    assert_int(pod_move(other, POD_DIRECTORY_EXITED_GARBAGE, NULL), -EPERM);
    assert_int(pod_lock(other), 0);
    assert_int(pod_move(other, POD_DIRECTORY_EXITED_GARBAGE, NULL), 0);
    assert_int(pod_remove(other, NULL), 0);
    assert_int(pod_open(root, uuid, &pod, NULL), -ENXIO);
}

static int take_away(Pod *pod, void *userdata _unused_)
{
    if (pod_lock(pod) >= 0)
        (void) pod_move(pod, POD_DIRECTORY_GARBAGE, NULL);
    return 0;
}

/* gc takes embryos away as soon as it sees them, and removes them later. */
static void test_create_beside_gc(int root)
{
    pid_t gc = fork();

    assert_true(gc >= 0);
    if (gc == 0)
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (gc == 0)
        (void) pod_foreach(root, POD_MASK(POD_DIRECTORY_EMBRYO), take_away, NULL, NULL);
    for (unsigned i = 0; i < 1000; i++) {
        _cleanup_(pod_freep) Pod *pod = NULL;

        assert_int(pod_create(root, false, &pod, NULL), 0);
        assert_int(pod_move(pod, POD_DIRECTORY_GARBAGE, NULL), 0);
        assert_int(pod_remove(pod, NULL), 0);
    }
    assert_int(kill(gc, SIGKILL), 0);
    assert_int(waitpid(gc, NULL, 0), gc);
}

static void test_find(int root)
{
    static const struct {
        const char *prefix;
        int result;
        const char *error;
    } cases[] = {
        { "1234", -ENOTUNIQ, "ambiguous uuid, 2 matches" },
        { "12345678-0000-4000-8000-00000000000A", 0, NULL },
        { "12345678-0000-4000-8000-00000000000b", 0, NULL },
        { "abcd", 0, NULL },
        { "ABCD", 0, NULL },
        { "x", -ENXIO, "no matches found for \"x\"" },
        { "../prepared", -ENXIO, "no matches found for \"../prepared\"" },
        { "ffff", -ENXIO, "no matches found for \"ffff\"" },
        { "eeee", -ENXIO, "no matches found for \"eeee\"" },
        { "", -EINVAL, "UUID cannot be empty" },
    };

    assert_int(mkdirat(root, "prepared/12345678-0000-4000-8000-00000000000a", 0755), 0);
    assert_int(mkdirat(root, "run/12345678-0000-4000-8000-00000000000b", 0755), 0);
    assert_int(mkdirat(root, "run/abcdef00-0000-4000-8000-00000000000b", 0755), 0);
    assert_int(mkdirat(root, "garbage/ffffffff-0000-4000-8000-00000000000b", 0755), 0);
    assert_int(mkdirat(root, "run/not-a-pod", 0755), 0);
    assert_int(write_file_at(root, "run/eeeeeeee-0000-4000-8000-00000000000b", "", 0, 0644, 0), 0);
    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_error_ Error error = ERROR_INIT;
        _cleanup_(pod_freep) Pod *pod = NULL;

        assert_int(pod_open(root, cases[i].prefix, &pod, &error), cases[i].result);
        assert_str(error_cause(&error), cases[i].error);
    }
}

static void test_uuid_file(int root, const char *directory)
{
    _cleanup_(pod_freep) Pod *pod = NULL, *other = NULL;
    _cleanup_free_ char *path = NULL, *text = NULL;

    assert_true(asprintf(&path, "%s/uuid", directory) > 0);
    assert_int(pod_open(root, "abcd", &pod, NULL), 0);
    assert_int(pod_save_uuid(pod, path, NULL), 0);
    assert_int(read_file_at(AT_FDCWD, path, 100, &text, NULL), 0);
    assert_str(text, "abcdef00-0000-4000-8000-00000000000b");
    assert_int(pod_open_uuid_file(root, path, &other, NULL), 0);
    assert_str(other->uuid, pod->uuid);
    assert_int(write_file_at(AT_FDCWD, path, "", 0, 0644, 0), 0);
    pod_free(TAKE_PTR(other));
    assert_int(pod_open_uuid_file(root, path, &other, NULL), -ENODATA);
    assert_int(pod_open_argument(root, "abcd", path, &other, NULL), -EINVAL);
    assert_int(pod_open_argument(root, NULL, NULL, &other, NULL), -EINVAL);
}

int main(void)
{
    char directory[] = "/tmp/test-pod.XXXXXX";
    _cleanup_close_ int root = -EBADF;

    assert_true(mkdtemp(directory));
    assert_int(pod_root_open(directory, true, &root, NULL), 0);
    test_life(root);
    test_create_beside_gc(root);
    test_find(root);
    test_uuid_file(root, directory);
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
    return 0;
}
