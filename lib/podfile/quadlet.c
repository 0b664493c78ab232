/* SPDX-License-Identifier: Apache-2.0 */
/* From podman-systemd.unit(5). "For those who come from Quadlet" in Documentation/pods.d.md says the same. */

#include "podfile/quadlet.h"

#include <stddef.h>

#include "base/array.h"
#include "base/string-util.h"

typedef struct Counterpart {
    const char *name, *text;
} Counterpart;

#define NO_KEY "rkt has no key for this"

static const Counterpart keys[] = {
    { "AddCapability", "use CapsRetain= in [App], which names all that are kept" },
    { "AddDevice", NO_KEY },
    { "AddHost", "use HostsEntry=IP=NAME in [Pod]" },
    { "Annotation", "use UserAnnotation= in [App]" },
    { "AutoUpdate", NO_KEY },
    { "ContainerName", "the app's name is that of its section, [App:NAME]" },
    { "DNSOption", "use DNSOpt= in [Pod]" },
    { "DropCapability", "use CapsRemove= in [App]" },
    { "Entrypoint", "use Exec= in [App], whose first word is the program" },
    { "EnvironmentHost", "use InheritEnv= in [Pod]" },
    { "GlobalArgs", "each flag has a key, see rkt.pod(5)" },
    { "GroupAdd", "use SupplementaryGIDs= in [App]" },
    { "HealthCmd", NO_KEY },
    { "HostName", "use Hostname= in [Pod]" },
    { "Label", "use UserLabel= in [App]" },
    { "LogDriver", "use Stdout= and Stderr= in [App], or Journal= in [Pod]" },
    { "LogOpt", "use JournalMaxUse= in [Pod]" },
    { "Mask", NO_KEY },
    { "PidsLimit", "use TasksMax= in [Service], for the pod" },
    { "Pod", "the app's section is in the pod's file" },
    { "PodName", "the pod's name is that of its file" },
    { "PodmanArgs", "each flag has a key, see rkt.pod(5)" },
    { "PublishPort", "use Port=NAME:HOSTPORT in [Pod], NAME as the image calls its port" },
    { "Pull", "use PullPolicy= in [Pod]" },
    { "ReadOnly", "use ReadonlyRootfs= in [App]" },
    { "ReloadCmd", "use ExecReload= in [Service]" },
    { "Rootfs", "use Image= in [App], with a name that the store has, or a file" },
    { "RunInit", "a pod always has an init" },
    { "SeccompProfile", "use Seccomp= in [App], with a list of system calls or a set" },
    { "Secret", "use Credential=NAME in [App], and LoadCredential=NAME:PATH in [Service]" },
    { "ServiceName", "the unit's name is \"rkt-\" and the file's" },
    { "ShmSize", NO_KEY },
    { "StartWithPod", "the app's section is in the pod's file" },
    { "Sysctl", NO_KEY },
    { "Timezone", NO_KEY },
    { "Tmpfs", "use Volume=NAME,kind=empty in [Pod], and Mount=volume=NAME,target=PATH in [App]" },
    { "Ulimit", "use LimitNOFILE= and its kin in [Service], for the pod" },
};

static const Counterpart sections[] = {
    { "Build", "images are built elsewhere, and fetched with rkt fetch" },
    { "Container", "use [App:NAME], and [Pod] for what concerns the pod" },
    { "Image", "use Image= in [App], or rkt fetch" },
    { "Kube", "use PodManifest= in [Pod]" },
    { "Network", "networks are files in /etc/rkt/net.d" },
    { "Volume", "use Volume= in [Pod]" },
};

static const char *find(const Counterpart *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (streq(table[i].name, name))
            return table[i].text;
    return NULL;
}

const char *quadlet_key_counterpart(const char *key)
{
    /* HealthInterval=, HealthRetries=, … */
    return find(keys, ELEMENTSOF(keys), startswith(key, "Health") ? "HealthCmd" : key);
}

const char *quadlet_section_counterpart(const char *section)
{
    return find(sections, ELEMENTSOF(sections), section);
}
