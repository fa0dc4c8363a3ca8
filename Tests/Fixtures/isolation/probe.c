// Confines itself as the readers of foreign files do and tells, a line each, which calls still work.
#include "CIsolation.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void *nothing(void *argument) { return argument; }

static void tell(const char *what, int works) {
    printf("%s %s\n", what, works ? "works" : "refused");
    fflush(stdout);
}

int main(int count, char *arguments[]) {
    if (count != 3) return 2;
    if (cis_bound(1ULL << 30, 10) != 0 || cis_confine(arguments[1]) != 0) return 3;
    tell("own file", open(arguments[1], O_RDONLY) >= 0);
    tell("other file", open(arguments[2], O_RDONLY) >= 0);
    tell("writing", open(arguments[1], O_WRONLY) >= 0);
    tell("new file", open("probe-made-this", O_CREAT | O_WRONLY, 0600) >= 0);
    tell("removal", unlink(arguments[2]) == 0);
    tell("socket", socket(AF_INET, SOCK_STREAM, 0) >= 0);
    tell("local socket", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
    pid_t child = fork();
    if (child == 0) _exit(0);
    tell("process", child > 0);
    execl("/bin/true", "true", NULL);
    tell("program", 0);
    pthread_t thread;
    tell("thread", pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0);
    tell("memory", malloc(2ULL << 30) != NULL);
    tell("some memory", malloc(1ULL << 20) != NULL);
    return 0;
}
