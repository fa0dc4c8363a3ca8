#include "CPicture.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(png_structp png, png_const_charp message) {
    char *reason = png_get_error_ptr(png);
    snprintf(reason, 128, "%s", message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

typedef struct {
    uint8_t *bytes;
    size_t size, capacity;
} buffer;

static void append(png_structp png, png_bytep data, size_t length) {
    buffer *out = png_get_io_ptr(png);
    if (length > out->capacity - out->size) {
        size_t capacity = 2 * out->capacity + length + 4096;
        uint8_t *grown = realloc(out->bytes, capacity);
        if (!grown) png_error(png, "there is not enough memory");
        out->bytes = grown;
        out->capacity = capacity;
    }
    memcpy(out->bytes + out->size, data, length);
    out->size += length;
}

static void flush(png_structp png) { (void)png; }

// Whether next to no pixel is like those at its left and above it: every eighth row is looked at.
static int is_noisy(const uint8_t *pixels, uint32_t width, uint32_t height, int channels) {
    size_t row_bytes = (size_t)width * channels, looked_at = 0, flat = 0;
    for (uint32_t row = 1; row < height; row += 8) {
        const uint8_t *here = pixels + row * row_bytes, *above = here - row_bytes;
        for (size_t i = channels; i < row_bytes; i += channels) {
            looked_at++;
            flat += !memcmp(here + i, here + i - channels, channels) && !memcmp(here + i, above + i, channels);
        }
    }
    return flat * 12 < looked_at;
}

int cinegrad_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                        const cinegrad_png_text *texts, int text_count, uint8_t **bytes, size_t *size,
                        char reason[128]) {
    // On the heap: a local that changes after setjmp has no defined value behind longjmp.
    buffer *out = calloc(1, sizeof *out);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, reason, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    png_text *chunks = calloc(text_count > 0 ? text_count : 1, sizeof *chunks);
    if (!out || !info || !chunks || setjmp(png_jmpbuf(png))) {
        if (!out || !info || !chunks) snprintf(reason, 128, "there is not enough memory");
        if (png) png_destroy_write_struct(&png, &info);
        if (out) free(out->bytes);
        free(out);
        free(chunks);
        return -1;
    }
    png_set_write_fn(png, out, append, flush);
    png_set_IHDR(png, info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    // Z_RLE of zlib: behind PNG's filters, runs are nearly all that repeats. A drawn map takes a seventh of the time and comes out smaller. Where not
    // even runs are to be found, Z_HUFFMAN_ONLY takes two thirds of that and comes out the same. One filter for all rows, the one that the search
    // for the best nearly always finds.
    png_set_compression_level(png, 1);
    png_set_compression_strategy(png, is_noisy(pixels, width, height, channels) ? 2 : 3);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_PAETH);
    for (int i = 0; i < text_count; i++) {
        chunks[i].compression = texts[i].is_international ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
        chunks[i].key = (png_charp)texts[i].keyword;
        chunks[i].text = (png_charp)texts[i].text;
        chunks[i].text_length = texts[i].is_international ? 0 : strlen(texts[i].text);
        chunks[i].itxt_length = texts[i].is_international ? strlen(texts[i].text) : 0;
    }
    png_set_text(png, info, chunks, text_count);
    png_write_info(png, info);
    for (uint32_t row = 0; row < height; row++) png_write_row(png, pixels + (size_t)row * width * channels);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *bytes = out->bytes;
    *size = out->size;
    free(out);
    free(chunks);
    return 0;
}

typedef struct {
    const uint8_t *bytes;
    size_t size, offset;
    uint8_t *pixels;
} input;

static void take(png_structp png, png_bytep data, size_t length) {
    input *in = png_get_io_ptr(png);
    if (length > in->size - in->offset) png_error(png, "the file ends early");
    memcpy(data, in->bytes + in->offset, length);
    in->offset += length;
}

int cinegrad_png_decode(const uint8_t *bytes, size_t size, uint32_t maximum_side, uint8_t **pixels, uint32_t *width,
                        uint32_t *height, void (*text)(void *context, const char *keyword, const char *text),
                        void *context, char reason[128]) {
    input *in = calloc(1, sizeof *in);
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reason, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!in || !info || setjmp(png_jmpbuf(png))) {
        if (!in || !info) snprintf(reason, 128, "there is not enough memory");
        if (png) png_destroy_read_struct(&png, &info, NULL);
        if (in) free(in->pixels);
        free(in);
        return -1;
    }
    in->bytes = bytes;
    in->size = size;
    png_set_read_fn(png, in, take);
    png_set_user_limits(png, maximum_side, maximum_side);
    png_read_info(png, info);
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    *width = png_get_image_width(png, info);
    *height = png_get_image_height(png, info);
    size_t stride = png_get_rowbytes(png, info);
    if (stride != (size_t)*width * 3) png_error(png, "the rows are not RGB");
    in->pixels = malloc(stride * *height);
    if (!in->pixels) png_error(png, "there is not enough memory");
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t row = 0; row < *height; row++) png_read_row(png, in->pixels + row * stride, NULL);
    png_read_end(png, info);
    png_textp chunks = NULL;
    int count = 0;
    png_get_text(png, info, &chunks, &count);
    for (int i = 0; i < count; i++) text(context, chunks[i].key, chunks[i].text);
    *pixels = in->pixels;
    png_destroy_read_struct(&png, &info, NULL);
    free(in);
    return 0;
}

void cinegrad_png_free(uint8_t *memory) { free(memory); }
