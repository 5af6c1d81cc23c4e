/* SPDX-License-Identifier: MIT */
/* kind_mq_getattr.c - asking what may be no message queue on descriptors of every kind. */
#include "tests/diff/kinds.h"
#include <mqueue.h>

int main(void)
{
    struct mq_attr attributes;

    EACH_KIND(mq_getattr(fd, &attributes));
    return 0;
}
