#include "CResampling.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

int crs_cubic(const uint8_t *from, crs_extent from_extent, uint8_t *to, crs_extent to_extent) {
    try {
        const cv::Mat source(
            from_extent.height, from_extent.width, CV_8UC1, const_cast<uint8_t *>(from),
            static_cast<size_t>(from_extent.stride));
        cv::Mat target(to_extent.height, to_extent.width, CV_8UC1, to, static_cast<size_t>(to_extent.stride));
        cv::resize(source, target, target.size(), 0, 0, cv::INTER_CUBIC);
        return target.data == to ? 0 : 1;
    } catch (...) {
        return 1;
    }
}
