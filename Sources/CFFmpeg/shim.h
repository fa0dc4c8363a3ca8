#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Macros that cannot be imported, as functions.
static inline int cinegrad_error_end_of_file(void) { return AVERROR_EOF; }
static inline int cinegrad_error_again(void) { return AVERROR(EAGAIN); }
static inline int cinegrad_error_invalid_data(void) { return AVERROR_INVALIDDATA; }
