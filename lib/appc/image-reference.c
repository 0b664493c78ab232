/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which the kinds are tried is part of the interface: a hash before anything else, a scheme
 * before a path, and an existing file before a name, so that the shell's completion of file names works. */

#include "appc/image-reference.h"

#include "appc/types.h"
#include "base/string-util.h"

#define DOCKER_REGISTRY "registry-1.docker.io"
#define DOCKER_LIBRARY "library/"
#define DOCKER_TAG "latest"

enum { DOCKER_TAG_MAX = 128 };

void image_reference_free(ImageReference *reference)
{
    if (!reference)
        return;
    free(reference->text);
    free(reference->name);
    name_value_list_done(&reference->labels);
    free(reference->docker.registry);
    free(reference->docker.repository);
    free(reference->docker.tag);
    free(reference->docker.digest);
    free(reference);
}

static int invalid(const char *text, const char *why, Error *reterr)
{
    return error_set(reterr, -EINVAL, "invalid image string \"%s\": %s", text, why);
}

/* ----- name[:version][,label=value…] ----- */

static int parse_label(const char *word, ImageReference *reference, Error *reterr)
{
    const char *equals = strchr(word, '=');
    _cleanup_free_ char *name = NULL;

    if (!equals)
        return invalid(reference->text, "a label must be NAME=VALUE", reterr);
    name = strndup(word, (size_t) (equals - word));
    if (!name)
        return -ENOMEM;
    if (!ac_identifier_is_valid(name) || streq(name, "name"))
        return invalid(reference->text, "bad name of a label", reterr);
    if (name_value_list_get(&reference->labels, name))
        return invalid(reference->text, "a label is given twice", reterr);
    return name_value_list_add(&reference->labels, name, equals + 1);
}

static int parse_name(ImageReference *reference, Error *reterr)
{
    _cleanup_strv_ char **words = NULL;
    char *colon;
    int r = strv_split(reference->text, ",", &words);

    if (r < 0)
        return r;
    if (!words)
        return invalid(reference->text, "it is empty", reterr);
    if (strstr(words[0], "://"))
        return invalid(reference->text, "a URL must be of file, http, https or docker", reterr);
    colon = strchr(words[0], ':');
    if (colon)
        *colon = '\0';
    if (!image_name_is_valid(words[0]))
        return invalid(reference->text, "bad image name", reterr);
    if (colon && colon[1] == '\0')
        return invalid(reference->text, "the version is empty", reterr);
    reference->name = strdup(words[0]);
    if (!reference->name)
        return -ENOMEM;
    r = colon ? name_value_list_add(&reference->labels, "version", colon + 1) : 0;
    for (char **word = words + 1; r >= 0 && *word; word++)
        r = parse_label(*word, reference, reterr);
    return r;
}

/* ----- docker:[registry/]repository[:tag][@digest] ----- */

/* The first component is a registry if no repository could begin like it. */
static bool is_registry(const char *s, size_t n)
{
    return memchr(s, '.', n) || memchr(s, ':', n) || (n == strlen("localhost") && startswith(s, "localhost"));
}

static bool registry_is_valid(const char *s)
{
    return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")] == '\0';
}

/* Lower case; `__` and runs of `-` may also be between letters and digits. */
static bool repository_is_valid(const char *s)
{
    char last = '/';

    for (; *s; last = *s++) {
        bool separator = strchr("._-/", *s);

        if (!separator && !(*s >= 'a' && *s <= 'z') && !(*s >= '0' && *s <= '9'))
            return false;
        if (separator && strchr("./", last))
            return false;
        if (strchr("./", *s) && strchr("._-/", last))
            return false;
    }
    return !strchr("._-/", last);
}

static bool tag_is_valid(const char *s)
{
    return *s && !strchr(".-", *s) && strlen(s) <= DOCKER_TAG_MAX &&
           s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] == '\0';
}

static bool digest_is_valid(const char *s)
{
    const char *hex = startswith(s, "sha256:");

    return hex && strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64;
}

static int set_registry(const char *s, size_t n, ImageReference *reference)
{
    static const char *const aliases[] = { "", "docker.io", "index.docker.io" };

    reference->docker.registry = strndup(s, n);
    for (size_t i = 0; reference->docker.registry && i < ELEMENTSOF(aliases); i++)
        if (streq(reference->docker.registry, aliases[i])) {
            free(reference->docker.registry);
            reference->docker.registry = strdup(DOCKER_REGISTRY);
            break;
        }
    return reference->docker.registry ? 0 : -ENOMEM;
}

static int set_repository(const char *s, ImageReference *reference)
{
    bool official = streq(reference->docker.registry, DOCKER_REGISTRY) && !strchr(s, '/');

    if (asprintf(&reference->docker.repository, "%s%s", official ? DOCKER_LIBRARY : "", s) >= 0)
        return 0;
    reference->docker.repository = NULL;
    return -ENOMEM;
}

static int set_tag_or_digest(const char *tag, const char *digest, ImageReference *reference)
{
    char **ret = digest ? &reference->docker.digest : &reference->docker.tag;

    *ret = strdup(digest ? digest : tag ? tag : DOCKER_TAG);
    return *ret ? 0 : -ENOMEM;
}

