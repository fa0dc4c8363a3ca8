#include "CBundledModels.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char sides[] = {
#embed "data/moving-shapes-sides.safetensors"
};
const size_t cinegrad_moving_shapes_sides_size = sizeof sides;

const unsigned char *cinegrad_moving_shapes_sides_address(void) { return sides; }

static const unsigned char angle[] = {
#embed "data/moving-shapes-angle.safetensors"
};
const size_t cinegrad_moving_shapes_angle_size = sizeof angle;

const unsigned char *cinegrad_moving_shapes_angle_address(void) { return angle; }

#pragma clang diagnostic pop
