/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of keys' values, as far as the text alone is enough: files, images and user names are checked when
 * the pod is prepared. Private to this module. */
#pragma once

#include "settings/settings.h"

/* Each returns 0, or -EINVAL with the reason in reterr, which may be NULL. value is not NULL and may be
 * empty. Words and ranges come from the setting. */
int setting_check_text(const Setting *setting, const char *value, Error *reterr);
int setting_check_bool(const Setting *setting, const char *value, Error *reterr);
int setting_check_enum(const Setting *setting, const char *value, Error *reterr);
int setting_check_range(const Setting *setting, const char *value, Error *reterr);
int setting_check_path(const Setting *setting, const char *value, Error *reterr);
int setting_check_image(const Setting *setting, const char *value, Error *reterr);
int setting_check_program(const Setting *setting, const char *value, Error *reterr);
int setting_check_size(const Setting *setting, const char *value, Error *reterr);
int setting_check_signal(const Setting *setting, const char *value, Error *reterr);
int setting_check_timeout(const Setting *setting, const char *value, Error *reterr); /* at most a day */
int setting_check_quantity(const Setting *setting, const char *value, Error *reterr);
int setting_check_assignment(const Setting *setting, const char *value,
                             Error *reterr); /* NAME=VALUE of the environment */
int setting_check_annotation(const Setting *setting, const char *value, Error *reterr);
int setting_check_capability(const Setting *setting, const char *value, Error *reterr);
int setting_check_volume(const Setting *setting, const char *value, Error *reterr);
int setting_check_mount(const Setting *setting, const char *value, Error *reterr);
int setting_check_port(const Setting *setting, const char *value, Error *reterr);
int setting_check_socket_activated(const Setting *setting, const char *value, Error *reterr);
int setting_check_credential(const Setting *setting, const char *value, Error *reterr);
int setting_check_directory(const Setting *setting, const char *value, Error *reterr);
int setting_check_mode(const Setting *setting, const char *value, Error *reterr);
int setting_check_accept(const Setting *setting, const char *value, Error *reterr);
int setting_check_descriptor_name(const Setting *setting, const char *value, Error *reterr);
int setting_check_network(const Setting *setting, const char *value, Error *reterr);
