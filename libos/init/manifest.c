/* SPDX-License-Identifier: MIT */
/* manifest.c - parser of the manifest; see manifest.h. Words are cut and unescaped in place. */
#include "libos/init/manifest.h"
#include <stdarg.h>
#include "lib/exo/format.h"
#include "lib/exo/string.h"
#include "lib/exo/address.h"

#define WEIGHT_DEFAULT      100
#define PRIORITY_DEFAULT    8
#define DEADLINE_DEFAULT_MS 10000

struct parser {
    struct manifest *manifest;
    char *line; /* start of the current line */
    char *at;   /* next character */
    char *end;  /* of the line; *end is '\0' */
    uint32_t line_number;
    struct manifest_instance *instance; /* that the lines belong to */
};

struct key {
    const char *name;
    bool (*parse)(struct parser *parser);
    bool global; /* allowed before the first instance */
};

__attribute__((format(printf, 3, 4))) static bool fail(struct parser *p, const char *where,
                                                       const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    format_list(p->manifest->error, sizeof p->manifest->error, fmt, arguments);
    va_end(arguments);
    p->manifest->error_line = p->line_number;
    p->manifest->error_column = (uint32_t)(where - p->line) + 1;
    return false;
}

static void skip_blanks(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\r')
        p->at++;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The character after a backslash at p->at; written to *out. */
static bool unescape(struct parser *p, char *out)
{
    char c = p->at[1];

    if (c == '"' || c == '\\') {
        *out = c;
    } else if (c == 'n') {
        *out = '\n';
    } else if (c == 't') {
        *out = '\t';
    } else if (c == 'x') {
        int high = hex_digit(p->at[2]);
        int low = high < 0 ? -1 : hex_digit(p->at[3]);

        if (low < 0)
            return fail(p, p->at, "\\x needs two hexadecimal digits");
        if (!high && !low)
            return fail(p, p->at, "a value cannot contain a zero byte");
        *out = (char)(high << 4 | low);
        p->at += 2;
    } else {
        return fail(p, p->at, "unknown escape: use \\\" \\\\ \\n \\t or \\xHH");
    }
    p->at += 2;
    return true;
}

static bool quoted(struct parser *p, char **word)
{
    char *start = p->at++;
    char *out = start;

    *word = start;
    for (;;) {
        if (p->at >= p->end)
            return fail(p, start, "the quote is not closed");
        if (*p->at == '"')
            break;
        if (*p->at == '\\') {
            if (!unescape(p, out))
                return false;
        } else {
            *out = *p->at++;
        }
        out++;
    }
    p->at++;
    if (p->at < p->end && *p->at != ' ' && *p->at != '\t' && *p->at != '\r')
        return fail(p, p->at, "a blank must follow the closing quote");
    *out = '\0';
    return true;
}

/* The next word of the line, NUL-terminated; *where is where it stood. False: there is none, or it
 * is malformed. */
static bool next_word(struct parser *p, const char *what, char **word, const char **where)
{
    skip_blanks(p);
    *where = p->at;
    if (p->at >= p->end || *p->at == '#')
        return fail(p, p->at, "%s is missing", what);
    if (*p->at == '"')
        return quoted(p, word);
    *word = p->at;
    while (p->at < p->end && *p->at != ' ' && *p->at != '\t' && *p->at != '\r') {
        if (*p->at == '"')
            return fail(p, p->at, "a quote inside a word: quote the whole value");
        p->at++;
    }
    if (p->at < p->end)
        *p->at++ = '\0';
    return true;
}

static bool line_over(struct parser *p)
{
    skip_blanks(p);
    if (p->at < p->end && *p->at != '#')
        return fail(p, p->at, "more than the key takes: quote values with blanks");
    return true;
}

static bool number(struct parser *p, const char *what, uint64_t low, uint64_t high, uint64_t *value)
{
    char *word;
    const char *where;
    uint64_t result = 0;

    if (!next_word(p, what, &word, &where))
        return false;
    for (const char *c = word; *c || c == word; c++) {
        if (*c < '0' || *c > '9')
            return fail(p, where, "%s is no number: %s", what, word);
        if (__builtin_mul_overflow(result, 10, &result) ||
            __builtin_add_overflow(result, (uint64_t)(*c - '0'), &result))
            return fail(p, where, "%s is too large: %s", what, word);
    }
    if (result < low || result > high)
        return fail(p, where, "%s must be %lu to %lu", what, (unsigned long)low,
                    (unsigned long)high);
    *value = result;
    return true;
}

static bool add_item(struct parser *p, const char *where, enum manifest_list list, const char *text,
                     const char *value)
{
    struct manifest *m = p->manifest;

    if (m->item_count == m->item_limit)
        return fail(p, where, "too many arg, env and option lines: at most %u", m->item_limit);
    m->items[m->item_count++] = (struct manifest_item){
        .instance = m->count - 1, .list = list, .text = text, .value = value};
    return true;
}

/* --- Keys
 * ------------------------------------------------------------------------------------------ */

static bool parse_instance(struct parser *p)
{
    struct manifest *m = p->manifest;
    char *word;
    const char *where;

    if (!next_word(p, "the instance's name", &word, &where))
        return false;
    size_t length = strlen(word);

    if (!length || length > 31)
        return fail(p, where, "an instance's name has 1 to 31 characters");
    for (const char *c = word; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-'))
            return fail(p, where, "an instance's name has only a-z, 0-9 and -");
    for (uint32_t i = 0; i < m->count; i++)
        if (!strcmp(m->instance[i].name, word))
            return fail(p, where, "the name %s is used twice", word);
    if (m->count == MANIFEST_INSTANCES_MAX)
        return fail(p, where, "more than %d instances", MANIFEST_INSTANCES_MAX);
    p->instance = &m->instance[m->count++];
    *p->instance = (struct manifest_instance){.name = word,
                                              .cwd = "/",
                                              .share = 1,
                                              .weight = WEIGHT_DEFAULT,
                                              .priority = PRIORITY_DEFAULT,
                                              .deadline_ms = DEADLINE_DEFAULT_MS,
                                              .rows = 24,
                                              .columns = 80,
                                              .line = p->line_number};
    return true;
}

static bool parse_libos(struct parser *p)
{
    char *word;
    const char *where;

    if (!next_word(p, "the LibOS", &word, &where))
        return false;
    p->instance->libos = word;
    return true;
}

static bool parse_root(struct parser *p)
{
    char *word;
    const char *where;

    if (!next_word(p, "the root archive", &word, &where))
        return false;
    p->instance->root = word;
    return true;
}

/* `rest` is allowed where rest is not NULL, and *rest what it stands for. */
static bool amount(struct parser *p, const uint64_t *rest, uint64_t *bytes)
{
    char *word;
    const char *where;
    uint64_t value = 0;
    const char *c;

    if (!next_word(p, "the amount of memory", &word, &where))
        return false;
    if (rest && !strcmp(word, "rest")) {
        *bytes = *rest;
        return true;
    }
    for (c = word; *c >= '0' && *c <= '9'; c++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*c - '0'), &value))
            return fail(p, where, "the amount of memory is too large: %s", word);
    unsigned shift = *c == 'K' ? 10 : *c == 'M' ? 20 : *c == 'G' ? 30 : 0;

    if (c == word || !shift || c[1])
        return fail(p, where, "bad amount of memory: %s; write 440M, 65536K%s", word,
                    rest ? ", 2G or rest" : " or 2G");
    if (!value || value > (1ull << 46) >> shift)
        return fail(p, where, "the amount of memory is out of range: %s", word);
    *bytes = value << shift;
    return true;
}

