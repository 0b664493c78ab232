/* SPDX-License-Identifier: Apache-2.0 */
/* All keys of podman-systemd.unit(5), up to Podman 5.8, except those that are the same here. The section
 * "Coming from Quadlet" of Documentation/pods.d.md has the same for users. */

#include "podfile/quadlet.h"

#include <fnmatch.h>
#include <stddef.h>

#include "base/array.h"
#include "base/string-util.h"

enum {
    CONTAINER = 1 << 0,
    POD = 1 << 1,
    KUBE = 1 << 2,
    NETWORK = 1 << 3,
    VOLUME = 1 << 4,
    BUILD = 1 << 5,
    IMAGE = 1 << 6,
    ARTIFACT = 1 << 7,
    QUADLET = 1 << 8,
    ANY = (1 << 9) - 1,
    PULLED = IMAGE | BUILD | ARTIFACT,
};

/* Each of rkt's sections stands for the sections of Quadlet whose keys users may write in it. */
static const struct {
    const char *name;
    unsigned mask;
    const char *text;
} sections[] = {
    { "App", CONTAINER | POD, NULL },
    { "Artifact", ARTIFACT, "rkt has nothing like it, because rkt fetches images only" },
    { "Build", BUILD,
      "rkt has nothing like it, because images are built elsewhere, and fetched with rkt fetch" },
    { "Container", CONTAINER, "use [App:NAME], and [Pod] for what concerns the pod" },
    { "Image", IMAGE, "use Image= in [App], or rkt fetch" },
    { "Kube", KUBE, "use PodManifest= in [Pod]" },
    { "Network", NETWORK, "networks are files in /etc/rkt/net.d" },
    { "Pod", CONTAINER | POD, NULL },
    { "Quadlet", QUADLET, "use [Unit]" },
    { "Volume", VOLUME, "use Volume= in [Pod]" },
};

#define USER_NAMESPACE                                                                                       \
    "rkt has nothing like it yet, because user namespaces are not built: the uids of an app are those of "   \
    "the host"
#define NO_SELINUX "rkt has nothing like it, because rkt sets no SELinux labels yet"
#define FLAGS "rkt has nothing like it, because each flag has a key of its own, see rkt.pod(5)"
#define RETRY "use Restart=on-failure and RestartSec= in [Service]"
#define PORT                                                                                                 \
    "with Network=host the app's ports are the host's, and no key is needed; for a port that [Socket] "      \
    "listens on, use Port=NAME:HOSTPORT in [Pod]"
#define VOLUME_AND_MOUNT                                                                                     \
    "use Volume=NAME,kind=host,source=PATH in [Pod], and Mount=volume=NAME,target=PATH in [App]"
#define EMPTY_VOLUME "use Volume=NAME,kind=empty in [Pod], and Mount=volume=NAME,target=PATH in [App]"
#define NET_FILE "write it into the network's file in /etc/rkt/net.d"
#define AUTHORIZATION "write it into a file in /etc/rkt/auth.d, see rkt-config(1)"
#define NO_BUILD "rkt has nothing like it, because images are built elsewhere"

/* A name that ends in "*" stands for all keys with this beginning. If two rows match, the first one counts.
 */
