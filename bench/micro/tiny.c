/* SPDX-License-Identifier: MIT */
/* tiny.c - a program that does nothing, for the exec rows. */
int main(void)
{
    return 0;
}
