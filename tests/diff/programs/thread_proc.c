/* SPDX-License-Identifier: MIT */
/* thread_proc.c - /proc/PID/task: threads listed, their names, states and numbers. */
#include "tests/diff/thread.h"

static int other, go;

static void *named(void *unused)
{
    char name[32];

    (void)unused;
    prctl(PR_SET_NAME, "a-name-of-the-thread");
    NEED(prctl(PR_GET_NAME, name) == 0);
    printf("name %s\n", name);
    set(&other, tid());
    wait_value(&go, 1);
    int byte;

    (void)byte;
    futex(&go, FUTEX_WAIT, 1, NULL);
    return NULL;
}

static void say_line(const char *path, const char *key)
{
    char text[4096];
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    char *line = strstr(text, key);

    if (!line) {
        printf("no %s\n", key);
        return;
    }
    line[strcspn(line, "\n")] = 0;
    printf("%s\n", line);
}

static long number_in(const char *path, const char *key)
{
    char text[4096];
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    char *line = strstr(text, key);

    return line ? atol(line + strlen(key)) : -1;
}

int main(void)
{
    char path[64];
    char text[64] = "";
    int count = 0, found = 0;

    prctl(PR_SET_NAME, "the-first");
    pthread_t thread = start(named, NULL);

    wait_not(&other, 0);
    DIR *directory = opendir("/proc/self/task");
    struct dirent *entry;

    while ((entry = readdir(directory))) {
        count += entry->d_name[0] != '.';
        found += atoi(entry->d_name) == other || atoi(entry->d_name) == getpid();
    }
    closedir(directory);
    printf("%d threads, found %d\n", count, found);
    say_line("/proc/self/status", "Threads:");
    say_line("/proc/self/status", "Name:");
    say_file("/proc/self/comm");
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", other);
    int fd = open(path, O_RDWR);

    NEED(fd >= 0);
    NEED(read(fd, text, sizeof text - 1) > 0);
    printf("thread's comm %s", text);
    SHOW(write(fd, "renamed", 7));
    close(fd);
    fd = open(path, O_RDONLY);
    memset(text, 0, sizeof text);
    NEED(read(fd, text, sizeof text - 1) > 0);
    printf("thread's comm %s", text);
    close(fd);
    snprintf(path, sizeof path, "/proc/self/task/%d/status", other);
    say_line(path, "Name:");
    TELL(number_in(path, "\nPid:") == other);
    TELL(number_in(path, "\nTgid:") == getpid());
    snprintf(path, sizeof path, "/proc/%d/status", other);
    TELL(number_in(path, "\nTgid:") == getpid());
    snprintf(path, sizeof path, "/proc/self/task/%d", 0x3ffffff);
    SHOW(access(path, F_OK));
    snprintf(path, sizeof path, "/proc/%d/task/%d/cmdline", getpid(), other);
    SHOW(access(path, F_OK));
    char link[64] = "", want[64];

    snprintf(want, sizeof want, "%d/task/%d", getpid(), getpid());
    NEED(readlink("/proc/thread-self", link, sizeof link - 1) > 0);
    TELL(strcmp(link, want) == 0);
    set(&go, 1);
    wait_asleep(&other);
    printf("state S\n");
    while (futex(&go, FUTEX_WAKE, 1, NULL) == 0)
        sched_yield();
    join(thread);
    wait_state(getpid(), other, 0);
    say_line("/proc/self/status", "Threads:");
    return 0;
}
