#pragma once

#include <stddef.h>

/// Addresses and sizes in bytes of the checkpoints (safetensors) of the models that the binary carries, so that it finds them wherever it is installed.
const unsigned char *cinegrad_moving_shapes_sides_address(void);
extern const size_t cinegrad_moving_shapes_sides_size;
const unsigned char *cinegrad_moving_shapes_angle_address(void);
extern const size_t cinegrad_moving_shapes_angle_size;
