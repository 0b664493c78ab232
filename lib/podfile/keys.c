/* SPDX-License-Identifier: Apache-2.0 */
/* Each table is sorted by name (tests/unit/test-podfile-keys.c sees to it). What stands in [Unit] and
 * [Service] is systemd's up to version 257; an unknown key there is an error, because PID 1 would leave it
 * out with no more than a line in its log. Newer ones go into a drop-in of the unit itself. */

#include "podfile/keys.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/string-util.h"
#include "podfile/values.h"

#define JOINED POD_KEY_LIST | POD_KEY_WORDS | POD_KEY_JOIN

#define OURS "the unit only works with the value that the generator gives it"
#define LATER "it is not built yet"
#define STOPPING "the pod's init stops the apps on SIGTERM; use TimeoutStopSec= for the time they have"
#define CONFINED "it would confine rkt while it sets the pod up; each app is confined by its keys in [App]"
#define OUTPUT                                                                                               \
    "the apps' output does not pass through the unit; use Journal= in [Pod], Stdout= and Stderr= in [App]"

static const PodKey unit_keys[] = {
    { "After", POD_KEY_PASS },
    { "AllowIsolate", POD_KEY_PASS },
    { "AssertACPower", POD_KEY_PASS },
    { "AssertArchitecture", POD_KEY_PASS },
    { "AssertCPUFeature", POD_KEY_PASS },
    { "AssertCPUPressure", POD_KEY_PASS },
    { "AssertCPUs", POD_KEY_PASS },
    { "AssertCapability", POD_KEY_PASS },
    { "AssertControlGroupController", POD_KEY_PASS },
    { "AssertCredential", POD_KEY_PASS },
    { "AssertDirectoryNotEmpty", POD_KEY_PASS },
    { "AssertEnvironment", POD_KEY_PASS },
    { "AssertFileIsExecutable", POD_KEY_PASS },
    { "AssertFileNotEmpty", POD_KEY_PASS },
    { "AssertFirmware", POD_KEY_PASS },
    { "AssertFirstBoot", POD_KEY_PASS },
    { "AssertGroup", POD_KEY_PASS },
    { "AssertHost", POD_KEY_PASS },
    { "AssertIOPressure", POD_KEY_PASS },
    { "AssertKernelCommandLine", POD_KEY_PASS },
    { "AssertKernelModuleLoaded", POD_KEY_PASS },
    { "AssertKernelVersion", POD_KEY_PASS },
    { "AssertMemory", POD_KEY_PASS },
    { "AssertMemoryPressure", POD_KEY_PASS },
    { "AssertNeedsUpdate", POD_KEY_PASS },
    { "AssertOSRelease", POD_KEY_PASS },
    { "AssertPathExists", POD_KEY_PASS },
    { "AssertPathExistsGlob", POD_KEY_PASS },
    { "AssertPathIsDirectory", POD_KEY_PASS },
    { "AssertPathIsEncrypted", POD_KEY_PASS },
    { "AssertPathIsMountPoint", POD_KEY_PASS },
    { "AssertPathIsReadWrite", POD_KEY_PASS },
    { "AssertPathIsSocket", POD_KEY_PASS },
    { "AssertPathIsSymbolicLink", POD_KEY_PASS },
    { "AssertSecurity", POD_KEY_PASS },
    { "AssertUser", POD_KEY_PASS },
    { "AssertVersion", POD_KEY_PASS },
    { "AssertVirtualization", POD_KEY_PASS },
    { "Before", POD_KEY_PASS },
    { "BindsTo", POD_KEY_PASS },
    { "CollectMode", POD_KEY_PASS },
    { "ConditionACPower", POD_KEY_PASS },
    { "ConditionArchitecture", POD_KEY_PASS },
    { "ConditionCPUFeature", POD_KEY_PASS },
    { "ConditionCPUPressure", POD_KEY_PASS },
    { "ConditionCPUs", POD_KEY_PASS },
    { "ConditionCapability", POD_KEY_PASS },
    { "ConditionControlGroupController", POD_KEY_PASS },
    { "ConditionCredential", POD_KEY_PASS },
    { "ConditionDirectoryNotEmpty", POD_KEY_PASS },
    { "ConditionEnvironment", POD_KEY_PASS },
    { "ConditionFileIsExecutable", POD_KEY_PASS },
    { "ConditionFileNotEmpty", POD_KEY_PASS },
    { "ConditionFirmware", POD_KEY_PASS },
    { "ConditionFirstBoot", POD_KEY_PASS },
    { "ConditionGroup", POD_KEY_PASS },
    { "ConditionHost", POD_KEY_PASS },
    { "ConditionIOPressure", POD_KEY_PASS },
    { "ConditionKernelCommandLine", POD_KEY_PASS },
    { "ConditionKernelModuleLoaded", POD_KEY_PASS },
    { "ConditionKernelVersion", POD_KEY_PASS },
    { "ConditionMemory", POD_KEY_PASS },
    { "ConditionMemoryPressure", POD_KEY_PASS },
    { "ConditionNeedsUpdate", POD_KEY_PASS },
    { "ConditionOSRelease", POD_KEY_PASS },
    { "ConditionPathExists", POD_KEY_PASS },
    { "ConditionPathExistsGlob", POD_KEY_PASS },
    { "ConditionPathIsDirectory", POD_KEY_PASS },
    { "ConditionPathIsEncrypted", POD_KEY_PASS },
    { "ConditionPathIsMountPoint", POD_KEY_PASS },
    { "ConditionPathIsReadWrite", POD_KEY_PASS },
    { "ConditionPathIsSocket", POD_KEY_PASS },
    { "ConditionPathIsSymbolicLink", POD_KEY_PASS },
    { "ConditionSecurity", POD_KEY_PASS },
    { "ConditionUser", POD_KEY_PASS },
    { "ConditionVersion", POD_KEY_PASS },
    { "ConditionVirtualization", POD_KEY_PASS },
    { "Conflicts", POD_KEY_PASS },
    { "DefaultDependencies", POD_KEY_PASS },
    { "Description", POD_KEY_PASS },
    { "Documentation", POD_KEY_PASS },
    { "FailureAction", POD_KEY_PASS },
    { "FailureActionExitStatus", POD_KEY_PASS },
    { "IgnoreOnIsolate", POD_KEY_PASS },
    { "JobRunningTimeoutSec", POD_KEY_PASS },
    { "JobTimeoutAction", POD_KEY_PASS },
    { "JobTimeoutRebootArgument", POD_KEY_PASS },
    { "JobTimeoutSec", POD_KEY_PASS },
    { "JoinsNamespaceOf", POD_KEY_PASS },
    { "OnFailure", POD_KEY_PASS },
    { "OnFailureJobMode", POD_KEY_PASS },
    { "OnSuccess", POD_KEY_PASS },
    { "OnSuccessJobMode", POD_KEY_PASS },
    { "PartOf", POD_KEY_PASS },
    { "PropagatesReloadTo", POD_KEY_PASS },
    { "PropagatesStopTo", POD_KEY_PASS },
    { "RebootArgument", POD_KEY_PASS },
    { "RefuseManualStart", POD_KEY_PASS },
    { "RefuseManualStop", POD_KEY_PASS },
    { "ReloadPropagatedFrom", POD_KEY_PASS },
    { "Requires", POD_KEY_PASS },
    { "RequiresMountsFor", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "Requisite", POD_KEY_PASS },
    { "SourcePath", POD_KEY_REFUSE, "it is the pod file itself" },
    { "StartLimitAction", POD_KEY_PASS },
    { "StartLimitBurst", POD_KEY_PASS },
    { "StartLimitIntervalSec", POD_KEY_PASS },
    { "StopPropagatedFrom", POD_KEY_PASS },
    { "StopWhenUnneeded", POD_KEY_PASS },
    { "SuccessAction", POD_KEY_PASS },
    { "SuccessActionExitStatus", POD_KEY_PASS },
    { "SurviveFinalKillSignal", POD_KEY_PASS },
    { "Upholds", POD_KEY_PASS },
    { "Wants", POD_KEY_PASS },
    { "WantsMountsFor", POD_KEY_PASS },
};

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
    { "InheritEnv", POD_KEY_FLAG, "inherit-env", pod_check_bool, 0, POD_LINE_PREPARE },
    { "InsecureOptions", POD_KEY_FLAG, "insecure-options", pod_check_text, JOINED,
      POD_LINE_PREPARE | POD_LINE_RUN },
    { "Interactive", POD_KEY_REFUSE, "a unit has no terminal; use `rkt run --interactive` or `rkt enter`" },
    { "Journal", POD_KEY_FLAG, "journal", pod_check_enum, 0, POD_LINE_RUN, .values = "pod|host" },
    { "JournalMaxUse", POD_KEY_FLAG, "journal-max-use", pod_check_size, 0, POD_LINE_RUN, .min = 1024 * 1024 },
    { "LocalConfig", POD_KEY_FLAG, "local-config", pod_check_path, 0, POD_LINE_PREPARE | POD_LINE_RUN },
    { "MDSRegister", POD_KEY_FLAG, "mds-register", pod_check_bool, 0, POD_LINE_RUN },
    { "Mount", POD_KEY_FLAG, "mount", pod_check_mount, POD_KEY_LIST, POD_LINE_PREPARE },
    { "Net", POD_KEY_REFUSE, "the key is Network=" },
    { "Network", POD_KEY_FLAG, "net", pod_check_network, JOINED, POD_LINE_RUN },
    { "NoOverlay", POD_KEY_FLAG, "no-overlay", pod_check_bool, 0, POD_LINE_PREPARE },
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
    { "CapsRemove", POD_KEY_FLAG, "caps-remove", pod_check_capability, JOINED, POD_LINE_PREPARE },
    { "CapsRetain", POD_KEY_FLAG, "caps-retain", pod_check_capability, JOINED, POD_LINE_PREPARE },
    { "Credential", POD_KEY_REFUSE, LATER },
    { "Environment", POD_KEY_FLAG, "environment", pod_check_assignment, POD_KEY_LIST | POD_KEY_WORDS,
      POD_LINE_PREPARE },
    { "EnvironmentFile", POD_KEY_REFUSE, "it is a key of [Pod]" },
    { "Exec", POD_KEY_OWN, NULL, pod_check_program, POD_KEY_WORDS | POD_KEY_PROGRAM },
    { "Group", POD_KEY_FLAG, "group", pod_check_text, 0, POD_LINE_PREPARE },
    { "Image", POD_KEY_OWN, NULL, pod_check_image, 0 },
    { "Memory", POD_KEY_FLAG, "memory", pod_check_size, 0, POD_LINE_PREPARE, .min = 4096 },
    { "Mount", POD_KEY_FLAG, "mount", pod_check_mount, POD_KEY_LIST, POD_LINE_PREPARE },
    { "Name", POD_KEY_REFUSE, "the app's name stands in the section: [App:NAME]" },
    { "OOMScoreAdj", POD_KEY_REFUSE, "the key is OOMScoreAdjust=" },
    { "OOMScoreAdjust", POD_KEY_FLAG, "oom-score-adj", pod_check_range, 0, POD_LINE_PREPARE, .min = -1000,
      .max = 1000 },
    { "ReadonlyRootfs", POD_KEY_FLAG, "readonly-rootfs", pod_check_bool, 0, POD_LINE_PREPARE },
    { "Seccomp", POD_KEY_FLAG, "seccomp", pod_check_text, JOINED, POD_LINE_PREPARE },
    { "Signature", POD_KEY_FLAG, "signature", pod_check_path, 0, POD_LINE_PREPARE },
    { "Stderr", POD_KEY_FLAG, "stderr", pod_check_enum, 0, POD_LINE_PREPARE,
      .values = "null|tty|stream|log" },
    { "Stdin", POD_KEY_FLAG, "stdin", pod_check_enum, 0, POD_LINE_PREPARE, .values = "null|tty|stream" },
    { "Stdout", POD_KEY_FLAG, "stdout", pod_check_enum, 0, POD_LINE_PREPARE,
      .values = "null|tty|stream|log" },
    { "StopSignal", POD_KEY_REFUSE, LATER },
    { "StopTimeout", POD_KEY_REFUSE, LATER },
    { "SupplementaryGIDs", POD_KEY_FLAG, "supplementary-gids", pod_check_text, JOINED, POD_LINE_PREPARE },
    { "User", POD_KEY_FLAG, "user", pod_check_text, 0, POD_LINE_PREPARE },
    { "UserAnnotation", POD_KEY_FLAG, "user-annotation", pod_check_annotation, POD_KEY_LIST,
      POD_LINE_PREPARE },
    { "UserLabel", POD_KEY_FLAG, "user-label", pod_check_annotation, POD_KEY_LIST, POD_LINE_PREPARE },
    { "WorkingDir", POD_KEY_REFUSE, "the key is WorkingDirectory=" },
    { "WorkingDirectory", POD_KEY_FLAG, "working-dir", pod_check_text, 0, POD_LINE_PREPARE },
};

