/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of rkt's own; systemd-keys.c has the others. Each table is sorted by name
 * (tests/unit/test-podfile-keys.c sees to it). */

#include "podfile/keys.h"

#include <ctype.h>
#include <stdlib.h>

#include "appc/directory.h"
#include "base/string-util.h"
#include "podfile/systemd-keys.h"
#include "podfile/values.h"

#define JOINED POD_KEY_LIST | POD_KEY_WORDS | POD_KEY_JOIN

static const PodKey pod_section_keys[] = {
    { "Annotation", POD_KEY_FLAG, "annotation", pod_check_annotation, POD_KEY_LIST, POD_LINE_PREPARE },
    { "DNS", POD_KEY_FLAG, "dns", pod_check_text, POD_KEY_LIST | POD_KEY_WORDS, POD_LINE_RUN },
    { "DNSDomain", POD_KEY_FLAG, "dns-domain", pod_check_text, 0, POD_LINE_RUN },
    { "DNSOpt", POD_KEY_FLAG, "dns-opt", pod_check_text, POD_KEY_LIST | POD_KEY_WORDS, POD_LINE_RUN },
    { "DNSSearch", POD_KEY_FLAG, "dns-search", pod_check_text, POD_KEY_LIST | POD_KEY_WORDS, POD_LINE_RUN },
    { "Debug", POD_KEY_FLAG, "debug", pod_check_bool, 0, POD_LINE_PREPARE | POD_LINE_RUN },
    { "Dir", POD_KEY_FLAG, "dir", pod_check_path, 0, POD_LINE_PREPARE | POD_LINE_RUN },
    { "Environment", POD_KEY_FLAG, "set-env", pod_check_assignment, POD_KEY_LIST | POD_KEY_WORDS,
      POD_LINE_PREPARE },
    { "EnvironmentFile", POD_KEY_FLAG, "set-env-file", pod_check_path, POD_KEY_LIST, POD_LINE_PREPARE },
    { "Hostname", POD_KEY_FLAG, "hostname", pod_check_text, 0, POD_LINE_RUN },
    { "HostsEntry", POD_KEY_FLAG, "hosts-entry", pod_check_text, POD_KEY_LIST | POD_KEY_WORDS, POD_LINE_RUN },
    { "IPC", POD_KEY_FLAG, "ipc", pod_check_text, 0, POD_LINE_RUN },
    { "ImageRights", POD_KEY_FLAG, "image-rights", pod_check_enum, 0, POD_LINE_PREPARE,
      .values = "default|all" },
    { "InheritEnv", POD_KEY_FLAG, "inherit-env", pod_check_bool, 0, POD_LINE_PREPARE },
    { "InsecureOptions", POD_KEY_FLAG, "insecure-options", pod_check_text, JOINED,
      POD_LINE_PREPARE | POD_LINE_RUN },
    { "Interactive", POD_KEY_REFUSE, "a unit has no terminal; use `rkt run --interactive` or `rkt enter`" },
    { "Journal", POD_KEY_FLAG, "journal", pod_check_enum, 0, POD_LINE_RUN, .values = "pod|host" },
    { "JournalMaxUse", POD_KEY_FLAG, "journal-max-use", pod_check_size, 0, POD_LINE_RUN, .min = 1024 * 1024 },
    { "LocalConfig", POD_KEY_FLAG, "local-config", pod_check_path, 0, POD_LINE_PREPARE | POD_LINE_RUN },
    { "MDSRegister", POD_KEY_FLAG, "mds-register", pod_check_bool, 0, POD_LINE_RUN },
    { "MachineName", POD_KEY_REFUSE, "it follows from the name of the file" },
    { "Mount", POD_KEY_FLAG, "mount", pod_check_mount, POD_KEY_LIST, POD_LINE_PREPARE },
    { "Net", POD_KEY_REFUSE, "the key is Network=" },
    { "Network", POD_KEY_FLAG, "net", pod_check_network, JOINED, POD_LINE_RUN },
    { "NoOverlay", POD_KEY_FLAG, "no-overlay", pod_check_bool, 0, POD_LINE_PREPARE },
    { "NoStore", POD_KEY_REFUSE, "use PullPolicy=update" },
    { "PodManifest", POD_KEY_FLAG, "pod-manifest", pod_check_path, 0, POD_LINE_PREPARE },
    { "Port", POD_KEY_FLAG, "port", pod_check_port, POD_KEY_LIST | POD_KEY_WORDS, POD_LINE_PREPARE },
    { "PrivateUsers", POD_KEY_FLAG, "private-users", pod_check_bool, 0, POD_LINE_PREPARE },
    { "PullPolicy", POD_KEY_FLAG, "pull-policy", pod_check_enum, 0, POD_LINE_PREPARE,
      .values = "new|never|update" },
    { "Quiet", POD_KEY_REFUSE, "what rkt-prepare says goes to the journal" },
    { "SetEnv", POD_KEY_REFUSE, "the key is Environment=" },
    { "SetEnvFile", POD_KEY_REFUSE, "the key is EnvironmentFile=" },
    { "Stage1FromDir", POD_KEY_FLAG, "stage1-from-dir", pod_check_text, 0, POD_LINE_PREPARE },
    { "Stage1Hash", POD_KEY_FLAG, "stage1-hash", pod_check_text, 0, POD_LINE_PREPARE },
    { "Stage1Name", POD_KEY_FLAG, "stage1-name", pod_check_text, 0, POD_LINE_PREPARE },
    { "Stage1Path", POD_KEY_FLAG, "stage1-path", pod_check_path, 0, POD_LINE_PREPARE },
    { "Stage1URL", POD_KEY_FLAG, "stage1-url", pod_check_text, 0, POD_LINE_PREPARE },
    { "StoreOnly", POD_KEY_REFUSE, "use PullPolicy=never" },
    { "SystemConfig", POD_KEY_FLAG, "system-config", pod_check_path, 0, POD_LINE_PREPARE | POD_LINE_RUN },
    { "TrustKeysFromHTTPS", POD_KEY_FLAG, "trust-keys-from-https", pod_check_bool, 0, POD_LINE_PREPARE },
    { "UUIDFileSave", POD_KEY_REFUSE, "the UUID is in /run/rkt/pods/UNIT/uuid while the pod runs" },
    { "UserAnnotation", POD_KEY_FLAG, "user-annotation", pod_check_annotation, POD_KEY_LIST,
      POD_LINE_PREPARE },
    { "UserConfig", POD_KEY_FLAG, "user-config", pod_check_path, 0, POD_LINE_PREPARE | POD_LINE_RUN },
    { "UserLabel", POD_KEY_FLAG, "user-label", pod_check_annotation, POD_KEY_LIST, POD_LINE_PREPARE },
    { "Volume", POD_KEY_FLAG, "volume", pod_check_volume, POD_KEY_LIST, POD_LINE_PREPARE },
};

