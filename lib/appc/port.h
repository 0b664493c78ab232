/* SPDX-License-Identifier: Apache-2.0 */
/* Ports on which an app listens, and ports of the host that lead to them. */
#pragma once

#include <stdint.h>

#include "appc/json.h"

typedef struct Port {
    char *name; /* ACName */
    char *protocol;
    uint16_t port;
    uint32_t count; /* 1 or more; port + count - 1 is a valid port */
    bool socket_activated;
} Port;

typedef struct PortList {
    Port *items;
    size_t n;
} PortList;

/* Frees the list's items, not the struct itself; an all-zero list is empty. */
void port_list_done(PortList *list);
/* The port of that name; NULL: none. */
const Port *port_list_find(const PortList *list, const char *name);

/* Parses `NAME[:PORT[/PROTOCOL]]` for a port that is socketActivated, tcp by default. A port that is not in
 * the list is added; without a number this is -ENOENT. */
int port_list_activate(PortList *list, const char *text, Error *reterr);
int port_list_from_json(const JsonNode *object, const char *key, PortList *ret, Error *reterr);
int port_list_to_json(const PortList *list, json_t *object, const char *key);

typedef struct ExposedPort {
    char *name;
    char *host_ip; /* NULL: any */
    uint16_t host_port;
    Port *pod_port; /* NULL: the apps' port of that name */
} ExposedPort;

typedef struct ExposedPortList {
    ExposedPort *items;
    size_t n;
} ExposedPortList;

/* The same for exposed ports. */
void exposed_port_list_done(ExposedPortList *list);
#define _cleanup_exposed_ports_ _cleanup_(exposed_port_list_done)
/* The exposed port of that name; NULL: none. */
const ExposedPort *exposed_port_list_find(const ExposedPortList *list, const char *name);
/* The list as the array `key` of an object, as for ports. */
int exposed_port_list_from_json(const JsonNode *object, const char *key, ExposedPortList *ret, Error *reterr);
int exposed_port_list_to_json(const ExposedPortList *list, json_t *object, const char *key);

/* Adds `NAME:[HOSTIP:]HOSTPORT`. */
int exposed_port_list_add_text(ExposedPortList *list, const char *text, Error *reterr);
