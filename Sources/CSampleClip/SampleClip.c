#include "CSampleClip.h"

const unsigned char cinegrad_sample_clip[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed "data/moving-shapes-sample.mp4"
#pragma clang diagnostic pop
};

const size_t cinegrad_sample_clip_size = sizeof cinegrad_sample_clip;