static const PodKey service_keys[] = {
    { "AllowedCPUs", POD_KEY_PASS },
    { "AllowedMemoryNodes", POD_KEY_PASS },
    { "AmbientCapabilities", POD_KEY_REFUSE, "use CapsRetain= in [App]" },
    { "AppArmorProfile", POD_KEY_REFUSE, "use the isolators of the image's or pod's manifest" },
    { "BPFProgram", POD_KEY_PASS },
    { "BindLogSockets", POD_KEY_REFUSE, CONFINED },
    { "BindPaths", POD_KEY_REFUSE, "use Volume= in [Pod] and Mount= in [App]" },
    { "BindReadOnlyPaths", POD_KEY_REFUSE, "use Volume= in [Pod] and Mount= in [App]" },
    { "BusName", POD_KEY_REFUSE, OURS },
    { "CPUAccounting", POD_KEY_PASS },
    { "CPUAffinity", POD_KEY_PASS },
    { "CPUQuota", POD_KEY_PASS },
    { "CPUQuotaPeriodSec", POD_KEY_PASS },
    { "CPUSchedulingPolicy", POD_KEY_PASS },
    { "CPUSchedulingPriority", POD_KEY_PASS },
    { "CPUSchedulingResetOnFork", POD_KEY_REFUSE, CONFINED },
    { "CPUShares", POD_KEY_REFUSE, "use CPUWeight=, or CPUShares= in [App]" },
    { "CPUWeight", POD_KEY_PASS },
    { "CacheDirectory", POD_KEY_PASS },
    { "CacheDirectoryMode", POD_KEY_PASS },
    { "CapabilityBoundingSet", POD_KEY_REFUSE, "use CapsRetain= or CapsRemove= in [App]" },
    { "ConfigurationDirectory", POD_KEY_PASS },
    { "ConfigurationDirectoryMode", POD_KEY_PASS },
    { "CoredumpFilter", POD_KEY_PASS },
    { "CoredumpReceive", POD_KEY_REFUSE, CONFINED },
    { "DefaultMemoryLow", POD_KEY_PASS },
    { "DefaultMemoryMin", POD_KEY_PASS },
    { "DefaultStartupMemoryLow", POD_KEY_PASS },
    { "Delegate", POD_KEY_REFUSE, OURS },
    { "DelegateSubgroup", POD_KEY_REFUSE, OURS },
    { "DeviceAllow", POD_KEY_PASS },
    { "DevicePolicy", POD_KEY_PASS },
    { "DisableControllers", POD_KEY_PASS },
    { "DynamicUser", POD_KEY_REFUSE, "rkt itself needs root; use PrivateUsers= in [Pod]" },
    { "Environment", POD_KEY_REFUSE,
      "it would reach rkt only, not the apps; use Environment= in [Pod] or [App]" },
    { "EnvironmentFile", POD_KEY_REFUSE,
      "it would reach rkt only, not the apps; use EnvironmentFile= in [Pod]" },
    { "ExecCondition", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "ExecPaths", POD_KEY_REFUSE, CONFINED },
    { "ExecReload", POD_KEY_PASS },
    { "ExecSearchPath", POD_KEY_REFUSE, CONFINED },
    { "ExecStart", POD_KEY_REFUSE, "the apps are started by [App]: use Image= and Exec= there" },
    { "ExecStartPost", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "ExecStartPre", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "ExecStop", POD_KEY_PASS },
    { "ExecStopPost", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "ExitType", POD_KEY_REFUSE, OURS },
    { "ExtensionDirectories", POD_KEY_REFUSE, CONFINED },
    { "ExtensionImagePolicy", POD_KEY_REFUSE, CONFINED },
    { "ExtensionImages", POD_KEY_REFUSE, CONFINED },
    { "FileDescriptorStoreMax", POD_KEY_REFUSE, OURS },
    { "FileDescriptorStorePreserve", POD_KEY_REFUSE, OURS },
    { "FinalKillSignal", POD_KEY_REFUSE, STOPPING },
    { "Group", POD_KEY_REFUSE, "rkt itself needs root; use Group= in [App]" },
    { "GuessMainPID", POD_KEY_REFUSE, OURS },
    { "IOAccounting", POD_KEY_PASS },
    { "IODeviceLatencyTargetSec", POD_KEY_PASS },
    { "IODeviceWeight", POD_KEY_PASS },
    { "IOReadBandwidthMax", POD_KEY_PASS },
    { "IOReadIOPSMax", POD_KEY_PASS },
    { "IOSchedulingClass", POD_KEY_PASS },
    { "IOSchedulingPriority", POD_KEY_PASS },
    { "IOWeight", POD_KEY_PASS },
    { "IOWriteBandwidthMax", POD_KEY_PASS },
    { "IOWriteIOPSMax", POD_KEY_PASS },
    { "IPAccounting", POD_KEY_PASS },
    { "IPAddressAllow", POD_KEY_PASS },
    { "IPAddressDeny", POD_KEY_PASS },
    { "IPCNamespacePath", POD_KEY_REFUSE, "use IPC= in [Pod]" },
    { "IPEgressFilterPath", POD_KEY_PASS },
    { "IPIngressFilterPath", POD_KEY_PASS },
    { "IgnoreSIGPIPE", POD_KEY_REFUSE, CONFINED },
    { "ImportCredential", POD_KEY_PASS },
    { "InaccessiblePaths", POD_KEY_REFUSE, CONFINED },
    { "KeyringMode", POD_KEY_REFUSE, CONFINED },
    { "KillMode", POD_KEY_REFUSE, OURS },
    { "KillSignal", POD_KEY_REFUSE, STOPPING },
    { "LimitAS", POD_KEY_PASS },
    { "LimitCORE", POD_KEY_PASS },
    { "LimitCPU", POD_KEY_PASS },
    { "LimitDATA", POD_KEY_PASS },
    { "LimitFSIZE", POD_KEY_PASS },
    { "LimitLOCKS", POD_KEY_PASS },
    { "LimitMEMLOCK", POD_KEY_PASS },
    { "LimitMSGQUEUE", POD_KEY_PASS },
    { "LimitNICE", POD_KEY_PASS },
    { "LimitNOFILE", POD_KEY_PASS },
    { "LimitNPROC", POD_KEY_PASS },
    { "LimitRSS", POD_KEY_PASS },
    { "LimitRTPRIO", POD_KEY_PASS },
    { "LimitRTTIME", POD_KEY_PASS },
    { "LimitSIGPENDING", POD_KEY_PASS },
    { "LimitSTACK", POD_KEY_PASS },
    { "LoadCredential", POD_KEY_PASS },
    { "LoadCredentialEncrypted", POD_KEY_PASS },
    { "LockPersonality", POD_KEY_REFUSE, CONFINED },
    { "LogExtraFields", POD_KEY_REFUSE, OUTPUT },
    { "LogFilterPatterns", POD_KEY_REFUSE, OUTPUT },
    { "LogLevelMax", POD_KEY_REFUSE, OUTPUT },
    { "LogNamespace", POD_KEY_REFUSE, "use Journal= in [Pod]" },
    { "LogRateLimitBurst", POD_KEY_REFUSE, OUTPUT },
    { "LogRateLimitIntervalSec", POD_KEY_REFUSE, OUTPUT },
    { "LogsDirectory", POD_KEY_PASS },
    { "LogsDirectoryMode", POD_KEY_PASS },
    { "ManagedOOMMemoryPressure", POD_KEY_PASS },
    { "ManagedOOMMemoryPressureDurationSec", POD_KEY_PASS },
    { "ManagedOOMMemoryPressureLimit", POD_KEY_PASS },
    { "ManagedOOMPreference", POD_KEY_PASS },
    { "ManagedOOMSwap", POD_KEY_PASS },
    { "MemoryAccounting", POD_KEY_PASS },
    { "MemoryDenyWriteExecute", POD_KEY_REFUSE, CONFINED },
    { "MemoryHigh", POD_KEY_PASS },
    { "MemoryKSM", POD_KEY_PASS },
    { "MemoryLimit", POD_KEY_REFUSE, "use MemoryMax=" },
    { "MemoryLow", POD_KEY_PASS },
    { "MemoryMax", POD_KEY_PASS },
    { "MemoryMin", POD_KEY_PASS },
    { "MemoryPressureThresholdSec", POD_KEY_PASS },
    { "MemoryPressureWatch", POD_KEY_PASS },
    { "MemorySwapMax", POD_KEY_PASS },
    { "MemoryZSwapMax", POD_KEY_PASS },
    { "MemoryZSwapWriteback", POD_KEY_PASS },
    { "MountAPIVFS", POD_KEY_REFUSE, CONFINED },
    { "MountFlags", POD_KEY_REFUSE, CONFINED },
    { "MountImagePolicy", POD_KEY_REFUSE, CONFINED },
    { "MountImages", POD_KEY_REFUSE, "use Volume= in [Pod] and Mount= in [App]" },
    { "NFTSet", POD_KEY_PASS },
    { "NUMAMask", POD_KEY_PASS },
    { "NUMAPolicy", POD_KEY_PASS },
    { "NetworkNamespacePath", POD_KEY_REFUSE, "use Network= in [Pod]" },
    { "Nice", POD_KEY_PASS },
    { "NoExecPaths", POD_KEY_REFUSE, CONFINED },
    { "NoNewPrivileges", POD_KEY_REFUSE,
      "rkt itself must gain them; apps get it from their Seccomp= and isolators" },
    { "NonBlocking", POD_KEY_REFUSE, LATER },
    { "NotifyAccess", POD_KEY_REFUSE, OURS },
    { "OOMPolicy", POD_KEY_PASS },
    { "OOMScoreAdjust", POD_KEY_REFUSE, "use OOMScoreAdjust= in [App]" },
    { "OpenFile", POD_KEY_REFUSE, LATER },
    { "PAMName", POD_KEY_REFUSE, OURS },
    { "PIDFile", POD_KEY_REFUSE, OURS },
    { "PassEnvironment", POD_KEY_REFUSE, "use Environment= in [Pod] or [App]" },
    { "Personality", POD_KEY_REFUSE, CONFINED },
    { "PrivateDevices", POD_KEY_REFUSE, CONFINED },
    { "PrivateIPC", POD_KEY_REFUSE, "use IPC= in [Pod]" },
    { "PrivateMounts", POD_KEY_REFUSE, CONFINED },
    { "PrivateNetwork", POD_KEY_REFUSE, "use Network=none in [Pod]" },
    { "PrivatePIDs", POD_KEY_REFUSE, CONFINED },
    { "PrivateTmp", POD_KEY_REFUSE, CONFINED },
    { "PrivateUsers", POD_KEY_REFUSE, "it is a key of [Pod]" },
    { "ProcSubset", POD_KEY_REFUSE, CONFINED },
    { "ProtectClock", POD_KEY_REFUSE, CONFINED },
    { "ProtectControlGroups", POD_KEY_REFUSE, CONFINED },
    { "ProtectHome", POD_KEY_REFUSE, CONFINED },
    { "ProtectHostname", POD_KEY_REFUSE, "use Hostname= in [Pod]" },
    { "ProtectKernelLogs", POD_KEY_REFUSE, CONFINED },
    { "ProtectKernelModules", POD_KEY_REFUSE, CONFINED },
    { "ProtectKernelTunables", POD_KEY_REFUSE, CONFINED },
    { "ProtectProc", POD_KEY_REFUSE, CONFINED },
    { "ProtectSystem", POD_KEY_REFUSE, CONFINED },
    { "ReadOnlyPaths", POD_KEY_REFUSE, "use ReadonlyRootfs= or Mount= in [App]" },
    { "ReadWritePaths", POD_KEY_REFUSE, "use Volume= in [Pod] and Mount= in [App]" },
    { "ReloadSignal", POD_KEY_REFUSE, LATER },
    { "RemainAfterExit", POD_KEY_REFUSE, OURS },
    { "RemoveIPC", POD_KEY_REFUSE, CONFINED },
    { "Restart", POD_KEY_PASS },
    { "RestartForceExitStatus", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "RestartKillSignal", POD_KEY_REFUSE, STOPPING },
    { "RestartMaxDelaySec", POD_KEY_PASS },
    { "RestartMode", POD_KEY_PASS },
    { "RestartPreventExitStatus", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "RestartSec", POD_KEY_PASS },
    { "RestartSteps", POD_KEY_PASS },
    { "RestrictAddressFamilies", POD_KEY_REFUSE, CONFINED },
    { "RestrictFileSystems", POD_KEY_REFUSE, CONFINED },
    { "RestrictNamespaces", POD_KEY_REFUSE, CONFINED },
    { "RestrictNetworkInterfaces", POD_KEY_PASS },
    { "RestrictRealtime", POD_KEY_REFUSE, CONFINED },
    { "RestrictSUIDSGID", POD_KEY_REFUSE, CONFINED },
    { "RootDirectory", POD_KEY_REFUSE, CONFINED },
    { "RootDirectoryStartOnly", POD_KEY_REFUSE, OURS },
    { "RootEphemeral", POD_KEY_REFUSE, CONFINED },
    { "RootHash", POD_KEY_REFUSE, CONFINED },
    { "RootHashSignature", POD_KEY_REFUSE, CONFINED },
    { "RootImage", POD_KEY_REFUSE, CONFINED },
    { "RootImageOptions", POD_KEY_REFUSE, CONFINED },
    { "RootImagePolicy", POD_KEY_REFUSE, CONFINED },
    { "RootVerity", POD_KEY_REFUSE, CONFINED },
    { "RuntimeDirectory", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "RuntimeDirectoryMode", POD_KEY_REFUSE, OURS },
    { "RuntimeDirectoryPreserve", POD_KEY_REFUSE, OURS },
    { "RuntimeMaxSec", POD_KEY_PASS },
    { "RuntimeRandomizedExtraSec", POD_KEY_PASS },
    { "SELinuxContext", POD_KEY_REFUSE, "use the isolators of the image's or pod's manifest" },
    { "SecureBits", POD_KEY_REFUSE, CONFINED },
    { "SendSIGHUP", POD_KEY_REFUSE, STOPPING },
    { "SendSIGKILL", POD_KEY_PASS },
    { "SetCredential", POD_KEY_PASS },
    { "SetCredentialEncrypted", POD_KEY_PASS },
    { "SetLoginEnvironment", POD_KEY_REFUSE, CONFINED },
    { "Slice", POD_KEY_PASS },
    { "SmackProcessLabel", POD_KEY_REFUSE, "use the isolators of the image's or pod's manifest" },
    { "SocketBindAllow", POD_KEY_PASS },
    { "SocketBindDeny", POD_KEY_PASS },
    { "Sockets", POD_KEY_REFUSE, LATER },
    { "StandardError", POD_KEY_REFUSE, "use Stderr= in [App]" },
    { "StandardInput", POD_KEY_REFUSE, "use Stdin= in [App]" },
    { "StandardInputData", POD_KEY_REFUSE, OUTPUT },
    { "StandardInputText", POD_KEY_REFUSE, OUTPUT },
    { "StandardOutput", POD_KEY_REFUSE, "use Stdout= in [App]" },
    { "StartupAllowedCPUs", POD_KEY_PASS },
    { "StartupAllowedMemoryNodes", POD_KEY_PASS },
    { "StartupCPUWeight", POD_KEY_PASS },
    { "StartupIOWeight", POD_KEY_PASS },
    { "StartupMemoryHigh", POD_KEY_PASS },
    { "StartupMemoryLow", POD_KEY_PASS },
    { "StartupMemoryMax", POD_KEY_PASS },
    { "StartupMemorySwapMax", POD_KEY_PASS },
    { "StartupMemoryZSwapMax", POD_KEY_PASS },
    { "StateDirectory", POD_KEY_PASS },
    { "StateDirectoryMode", POD_KEY_PASS },
    { "SuccessExitStatus", POD_KEY_APPEND, NULL, NULL, POD_KEY_LIST },
    { "SupplementaryGroups", POD_KEY_REFUSE, "use SupplementaryGIDs= in [App]" },
    { "SyslogFacility", POD_KEY_REFUSE, OUTPUT },
    { "SyslogIdentifier", POD_KEY_REFUSE, OUTPUT },
    { "SyslogLevel", POD_KEY_REFUSE, OUTPUT },
    { "SyslogLevelPrefix", POD_KEY_REFUSE, OUTPUT },
    { "SystemCallArchitectures", POD_KEY_REFUSE, "use Seccomp= in [App]" },
    { "SystemCallErrorNumber", POD_KEY_REFUSE, "use Seccomp= in [App]" },
    { "SystemCallFilter", POD_KEY_REFUSE, "use Seccomp= in [App]" },
    { "SystemCallLog", POD_KEY_REFUSE, "use Seccomp= in [App]" },
    { "TTYColumns", POD_KEY_REFUSE, OUTPUT },
    { "TTYPath", POD_KEY_REFUSE, OUTPUT },
    { "TTYReset", POD_KEY_REFUSE, OUTPUT },
    { "TTYRows", POD_KEY_REFUSE, OUTPUT },
    { "TTYVHangup", POD_KEY_REFUSE, OUTPUT },
    { "TTYVTDisallocate", POD_KEY_REFUSE, OUTPUT },
    { "TasksAccounting", POD_KEY_PASS },
    { "TasksMax", POD_KEY_PASS },
    { "TemporaryFileSystem", POD_KEY_REFUSE, "use Volume= in [Pod] and Mount= in [App]" },
    { "TimeoutAbortSec", POD_KEY_PASS },
    { "TimeoutCleanSec", POD_KEY_PASS },
    { "TimeoutSec", POD_KEY_PASS },
    { "TimeoutStartFailureMode", POD_KEY_PASS },
    { "TimeoutStartSec", POD_KEY_PASS },
    { "TimeoutStopFailureMode", POD_KEY_PASS },
    { "TimeoutStopSec", POD_KEY_PASS },
    { "TimerSlackNSec", POD_KEY_PASS },
    { "Type", POD_KEY_REFUSE, OURS },
    { "UMask", POD_KEY_REFUSE, "it would change what rkt writes" },
    { "USBFunctionDescriptors", POD_KEY_REFUSE, OURS },
    { "USBFunctionStrings", POD_KEY_REFUSE, OURS },
    { "UnsetEnvironment", POD_KEY_REFUSE, "use Environment= in [Pod] or [App]" },
    { "User", POD_KEY_REFUSE, "rkt itself needs root; use User= in [App], or PrivateUsers= in [Pod]" },
    { "UtmpIdentifier", POD_KEY_REFUSE, OUTPUT },
    { "UtmpMode", POD_KEY_REFUSE, OUTPUT },
    { "WatchdogSec", POD_KEY_REFUSE, LATER },
    { "WatchdogSignal", POD_KEY_REFUSE, LATER },
    { "WorkingDirectory", POD_KEY_REFUSE, "use WorkingDirectory= in [App]" },
};

