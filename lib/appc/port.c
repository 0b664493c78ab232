/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/port.h"

#include <arpa/inet.h>

#include "appc/types.h"
#include "base/array.h"
#include "base/string-util.h"

enum { PORT_MAX = 65535 };

static void port_done(Port *port)
{
    free(port->name);
    free(port->protocol);
}

static void port_free(Port *port)
{
    if (!port)
        return;
    port_done(port);
    free(port);
}

void port_list_done(PortList *list)
{
    for (size_t i = 0; i < list->n; i++)
        port_done(&list->items[i]);
    free(list->items);
    *list = (PortList){ 0 };
}

#define _cleanup_ports_ _cleanup_(port_list_done)

const Port *port_list_find(const PortList *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (streq(list->items[i].name, name))
            return &list->items[i];
    return NULL;
}

/* Fills a zeroed port, which may be incomplete on failure. */
static int port_read(const JsonNode *object, Port *port, Error *reterr)
{
    int64_t number, count = 1;
    int r;

    r = json_node_get_string(object, "name", JSON_REQUIRED, &port->name, reterr);
    if (r < 0)
        return r;
    if (!ac_name_is_valid(port->name))
        return json_node_error(object, -EBADMSG, reterr, "bad name \"%s\"", port->name);
    r = json_node_get_string(object, "protocol", JSON_REQUIRED, &port->protocol, reterr);
    if (r < 0)
        return r;
    r = json_node_get_integer(object, "port", JSON_REQUIRED, 1, PORT_MAX, &number, reterr);
    if (r < 0)
        return r;
    r = json_node_get_integer(object, "count", JSON_OPTIONAL, 0, PORT_MAX, &count, reterr);
    if (r < 0)
        return r;
    if (number + count - 1 > PORT_MAX)
        return json_node_error(object, -EBADMSG, reterr, "the range goes beyond port %d", PORT_MAX);
    r = json_node_get_bool(object, "socketActivated", JSON_OPTIONAL, &port->socket_activated, reterr);
    if (r < 0)
        return r;
    port->port = (uint16_t) number;
    port->count = count > 0 ? (uint32_t) count : 1;
    return 0;
}

static int read_element(const JsonNode *element, void *userdata, Error *reterr)
{
    PortList *list = userdata;
    Port *port = ARRAY_APPEND(list->items, list->n);
    int r;

    if (!port)
        return -ENOMEM;
    r = port_read(element, port, reterr);
    if (r < 0)
        return r;
    if (port_list_find(list, port->name) != port)
        return json_node_error(element, -EBADMSG, reterr, "duplicate name \"%s\"", port->name);
    return 0;
}

int port_list_from_json(const JsonNode *object, const char *key, PortList *ret, Error *reterr)
{
    _cleanup_ports_ PortList list = { 0 };
    int r = json_node_read_list(object, key, JSON_OPTIONAL, read_element, &list, reterr);

    if (r < 0)
        return r;
    *ret = TAKE_STRUCT(list);
    return 0;
}

static json_t *port_write(const void *item)
{
    const Port *port = item;
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "name", port->name) < 0 ||
        json_set_string(json, "protocol", port->protocol) < 0 ||
        json_set(json, "port", json_integer(port->port)) < 0 ||
        json_set(json, "count", json_integer(port->count)) < 0 ||
        json_set(json, "socketActivated", json_boolean(port->socket_activated)) < 0)
        return NULL;
    return TAKE_PTR(json);
}

int port_list_to_json(const PortList *list, json_t *object, const char *key)
{
    return json_set_list(object, key, list->items, list->n, sizeof(Port), port_write);
}

/* ----- Exposed ports ----- */

static void exposed_port_done(ExposedPort *port)
{
    free(port->name);
    free(port->host_ip);
    port_free(port->pod_port);
}

#define _cleanup_exposed_port_ _cleanup_(exposed_port_done)