static bool parse_memory(struct parser *p)
{
    static const uint64_t rest = MANIFEST_REST;

    return amount(p, &rest, &p->instance->memory_bytes);
}

static bool parse_reserve(struct parser *p)
{
    return amount(p, NULL, &p->instance->reserve_bytes);
}

static bool parse_weight(struct parser *p)
{
    uint64_t value;

    if (!number(p, "the weight", 1, MANIFEST_WEIGHT_MAX, &value))
        return false;
    p->instance->weight = (uint32_t)value;
    return true;
}

static bool parse_priority(struct parser *p)
{
    uint64_t value;

    if (!number(p, "the priority", 0, MANIFEST_PRIORITY_MAX, &value))
        return false;
    p->instance->priority = (uint32_t)value;
    return true;
}

static bool parse_deadline(struct parser *p)
{
    uint64_t value;

    if (!number(p, "the deadline in milliseconds", 1, 3600000, &value))
        return false;
    p->instance->deadline_ms = (uint32_t)value;
    return true;
}

static bool parse_after(struct parser *p)
{
    const struct manifest *m = p->manifest;
    char *name;
    char *word;
    const char *where;
    const char *when;

    if (!next_word(p, "the instance to wait for", &name, &where) ||
        !next_word(p, "what to wait for", &word, &when))
        return false;
    if (!strcmp(word, "ends"))
        p->instance->after = AFTER_ENDS;
    else if (!strcmp(word, "writes"))
        p->instance->after = AFTER_WRITES;
    else
        return fail(p, when, "bad event: %s; write ends or writes", word);
    for (uint32_t i = 0; i + 1 < m->count; i++)
        if (!strcmp(m->instance[i].name, name)) {
            p->instance->after_instance = i;
            return true;
        }
    return fail(p, where, "no instance %s above this one", name);
}

