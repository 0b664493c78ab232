/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-text.h"

#include "base/name.h"
#include "base/array.h"
#include "unit/unit-text.h"

static void section_done(PodTextSection *section)
{
    free(section->name);
    free(section->image);
    free(section->exec);
    strv_free(section->arguments);
    for (size_t i = 0; i < section->n_lines; i++)
        free(section->lines[i].value);
    free(section->lines);
}

void pod_text_done(PodText *text)
{
    section_done(&text->pod);
    for (size_t i = 0; i < text->n_apps; i++)
        section_done(&text->apps[i]);
    free(text->apps);
    *text = (PodText){ 0 };
}

static PodTextSection *last_app(PodText *text)
{
    return text->n_apps > 0 ? &text->apps[text->n_apps - 1] : NULL;
}

/* ----- Values ----- */

/* Characters that the parser returns unchanged without quotes. */
static bool is_plain(const char *value)
{
    size_t n = strlen(value);

    if (n == 0 || strchr(" \t\"'", value[0]) || strchr(" \t\\", value[n - 1]))
        return false;
    for (; *value; value++)
        if ((unsigned char) *value < 0x20 || *value == 0x7f)
            return false;
    return true;
}

/* Writes one word, or a whole value as one. On a command line a percent sign is not a specifier. */
static int add_value(Buffer *b, const char *value, bool word)
{
    _cleanup_buffer_ Buffer doubled = { 0 };

    for (const char *s = value; *s; s++)
        buffer_add(&doubled, *s == '%' ? "%%" : s, *s == '%' ? 2 : 1);
    if (buffer_error(&doubled) < 0)
        return -ENOMEM;
    value = doubled.data ? doubled.data : "";
    if (!word && is_plain(value))
        buffer_adds(b, value);
    else
        unit_add_word(b, UNIT_WORD_PLAIN, value);
    return 0;
}

static int check_value(const char *what, const char *value, Error *reterr)
{
    if (utf8_is_valid(value) && !strchr(value, '\n'))
        return 0;
    return error_set(reterr, -EINVAL, "%s: not possible in a pod file: must be UTF-8 without newlines", what);
}

/* ----- Settings ----- */

int pod_text_add_app(PodText *text, const char *image)
{
    PodTextSection *app = ARRAY_APPEND(text->apps, text->n_apps);

    if (!app)
        return -ENOMEM;
    app->image = strdup(image);
    return app->image ? 0 : -ENOMEM;
}

static int set_once(char **field, const char *flag, const char *value, Error *reterr)
{
    if (*field)
        return error_set(reterr, -EINVAL, "--%s was given twice", flag);
    *field = strdup(value);
    return *field ? 0 : -ENOMEM;
}

static PodTextLine *find_line(const PodTextSection *section, const Setting *key)
{
    for (size_t i = 0; i < section->n_lines; i++)
        if (section->lines[i].key == key)
            return &section->lines[i];
    return NULL;
}

static int add_line(PodTextSection *section, const Setting *key, const char *value, Error *reterr)
{
    PodTextLine *line =
            key->flags & SETTING_LIST && !(key->flags & SETTING_JOIN) ? NULL : find_line(section, key);
    _cleanup_buffer_ Buffer written = { 0 };
    int r = add_value(&written, value, key->flags & SETTING_WORDS);

    if (line && setting_is_once(key))
        return error_set(reterr, -EINVAL, "--%s was given twice", key->flag);
    if (r >= 0 && !line) {
        line = ARRAY_APPEND(section->lines, section->n_lines);
        if (!line)
            return -ENOMEM;
        line->key = key;
    }
    if (r < 0)
        return r;
    free(TAKE_PTR(line->value));
    return buffer_steal(&written, &line->value);
}