void exposed_port_list_done(ExposedPortList *list)
{
    for (size_t i = 0; i < list->n; i++)
        exposed_port_done(&list->items[i]);
    free(list->items);
    *list = (ExposedPortList){ 0 };
}

static bool ip_is_valid(const char *s)
{
    struct in6_addr address;

    return inet_pton(AF_INET, s, &address) == 1 || inet_pton(AF_INET6, s, &address) == 1;
}

static int read_pod_port(const JsonNode *element, ExposedPort *exposed, Error *reterr)
{
    JsonNode object;
    int r = json_node_get_object(element, "podPort", JSON_OPTIONAL, &object, reterr);

    if (r <= 0)
        return r;
    exposed->pod_port = calloc(1, sizeof(Port));
    return exposed->pod_port ? port_read(&object, exposed->pod_port, reterr) : -ENOMEM;
}

static int read_exposed(const JsonNode *element, void *userdata, Error *reterr)
{
    ExposedPortList *list = userdata;
    ExposedPort *exposed = ARRAY_APPEND(list->items, list->n);
    int64_t host_port;
    int r;

    if (!exposed)
        return -ENOMEM;
    r = json_node_get_string(element, "name", JSON_REQUIRED, &exposed->name, reterr);
    if (r < 0)
        return r;
    if (!ac_name_is_valid(exposed->name))
        return json_node_error(element, -EBADMSG, reterr, "bad name \"%s\"", exposed->name);
    r = json_node_get_integer(element, "hostPort", JSON_REQUIRED, 1, PORT_MAX, &host_port, reterr);
    if (r < 0)
        return r;
    exposed->host_port = (uint16_t) host_port;
    r = json_node_get_string(element, "hostIP", JSON_OPTIONAL, &exposed->host_ip, reterr);
    if (r < 0)
        return r;
    if (exposed->host_ip && !ip_is_valid(exposed->host_ip))
        return json_node_error(element, -EBADMSG, reterr, "\"%s\" is not an IP address", exposed->host_ip);
    return read_pod_port(element, exposed, reterr);
}

int exposed_port_list_from_json(const JsonNode *object, const char *key, ExposedPortList *ret, Error *reterr)
{
    _cleanup_exposed_ports_ ExposedPortList list = { 0 };
    int r = json_node_read_list(object, key, JSON_OPTIONAL, read_exposed, &list, reterr);

    if (r < 0)
        return r;
    *ret = TAKE_STRUCT(list);
    return 0;
}

static json_t *exposed_port_write(const void *item)
{
    const ExposedPort *port = item;
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "name", port->name) < 0 ||
        json_set(json, "hostPort", json_integer(port->host_port)) < 0 ||
        json_set_string(json, "hostIP", port->host_ip) < 0)
        return NULL;
    if (port->pod_port && json_set(json, "podPort", port_write(port->pod_port)) < 0)
        return NULL;
    return TAKE_PTR(json);
}

int exposed_port_list_to_json(const ExposedPortList *list, json_t *object, const char *key)
{
    return json_set_list(object, key, list->items, list->n, sizeof(ExposedPort), exposed_port_write);
}

const ExposedPort *exposed_port_list_find(const ExposedPortList *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (streq(list->items[i].name, name))
            return &list->items[i];
    return NULL;
}

/* ----- Flags ----- */

static int parse_port_number(const char *s, uint16_t *ret, Error *reterr)
{
    uint64_t value;

    if (parse_u64(s, &value) < 0 || value < 1 || value > PORT_MAX)
        return error_set(reterr, -EINVAL, "\"%s\" is not a port (1 to %d)", s, PORT_MAX);
    *ret = (uint16_t) value;
    return 0;
}

/* Removes the brackets of an IPv6 address; an empty one means none. */
static int parse_host_ip(const char *s, char **ret, Error *reterr)
{
    size_t n = strlen(s);
    bool brackets = n >= 2 && s[0] == '[' && s[n - 1] == ']';
    _cleanup_free_ char *ip = NULL;

    if (n == 0)
        return 0;
    ip = brackets ? strndup(s + 1, n - 2) : strdup(s);
    if (!ip)
        return -ENOMEM;
    if (!ip_is_valid(ip))
        return error_set(reterr, -EINVAL, "\"%s\" is not an IP address", s);
    *ret = TAKE_PTR(ip);
    return 0;
}