static const PodKey install_keys[] = {
    { "Alias", POD_KEY_OWN, NULL, NULL, POD_KEY_LIST | POD_KEY_WORDS },
    { "Also", POD_KEY_REFUSE, "a pod file makes one unit; say WantedBy= in the other one" },
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

static const struct {
    const PodKey *keys;
    size_t n;
} tables[_POD_SECTION_MAX] = {
    [POD_SECTION_UNIT] = { unit_keys, ELEMENTSOF(unit_keys) },
    [POD_SECTION_POD] = { pod_section_keys, ELEMENTSOF(pod_section_keys) },
    [POD_SECTION_APP] = { app_keys, ELEMENTSOF(app_keys) },
    [POD_SECTION_SERVICE] = { service_keys, ELEMENTSOF(service_keys) },
    [POD_SECTION_INSTALL] = { install_keys, ELEMENTSOF(install_keys) },
};

const char *pod_section_nearest(const char *name)
{
    return nearest_string(name, pod_section_table, ELEMENTSOF(pod_section_table));
}

const PodKey *pod_keys(PodSectionKind kind, size_t *ret_n)
{
    *ret_n = tables[kind].n;
    return tables[kind].keys;
}

static int compare_key(const void *name, const void *key)
{
    return strcmp(name, ((const PodKey *) key)->name);
}

const PodKey *pod_key_find(PodSectionKind kind, const char *name)
{
    if (tables[kind].n == 0)
        return NULL;
    return bsearch(name, tables[kind].keys, tables[kind].n, sizeof(PodKey), compare_key);
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

    for (size_t i = 0; i < tables[kind].n; i++) {
        const PodKey *key = &tables[kind].keys[i];

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

const char *pod_key_nearest(PodSectionKind kind, const char *name)
{
    const char *names[512];
    size_t n = 0;

    for (size_t i = 0; i < tables[kind].n && n < ELEMENTSOF(names); i++)
        if (tables[kind].keys[i].use != POD_KEY_REFUSE)
            names[n++] = tables[kind].keys[i].name;
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
