/* SPDX-License-Identifier: Apache-2.0 */
/* Every key of podman-systemd.unit(5) is one of ours, or has words for who writes it. */

#include "podfile/quadlet.h"

#include "base/string-util.h"
#include "podfile/keys.h"
#include "test.h"

static const struct {
    const char *section, *keys;
    bool ours; /* a key may be the same in [App] or [Pod] */
} cases[] = {
    { "Container",
      "AddCapability AddDevice AddHost Annotation AppArmor AutoUpdate CgroupsMode ContainerName "
      "ContainersConfModule DNS DNSOption DNSSearch DropCapability Entrypoint Environment EnvironmentFile "
      "EnvironmentHost Exec ExposeHostPort GIDMap GlobalArgs Group GroupAdd HealthCmd HealthInterval "
      "HealthLogDestination HealthMaxLogCount HealthMaxLogSize HealthOnFailure HealthRetries "
      "HealthStartPeriod HealthStartupCmd HealthStartupInterval HealthStartupRetries HealthStartupSuccess "
      "HealthStartupTimeout HealthTimeout HostName HttpProxy IP IP6 Image Label LogDriver LogOpt Mask Memory "
      "Mount Network NetworkAlias NoNewPrivileges Notify PidsLimit Pod PodmanArgs PublishPort Pull ReadOnly "
      "ReadOnlyTmpfs ReloadCmd ReloadSignal RemapGid RemapUid RemapUidSize RemapUsers Retry RetryDelay "
      "Rootfs RunInit SeccompProfile Secret SecurityLabelDisable SecurityLabelFileType SecurityLabelLevel "
      "SecurityLabelNested SecurityLabelType ServiceName ShmSize StartWithPod StopSignal StopTimeout "
      "SubGIDMap SubUIDMap Sysctl Timezone Tmpfs UIDMap Ulimit Unmask User UserNS VolatileTmp Volume "
      "WorkingDir",
      true },
    { "Pod",
      "AddHost ContainersConfModule DNS DNSOption DNSSearch ExitPolicy GIDMap GlobalArgs HostName IP IP6 "
      "Label Network NetworkAlias PodName PodmanArgs PublishPort RemapGid RemapUid RemapUidSize RemapUsers "
      "ServiceName ShmSize StopTimeout SubGIDMap SubUIDMap UIDMap UserNS Volume",
      true },
    { "Kube",
      "AutoUpdate ConfigMap ContainersConfModule ExitCodePropagation GlobalArgs KubeDownForce LogDriver "
      "LogOpt Network PodmanArgs PublishPort RemapGid ServiceName SetWorkingDirectory UserNS Yaml",
      false },
    { "Network",
      "ContainersConfModule DNS DisableDNS Driver Gateway GlobalArgs IPAMDriver IPRange IPv6 InterfaceName "
      "Internal Label NetworkDeleteOnStop NetworkName Options PodmanArgs ServiceName Subnet",
      false },
    { "Volume",
      "ContainersConfModule Copy Device Driver GlobalArgs Group Image Label Options PodmanArgs ServiceName "
      "Type User VolumeName",
      false },
    { "Build",
      "Annotation Arch AuthFile BuildArg ContainersConfModule DNS DNSOption DNSSearch Environment File "
      "ForceRM GlobalArgs GroupAdd IgnoreFile ImageTag Label Network PodmanArgs Pull Retry RetryDelay Secret "
      "ServiceName SetWorkingDirectory TLSVerify Target Variant Volume",
      false },
    { "Image",
      "AllTags Arch AuthFile CertDir ContainersConfModule Creds DecryptionKey GlobalArgs ImageTag OS "
      "PodmanArgs Policy Retry RetryDelay ServiceName TLSVerify Variant",
      false },
    { "Artifact",
      "Artifact AuthFile CertDir ContainersConfModule Creds DecryptionKey GlobalArgs PodmanArgs Quiet Retry "
      "RetryDelay ServiceName TLSVerify",
      false },
    { "Quadlet", "DefaultDependencies", false },
};

static void check_key(const char *section, const char *key, bool ours)
{
    const Setting *of_app = pod_key_find(POD_SECTION_APP, key), *of_pod = pod_key_find(POD_SECTION_POD, key);

    if (quadlet_key_counterpart(section, key) || (ours && (of_app || of_pod)))
        return;
    fprintf(stderr, "%s= of [%s] has no counterpart\n", key, section);
    exit(1);
}

/* What people write into the sections of ours is told, too. */
static void test_every_key(void)
{
    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_strv_ char **keys = NULL;

        assert_int(strv_split(cases[i].keys, " ", &keys), 0);
        STRV_FOREACH (key, keys) {
            check_key(cases[i].section, *key, cases[i].ours);
            if (cases[i].ours)
                check_key("App", *key, true);
        }
        if (!streq(cases[i].section, "Pod"))
            assert_true(quadlet_section_counterpart(cases[i].section));
    }
}

static void test_words(void)
{
    assert_str(quadlet_key_counterpart("App", "Timezone"), "use Environment=TZ=… in [App]");
    assert_str(quadlet_key_counterpart("Pod", "Timezone"), "use Environment=TZ=… in [App]");
    assert_str(quadlet_key_counterpart("Volume", "User"), "use Volume=NAME,kind=empty,uid=NUMBER in [Pod]");
    assert_true(!quadlet_key_counterpart("Container", "User"));
    assert_true(!quadlet_key_counterpart("Service", "Timezone"));
    assert_true(!quadlet_key_counterpart("App", "Imge"));
    assert_true(!quadlet_section_counterpart("App"));
    assert_true(!quadlet_section_counterpart("Containers"));
}

int main(void)
{
    test_every_key();
    test_words();
    return 0;
}
