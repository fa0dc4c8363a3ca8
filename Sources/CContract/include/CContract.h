#pragma once

#include <stddef.h>

/// The description of the HTTP interface, openapi.yaml, as the binary serves it.
const unsigned char *cinegrad_openapi_address(void);
extern const size_t cinegrad_openapi_size;
