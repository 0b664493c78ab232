/* SPDX-License-Identifier: Apache-2.0 */
/* A program and its caller: we are both, and a shell is one that says what no program of ours would. */

#include "base/call.h"

#include <fcntl.h>

#include "base/answer.h"
#include "base/fd-util.h"
#include "base/log.h"
#include "base/time-util.h"
#include "test.h"

enum { MANY = 20000, SECOND = 1000000000 };

typedef struct Thing {
    char *name;
    uint64_t number;
} Thing;

static const RecordField fields[] = {
    { "name", RECORD_STRING, offsetof(Thing, name) },
    { "number", RECORD_U64, offsetof(Thing, number) },
    {},
};

/* ----- The program ----- */

static int be_called(const char *part)
{
    _cleanup_error_ Error error = ERROR_INIT;

    answer_begin();
    if (getenv(ANSWER_VARIABLE) || !answer_is_asked())
        return 100;
    if (streq(part, "answer")) {
        answer("name", "a\nb%%");
        answer("number", "%d", 7);
        (void) puts("not a record");
        return 0;
    }
    if (streq(part, "many")) {
        for (unsigned i = 1; i <= MANY; i++)
            answer("number", "%u", i);
        return 0;
    }
    if (streq(part, "two-errors")) {
        error_print(&error, error_set(&error, -EPERM, "the first"), "program", false);
        error_print(&error, error_set(&error, -ENOENT, "the second"), "program", false);
        return 254;
    }
    (void) error_set(&error, -ENOTUNIQ, "the %s", "cause\n");
    (void) error_prefix(&error, -ENOTUNIQ, "the middle");
    error_print(&error, error_prefix(&error, -ENOTUNIQ, "what was done"), "program", false);
    return 254;
}

static int ask(const char *part, Thing *ret, Error *reterr)
{
    char *const argv[] = { (char *) "test-base-call", (char *) part, NULL };

    *ret = (Thing){};
    return call_ask(&(Call){ CALL_INIT, .path = "/proc/self/exe", .argv = argv }, fields, ret, reterr);
}

static void test_answer(void)
{
    Thing thing;

    assert_int(ask("answer", &thing, NULL), 0);
    assert_str(thing.name, "a\nb%");
    assert_int(thing.number, 7);
    record_done(fields, &thing);
    assert_int(ask("many", &thing, NULL), 0);
    assert_int(thing.number, MANY);
    assert_true(!getenv(ANSWER_VARIABLE));
}

static void test_error(void)
{
    _cleanup_error_ Error error = ERROR_INIT;
    Thing thing;

    assert_int(ask("fail", &thing, &error), -ENOTUNIQ);
    assert_int(error.n, 3);
    assert_str(error_cause(&error), "the cause?");
    assert_str(error.chain[2], "what was done");
    assert_int(ask("fail", &thing, NULL), -ENOTUNIQ);
    assert_int(ask("two-errors", &thing, &error), -ENOENT);
    assert_int(error.n, 1);
    assert_str(error_cause(&error), "the second");
}

/* ----- A program that is none of ours ----- */

static int run_shell(const char *script, Thing *ret, Error *reterr)
{
    char *const argv[] = { (char *) "sh", (char *) "-c", (char *) script, NULL };

    *ret = (Thing){};
    return call_ask(&(Call){ CALL_INIT, .path = "/bin/sh", .argv = argv }, fields, ret, reterr);
}

static void test_status(void)
{
    _cleanup_error_ Error error = ERROR_INIT;
    char *const argv[] = { (char *) "x", NULL };
    Thing thing;

    assert_int(run_shell("exit 0", &thing, &error), 0);
    assert_int(run_shell("exit 7", &thing, &error), -EIO);
    assert_str(error_cause(&error), "sh failed with exit status 7");
    assert_int(run_shell("kill -KILL $$", &thing, &error), -EIO);
    assert_str(error_cause(&error), "sh was ended by signal 9 (Killed)");
    assert_int(call_run(&(Call){ CALL_INIT, .path = "/does/not/exist", .argv = argv }, &error), -ENOENT);
    assert_str(error_cause(&error), "cannot run /does/not/exist: No such file or directory");
}

static void test_bad_answers(void)
{
    static const struct {
        const char *text;
        int r;
    } cases[] = {
        { "name=a\\nnumber=3\\n", 0 },
        { "name=a", -EBADMSG },
        { "no record\\n", -EBADMSG },
        { "name=a\\n\\0number=3\\n", -EBADMSG },
        { "other=key\\n", -EBADMSG },
        { "number=x\\n", -EINVAL },
        { "errno=5\\n", -EIO },
        { "error=words\\n", -EBADMSG },
        { "error=words\\nerrno=0\\n", -EIO },
        { "error=words\\nerrno=2\\n", -ENOENT },
        { "error=words\\nerrno=2\\nno record", -ENOENT },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        Thing thing;
        char script[128];

        (void) snprintf(script, sizeof(script), "printf '%s' >&$" ANSWER_VARIABLE, cases[i].text);
        assert_int(run_shell(script, &thing, NULL), cases[i].r);
        record_done(fields, &thing);
    }
}

/* Neither a child that keeps the pipe nor one that fills it with no record holds anybody up. */
static void test_children(void)
{
    int64_t begin = monotonic_ns();
    Thing thing;

    assert_int(run_shell("sleep 20 2>/dev/null & echo number=3 >&$" ANSWER_VARIABLE, &thing, NULL), 0);
    assert_int(thing.number, 3);
    assert_int(run_shell("tr '\\\\0' x </dev/zero >&$" ANSWER_VARIABLE, &thing, NULL), -EMSGSIZE);
    assert_true(monotonic_ns() - begin < INT64_C(30) * SECOND);
}

/* ----- By standard output ----- */

static int take_nothing(const char *key _unused_, char *value _unused_, void *userdata _unused_)
{
    return -EBADMSG;
}

static int be_far(void)
{
    answer_begin();
    log_setup("far", false);
    log_warning("a %s", "warning");
    return answer_has_messages() ? 0 : 100;
}

/* The message comes out at our standard error. */
static void test_messages(void)
{
    _cleanup_free_ char *self = realpath("/proc/self/exe", NULL);
    char *const argv[] = { (char *) "env", (char *) ANSWER_VARIABLE "=1", self, (char *) "far", NULL };
    int pair[2], saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    char said[64];
    ssize_t n;

    assert_int(pipe2(pair, O_CLOEXEC), 0);
    assert_int(dup2(pair[1], STDERR_FILENO), STDERR_FILENO);
    assert_int(call_run(&(Call){ CALL_INIT, .path = "/usr/bin/env", .argv = argv, .by_output = true,
                                 .take = take_nothing },
                        NULL),
               0);
    assert_int(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    (void) close(pair[1]);
    n = read_full(pair[0], said, sizeof(said) - 1);
    assert_true(n > 0);
    said[n] = '\0';
    assert_str(said, "far: a warning\n");
    (void) close(pair[0]);
    (void) close(saved);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return streq(argv[1], "far") ? be_far() : be_called(argv[1]);
    log_setup("test", false);
    test_answer();
    test_error();
    test_status();
    test_bad_answers();
    test_children();
    test_messages();
    return 0;
}