static const PodKey app_keys[] = {
    { "Annotation", POD_KEY_FLAG, "annotation", pod_check_annotation, POD_KEY_LIST, POD_LINE_PREPARE },
    { "Args", POD_KEY_OWN, NULL, NULL, POD_KEY_LIST | POD_KEY_WORDS },
    { "CPU", POD_KEY_FLAG, "cpu", pod_check_quantity, 0, POD_LINE_PREPARE },
    { "CPUShares", POD_KEY_FLAG, "cpu-shares", pod_check_range, 0, POD_LINE_PREPARE, .min = 2,
      .max = 262144 },
    { "CacheDirectory", POD_KEY_FLAG, "cache-directory", pod_check_directory, POD_KEY_LIST | POD_KEY_WORDS,
      POD_LINE_PREPARE, .min = DIRECTORY_CACHE },
    { "CacheDirectoryMode", POD_KEY_FLAG, "cache-directory-mode", pod_check_mode, 0, POD_LINE_PREPARE },
    { "CapRemove", POD_KEY_REFUSE, "the key is CapsRemove=" },
    { "CapRetain", POD_KEY_REFUSE, "the key is CapsRetain=" },
    { "CapsRemove", POD_KEY_FLAG, "caps-remove", pod_check_capability, JOINED, POD_LINE_PREPARE },
    { "CapsRetain", POD_KEY_FLAG, "caps-retain", pod_check_capability, JOINED, POD_LINE_PREPARE },
    { "ConfigurationDirectory", POD_KEY_FLAG, "configuration-directory", pod_check_directory,
      POD_KEY_LIST | POD_KEY_WORDS, POD_LINE_PREPARE, .min = DIRECTORY_CONFIGURATION },
    { "ConfigurationDirectoryMode", POD_KEY_FLAG, "configuration-directory-mode", pod_check_mode, 0,
      POD_LINE_PREPARE },
    { "Credential", POD_KEY_FLAG, "credential", pod_check_credential, POD_KEY_LIST | POD_KEY_WORDS,
      POD_LINE_PREPARE },
    { "Environment", POD_KEY_FLAG, "environment", pod_check_assignment, POD_KEY_LIST | POD_KEY_WORDS,
      POD_LINE_PREPARE },
    { "EnvironmentFile", POD_KEY_REFUSE, "it is a key of [Pod]" },
    { "Exec", POD_KEY_OWN, NULL, pod_check_program, POD_KEY_WORDS | POD_KEY_PROGRAM },
    { "Group", POD_KEY_FLAG, "group", pod_check_text, 0, POD_LINE_PREPARE },
    { "Image", POD_KEY_OWN, NULL, pod_check_image, 0 },
    { "ImageRights", POD_KEY_FLAG, "image-rights", pod_check_enum, 0, POD_LINE_PREPARE,
      .values = "default|all" },
    { "Init", POD_KEY_FLAG, "init", pod_check_bool, 0, POD_LINE_PREPARE },
    { "JournalNative", POD_KEY_FLAG, "journal-native", pod_check_bool, 0, POD_LINE_PREPARE },
    { "LogsDirectory", POD_KEY_FLAG, "logs-directory", pod_check_directory, POD_KEY_LIST | POD_KEY_WORDS,
      POD_LINE_PREPARE, .min = DIRECTORY_LOGS },
    { "LogsDirectoryMode", POD_KEY_FLAG, "logs-directory-mode", pod_check_mode, 0, POD_LINE_PREPARE },
    { "Memory", POD_KEY_FLAG, "memory", pod_check_size, 0, POD_LINE_PREPARE, .min = 4096 },
    { "Mount", POD_KEY_FLAG, "mount", pod_check_mount, POD_KEY_LIST, POD_LINE_PREPARE },
    { "Name", POD_KEY_REFUSE, "the app's name stands in the section: [App:NAME]" },
    { "Notify", POD_KEY_FLAG, "notify", pod_check_bool, 0, POD_LINE_PREPARE },
    { "OOMScoreAdj", POD_KEY_REFUSE, "the key is OOMScoreAdjust=" },
    { "OOMScoreAdjust", POD_KEY_FLAG, "oom-score-adj", pod_check_range, 0, POD_LINE_PREPARE, .min = -1000,
      .max = 1000 },
    { "ReadonlyRootfs", POD_KEY_FLAG, "readonly-rootfs", pod_check_bool, 0, POD_LINE_PREPARE },
    { "ReloadSignal", POD_KEY_FLAG, "reload-signal", pod_check_signal, 0, POD_LINE_PREPARE },
    { "Seccomp", POD_KEY_FLAG, "seccomp", pod_check_text, JOINED, POD_LINE_PREPARE },
    { "Signature", POD_KEY_FLAG, "signature", pod_check_path, 0, POD_LINE_PREPARE },
    { "SocketActivated", POD_KEY_FLAG, "socket-activated", pod_check_socket_activated,
      POD_KEY_LIST | POD_KEY_WORDS, POD_LINE_PREPARE },
    { "StateDirectory", POD_KEY_FLAG, "state-directory", pod_check_directory, POD_KEY_LIST | POD_KEY_WORDS,
      POD_LINE_PREPARE, .min = DIRECTORY_STATE },
    { "StateDirectoryMode", POD_KEY_FLAG, "state-directory-mode", pod_check_mode, 0, POD_LINE_PREPARE },
    { "Stderr", POD_KEY_FLAG, "stderr", pod_check_enum, 0, POD_LINE_PREPARE,
      .values = "null|tty|stream|log" },
    { "Stdin", POD_KEY_FLAG, "stdin", pod_check_enum, 0, POD_LINE_PREPARE, .values = "null|tty|stream" },
    { "Stdout", POD_KEY_FLAG, "stdout", pod_check_enum, 0, POD_LINE_PREPARE,
      .values = "null|tty|stream|log" },
    { "StopSignal", POD_KEY_FLAG, "stop-signal", pod_check_signal, 0, POD_LINE_PREPARE },
    { "StopTimeout", POD_KEY_FLAG, "stop-timeout", pod_check_timeout, 0, POD_LINE_PREPARE },
    { "SupplementaryGIDs", POD_KEY_FLAG, "supplementary-gids", pod_check_text, JOINED, POD_LINE_PREPARE },
    { "User", POD_KEY_FLAG, "user", pod_check_text, 0, POD_LINE_PREPARE },
    { "UserAnnotation", POD_KEY_FLAG, "user-annotation", pod_check_annotation, POD_KEY_LIST,
      POD_LINE_PREPARE },
    { "UserLabel", POD_KEY_FLAG, "user-label", pod_check_annotation, POD_KEY_LIST, POD_LINE_PREPARE },
    { "Watchdog", POD_KEY_FLAG, "watchdog", pod_check_bool, 0, POD_LINE_PREPARE },
    { "WorkingDir", POD_KEY_REFUSE, "the key is WorkingDirectory=" },
    { "WorkingDirectory", POD_KEY_FLAG, "working-dir", pod_check_text, 0, POD_LINE_PREPARE },
};

