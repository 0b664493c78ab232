/* SPDX-License-Identifier: Apache-2.0 */

#include "config/config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "appc/json.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "test.h"

#define HEAD(kind) "{\"rktKind\":\"" kind "\",\"rktVersion\":\"v1\""
#define OUT(kind) "{\"rktVersion\":\"v1\",\"rktKind\":\"" kind "\""
#define BASIC "\"type\":\"basic\",\"credentials\":{\"user\":\"foo\",\"password\":\"bar\"}}"
#define DOCKER "\"credentials\":{\"user\":\"foo\",\"password\":\"bar\"}}"

static void check_json(const Config *config, const char *expected)
{
    _cleanup_json_ json_t *json = NULL;
    _cleanup_free_ char *text = NULL;

    assert_int(config_to_json(config, &json), 0);
    assert_int(json_format(json, false, &text), 0);
    assert_str(text, expected);
}

/* ----- One file ----- */

static void test_parse(void)
{
    static const struct {
        ConfigTopic topic;
        const char *text;
        const char *json; /* NULL: an error */
        const char *error;
    } cases[] = {
        { CONFIG_TOPIC_AUTH, HEAD("auth") ",\"domains\":[\"coreos.com\",\"a.com:8080\"]," BASIC,
          "[" OUT("auth") ",\"domains\":[\"a.com:8080\"]," BASIC
                          "," OUT("auth") ",\"domains\":[\"coreos.com\"]," BASIC "]" },
        { CONFIG_TOPIC_AUTH,
          HEAD("auth") ",\"domains\":[\"[::1]:80\"],\"type\":\"oauth\",\"credentials\":{\"token\":\"t\"}}",
          "[" OUT("auth") ",\"domains\":[\"[::1]:80\"],\"type\":\"oauth\",\"credentials\":{\"token\":\"t\"}}"
                          "]" },
        { CONFIG_TOPIC_AUTH,
          HEAD("auth") ",\"domains\":[\"s\"],\"type\":\"aws\",\"credentials\":{\"accessKeyID\":\"a\","
                       "\"secretAccessKey\":\"b\",\"awsRegion\":\"\"}}",
          "[" OUT("auth") ",\"domains\":[\"s\"],\"type\":\"aws\",\"credentials\":{\"accessKeyID\":\"a\","
                          "\"secretAccessKey\":\"b\"}}]" },
        { CONFIG_TOPIC_AUTH, HEAD("dockerAuth") ",\"registries\":[\"quay.io\"]," DOCKER,
          "[" OUT("dockerAuth") ",\"registries\":[\"quay.io\"]," DOCKER "]" },
        { CONFIG_TOPIC_PATHS, HEAD("paths") "}", "[]" },
        { CONFIG_TOPIC_PATHS, HEAD("paths") ",\"data\":\"/d\",\"stage1-images\":\"/i\",\"more\":1}",
          "[" OUT("paths") ",\"data\":\"/d\",\"stage1-images\":\"/i\"}]" },
        { CONFIG_TOPIC_STAGE1,
          HEAD("stage1") ",\"name\":\"n\",\"version\":\"1\",\"location\":\"docker://x/y\"}",
          "[" OUT("stage1") ",\"name\":\"n\",\"version\":\"1\",\"location\":\"docker://x/y\"}]" },
        { CONFIG_TOPIC_STAGE1, HEAD("stage1") ",\"name\":\"\",\"version\":\"\",\"location\":\"\"}", "[]" },
        /* Which file it is. */
        { CONFIG_TOPIC_PATHS, "", NULL, "not valid JSON: line 1, column 0" },
        { CONFIG_TOPIC_PATHS, "[]", NULL, "not a JSON object" },
        { CONFIG_TOPIC_PATHS, "{}", NULL, "rktKind: must be set" },
        { CONFIG_TOPIC_PATHS, "{\"rktKind\":\"\"}", NULL, "rktKind: must not be empty" },
        { CONFIG_TOPIC_PATHS, "{\"rktKind\":\"paths\"}", NULL, "rktVersion: must be set" },
        { CONFIG_TOPIC_PATHS, "{\"rktKind\":\"paths\",\"rktVersion\":\"v2\"}", NULL,
          "rktVersion: \"v2\" is not known, only v1" },
        { CONFIG_TOPIC_PATHS, HEAD("path") "}", NULL,
          "rktKind: \"path\" is not a valid kind in this directory" },
        { CONFIG_TOPIC_PATHS, HEAD("auth") "}", NULL,
          "rktKind: \"auth\" is not a valid kind in this directory" },
        /* What of it. */
        { CONFIG_TOPIC_PATHS, HEAD("paths") ",\"data\":\"d\"}", NULL, "data: must be an absolute path" },
        { CONFIG_TOPIC_PATHS, HEAD("paths") ",\"data\":1}", NULL, "data: must be a string" },
        { CONFIG_TOPIC_STAGE1, HEAD("stage1") ",\"name\":\"n\"}", NULL, "version: must be set, as name is" },
        { CONFIG_TOPIC_STAGE1, HEAD("stage1") ",\"version\":\"n\"}", NULL,
          "name: must be set, as version is" },
        { CONFIG_TOPIC_STAGE1, HEAD("stage1") ",\"location\":\"ftp://x/y\"}", NULL,
          "location: must be an absolute path, or a URL (file, http, https, docker)" },
        { CONFIG_TOPIC_STAGE1, HEAD("stage1") ",\"location\":\"https://\"}", NULL,
          "location: must be an absolute path, or a URL (file, http, https, docker)" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") "}", NULL, "type: must be set" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") "," BASIC, NULL, "domains: must be set" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") ",\"domains\":[]," BASIC, NULL, "domains: must not be empty" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") ",\"domains\":[\"a\",1]," BASIC, NULL,
          "domains[1]: must be a host, or HOST:PORT" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") ",\"domains\":[\"https://a\"]," BASIC, NULL,
          "domains[0]: must be a host, or HOST:PORT" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") ",\"domains\":[\"me:secret@a\"]," BASIC, NULL,
          "domains[0]: must be a host, or HOST:PORT" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") ",\"domains\":[\"a\",\"a\"]," BASIC, NULL,
          "domains[1]: \"a\" is named twice in the files of this directory" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") ",\"domains\":[\"a\"],\"type\":\"digest\"}", NULL,
          "type: must be basic, oauth or aws" },
        { CONFIG_TOPIC_AUTH, HEAD("auth") ",\"domains\":[\"a\"],\"type\":\"oauth\"}", NULL,
          "credentials: must be set" },
        { CONFIG_TOPIC_AUTH,
          HEAD("auth") ",\"domains\":[\"a\"],\"type\":\"oauth\",\"credentials\":{\"token\":\"\"}}", NULL,
          "credentials.token: must not be empty" },
        { CONFIG_TOPIC_AUTH,
          HEAD("auth") ",\"domains\":[\"a\"],\"type\":\"aws\",\"credentials\":{\"accessKeyID\":\"a\"}}", NULL,
          "credentials.secretAccessKey: must be set" },
        { CONFIG_TOPIC_AUTH, HEAD("dockerAuth") ",\"registries\":[\"a\"],\"credentials\":{\"user\":\"a\"}}",
          NULL, "credentials.password: must be set" },
        { CONFIG_TOPIC_AUTH, "{\"credentials\":{\"password\":\"secret", NULL,
          "not valid JSON: line 1, column 34" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(config_freep) Config *config = calloc(1, sizeof(*config));
        _cleanup_error_ Error error = ERROR_INIT;
        int r = config_parse(config, cases[i].topic, cases[i].text, strlen(cases[i].text), &error);

        assert_str(error_cause(&error), cases[i].error);
        assert_int(r < 0, !cases[i].json);
        if (cases[i].json)
            check_json(config, cases[i].json);
    }
}