static const struct {
    const char *name;
    unsigned sections;
    const char *text;
} keys[] = {
    { "AddCapability", CONTAINER,
      "use CapsRetain= in [App], which names all capabilities that the app keeps" },
    { "AddDevice", CONTAINER,
      "use Volume=NAME,kind=host,source=/dev/… in [Pod], and Mount=volume=NAME,target=/dev/… in [App]" },
    { "AddHost", ANY, "use HostsEntry=IP=NAME in [Pod]" },
    { "AllTags", IMAGE, "rkt has nothing like it, because each image is named" },
    { "Annotation", CONTAINER, "use UserAnnotation= in [App]" },
    { "AppArmor", CONTAINER, "rkt has nothing like it, because rkt sets no AppArmor profiles yet" },
    { "Arch", PULLED, "use Image=NAME,arch=ARCH in [App]" },
    { "AuthFile", PULLED, AUTHORIZATION },
    { "AutoUpdate", CONTAINER | KUBE,
      "use PullPolicy=update in [Pod], and a timer that restarts the unit; nothing does so by itself" },
    { "CertDir", PULLED, "rkt has nothing like it, because the host's certificates are used" },
    { "CgroupsMode", CONTAINER, "rkt has nothing like it, because the pod's cgroup is that of its unit" },
    { "ConfigMap", KUBE, "use Volume= in [Pod], with the files" },
    { "ContainerName", CONTAINER,
      "rkt has nothing like it, because the app's name is that of its section, [App:NAME]" },
    { "ContainersConfModule", ANY, "rkt has nothing like it, because rkt does not read containers.conf" },
    { "Copy", VOLUME, "rkt has nothing like it, because an empty volume begins empty" },
    { "Creds", PULLED, AUTHORIZATION },
    { "DNS", NETWORK, "use DNS= in [Pod]" },
    { "DNS", CONTAINER, "use DNS= in [Pod]" },
    { "DNSOption", ANY, "use DNSOpt= in [Pod]" },
    { "DNSSearch", CONTAINER, "use DNSSearch= in [Pod]" },
    { "DecryptionKey", PULLED, "rkt has nothing like it, because rkt does not support encrypted images" },
    { "DefaultDependencies", QUADLET, "use DefaultDependencies= in [Unit]" },
    { "Device", VOLUME, "use a mount unit of systemd, and kind=host,source=PATH" },
    { "DisableDNS", NETWORK, "rkt has nothing like it, because no network of rkt has a DNS server" },
    { "Driver", NETWORK, NET_FILE },
    { "Driver", VOLUME, "rkt has nothing like it, because a volume is a directory: kind=host or kind=empty" },
    { "DropCapability", CONTAINER, "use CapsRemove= in [App]" },
    { "Entrypoint", CONTAINER, "use Exec= in [App], whose first word is the program" },
    { "EnvironmentFile", CONTAINER, "use EnvironmentFile= in [Pod], which is for all apps" },
    { "EnvironmentHost", CONTAINER, "use InheritEnv= in [Pod]" },
    { "ExitCodePropagation", KUBE,
      "rkt has nothing like it, because the first app that fails ends the pod, and its status is the "
      "unit's" },
    { "ExitPolicy", POD,
      "rkt has nothing like it, because a pod ends when its apps have, or when the first of them has "
      "failed" },
    { "Exec", CONTAINER, "use Args= in [App]; Exec= there begins with the program" },
    { "ExposeHostPort", CONTAINER, PORT },
    { "GIDMap", CONTAINER | POD, USER_NAMESPACE },
    { "Gateway", NETWORK, NET_FILE },
    { "GlobalArgs", ANY, FLAGS },
    { "Group", VOLUME, "use Volume=NAME,kind=empty,gid=NUMBER in [Pod]" },
    { "GroupAdd", CONTAINER, "use SupplementaryGIDs= in [App]" },
    { "Health*", CONTAINER,
      "rkt has nothing like it, because an app itself reports that it is alive: Watchdog= in [App], and "
      "WatchdogSec= "
      "in [Service]" },
    { "HostName", CONTAINER | POD, "use Hostname= in [Pod]" },
    { "HttpProxy", CONTAINER, "use Environment=HTTP_PROXY=… in [App]; nothing is passed on by itself" },
    { "IP", CONTAINER | POD,
      "rkt has nothing like it yet, because only Network=host and Network=none are built" },
    { "IP6", CONTAINER | POD,
      "rkt has nothing like it, because the network's file in /etc/rkt/net.d gives addresses" },
    { "IPAMDriver", NETWORK, NET_FILE },
    { "IPRange", NETWORK, NET_FILE },
    { "IPv6", NETWORK, NET_FILE },
    { "Image", VOLUME, "rkt has nothing like it, because a volume is not made from an image" },
    { "ImageTag", IMAGE, "rkt has nothing like it, because an image has the name that its manifest says" },
    { "InterfaceName", NETWORK, NET_FILE },
    { "Internal", NETWORK, NET_FILE },
    { "KubeDownForce", KUBE, "use Volume=NAME,kind=empty in [Pod], which goes with the pod" },
    { "Label", CONTAINER | POD, "use UserLabel= in [App] or [Pod]" },
    { "Label", NETWORK | VOLUME, "rkt has nothing like it, because only pods and apps have labels" },
    { "LogDriver", CONTAINER | KUBE, "use Stdout= and Stderr= in [App], or Journal= in [Pod]" },
    { "LogOpt", CONTAINER | KUBE, "use JournalMaxUse= in [Pod]" },
    { "Mask", CONTAINER,
      "rkt has nothing like it, because what is hidden below /proc and /sys is the same for all pods" },
    { "Mount", CONTAINER, VOLUME_AND_MOUNT },
    { "Network", CONTAINER | KUBE, "use Network= in [Pod]" },
    { "NetworkAlias", CONTAINER | POD,
      "rkt has nothing like it, because no network has a DNS server; use HostsEntry= in [Pod]" },
    { "NetworkDeleteOnStop", NETWORK,
      "rkt has nothing like it, because nothing of a network outlives its last pod" },
    { "NetworkName", NETWORK, NET_FILE },
    { "NoNewPrivileges", CONTAINER,
      "rkt has nothing like it, because it is an isolator of the image or of a pod manifest, "
      "os/linux/no-new-privileges" },
    { "OS", PULLED, "use Image=NAME,os=OS in [App]" },
    { "Options", NETWORK, NET_FILE },
    { "Options", VOLUME, "use a mount unit of systemd, and kind=host,source=PATH" },
    { "PidsLimit", CONTAINER, "use TasksMax= in [App], or in [Service] for the whole pod" },
    { "Pod", CONTAINER, "rkt has nothing like it, because the app's section is in the pod's file" },
    { "PodName", POD, "rkt has nothing like it, because the pod's name is that of its file" },
    { "PodmanArgs", ANY, FLAGS },
    { "Policy", PULLED, "use PullPolicy= in [Pod]" },
    { "PublishPort", CONTAINER | POD | KUBE, PORT },
    { "Pull", CONTAINER, "use PullPolicy= in [Pod]" },
    { "ReadOnly", CONTAINER, "use ReadonlyRootfs= in [App]" },
    { "ReadOnlyTmpfs", CONTAINER, EMPTY_VOLUME },
    { "ReloadCmd", CONTAINER, "use ExecReload= in [Service], or ReloadSignal= in [App]" },
    { "Remap*", CONTAINER | POD | KUBE, USER_NAMESPACE },
    { "Retry*", CONTAINER | PULLED, RETRY },
    { "Rootfs", CONTAINER, "use Image= in [App], with a name that the store has, or a file" },
    { "RunInit", CONTAINER, "rkt has nothing like it, because a pod always has an init" },
    { "SeccompProfile", CONTAINER, "use Seccomp= in [App], with a list of system calls or a set" },
    { "Secret", CONTAINER, "use Credential=NAME in [App], and LoadCredential=NAME:PATH in [Service]" },
    { "SecurityLabel*", CONTAINER, NO_SELINUX },
    { "ServiceName", ANY,
      "rkt has nothing like it, because the unit's name is \"rkt-\" and the name of the file" },
    { "SetWorkingDirectory", KUBE, "rkt has nothing like it, because all paths are absolute" },
    { "ShmSize", CONTAINER | POD, "use a volume of kind empty, with target=/dev/shm" },
    { "StartWithPod", CONTAINER, "rkt has nothing like it, because the app's section is in the pod's file" },
    { "StopTimeout", POD, "use StopTimeout= in [App]" },
    { "Sub?IDMap", CONTAINER | POD, USER_NAMESPACE },
    { "Subnet", NETWORK, NET_FILE },
    { "Sysctl", CONTAINER,
      "rkt has nothing like it, because apps can't write to /proc/sys: use sysctl.d(5) on the host" },
    { "TLSVerify", PULLED, "use InsecureOptions=tls in [Pod]" },
    { "Timezone", CONTAINER, "use Environment=TZ=… in [App]" },
    { "Tmpfs", CONTAINER, EMPTY_VOLUME },
    { "Type", VOLUME, "use a mount unit of systemd, and kind=host,source=PATH" },
    { "UIDMap", CONTAINER | POD, USER_NAMESPACE },
    { "Ulimit", CONTAINER, "use LimitNOFILE= and its kin in [Service], for the pod" },
    { "Unmask", CONTAINER, "use InsecureOptions=paths in [Pod], which hides nothing" },
    { "User", VOLUME, "use Volume=NAME,kind=empty,uid=NUMBER in [Pod]" },
    { "UserNS", CONTAINER | POD | KUBE, USER_NAMESPACE },
    { "Variant", PULLED, "use Image=NAME,arch=ARCH in [App]" },
    { "VolatileTmp", CONTAINER, "rkt has nothing like it, because each app has a /tmp of its own" },
    { "Volume", CONTAINER, VOLUME_AND_MOUNT },
    { "VolumeName", VOLUME, "use Volume=NAME,… in [Pod]" },
    { "WorkingDir", CONTAINER, "use WorkingDirectory= in [App]" },
    { "Yaml", KUBE, "use PodManifest= in [Pod], with a pod manifest of appc, not of Kubernetes" },
    { "*", BUILD, NO_BUILD },
    { "*", ARTIFACT, "rkt has nothing like it, because rkt fetches images only" },
};

static unsigned section_mask(const char *name)
{
    for (size_t i = 0; i < ELEMENTSOF(sections); i++)
        if (streq(sections[i].name, name))
            return sections[i].mask;
    return 0;
}

const char *quadlet_key_counterpart(const char *section, const char *key)
{
    unsigned mask = section_mask(section);

    for (size_t i = 0; mask > 0 && i < ELEMENTSOF(keys); i++)
        if (keys[i].sections & mask && fnmatch(keys[i].name, key, 0) == 0)
            return keys[i].text;
    return NULL;
}

const char *quadlet_section_counterpart(const char *section)
{
    for (size_t i = 0; i < ELEMENTSOF(sections); i++)
        if (streq(sections[i].name, section))
            return sections[i].text;
    return NULL;
}
