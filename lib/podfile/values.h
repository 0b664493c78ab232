/* SPDX-License-Identifier: Apache-2.0 */
/* What a key's value has to look like, as far as that can be told from the text alone: files, images and user
 * names are looked at when the pod is prepared. Private to this module. */
#pragma once

#include "podfile/keys.h"

int pod_check_text(const PodKey *key, const char *value, Error *reterr);
int pod_check_bool(const PodKey *key, const char *value, Error *reterr);
int pod_check_enum(const PodKey *key, const char *value, Error *reterr);
int pod_check_range(const PodKey *key, const char *value, Error *reterr);
int pod_check_path(const PodKey *key, const char *value, Error *reterr);
int pod_check_image(const PodKey *key, const char *value, Error *reterr);
int pod_check_program(const PodKey *key, const char *value, Error *reterr);
int pod_check_size(const PodKey *key, const char *value, Error *reterr);
int pod_check_signal(const PodKey *key, const char *value, Error *reterr);
int pod_check_timeout(const PodKey *key, const char *value, Error *reterr); /* at most a day */
int pod_check_quantity(const PodKey *key, const char *value, Error *reterr);
int pod_check_assignment(const PodKey *key, const char *value,
                         Error *reterr); /* NAME=VALUE of the environment */
int pod_check_annotation(const PodKey *key, const char *value, Error *reterr);
int pod_check_capability(const PodKey *key, const char *value, Error *reterr);
int pod_check_volume(const PodKey *key, const char *value, Error *reterr);
int pod_check_mount(const PodKey *key, const char *value, Error *reterr);
int pod_check_port(const PodKey *key, const char *value, Error *reterr);
int pod_check_socket_activated(const PodKey *key, const char *value, Error *reterr);
int pod_check_credential(const PodKey *key, const char *value, Error *reterr);
int pod_check_directory(const PodKey *key, const char *value, Error *reterr);
int pod_check_mode(const PodKey *key, const char *value, Error *reterr);
int pod_check_accept(const PodKey *key, const char *value, Error *reterr);
int pod_check_descriptor_name(const PodKey *key, const char *value, Error *reterr);
int pod_check_network(const PodKey *key, const char *value, Error *reterr);