static void test_limits(void)
{
    _cleanup_(config_freep) Config *config = calloc(1, sizeof(*config));
    _cleanup_buffer_ Buffer b = {};
    _cleanup_error_ Error error = ERROR_INIT;
    static char large[CONFIG_FILE_SIZE_MAX + 1];

    assert_int(config_parse(config, CONFIG_TOPIC_PATHS, large, sizeof(large), NULL), -EFBIG);
    buffer_adds(&b, HEAD("paths") ",\"x\":");
    for (size_t i = 0; i < 10000; i++)
        buffer_adds(&b, "[");
    assert_int(config_parse(config, CONFIG_TOPIC_PATHS, b.data, b.size, NULL), -EBADMSG);

    b.size = 0;
    buffer_adds(&b, HEAD("dockerAuth") ",\"registries\":[\"0\"");
    for (size_t i = 1; i < CONFIG_AUTHS_MAX; i++)
        buffer_addf(&b, ",\"%zu\"", i);
    buffer_adds(&b, "]," DOCKER);
    assert_int(config_parse(config, CONFIG_TOPIC_AUTH, b.data, b.size, NULL), 0);
    assert_int(config->docker_auth.n, CONFIG_AUTHS_MAX);
    b.size = 0;
    buffer_adds(&b, HEAD("dockerAuth") ",\"registries\":[\"x\"]," DOCKER);
    assert_int(config_parse(config, CONFIG_TOPIC_AUTH, b.data, b.size, &error), -EFBIG);
    assert_str(error_cause(&error), "registries[0]: is one host too many: at most 4096 are allowed");
}

/* ----- Directories ----- */

static char directory[] = "/tmp/rkt-test-XXXXXX";
static int root;

static void put(const char *path, const char *text)
{
    char parent[64];

    (void) snprintf(parent, sizeof(parent), "%.*s", (int) (strrchr(path, '/') - path), path);
    assert_int(mkdir_parents_at(root, parent, 0755), 0);
    assert_int(write_file_at(root, path, text, strlen(text), 0644, 0), 0);
}

