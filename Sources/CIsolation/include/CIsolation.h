#pragma once

#include <sys/types.h>

// Starts a program of which nothing but its standard output is connected to this process: no open file, no environment, no messages. The caller
// reads `*output` and closes it, and waits for the process. Returns 0, or an error number.
int cis_spawn(const char *executable, char *const arguments[], char *const environment[], pid_t *process, int *output);

// Bounds this process for good. Returns 0, or an error number.
int cis_bound(unsigned long long address_space_bytes, unsigned long long processor_seconds);