static bool parse_share(struct parser *p)
{
    uint64_t value;

    if (!number(p, "the share", 1, 63, &value))
        return false;
    p->instance->share = (uint32_t)value;
    return true;
}

static bool parse_restart(struct parser *p)
{
    char *word;
    const char *where;

    if (!next_word(p, "the restart policy", &word, &where))
        return false;
    if (!strcmp(word, "no"))
        p->instance->restart = RESTART_NO;
    else if (!strcmp(word, "on-failure"))
        p->instance->restart = RESTART_ON_FAILURE;
    else if (!strcmp(word, "always"))
        p->instance->restart = RESTART_ALWAYS;
    else
        return fail(p, where, "bad restart policy: %s; write no, on-failure or always", word);
    return true;
}

static bool parse_arg(struct parser *p)
{
    char *word;
    const char *where;

    return next_word(p, "the argument", &word, &where) &&
           add_item(p, where, MANIFEST_ARG, word, NULL);
}

static bool parse_env(struct parser *p)
{
    char *word;
    const char *where;

    if (!next_word(p, "the variable", &word, &where))
        return false;
    if (*word == '=' || !strchr(word, '='))
        return fail(p, where, "a variable is NAME=VALUE");
    return add_item(p, where, MANIFEST_ENV, word, NULL);
}

static bool parse_cwd(struct parser *p)
{
    char *word;
    const char *where;

    if (!next_word(p, "the directory", &word, &where))
        return false;
    if (*word != '/')
        return fail(p, where, "the directory must begin with /");
    p->instance->cwd = word;
    return true;
}

static bool parse_tty(struct parser *p)
{
    static const char *const names[] = {"stdin", "stdout", "stderr"};
    char *word;
    const char *where;

    if (!next_word(p, "the stream", &word, &where))
        return false;
    for (uint32_t i = 0; i < 3; i++) {
        if (!strcmp(word, names[i])) {
            p->instance->tty_mask |= 1u << i;
            return true;
        }
    }
    return fail(p, where, "no stream %s: write stdin, stdout or stderr", word);
}