static const PodKey install_keys[] = {
    { "Alias", POD_KEY_OWN, NULL, NULL, POD_KEY_LIST | POD_KEY_WORDS },
    { "Also", POD_KEY_REFUSE, "say WantedBy= in the other unit" },
    { "DefaultInstance", POD_KEY_OWN, NULL, pod_check_text, 0 },
    { "RequiredBy", POD_KEY_OWN, NULL, NULL, POD_KEY_LIST | POD_KEY_WORDS },
    { "UpheldBy", POD_KEY_OWN, NULL, NULL, POD_KEY_LIST | POD_KEY_WORDS },
    { "WantedBy", POD_KEY_OWN, NULL, NULL, POD_KEY_LIST | POD_KEY_WORDS },
};

static const char *const pod_section_table[_POD_SECTION_MAX] = {
    [POD_SECTION_UNIT] = "Unit",       [POD_SECTION_POD] = "Pod",       [POD_SECTION_APP] = "App",
    [POD_SECTION_SERVICE] = "Service", [POD_SECTION_SOCKET] = "Socket", [POD_SECTION_INSTALL] = "Install",
};
DEFINE_STRING_TABLE(pod_section, PodSectionKind)

const char *pod_section_nearest(const char *name)
{
    return nearest_string(name, pod_section_table, ELEMENTSOF(pod_section_table));
}

