#include "CKernels.h"
#include "Hot.h"
#include "Lanes.h"

CK_HOT void ck_plane_pad(const float *plane, ptrdiff_t height, ptrdiff_t width, float factor, float addend, ptrdiff_t first,
                         ptrdiff_t lines, ptrdiff_t margin, float *to, ptrdiff_t to_width) {
    for (ptrdiff_t line = 0; line < lines; line++, to += to_width) {
        const ptrdiff_t y = first + line;
        if (!plane || y < 0 || y >= height) {
            for (ptrdiff_t i = 0; i < to_width; i++) to[i] = 0;
            continue;
        }
        const float *from = plane + y * width;
        const ptrdiff_t n = width < to_width - margin ? width : to_width - margin;
        for (ptrdiff_t i = 0; i < margin; i++) to[i] = 0;
        for (ptrdiff_t i = 0; i < n; i++) to[margin + i] = from[i] * factor + addend;
        for (ptrdiff_t i = margin + n; i < to_width; i++) to[i] = 0;
    }
}

CK_HOT void ck_plane_gather(const float *padded, ck_patch patch, ptrdiff_t first, ptrdiff_t count, float *row, float *to,
                            ptrdiff_t block_step) {
    const ptrdiff_t values = patch.planes * patch.height * patch.width, blocks = (values + 15) / 16;
    for (ptrdiff_t n = 0; n < count; n++) {
        const float *corner = padded + (first + n) / patch.across * patch.step_height * patch.line +
                              (first + n) % patch.across * patch.step_width;
        float *at = row;
        for (ptrdiff_t plane = 0; plane < patch.planes; plane++) {
            for (ptrdiff_t y = 0; y < patch.height; y++) {
                // Whole vectors: what they hold beyond the width of the patch is overwritten by the next run.
                const float *from = corner + plane * patch.plane + y * patch.line;
                for (ptrdiff_t x = 0; x < patch.width; x += 8) STORE(LOAD(from + x), at + x);
                at += patch.width;
            }
        }
        for (ptrdiff_t i = 0; i < 16; i += 8) STORE((lanes)0, at + i);
        for (ptrdiff_t block = 0; block < blocks; block++)
            for (ptrdiff_t i = 0; i < 16; i += 8) STORE(LOAD(row + block * 16 + i), to + block * block_step + n * 16 + i);
    }
}

CK_HOT void ck_plane_scatter(const float *from, ck_cells cells, ptrdiff_t first, ptrdiff_t count, const float *factors,
                             float *planes) {
    // The column of a value is (row in the cell, column in the cell, channel): where each of the sixteen goes, from the cell's corner on.
    ptrdiff_t rows[16], sides[16], places[16], used = 0;
    float scales[16];
    for (ptrdiff_t i = 0; i < 16; i++) {
        const ptrdiff_t column = cells.first_column + i, cell = column / cells.channels, c = column % cells.channels;
        if (cell >= cells.step_height * cells.step_width) break;
        const ptrdiff_t y = cell / cells.step_width, x = cell % cells.step_width;
        rows[used] = y;
        sides[used] = x;
        places[used] = c * cells.plane + y * cells.width + x;
        scales[used++] = factors[c];
    }
    ptrdiff_t top = first / cells.across * cells.step_height, side = first % cells.across * cells.step_width;
    const ptrdiff_t end = cells.across * cells.step_width;
    for (ptrdiff_t n = 0; n < count; n++, from += 16) {
        float *corner = planes + top * cells.width + side;
        const int is_whole = top + cells.step_height <= cells.height && side + cells.step_width <= cells.width;
        for (ptrdiff_t k = 0; k < used; k++) {
            if (is_whole || (top + rows[k] < cells.height && side + sides[k] < cells.width))
                corner[places[k]] = from[k] * scales[k];
        }
        side += cells.step_width;
        if (side >= end) {
            side = 0;
            top += cells.step_height;
        }
    }
}
