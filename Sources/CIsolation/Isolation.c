// pipe2, and closing descriptors by their range.
#define _GNU_SOURCE

#include "CIsolation.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <unistd.h>

int cis_spawn(const char *executable, char *const arguments[], char *const environment[], pid_t *process, int *output) {
    int ends[2];
    // Closed in every other process that is started meanwhile: one that kept the writing end would hide the end of this one.
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    posix_spawn_file_actions_t actions;
    int status = posix_spawn_file_actions_init(&actions);
    if (status == 0) {
        posix_spawnattr_t attributes;
        status = posix_spawnattr_init(&attributes);
        if (status == 0) {
            // A server ignores SIGPIPE; its child is to end when nobody reads.
            sigset_t defaults;
            sigemptyset(&defaults);
            sigaddset(&defaults, SIGPIPE);
            sigaddset(&defaults, SIGXFSZ);
            posix_spawnattr_setsigdefault(&attributes, &defaults);
            sigset_t none;
            sigemptyset(&none);
            posix_spawnattr_setsigmask(&attributes, &none);
            posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
            posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
            posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
            status = posix_spawn(process, executable, &actions, &attributes, arguments, environment);
            posix_spawnattr_destroy(&attributes);
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    if (status == 0)
        *output = ends[0];
    else
        close(ends[0]);
    return status;
}

int cis_bound(unsigned long long address_space_bytes, unsigned long long processor_seconds) {
    const struct {
        int resource;
        rlim_t value;
    } limits[] = {
        {RLIMIT_AS, address_space_bytes},
        {RLIMIT_CPU, processor_seconds},
        {RLIMIT_FSIZE, 0},
        {RLIMIT_CORE, 0},
        {RLIMIT_NOFILE, 64},
    };
    for (size_t index = 0; index < sizeof limits / sizeof *limits; index++) {
        const struct rlimit limit = {limits[index].value, limits[index].value};
        if (setrlimit(limits[index].resource, &limit) != 0) return errno;
    }
    return 0;
}
