#pragma once

#include <stddef.h>
#include <stdint.h>

/// libpng reports errors by longjmp, which must not pass through Swift: both functions end it here.

/// One text chunk: tEXt when the text is ASCII, else iTXt (UTF-8).
typedef struct {
    const char *keyword;
    const char *text;
    int is_international;
} cinegrad_png_text;

/// Writes an 8-bit image of 1 (grey) or 3 (RGB) channels.
/// Returns 0 and memory to be freed with cinegrad_png_free, or -1 and libpng's reason.
int cinegrad_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                        const cinegrad_png_text *texts, int text_count, uint8_t **bytes, size_t *size,
                        char reason[128]);

/// Reads an image of any kind as 8-bit RGB; calls `text` for each text chunk, whose strings are valid during the call.
/// Returns 0 and memory to be freed with cinegrad_png_free, or -1 and libpng's reason.
int cinegrad_png_decode(const uint8_t *bytes, size_t size, uint32_t maximum_side, uint8_t **pixels, uint32_t *width,
                        uint32_t *height, void (*text)(void *context, const char *keyword, const char *text),
                        void *context, char reason[128]);

void cinegrad_png_free(uint8_t *memory);