static bool parse_window(struct parser *p)
{
    uint64_t rows;
    uint64_t columns;

    if (!number(p, "the number of rows", 0, UINT16_MAX, &rows) ||
        !number(p, "the number of columns", 0, UINT16_MAX, &columns))
        return false;
    p->instance->rows = (uint16_t)rows;
    p->instance->columns = (uint16_t)columns;
    return true;
}

static bool parse_option(struct parser *p)
{
    char *name;
    char *value;
    const char *where;

    return next_word(p, "the option's name", &name, &where) &&
           next_word(p, "the option's value", &value, &where) &&
           add_item(p, where, MANIFEST_OPTION, name, value);
}

/* --- Network
 * --------------------------------------------------------------------------------------- */

static bool parse_address(struct parser *p)
{
    struct manifest_net *net = &p->instance->net;
    struct manifest_address a = {.shared = false};
    char *word;
    const char *where;

    if (!next_word(p, "the address", &word, &where))
        return false;
    if (!strcmp(word, "dhcp") || !strcmp(word, "auto")) {
        net->dhcp |= *word == 'd';
        net->autoconf |= *word == 'a';
        return true;
    }
    if (!exo_address_parse(word, a.address, &a.ipv6, &a.prefix))
        return fail(p, where, "bad address: %s; write 10.0.2.15/24, fec0::15/64, dhcp or auto",
                    word);
    if (!strchr(word, '/') || !a.prefix)
        return fail(p, where, "the address needs the length of its network: %s/24", word);
    if ((a.ipv6 && a.address[0] == 0xff) || (!a.ipv6 && a.address[12] >= 224))
        return fail(p, where, "%s is no address of one machine", word);
    if (net->address_count == MANIFEST_ADDRESSES_MAX)
        return fail(p, where, "more than %d addresses", MANIFEST_ADDRESSES_MAX);
    for (uint32_t i = 0; i < net->address_count; i++)
        if (!memcmp(net->address[i].address, a.address, sizeof a.address))
            return fail(p, where, "the address %s twice", word);
    net->address[net->address_count++] = a;
    return true;
}

static bool parse_port(struct parser *p)
{
    struct manifest_net *net = &p->instance->net;
    struct manifest_port port = {.protocol = 6};
    uint64_t value = 0;
    char *word;
    const char *where;
    const char *c;

    if (!next_word(p, "the port", &word, &where))
        return false;
    for (c = word; *c >= '0' && *c <= '9' && value <= UINT16_MAX; c++)
        value = value * 10 + (uint64_t)(*c - '0');
    if (!strcmp(c, "/udp"))
        port.protocol = 17;
    else if (*c && strcmp(c, "/tcp") != 0)
        value = 0;
    if (!value || value > UINT16_MAX)
        return fail(p, where, "bad port: %s; write 80, 80/tcp or 53/udp", word);
    port.port = (uint16_t)value;
    if (net->port_count == MANIFEST_PORTS_MAX)
        return fail(p, where, "more than %d ports", MANIFEST_PORTS_MAX);
    for (uint32_t i = 0; i < net->port_count; i++)
        if (net->port[i].port == port.port && net->port[i].protocol == port.protocol)
            return fail(p, where, "the port %s twice", word);
    net->port[net->port_count++] = port;
    return true;
}

static bool parse_server(struct parser *p, const char *what, uint8_t *address, bool *ipv6)
{
    char *word;
    const char *where;

    if (!next_word(p, what, &word, &where))
        return false;
    return exo_address_parse(word, address, ipv6, NULL) ||
           fail(p, where, "bad address: %s; write 10.0.2.2 or fec0::2", word);
}

static bool parse_gateway(struct parser *p)
{
    struct manifest_net *net = &p->instance->net;
    uint8_t address[16];
    bool ipv6;

    if (!parse_server(p, "the gateway", address, &ipv6))
        return false;
    memcpy(ipv6 ? net->gateway6 : net->gateway4, address, sizeof address);
    return true;
}

