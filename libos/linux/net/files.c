/* SPDX-License-Identifier: MIT */
/*
 * files.c - /etc/hosts, /etc/resolv.conf and /etc/hostname for an image that has none: resolvers of C libraries read them.
 */
#include "libos/linux/net/socket.h"
#include "libos/linux/call/machine.h"

static int file_make(struct dentry *directory, const char *name, const char *text)
{
    struct dentry *made = dentry_child(directory, name, (uint32_t)strlen(name));
    int64_t done;
    int error;

    if (made && (!is_regular(made->inode) || made->inode->size))
        return 0;
    if (made) { /* an empty one says nothing either: packages bring such */
        dentry_hold(made);
    } else {
        error = dentry_create(directory, name, (uint32_t)strlen(name), S_IFREG | 0644, &made);
        if (error)
            return error;
        made->inode->uid = made->inode->gid = 0;
    }
    done = pages_write(made->inode, text, 0, strlen(text), 0);
    dentry_drop(made);
    return done < 0 ? (int)done : 0;
}

static void address_text(char *text, size_t size, const uint8_t ip[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    int length = 0;

    if (!memcmp(ip, mapped, sizeof mapped)) {
        format(text, size, "%u.%u.%u.%u", ip[12], ip[13], ip[14], ip[15]);
        return;
    }
    for (int i = 0; i < 16; i += 2)
        length += format(text + length, size - (size_t)length, "%s%x", i ? ":" : "",
                         ip[i] << 8 | ip[i + 1]);
}

int netfiles_start(struct dentry *root)
{
    const struct instance_net *net = &instance->net;
    struct dentry *etc = dentry_child(root, "etc", 3);
    char text[512];
    char address[48];
    int length = 0;
    int error;

    if (!etc) {
        error = dentry_create(root, "etc", 3, S_IFDIR | 0755, &etc);
        if (error)
            return error;
        dentry_drop(etc);
    }
    if (!is_directory(etc->inode))
        return 0;
    format(text, sizeof text,
           "127.0.0.1\tlocalhost %s\n::1\tlocalhost ip6-localhost ip6-loopback\n",
           machine_host_name());
    error = file_make(etc, "hosts", text);
    if (error || !net->present || !net->dns_count)
        return error;
    for (uint32_t i = 0; i < net->dns_count; i++) {
        address_text(address, sizeof address, net->dns[i]);
        length += format(text + length, sizeof text - (size_t)length, "nameserver %s\n", address);
    }
    return file_make(etc, "resolv.conf", text);
}