const PodKey *pod_keys(PodSectionKind kind, size_t *ret_n)
{
    switch (kind) {
    case POD_SECTION_POD: *ret_n = ELEMENTSOF(pod_section_keys); return pod_section_keys;
    case POD_SECTION_APP: *ret_n = ELEMENTSOF(app_keys); return app_keys;
    case POD_SECTION_INSTALL: *ret_n = ELEMENTSOF(install_keys); return install_keys;
    default: return systemd_keys(kind, ret_n);
    }
}

static int compare_key(const void *name, const void *key)
{
    return strcmp(name, ((const PodKey *) key)->name);
}

const PodKey *pod_key_find(PodSectionKind kind, const char *name)
{
    size_t n;
    const PodKey *keys = pod_keys(kind, &n);

    return bsearch(name, keys, n, sizeof(PodKey), compare_key);
}

static bool is_called(const char *key, const char *flag)
{
    for (; *key && *flag; key++, flag++) {
        flag += *flag == '-';
        if (tolower((unsigned char) *key) != *flag)
            return false;
    }
    return *key == *flag;
}

const PodKey *pod_key_of_flag(PodSectionKind kind, const char *flag)
{
    const PodKey *refused = NULL;
    size_t n;
    const PodKey *keys = pod_keys(kind, &n);

    for (size_t i = 0; i < n; i++) {
        const PodKey *key = &keys[i];

        if (key->use == POD_KEY_FLAG && streq(key->text, flag))
            return key;
        if (key->use == POD_KEY_REFUSE && is_called(key->name, flag))
            refused = key;
    }
    return refused;
}

bool pod_key_is_path(const PodKey *key)
{
    return key->check == pod_check_path;
}

bool pod_key_is_directory(const PodKey *key)
{
    return key->check == pod_check_directory;
}

const char *pod_key_nearest(PodSectionKind kind, const char *name)
{
    const char *names[512];
    size_t n_keys, n = 0;
    const PodKey *keys = pod_keys(kind, &n_keys);

    for (size_t i = 0; i < n_keys && n < ELEMENTSOF(names); i++)
        if (keys[i].use != POD_KEY_REFUSE)
            names[n++] = keys[i].name;
    return nearest_string(name, names, n);
}

PodSectionKind pod_key_elsewhere(PodSectionKind kind, const char *name)
{
    for (PodSectionKind other = 0; other < _POD_SECTION_MAX; other++) {
        const PodKey *key = other == kind ? NULL : pod_key_find(other, name);

        if (key && key->use != POD_KEY_REFUSE)
            return other;
    }
    return _POD_SECTION_INVALID;
}
