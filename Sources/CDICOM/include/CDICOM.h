#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// DICOM files by DCMTK and OpenJPEG behind a C interface: attributes, and the samples of frames as they are stored, decompressed.
//
// No exception leaves a function. Files come from outside: these functions refuse what is malformed, but the libraries below may crash on it or
// take much memory, so they belong in a process that may end. One object is used by one thread at a time.

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CDCM_OK = 0,
    // Not a file of PS3.10, or damaged: it ends early, or its structure contradicts itself.
    CDCM_MALFORMED,
    CDCM_TRUNCATED,
    // There is nothing at that place, such as no pixel data.
    CDCM_ABSENT,
    // A transfer syntax or an encoding that is not read here.
    CDCM_UNSUPPORTED,
    // A frame's data cannot be decoded.
    CDCM_DAMAGED,
    CDCM_TOO_LARGE,
} cdcm_status;

// Always terminated, cut at `capacity` bytes. Never holds values of the file.
typedef struct {
    char *text;
    size_t capacity;
} cdcm_message;

typedef struct cdcm_object cdcm_object;

// Opens a file; large values stay in it until they are asked for.
// - maximum_inflated_bytes: of a data set with the deflated transfer syntax.
cdcm_status cdcm_open(const char *path, uint64_t maximum_inflated_bytes, cdcm_object **object, cdcm_message message);
void cdcm_close(cdcm_object *object);

// The UID of the transfer syntax that the data set has in the file.
const char *cdcm_transfer_syntax(const cdcm_object *object);

// The bytes of a text attribute at the top level of the data set, all values with their backslashes; the file's own character set.
// Returns the number of bytes, or -1 when the attribute is absent or no text. At most `capacity` bytes are written, unterminated.
int64_t cdcm_text(cdcm_object *object, uint16_t group, uint16_t element, char *buffer, size_t capacity);

// Makes the texts of the data set UTF-8, whatever character set it names; false when they stay as they are, which is so where the set is not known.
bool cdcm_use_utf8(cdcm_object *object);

// A value of a numeric attribute (binary or text) at the top level; false when there is none.
bool cdcm_number(cdcm_object *object, uint16_t group, uint16_t element, uint32_t index, double *value);

// Items of the sequence of ultrasound regions (0018,6011), and a number in one of them.
uint32_t cdcm_region_count(cdcm_object *object);
bool cdcm_region_number(
    cdcm_object *object, uint32_t region, uint16_t group, uint16_t element, double *value);

// The words of a lookup table, whatever their value representation; the number of words, of which at most `capacity` are written.
// Bytes of a table of bytes lie two in a word, the lower one first.
size_t cdcm_words(cdcm_object *object, uint16_t group, uint16_t element, uint16_t *words, size_t capacity);

// How pixel data is stored.
typedef struct {
    uint32_t rows;
    uint32_t columns;
    uint32_t samples;
    uint32_t bits_allocated;
    // Frames that the object promises.
    uint64_t frames;
    bool is_planar;
    // Two pixels share their chroma: Y1 Y2 Cb Cr. Of data that is not encapsulated.
    bool is_subsampled;
    // A video's bit stream in place of frames.
    bool is_stream;
} cdcm_layout;

// Holds the pixel data against what the attributes promise. Reads no pixel.
// - maximum_pixels: of a frame.
cdcm_status cdcm_prepare(cdcm_object *object, uint64_t maximum_pixels, cdcm_layout *layout, cdcm_message message);

// What a frame's own data says of three components.
typedef enum { CDCM_UNSTATED = 0, CDCM_RGB, CDCM_YBR } cdcm_color;

// What a frame's decoder found out.
typedef struct {
    // 1 or 2.
    uint32_t bytes_per_sample;
    cdcm_color color;
    // Samples of a pixel lie together, whatever the layout says.
    bool is_interleaved;
    // Chroma of every pixel, whatever the layout says.
    bool is_full;
} cdcm_frame_facts;

// The samples of a frame, counted from 0: bytes, or 16-bit words in this machine's order.
// - capacity: of the buffer; rows * columns * samples * (bits_allocated rounded up to bytes) + 1 is enough.
cdcm_status cdcm_frame(
    cdcm_object *object, uint64_t index, uint8_t *buffer, size_t capacity, cdcm_frame_facts *facts,
    cdcm_message message);

// A video's bit stream in memory of its own, to be freed by cdcm_free.
cdcm_status cdcm_stream(cdcm_object *object, uint64_t maximum_bytes, uint8_t **bytes, size_t *count, cdcm_message message);
void cdcm_free(uint8_t *bytes);

// Compresses a picture as JPEG baseline with halved chroma (4:2:2), into memory to be freed by cdcm_free.
// - pixels: red, green, blue, rows * columns of them.
// - quality: 1 to 100, as the Independent JPEG Group counts it.
cdcm_status cdcm_compress(
    const uint8_t *pixels, uint32_t columns, uint32_t rows, uint32_t quality, uint8_t **bytes, size_t *count,
    cdcm_message message);

// Such as "3.6.7".
// The keyword of a standard attribute (PS3.6); false for others.
bool cdcm_keyword(uint16_t group, uint16_t element, char *buffer, size_t capacity);

const char *cdcm_toolkit_version(void);
const char *cdcm_jpeg2000_version(void);

#ifdef __cplusplus
}
#endif
