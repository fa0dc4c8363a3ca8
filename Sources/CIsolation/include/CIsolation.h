#pragma once

#include <sys/types.h>

// Starts a program of which nothing but its standard output is connected to this process: no open file, no environment, no messages. The caller
// reads `*output` and closes it, and waits for the process. Returns 0, or an error number.
int cis_spawn(const char *executable, char *const arguments[], char *const environment[], pid_t *process, int *output);

// Bounds this process for good: memory, processor time, no byte written to a file, 64 descriptors. Returns 0, or an error number.
int cis_bound(unsigned long long address_space_bytes, unsigned long long processor_seconds);

// Takes from this process, for good, the network, other programs and other processes (a filter of system calls), and, where the kernel can (Landlock,
// Linux 5.13), every file but the one at `file`; files stay open to it when `file` is NULL. Calls that are taken away fail with EPERM or EACCES.
// Returns 0, or an error number.
int cis_confine(const char *file);
