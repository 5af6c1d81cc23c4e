/* SPDX-License-Identifier: MIT */
/* tty_pty_jobs.c - a session on a pseudo terminal: signal keys, background reads and writes,
 * hang-up. */
#include "tests/diff/diff.h"
#include <pty.h>
#include <termios.h>

static int master, slave;

static void type_keys(const char *keys)
{
    NEED(write(master, keys, strlen(keys)) == (ssize_t)strlen(keys));
}

/* A child in a group of its own, in the background or not; gives its pid. */
static pid_t start_job(bool foreground, int (*body)(void))
{
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0) {
        setpgid(0, 0);
        sleep_ms(30);
        _exit(body());
    }
    NEED(setpgid(pid, pid) == 0 || errno == EACCES);
    if (foreground)
        NEED(tcsetpgrp(slave, pid) == 0);
    return pid;
}

static int job_sleep(void)
{
    sleep_ms(5000);
    return 0;
}

static int job_read(void)
{
    char byte;

    return read(slave, &byte, 1) == 1 ? byte : 100;
}

static int job_read_ignoring(void)
{
    char byte;

    signal(SIGTTIN, SIG_IGN);
    return read(slave, &byte, 1) < 0 && errno == EIO ? 3 : 4;
}

static int job_write(void)
{
    return write(slave, "w", 1) == 1 ? 5 : 6;
}

static int job_set_group(void)
{
    return tcsetpgrp(slave, getpgrp()) == 0 ? 7 : 8;
}

static void wait_job(const char *who, pid_t pid)
{
    int status = 0;

    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    say_status(who, status);
}

static void session(void)
{
    struct termios modes;

    NEED(setsid() > 0);
    TELL(tcgetpgrp(slave) == -1 && errno == ENOTTY);
    SHOW(ioctl(slave, TIOCSCTTY, 0));
    TELL(tcgetsid(slave) == getpid() && tcgetpgrp(slave) == getpid());
    SHOW_OK(open("/dev/tty", O_RDWR));
    signal(SIGTTOU, SIG_IGN);
    SHOW(tcsetpgrp(slave, 999999));

    pid_t pid = start_job(true, job_sleep);
    sleep_ms(60);
    type_keys("\x03");
    wait_job("interrupted", pid);
    pid = start_job(true, job_sleep);
    sleep_ms(60);
    type_keys("\x1a");
    wait_job("suspended", pid);
    type_keys("\x1c");
    kill(pid, SIGCONT);
    wait_job("quit", pid);

    NEED(tcsetpgrp(slave, getpid()) == 0);
    pid = start_job(false, job_read);
    wait_job("background read", pid);
    NEED(tcsetpgrp(slave, pid) == 0);
    kill(-pid, SIGCONT);
    type_keys("!\r");
    wait_job("then in the foreground", pid);
    NEED(tcsetpgrp(slave, getpid()) == 0);
    wait_job("background read, ignored", start_job(false, job_read_ignoring));
    wait_job("background write", start_job(false, job_write));
    NEED(tcgetattr(slave, &modes) == 0);
    modes.c_lflag |= TOSTOP;
    NEED(tcsetattr(slave, TCSANOW, &modes) == 0);
    signal(SIGTTOU, SIG_DFL);
    pid = start_job(false, job_write);
    wait_job("background write, TOSTOP", pid);
    kill(pid, SIGKILL);
    wait_job("it", pid);
    pid = start_job(false, job_set_group);
    wait_job("background tcsetpgrp", pid);
    kill(pid, SIGKILL);
    wait_job("it", pid);
}

static int leader(void *unused)
{
    (void)unused;
    session();
    fflush(stdout);
    catch_signal(SIGHUP, 0);
    close(master);
    for (int i = 0; i < 200 && !caught_count; i++)
        sleep_ms(10);
    printf("after the master closed: %s\n", caught_count ? signal_name(caught_last) : "nothing");
    char byte;
    SHOW(read(slave, &byte, 1));
    return 0;
}

static int window_child(void *unused)
{
    struct winsize size = {.ws_row = 10, .ws_col = 20};

    (void)unused;
    NEED(setsid() > 0 && ioctl(slave, TIOCSCTTY, 0) == 0);
    catch_signal(SIGWINCH, 0);
    NEED(ioctl(master, TIOCSWINSZ, &size) == 0);
    sleep_ms(20);
    printf("window changes seen: %d\n", (int)caught_count);
    NEED(ioctl(master, TIOCSWINSZ, &size) == 0);
    sleep_ms(20);
    printf("the same again: %d\n", (int)caught_count);
    signal(SIGHUP, SIG_IGN);
    SHOW(ioctl(slave, TIOCNOTTY));
    SHOW(open("/dev/tty", O_RDWR));
    return 0;
}

int main(void)
{
    NEED(openpty(&master, &slave, NULL, NULL, NULL) == 0);
    run_child("window", window_child, NULL);
    close(master);
    close(slave);
    NEED(openpty(&master, &slave, NULL, NULL, NULL) == 0);
    pid_t pid = fork();
    NEED(pid >= 0);
    if (pid == 0)
        _exit(leader(NULL));
    close(master);
    close(slave);
    printf("leader's code %d\n", reap(pid));
    return 0;
}