static Port *find_or_add(PortList *list, const char *name)
{
    Port *port;

    for (size_t i = 0; i < list->n; i++)
        if (streq(list->items[i].name, name))
            return &list->items[i];
    port = ARRAY_APPEND(list->items, list->n);
    if (port)
        port->name = strdup(name);
    return port && port->name ? port : NULL;
}

static int set_protocol(Port *port, const char *protocol)
{
    char *copy = strdup(protocol);

    if (!copy)
        return -ENOMEM;
    free(port->protocol);
    port->protocol = copy;
    return 0;
}

int port_list_activate(PortList *list, const char *text, Error *reterr)
{
    _cleanup_free_ char *copy = strdup(text);
    char *protocol = copy;
    const char *name = copy ? strsep(&protocol, ":") : NULL, *number = copy ? strsep(&protocol, "/") : NULL;
    uint16_t value = 0;
    bool known;
    Port *port;
    int r;

    if (!copy)
        return -ENOMEM;
    if (!ac_name_is_valid(name))
        return error_set(reterr, -EINVAL, "bad port name \"%s\"", name);
    if (protocol && !streq(protocol, "tcp") && !streq(protocol, "udp"))
        return error_set(reterr, -EINVAL, "\"%s\" is not a protocol (tcp, udp)", protocol);
    r = number ? parse_port_number(number, &value, reterr) : 0;
    if (r < 0)
        return r;
    known = port_list_find(list, name);
    if (!number && !known)
        return error_set(reterr, -ENOENT, "the image has no port \"%s\": give its number, such as %s:80",
                         name, name);
    port = find_or_add(list, name);
    if (!port)
        return -ENOMEM;
    port->socket_activated = true;
    if (!number)
        return 0;
    port->port = value;
    port->count = 1;
    return protocol || !known ? set_protocol(port, protocol ? protocol : "tcp") : 0;
}

static int parse_port_name(const char *s, ExposedPort *exposed, Error *reterr)
{
    if (!ac_name_is_valid(s))
        return error_set(reterr, -EINVAL, "bad port name \"%s\"", s);
    exposed->name = strdup(s);
    return exposed->name ? 0 : -ENOMEM;
}

/* "[HOSTIP:]HOSTPORT"; cuts the text at its last colon, because an IPv6 address has colons. */
static int parse_host_side(char *text, ExposedPort *exposed, Error *reterr)
{
    char *colon = strrchr(text, ':');
    int r;

    if (!colon)
        return parse_port_number(text, &exposed->host_port, reterr);
    *colon = '\0';
    r = parse_host_ip(text, &exposed->host_ip, reterr);
    return r < 0 ? r : parse_port_number(colon + 1, &exposed->host_port, reterr);
}

static int add_taken(ExposedPortList *list, ExposedPort *exposed)
{
    ExposedPort *added = ARRAY_APPEND(list->items, list->n);

    if (!added)
        return -ENOMEM;
    *added = TAKE_STRUCT(*exposed);
    return 0;
}

int exposed_port_list_add_text(ExposedPortList *list, const char *text, Error *reterr)
{
    _cleanup_exposed_port_ ExposedPort exposed = { 0 };
    _cleanup_free_ char *copy = strdup(text);
    char *rest = copy, *name;
    int r;

    if (!copy)
        return -ENOMEM;
    name = strsep(&rest, ":");
    if (!rest)
        return error_set(reterr, -EINVAL, "\"%s\" must be NAME:[HOSTIP:]HOSTPORT", text);
    r = parse_port_name(name, &exposed, reterr);
    if (r < 0)
        return r;
    r = parse_host_side(rest, &exposed, reterr);
    return r < 0 ? r : add_taken(list, &exposed);
}
