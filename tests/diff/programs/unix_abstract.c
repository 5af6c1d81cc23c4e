/* SPDX-License-Identifier: MIT */
/* unix_abstract.c - abstract names: lengths, NULs inside, kinds, autobind. */
#include "tests/diff/socket.h"

int main(void)
{
    struct sockaddr_un name;
    socklen_t length = sizeof name;
    char text[64];
    int a = socket(AF_UNIX, SOCK_STREAM, 0);
    int b = socket(AF_UNIX, SOCK_STREAM, 0);
    int c = socket(AF_UNIX, SOCK_DGRAM, 0);
    int d = socket(AF_UNIX, SOCK_DGRAM, 0);

    snprintf(text, sizeof text, "@diff-%d", (int)getpid());
    SHOW(unix_bind(a, text));
    SHOW(unix_bind(b, text));
    SHOW(unix_bind(c, text));
    SHOW(unix_connect(b, text));
    SHOW(listen(a, 1));
    SHOW(unix_connect(b, text));
    SHOW(unix_bind(a, "@other"));
    length = sizeof name;
    SHOW(getpeername(b, (struct sockaddr *)&name, &length));
    TELL(length == 2 + strlen(text));
    name.sun_family = AF_UNIX;
    SHOW(bind(d, (struct sockaddr *)&name, sizeof(sa_family_t)));
    length = sizeof name;
    SHOW(getsockname(d, (struct sockaddr *)&name, &length));
    printf("%u bytes, first %d, hex %s\n", (unsigned)length, name.sun_path[0],
           strspn(name.sun_path + 1, "0123456789abcdef") >= 5 ? "yes" : "no");
    SHOW(bind(d, (struct sockaddr *)&name, sizeof(sa_family_t)));
    close(a);
    int e = socket(AF_UNIX, SOCK_STREAM, 0);
    SHOW(unix_connect(e, text));
    SHOW(unix_bind(e, text));
    SHOW(unix_connect(e, "@there-is-no-such-name"));
    /* the same letters with a NUL after them are another name */
    int f = socket(AF_UNIX, SOCK_STREAM, 0);
    length = unix_address(&name, text);
    SHOW(bind(f, (struct sockaddr *)&name, length + 1));
    return 0;
}