static int read_layers(unsigned mask, Config **ret, Error *reterr)
{
    char layers[CONFIG_LAYERS][64];
    static const char *const names[] = { "system", "local", "user" };

    for (size_t i = 0; i < CONFIG_LAYERS; i++)
        (void) snprintf(layers[i], sizeof(layers[i]), "%s/%s", directory, names[i]);
    return config_read((const char *const[]){ layers[0], layers[1], layers[2] }, mask, ret, reterr);
}

static void test_layers(void)
{
    _cleanup_(config_freep) Config *config = NULL, *part = NULL;

    put("system/auth.d/a.json", HEAD("auth") ",\"domains\":[\"foo.com\",\"bar.com\",\"baz.com\"]," BASIC);
    put("user/auth.d/a.json",
        HEAD("auth") ",\"domains\":[\"foo.com\"],\"type\":\"oauth\",\"credentials\":{\"token\":\"t\"}}");
    put("system/auth.d/docker.json", HEAD("dockerAuth") ",\"registries\":[\"foo.com\"]," DOCKER);
    put("system/paths.d/a.json", HEAD("paths") ",\"data\":\"/system\"}");
    put("local/paths.d/b.json", HEAD("paths") ",\"stage1-images\":\"/images\"}");
    put("local/paths.d/a.json", HEAD("paths") ",\"data\":\"/local\"}");
    put("local/paths.d/README", "not JSON");
    put("local/paths.d/below.json/a.json", "not JSON");
    put("system/stage1.d/a.json",
        HEAD("stage1") ",\"name\":\"n\",\"version\":\"1\",\"location\":\"/system\"}");
    put("local/stage1.d/a.json", HEAD("stage1") ",\"location\":\"https://local/x.aci\"}");
    put("user/stage1.d/z.json", HEAD("stage1") ",\"name\":\"m\",\"version\":\"2\"}");
    assert_true(symlinkat("nowhere", root, "user/stage1.d/gone.json") == 0);
    assert_true(mkfifoat(root, "user/stage1.d/fifo.json", 0600) == 0);

    assert_int(read_layers(CONFIG_TOPIC_MASK_ALL, &config, NULL), 0);
    check_json(
            config,
            "[" OUT("auth") ",\"domains\":[\"bar.com\"]," BASIC
                            "," OUT("auth") ",\"domains\":[\"baz.com\"]," BASIC "," OUT(
                                    "auth") ",\"domains\":[\"foo.com\"],\"type\":\"oauth\","
                                            "\"credentials\":{\"token\":\"t\"}}," OUT(
                                                    "dockerAuth") ",\"registries\":[\"foo.com\"]," DOCKER
                                                                  "," OUT("paths") ",\"data\":\"/"
                                                                                   "local\",\"stage1-"
                                                                                   "images\":\"/images\"}"
                                                                                   "," OUT("stage1") ",\"name"
                                                                                                     "\":"
                                                                                                     "\"m\","
                                                                                                     "\"versi"
                                                                                                     "on\":"
                                                                                                     "\"2\","
                                                                                                     "\"locat"
                                                                                                     "ion\":"
                                                                                                     "\"https"
                                                                                                     "://"
                                                                                                     "local/"
                                                                                                     "x."
                                                                                                     "aci\"}"
                                                                                                     "]");
    assert_int(read_layers(CONFIG_TOPIC_MASK(CONFIG_TOPIC_PATHS), &part, NULL), 0);
    assert_str(part->data, "/local");
    assert_int(part->auth.n, 0);
}

static void test_errors_of_layers(void)
{
    static const struct {
        const char *path, *text, *file, *error;
    } cases[] = {
        { "local/paths.d/c.json", HEAD("paths") ",\"data\":\"/x\"}", "local/paths.d/c.json",
          "data: is set by another file of this directory, too" },
        { "system/auth.d/b.json", HEAD("auth") ",\"domains\":[\"baz.com\"]," BASIC, "system/auth.d/b.json",
          "domains[0]: \"baz.com\" is named twice in the files of this directory" },
        { "user/stage1.d/a.json", HEAD("stage1") ",\"name\":\"m\",\"version\":\"2\"}", "user/stage1.d/z.json",
          "name: is set by another file of this directory, too" },
        { "user/paths.d/x.json", "{", "user/paths.d/x.json", "not valid JSON: line 1, column 1" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(config_freep) Config *config = NULL;
        _cleanup_error_ Error error = ERROR_INIT;
        char expected[256];

        put(cases[i].path, cases[i].text);
        assert_true(read_layers(CONFIG_TOPIC_MASK_ALL, &config, &error) < 0);
        (void) snprintf(expected, sizeof(expected), "\"%s/%s\": %s", directory, cases[i].file,
                        cases[i].error);
        assert_str(error_cause(&error), expected);
        assert_int(unlinkat(root, cases[i].path, 0), 0);
    }
}

int main(void)
{
    assert_true(mkdtemp(directory) != NULL);
    root = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    test_parse();
    test_limits();
    test_layers();
    test_errors_of_layers();
    (void) close(root);
    return remove_tree_at(AT_FDCWD, directory) < 0;
}
