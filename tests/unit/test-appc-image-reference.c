/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/image-reference.h"
#include "base/string-util.h"

#include "test.h"

/* The file tree of these cases. */
static bool is_file(const char *path, void *userdata)
{
    return streq(path, "busybox") || streq(path, "odd:name") || streq(path, userdata);
}

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_kinds(void)
{
    static const struct {
        const char *text;
        ImageReferenceKind kind; /* _INVALID: an error */
        const char *error;
    } cases[] = {
        { "sha512-" HEX64, IMAGE_REFERENCE_HASH },
        { "sha512-abcdef", IMAGE_REFERENCE_HASH },
        { "sha512-a", _IMAGE_REFERENCE_KIND_INVALID, "image ID too short" },
        { "sha512-name", IMAGE_REFERENCE_NAME },
        { "/srv/x.aci", IMAGE_REFERENCE_PATH },
        { "/srv/x:y", IMAGE_REFERENCE_PATH },
        { "busybox", IMAGE_REFERENCE_PATH },
        { "odd:name", IMAGE_REFERENCE_PATH },
        { "there", IMAGE_REFERENCE_PATH },
        { "./x", IMAGE_REFERENCE_PATH },
        { "../x", IMAGE_REFERENCE_PATH },
        { "x.aci", IMAGE_REFERENCE_PATH },
        { "dir/x.aci", IMAGE_REFERENCE_PATH },
        { "example.com/x:v1.aci", IMAGE_REFERENCE_NAME },
        { "example.com/x", IMAGE_REFERENCE_NAME },
        { "example.com/x:1.0", IMAGE_REFERENCE_NAME },
        { "nginx", IMAGE_REFERENCE_NAME },
        { "https://example.com/x.aci", IMAGE_REFERENCE_URL },
        { "https://example.com/x.aci?token=1", IMAGE_REFERENCE_URL },
        { "file:///srv/x.aci", IMAGE_REFERENCE_URL },
        { "http://example.com/x", _IMAGE_REFERENCE_KIND_INVALID,
          "invalid image string \"http://example.com/x\": a URL must end in .aci" },
        { "https://example.com/?x.aci", _IMAGE_REFERENCE_KIND_INVALID,
          "invalid image string \"https://example.com/?x.aci\": a URL must end in .aci" },
        { "docker://busybox", IMAGE_REFERENCE_DOCKER },
        { "docker:busybox", IMAGE_REFERENCE_DOCKER },
        { "", _IMAGE_REFERENCE_KIND_INVALID, "invalid image string \"\": it is empty" },
        { "Nginx", _IMAGE_REFERENCE_KIND_INVALID, "invalid image string \"Nginx\": bad image name" },
        { "ftp://example.com/x.aci", _IMAGE_REFERENCE_KIND_INVALID,
          "invalid image string \"ftp://example.com/x.aci\": a URL must be of file, http, https or docker" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(image_reference_freep) ImageReference *reference = NULL;
        _cleanup_error_ Error error = ERROR_INIT;
        int r = image_reference_parse(cases[i].text, is_file, (char[]){ "there" }, &reference, &error);

        assert_int(r, cases[i].kind < 0 ? -EINVAL : 0);
        assert_str(error_cause(&error), cases[i].error);
        if (r == 0) {
            assert_int(reference->kind, cases[i].kind);
            assert_str(reference->text, cases[i].text);
        }
    }
}

static void test_names(void)
{
    static const struct {
        const char *text, *name, *version, *os; /* name NULL: an error */
        size_t n;
    } cases[] = {
        { "example.com/x", "example.com/x", NULL, NULL, 0 },
        { "example.com/x:1.0.0", "example.com/x", "1.0.0", NULL, 1 },
        { "example.com/x:1.0.0,os=linux,channel=a=b", "example.com/x", "1.0.0", "linux", 3 },
        { "example.com/x,version=2,os=", "example.com/x", "2", "", 2 },
        { "x:a:b", "x", "a:b", NULL, 1 },
        { "x:", NULL },
        { "x:1,version=2", NULL },
        { "x,os=a,os=b", NULL },
        { "x,name=y", NULL },
        { "x,novalue", NULL },
        { "x,Bad=1", NULL },
        { "x/", NULL },
        { ",os=linux", NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(image_reference_freep) ImageReference *reference = NULL;
        _cleanup_error_ Error error = ERROR_INIT;

        assert_int(image_reference_parse_name(cases[i].text, &reference, &error),
                   cases[i].name ? 0 : -EINVAL);
        if (!cases[i].name) {
            assert_true(startswith(error_cause(&error), "invalid image string "));
            continue;
        }
        assert_str(reference->name, cases[i].name);
        assert_str(name_value_list_get(&reference->labels, "version"), cases[i].version);
        assert_str(name_value_list_get(&reference->labels, "os"), cases[i].os);
        assert_int(reference->labels.n, cases[i].n);
    }
}

static void test_docker(void)
{
#define DIGEST "sha256:" HEX64
    static const struct {
        const char *text, *registry, *repository, *tag, *digest; /* registry NULL: an error */
    } cases[] = {
        { "docker://busybox", "registry-1.docker.io", "library/busybox", "latest", NULL },
        { "docker:busybox:1.36", "registry-1.docker.io", "library/busybox", "1.36", NULL },
        { "docker://bitnami/redis", "registry-1.docker.io", "bitnami/redis", "latest", NULL },
        { "docker://docker.io/nginx", "registry-1.docker.io", "library/nginx", "latest", NULL },
        { "docker://quay.io/a/b/c:v1", "quay.io", "a/b/c", "v1", NULL },
        { "docker://localhost:5000/x:v1", "localhost:5000", "x", "v1", NULL },
        { "docker://localhost/x", "localhost", "x", "latest", NULL },
        { "docker://registry.example.com/redis@" DIGEST, "registry.example.com", "redis", NULL, DIGEST },
        { "docker://x/y:v1@" DIGEST, "registry-1.docker.io", "x/y", NULL, DIGEST },
        { "docker://a__b-c.d--e", "registry-1.docker.io", "library/a__b-c.d--e", "latest", NULL },
        { "docker://", NULL },
        { "docker:", NULL },
        { "docker://Nginx", NULL },
        { "docker://quay.io/", NULL },
        { "docker://quay.io/../x", NULL },
        { "docker://a//b", NULL },
        { "docker://a:", NULL },
        { "docker://a:b c", NULL },
        { "docker://a@sha256:abc", NULL },
        { "docker://a@md5:" HEX64, NULL },
        { "docker://evil.com?x/y", NULL },
        { "docker://user:pw@evil.com/x", NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(image_reference_freep) ImageReference *reference = NULL;

        assert_int(image_reference_parse(cases[i].text, NULL, NULL, &reference, NULL),
                   cases[i].registry ? 0 : -EINVAL);
        if (!cases[i].registry)
            continue;
        assert_str(reference->docker.registry, cases[i].registry);
        assert_str(reference->docker.repository, cases[i].repository);
        assert_str(reference->docker.tag, cases[i].tag);
        assert_str(reference->docker.digest, cases[i].digest);
    }
}

int main(void)
{
    test_kinds();
    test_names();
    test_docker();
    return 0;
}
