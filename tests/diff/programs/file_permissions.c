/* SPDX-License-Identifier: MIT */
/* file_permissions.c - what another user than root may do with modes in the way. */
#include "tests/diff/diff.h"

static int child(void *unused)
{
    (void)unused;
    NEED(setgid(1000) == 0 && setuid(1000) == 0);
    SHOW(open("secret", O_RDONLY));
    SHOW(open("readable", O_WRONLY));
    SHOW_OK(open("readable", O_RDONLY));
    SHOW_OK(open("mine", O_RDWR));
    SHOW(open("group", O_WRONLY));
    SHOW_OK(open("group", O_RDONLY));
    SHOW(open("closed/file", O_RDONLY));
    SHOW(open("new", O_WRONLY | O_CREAT, 0644));
    SHOW(mkdir("newdir", 0755));
    SHOW(unlink("readable"));
    SHOW(rename("readable", "other"));
    SHOW(chmod("readable", 0777));
    SHOW(chmod("mine", 0640));
    SHOW(chown("mine", 0, 0));
    SHOW(access("secret", R_OK));
    SHOW(access("mine", R_OK | W_OK));
    SHOW(opendir("unlisted") == NULL);
    SHOW_OK(open("unlisted/file", O_RDONLY));
    SHOW(execl("secret", "secret", (char *)NULL));
    SHOW(chdir("closed"));
    SHOW(unlink("sticky/roots"));
    SHOW_OK(open("sticky/new", O_WRONLY | O_CREAT, 0644));
    SHOW(unlink("sticky/new"));
    SHOW(truncate("readable", 0));
    SHOW(utimensat(AT_FDCWD, "readable", NULL, 0));
    return 0;
}

int main(void)
{
    NEED(chmod(".", 0755) == 0);
    make_file("secret", "s", 1, 0700);
    make_file("readable", "r", 1, 0644);
    make_file("mine", "m", 1, 0600);
    make_file("group", "g", 1, 0042);
    NEED(chown("mine", 1000, 1000) == 0 && chown("group", 0, 1000) == 0 &&
         chmod("group", 0042 | 0040) == 0);
    NEED(mkdir("closed", 0700) == 0 && mkdir("unlisted", 0711) == 0 && mkdir("sticky", 0755) == 0);
    NEED(chmod("sticky", 01777) == 0);
    make_file("closed/file", "c", 1, 0644);
    make_file("unlisted/file", "u", 1, 0644);
    make_file("sticky/roots", "t", 1, 0666);
    run_child("child", child, NULL);
    return 0;
}
