#include "COpticalFlow.h"

#include <cstdio>
#include <exception>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/core/ocl.hpp>
#include <opencv2/video/tracking.hpp>

namespace {

int stay_silent(int, const char *, const char *, const char *, int, void *) { return 0; }

// One thread a call: pairs are estimated in parallel by the caller. DIS cuts its work by the number of threads, so one thread is
// also what makes its bits the same on every machine.
void prepare() {
    static std::once_flag once;
    std::call_once(once, [] {
        cv::setNumThreads(1);
        // Errors come back as text; OpenCV would print them as well.
        cv::redirectError(stay_silent);
    });
    // Kept by thread inside OpenCV.
    cv::ocl::setUseOpenCL(false);
}

void write(cof_message message, const char *text) noexcept {
    if (message.text != nullptr && message.capacity > 0) std::snprintf(message.text, message.capacity, "%s", text);
}

// Wraps the frames (OpenCV does not write to its inputs), has `estimate` fill an interleaved field, and splits it into planes.
template <typename Estimate>
int run(cof_pair pair, cof_planes flow, cof_message message, Estimate estimate) noexcept {
    try {
        prepare();
        const cv::Mat from(pair.height, pair.width, CV_8UC1, const_cast<uint8_t *>(pair.from));
        const cv::Mat to(pair.height, pair.width, CV_8UC1, const_cast<uint8_t *>(pair.to));
        // Fresh for every pair: DIS takes a field of the right size for a first guess.
        cv::Mat field;
        estimate(from, to, field);
        if (field.size() != from.size() || field.type() != CV_32FC2) {
            write(message, "the field of displacements has another size than the frames");
            return COF_FAILED;
        }
        cv::Mat planes[] = {cv::Mat(pair.height, pair.width, CV_32FC1, flow.x),
                            cv::Mat(pair.height, pair.width, CV_32FC1, flow.y)};
        cv::split(field, planes);
        return COF_OK;
    } catch (const std::exception &error) {
        write(message, error.what());
    } catch (...) {
        write(message, "an unknown exception");
    }
    return COF_FAILED;
}

}  // namespace

int cof_farneback(cof_pair pair, cof_farneback_parameters parameters, cof_planes flow, cof_message message) {
    return run(pair, flow, message, [&](const cv::Mat &from, const cv::Mat &to, cv::Mat &field) {
        cv::calcOpticalFlowFarneback(from, to, field, parameters.pyramid_scale, parameters.levels, parameters.window,
                                     parameters.iterations, parameters.poly_n, parameters.poly_sigma, parameters.flags);
    });
}

int cof_dis(cof_pair pair, cof_dis_preset preset, cof_planes flow, cof_message message) {
    return run(pair, flow, message, [&](const cv::Mat &from, const cv::Mat &to, cv::Mat &field) {
        int selected = cv::DISOpticalFlow::PRESET_FAST;
        switch (preset) {
            case COF_DIS_ULTRAFAST: selected = cv::DISOpticalFlow::PRESET_ULTRAFAST; break;
            case COF_DIS_FAST: selected = cv::DISOpticalFlow::PRESET_FAST; break;
            case COF_DIS_MEDIUM: selected = cv::DISOpticalFlow::PRESET_MEDIUM; break;
        }
        cv::DISOpticalFlow::create(selected)->calc(from, to, field);
    });
}

const char *cof_library_version(void) { return CV_VERSION; }

int32_t cof_farneback_gaussian_flag(void) { return cv::OPTFLOW_FARNEBACK_GAUSSIAN; }