/* Cuts the copy at the last colon after the last slash, to find the tag. */
static int parse_docker(const char *text, ImageReference *reference, Error *reterr)
{
    _cleanup_free_ char *copy = strdup(text);
    const char *repository = copy;
    char *digest, *slash, *tag;
    size_t n = 0;
    int r;

    if (!copy)
        return -ENOMEM;
    digest = strchr(copy, '@');
    if (digest)
        *digest++ = '\0';
    slash = strchr(copy, '/');
    if (slash && is_registry(copy, (size_t) (slash - copy))) {
        n = (size_t) (slash - copy);
        repository = slash + 1;
    }
    tag = strchr(repository, ':');
    if (tag)
        *tag++ = '\0';
    r = set_registry(copy, n, reference);
    if (r >= 0)
        r = set_repository(repository, reference);
    if (r >= 0)
        r = set_tag_or_digest(tag, digest, reference);
    if (r < 0)
        return r;
    if (!registry_is_valid(reference->docker.registry))
        return invalid(reference->text, "bad registry", reterr);
    if (!repository_is_valid(repository))
        return invalid(reference->text, "bad repository", reterr);
    if (tag && !tag_is_valid(tag))
        return invalid(reference->text, "bad tag", reterr);
    if (digest && !digest_is_valid(digest))
        return invalid(reference->text, "bad digest", reterr);
    return 0;
}

/* ----- Recognizing the kind ----- */

static int parse_hash(ImageReference *reference, Error *reterr)
{
    char key[IMAGE_KEY_LENGTH + 1];
    char *copy;
    int r = image_id_parse(reference->text, key, reterr);

    if (r < 0)
        return r;
    copy = strdup(key);
    if (!copy)
        return -ENOMEM;
    free(reference->text);
    reference->text = copy;
    return 0;
}

static int parse_url(ImageReference *reference, Error *reterr)
{
    _cleanup_free_ char *path = strndup(reference->text, strcspn(reference->text, "?#"));

    if (!path)
        return -ENOMEM;
    return endswith(path, ".aci") ? 0 : invalid(reference->text, "a URL must end in .aci", reterr);
}

static bool is_hash(const char *text)
{
    const char *hex = startswith(text, IMAGE_KEY_PREFIX);

    return hex && hex[strspn(hex, "0123456789abcdef")] == '\0';
}

static bool is_url(const char *text)
{
    return startswith(text, "file://") || startswith(text, "http://") || startswith(text, "https://");
}

static bool is_path(const char *text, ImageReferenceFileTest is_file, void *userdata)
{
    if (text[0] == '/' || (is_file && is_file(text, userdata)))
        return true;
    if (strchr(text, ':'))
        return false;
    return strstr(text, "./") || endswith(text, ".aci");
}

static const char *docker_part(const char *text)
{
    const char *rest = startswith(text, "docker:");

    return rest ? startswith(rest, "//") ?: rest : NULL;
}

static int reference_new(const char *text, ImageReferenceKind kind, ImageReference **ret)
{
    _cleanup_(image_reference_freep) ImageReference *reference = calloc(1, sizeof(ImageReference));

    if (!reference)
        return -ENOMEM;
    reference->kind = kind;
    reference->text = strdup(text);
    if (!reference->text)
        return -ENOMEM;
    *ret = TAKE_PTR(reference);
    return 0;
}

static ImageReferenceKind tell_kind(const char *text, ImageReferenceFileTest is_file, void *userdata)
{
    if (is_hash(text))
        return IMAGE_REFERENCE_HASH;
    if (is_url(text))
        return IMAGE_REFERENCE_URL;
    if (docker_part(text))
        return IMAGE_REFERENCE_DOCKER;
    return is_path(text, is_file, userdata) ? IMAGE_REFERENCE_PATH : IMAGE_REFERENCE_NAME;
}

static int parse_kind(const char *text, ImageReferenceKind kind, ImageReference **ret, Error *reterr)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    int r = reference_new(text, kind, &reference);

    if (r < 0)
        return r;
    switch (kind) {
    case IMAGE_REFERENCE_HASH: r = parse_hash(reference, reterr); break;
    case IMAGE_REFERENCE_NAME: r = parse_name(reference, reterr); break;
    case IMAGE_REFERENCE_URL: r = parse_url(reference, reterr); break;
    case IMAGE_REFERENCE_DOCKER: r = parse_docker(docker_part(text), reference, reterr); break;
    default: break;
    }
    if (r < 0)
        return r;
    *ret = TAKE_PTR(reference);
    return 0;
}

int image_reference_parse(const char *text, ImageReferenceFileTest is_file, void *userdata,
                          ImageReference **ret, Error *reterr)
{
    return parse_kind(text, tell_kind(text, is_file, userdata), ret, reterr);
}

int image_reference_parse_name(const char *text, ImageReference **ret, Error *reterr)
{
    return parse_kind(text, IMAGE_REFERENCE_NAME, ret, reterr);
}
