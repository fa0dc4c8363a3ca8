#pragma once

#include <stddef.h>

/// The letters of every picture, carried by the binary: the same bytes on any machine, also on one without fonts.
/// DejaVu Sans 2.37 (licence in data/LICENSE), reduced to Latin, Greek, Cyrillic, mathematics and arrows by
/// Tests/Fixtures/generate/typeface.sh.
extern const unsigned char cinegrad_typeface[];
extern const size_t cinegrad_typeface_size;

/// Its first byte: Swift does not import arrays without a length.
static inline const unsigned char *cinegrad_typeface_start(void) { return cinegrad_typeface; }