static bool parse_dns(struct parser *p)
{
    struct manifest_net *net = &p->instance->net;
    bool ipv6;

    if (net->dns_count == MANIFEST_SERVERS_MAX)
        return fail(p, p->at, "more than %d name servers", MANIFEST_SERVERS_MAX);
    return parse_server(p, "the name server", net->dns[net->dns_count++], &ipv6);
}

/* Four hexadecimal digits of a PCI name. */
static bool hex4(const char *text, uint16_t *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++) {
        if (hex_digit(text[i]) < 0)
            return false;
        *value = (uint16_t)(*value << 4 | hex_digit(text[i]));
    }
    return true;
}

static bool parse_device(struct parser *p)
{
    struct manifest_device device = {.trusted = false};
    char *word;
    const char *where;

    if (!next_word(p, "the device", &word, &where))
        return false;
    if (strlen(word) != 9 || word[4] != ':' || !hex4(word, &device.vendor) ||
        !hex4(word + 5, &device.device))
        return fail(p, where, "bad device: %s; write vendor and device as 1b36:0010", word);
    skip_blanks(p);
    if (p->at < p->end && *p->at != '#') {
        if (!next_word(p, "trusted", &word, &where))
            return false;
        if (strcmp(word, "trusted") != 0)
            return fail(p, where, "bad word after the device: %s; write trusted, or nothing", word);
        device.trusted = true;
    }
    if (p->instance->device_count == MANIFEST_DEVICES_MAX)
        return fail(p, where, "more than %d devices", MANIFEST_DEVICES_MAX);
    p->instance->device[p->instance->device_count++] = device;
    return true;
}

static bool parse_capture(struct parser *p)
{
    p->manifest->capture = true;
    return true;
}

static const struct key keys[] = {
    {"instance", parse_instance, true},  {"libos", parse_libos, false},
    {"root", parse_root, false},         {"memory", parse_memory, false},
    {"share", parse_share, false},       {"restart", parse_restart, false},
    {"arg", parse_arg, false},           {"env", parse_env, false},
    {"cwd", parse_cwd, false},           {"tty", parse_tty, false},
    {"window", parse_window, false},     {"option", parse_option, false},
    {"address", parse_address, false},   {"port", parse_port, false},
    {"capture", parse_capture, true},    {"reserve", parse_reserve, false},
    {"weight", parse_weight, false},     {"priority", parse_priority, false},
    {"deadline", parse_deadline, false}, {"after", parse_after, false},
    {"gateway", parse_gateway, false},   {"dns", parse_dns, false},
    {"device", parse_device, false},
};

static bool parse_line(struct parser *p)
{
    char *word;
    const char *where;

    skip_blanks(p);
    if (p->at >= p->end || *p->at == '#')
        return true;
    if (!next_word(p, "the key", &word, &where))
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(word, keys[i].name) != 0)
            continue;
        if (!keys[i].global && !p->instance)
            return fail(p, where, "%s before the first instance line", word);
        return keys[i].parse(p) && line_over(p);
    }
    return fail(p, where, "unknown key: %s", word);
}

/* Two instances with one address: both must name their ports, and different ones. */
static bool check_shared(struct parser *p, struct manifest_instance *a, struct manifest_instance *b)
{
    struct manifest_instance *both[2] = {a, b};
    char text[EXO_ADDRESS_TEXT];

    for (uint32_t i = 0; i < a->net.address_count; i++) {
        for (uint32_t j = 0; j < b->net.address_count; j++) {
            if (memcmp(a->net.address[i].address, b->net.address[j].address, 16) != 0)
                continue;
            a->net.address[i].shared = b->net.address[j].shared = true;
            exo_address_text(a->net.address[i].address, text);
            for (int k = 0; k < 2; k++) {
                if (!both[k]->net.port_count)
                    return fail(p, p->line,
                                "%s is the address of %s and %s: name the ports of %s, too, or "
                                "give it another",
                                text, a->name, b->name, both[k]->name);
                for (uint32_t n = 0; n < both[k]->net.port_count; n++)
                    if (both[k]->net.port[n].port >= MANIFEST_LOCAL_PORT_FIRST)
                        return fail(
                            p, p->line, "%s shares its address: its port %u must be below %u",
                            both[k]->name, both[k]->net.port[n].port, MANIFEST_LOCAL_PORT_FIRST);
            }
            for (uint32_t m = 0; m < a->net.port_count; m++)
                for (uint32_t n = 0; n < b->net.port_count; n++)
                    if (a->net.port[m].port == b->net.port[n].port &&
                        a->net.port[m].protocol == b->net.port[n].protocol)
                        return fail(p, p->line, "%s and %s both want port %u/%s of %s", a->name,
                                    b->name, a->net.port[m].port,
                                    a->net.port[m].protocol == 6 ? "tcp" : "udp", text);
        }
    }
    return true;
}

