#pragma once

#include <stdint.h>

// Which descriptors are ready, by Linux's epoll(7), which Swift's module of the C library leaves out.

struct crd_event {
    uint64_t id;
    int can_read;
    int can_write;
};

// A new, empty set, closed for other programs: its descriptor, or -1 with errno set. The set is itself readable while one of its members is ready.
int crd_open(void);

// Makes a descriptor a member, or changes what is waited for. Returns 0, or an error number.
int crd_watch(int set, int descriptor, uint64_t id, int is_new, int reads, int writes);

// Takes a member out.
void crd_forget(int set, int descriptor);

// Members that are ready now, at most `capacity` of them; never waits. A member that was hung up or has failed can be read and written: the call
// tells. Returns their number.
int crd_ready(int set, struct crd_event *events, int capacity);
