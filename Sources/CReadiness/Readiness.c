#include "CReadiness.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

// At a time; more are found by the next call.
#define BATCH 256

int crd_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

int crd_watch(int set, int descriptor, uint64_t id, int is_new, int reads, int writes) {
    struct epoll_event event = {.events = (reads ? EPOLLIN : 0u) | (writes ? EPOLLOUT : 0u), .data = {.u64 = id}};
    return epoll_ctl(set, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event) == 0 ? 0 : errno;
}

void crd_forget(int set, int descriptor) { epoll_ctl(set, EPOLL_CTL_DEL, descriptor, NULL); }

int crd_ready(int set, struct crd_event *events, int capacity) {
    struct epoll_event found[BATCH];
    int count;
    do {
        count = epoll_wait(set, found, capacity < BATCH ? capacity : BATCH, 0);
    } while (count < 0 && errno == EINTR);
    for (int i = 0; i < count; i++) {
        int is_over = (found[i].events & (EPOLLHUP | EPOLLERR)) != 0;
        events[i] = (struct crd_event){
            .id = found[i].data.u64,
            .can_read = is_over || (found[i].events & EPOLLIN) != 0,
            .can_write = is_over || (found[i].events & EPOLLOUT) != 0,
        };
    }
    return count < 0 ? 0 : count;
}
