/* SPDX-License-Identifier: MIT */
/* console.c - a 16550 serial port, polled. Source: National PC16550D data sheet. */
#include "dev/console.h"
#include <stdatomic.h>
#include "core/klog.h"

#define PORT        0x3f8
#define LINE_STATUS 5
#define ROOM        0x20
#define WAIT_MAX    100000 /* polls; a port that never has room loses output, not the machine */

void console_start(void)
{
    port_write8(PORT + 1, 0);    /* no interrupts */
    port_write8(PORT + 3, 0x80); /* divisor */
    port_write8(PORT + 0, 1);    /* 115200 baud */
    port_write8(PORT + 1, 0);
    port_write8(PORT + 3, 3); /* 8 bits, no parity */
    port_write8(PORT + 2, 7); /* FIFO on and empty */
    port_write8(PORT + 4, 3);
}

static void put(char c)
{
    for (int wait = 0; wait < WAIT_MAX && !(port_read8(PORT + LINE_STATUS) & ROOM); wait++)
        cpu_relax();
    port_write8(PORT, (uint8_t)c);
}

void console_write(const char *text, uint64_t length)
{
    static _Atomic uint32_t taken;
    /* Not lock_take: a panic inside an answer to mail must still be able to print. */
    for (int wait = 0; atomic_exchange(&taken, 1) && wait < WAIT_MAX; wait++)
        cpu_relax();
    for (uint64_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            put('\r');
        put(text[i]);
    }
    atomic_store(&taken, 0);
}