/* The section that has this flag, and its key there. */
static PodTextSection *find_key(PodText *text, const char *flag, const Setting **ret)
{
    SettingId of_app = setting_of_flag(SETTING_SECTION_APP, flag),
              of_pod = setting_of_flag(SETTING_SECTION_POD, flag);
    bool takes_app = of_app >= 0 && settings[of_app].use == SETTING_FLAG;

    if (takes_app && last_app(text)) {
        *ret = &settings[of_app];
        return last_app(text);
    }
    *ret = of_pod >= 0 ? &settings[of_pod] : NULL;
    return takes_app && of_pod < 0 ? NULL : &text->pod;
}

int pod_text_add_flag(PodText *text, const char *flag, const char *value, Error *reterr)
{
    PodTextSection *section, *app = last_app(text);
    char what[64];
    const Setting *key;
    int r;

    (void) snprintf(what, sizeof(what), "--%s", flag);
    r = check_value(what, value, reterr);
    if (r < 0)
        return r;
    if (streq(flag, "exec") && app)
        return set_once(&app->exec, flag, value, reterr);
    section = find_key(text, flag, &key);
    if (!section || (streq(flag, "exec") && !app))
        return error_set(reterr, -EINVAL, "--%s must follow an image", flag);
    if (!key)
        return error_set(reterr, -EINVAL, "--%s has no key in a pod file", flag);
    if (key->use != SETTING_FLAG)
        return error_set(reterr, -EINVAL, "--%s has no key in a pod file: %s", flag, key->refused);
    return add_line(section, key, value, reterr);
}

int pod_text_set_name(PodText *text, const char *name, Error *reterr)
{
    PodTextSection *app = last_app(text);

    if (!app)
        return error_set(reterr, -EINVAL, "--name must follow an image");
    if (!ac_name_is_valid(name))
        return error_set(reterr, -EINVAL, "--name=%s: not a valid app name", name);
    return set_once(&app->name, "name", name, reterr);
}

int pod_text_add_argument(PodText *text, const char *word, Error *reterr)
{
    PodTextSection *app = last_app(text);
    int r;

    if (!app)
        return error_set(reterr, -EINVAL, "arguments after \"--\" must follow an image");
    r = check_value("an argument", word, reterr);
    return r < 0 ? r : strv_extend(&app->arguments, word);
}

/* ----- The file ----- */

static int write_command(const PodTextSection *app, Buffer *b)
{
    int r = 0;

    if (app->exec || app->arguments)
        buffer_adds(b, app->exec ? "Exec=" : "Args=");
    if (app->exec)
        r = add_value(b, app->exec, true);
    STRV_FOREACH (word, app->arguments) {
        if (app->exec || word != app->arguments)
            buffer_adds(b, " ");
        if (r >= 0)
            r = add_value(b, *word, true);
    }
    if (app->exec || app->arguments)
        buffer_adds(b, "\n");
    return r;
}

static void write_lines(const PodTextSection *section, Buffer *b)
{
    for (size_t i = 0; i < section->n_lines; i++)
        buffer_add_all(b, section->lines[i].key->key, "=", section->lines[i].value, "\n");
}

static int write_app(const PodTextSection *app, bool only, Buffer *b, Error *reterr)
{
    int r;

    if (!app->name && !only)
        return error_set(reterr, -EINVAL, "image \"%s\": with several apps, each needs a --name", app->image);
    buffer_addf(b, "%s[App%s%s]\nImage=", b->size > 0 ? "\n" : "", app->name ? ":" : "",
                app->name ? app->name : "");
    r = add_value(b, app->image, false);
    buffer_adds(b, "\n");
    write_lines(app, b);
    return r < 0 ? r : write_command(app, b);
}

int pod_text_write(const PodText *text, Buffer *ret, Error *reterr)
{
    int r = 0;

    if (text->pod.n_lines > 0)
        buffer_adds(ret, "[Pod]\n");
    write_lines(&text->pod, ret);
    for (size_t i = 0; r >= 0 && i < text->n_apps; i++)
        r = write_app(&text->apps[i], text->n_apps == 1, ret, reterr);
    return r < 0 ? r : buffer_error(ret);
}
