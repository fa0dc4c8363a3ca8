#include "CTypeface.h"

const unsigned char cinegrad_typeface[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed "data/DejaVuSans-subset.ttf"
#pragma clang diagnostic pop
};

const size_t cinegrad_typeface_size = sizeof cinegrad_typeface;
