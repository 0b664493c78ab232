/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the values of systemd's directives. PID 1 ignores a line with an invalid value and only logs a
 * warning (systemd.unit(5), .service, .exec, .kill, .resource-control, .socket). Private to this module. A
 * value with a specifier, which PID 1 replaces later, is accepted if systemd expands specifiers there. */
#pragma once

#include "podfile/keys.h"

/* Each returns 0, or -EINVAL with the reason in reterr, which may be NULL. value is not NULL and may be
 * empty. */
int systemd_check_bool(const Setting *key, const char *value, Error *reterr);
int systemd_check_enum(const Setting *key, const char *value, Error *reterr); /* key->words */
int systemd_check_number(const Setting *key, const char *value,
                         Error *reterr); /* from key->min to key->max */
int systemd_check_numbers(const Setting *key, const char *value, Error *reterr); /* or one of key->words */
int systemd_check_mode(const Setting *key, const char *value, Error *reterr);

/* Times and sizes. */
int systemd_check_time(const Setting *key, const char *value,
                       Error *reterr); /* systemd.time(7), or "infinity" */
int systemd_check_size(const Setting *key, const char *value,
                       Error *reterr); /* suffixes K, M, G, T, P, E to the base 1024 */
int systemd_check_memory(const Setting *key, const char *value,
                         Error *reterr); /* a size, a percentage, "infinity" */
int systemd_check_quota(const Setting *key, const char *value,
                        Error *reterr); /* a percentage, may exceed 100% */
int systemd_check_percent(const Setting *key, const char *value, Error *reterr);
int systemd_check_tasks(const Setting *key, const char *value,
                        Error *reterr); /* a number, a percentage, "infinity" */
int systemd_check_limit_size(const Setting *key, const char *value, Error *reterr); /* [SOFT:]HARD */
int systemd_check_limit_time(const Setting *key, const char *value, Error *reterr);
int systemd_check_limit_number(const Setting *key, const char *value, Error *reterr);
int systemd_check_nice_limit(const Setting *key, const char *value, Error *reterr);

/* Names. */
int systemd_check_units(const Setting *key, const char *value, Error *reterr); /* words */
int systemd_check_slice(const Setting *key, const char *value, Error *reterr);
int systemd_check_sockets(const Setting *key, const char *value,
                          Error *reterr); /* words that end with .socket */
int systemd_check_paths(const Setting *key, const char *value, Error *reterr); /* words, absolute */
int systemd_check_path(const Setting *key, const char *value, Error *reterr);
int systemd_check_condition_path(const Setting *key, const char *value,
                                 Error *reterr); /* after "|" and "!" */
int systemd_check_command(const Setting *key, const char *value, Error *reterr);
int systemd_check_documentation(const Setting *key, const char *value, Error *reterr); /* words, URIs */
int systemd_check_exit_statuses(const Setting *key, const char *value,
                                Error *reterr); /* numbers, names, signals */
int systemd_check_exit_status(const Setting *key, const char *value, Error *reterr); /* 0 to 255 */
int systemd_check_credential(const Setting *key, const char *value, Error *reterr);  /* ID[:…] */
int systemd_check_directories(const Setting *key, const char *value, Error *reterr); /* words, relative */
int systemd_check_processors(const Setting *key, const char *value, Error *reterr);  /* 0-3 5,7 */

/* Devices and addresses. */
int systemd_check_device(const Setting *key, const char *value, Error *reterr);        /* NODE [rwm] */
int systemd_check_device_weight(const Setting *key, const char *value, Error *reterr); /* PATH 1..10000 */
int systemd_check_device_rate(const Setting *key, const char *value, Error *reterr);   /* PATH SIZE */
int systemd_check_device_time(const Setting *key, const char *value, Error *reterr);   /* PATH TIME */
int systemd_check_addresses(const Setting *key, const char *value,
                            Error *reterr); /* words ADDRESS[/PREFIX], any, … */
int systemd_check_listen(const Setting *key, const char *value,
                         Error *reterr); /* PORT, ADDRESS:PORT, path, @name */

/* Shared by the checks. */
int systemd_refuse(const char *value, const char *what,
                   Error *reterr); /* sets "VALUE is not WHAT"; -EINVAL */
const char *systemd_skip_blanks(const char *s);
bool systemd_is_time(const char *value);
bool systemd_is_size(const char *value);