static bool check_net(struct parser *p)
{
    struct manifest *m = p->manifest;

    for (uint32_t i = 0; i < m->count; i++) {
        struct manifest_instance *instance = &m->instance[i];

        p->line_number = instance->line;
        for (uint32_t j = 0; j < instance->net.address_count; j++)
            if (instance->net.dhcp && !instance->net.address[j].ipv6)
                return fail(p, p->line, "instance %s has an IPv4 address and dhcp", instance->name);
        if (instance->net.address_count + instance->net.dhcp + 2 * instance->net.autoconf >
            MANIFEST_ADDRESSES_MAX)
            return fail(p, p->line, "more than %d addresses", MANIFEST_ADDRESSES_MAX);
        if (!instance->net.address_count && !instance->net.dhcp && !instance->net.autoconf &&
            (instance->net.port_count || instance->net.dns_count))
            return fail(p, p->line, "instance %s has ports or name servers but no address",
                        instance->name);
        for (uint32_t j = 0; j < i; j++)
            if (!check_shared(p, &m->instance[j], instance))
                return false;
    }
    return true;
}

/* What the file as a whole must hold. */
static bool check_whole(struct parser *p)
{
    struct manifest *m = p->manifest;
    uint32_t rest = 0;

    p->line = p->at;
    if (!m->count)
        return fail(p, p->at, "no instance: write `instance main` and what it runs");
    for (uint32_t i = 0; i < m->count; i++) {
        if (!m->instance[i].libos)
            return fail(p, p->at, "instance %s has no libos line", m->instance[i].name);
        if (!m->instance[i].memory_bytes)
            return fail(p, p->at, "instance %s has no memory line", m->instance[i].name);
        if (m->instance[i].reserve_bytes > m->instance[i].memory_bytes)
            return fail(p, p->at, "instance %s reserves more than its memory", m->instance[i].name);
        rest += m->instance[i].memory_bytes == MANIFEST_REST;
    }
    if (rest > 1)
        return fail(p, p->at, "more than one instance with memory rest");
    return check_net(p);
}

bool manifest_parse(struct manifest *manifest, char *text, size_t bytes)
{
    struct parser p = {.manifest = manifest, .at = text};
    char *end = text + bytes;

    manifest->count = 0;
    manifest->capture = false;
    manifest->item_count = 0;
    manifest->error[0] = '\0';
    *end = '\0';
    for (char *line = text; line < end; line = p.end + 1) {
        char *stop = memchr(line, '\n', (size_t)(end - line));

        p.line = p.at = line;
        p.end = stop ? stop : end;
        p.line_number++;
        *p.end = '\0';
        if (p.end - line > MANIFEST_LINE_MAX)
            return fail(&p, line + MANIFEST_LINE_MAX, "the line is longer than %d bytes",
                        MANIFEST_LINE_MAX);
        if (memchr(line, '\0', (size_t)(p.end - line)))
            return fail(&p, (char *)memchr(line, '\0', (size_t)(p.end - line)), "a zero byte");
        if (!parse_line(&p))
            return false;
    }
    return check_whole(&p);
}
