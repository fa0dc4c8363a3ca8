package import Video

/// What a client may send.
package struct ServiceLimits: Hashable, Sendable {
    /// Bytes of a video and of a checkpoint.
    package var videoBytes: Int
    package var modelBytes: Int
    /// Bytes of one request that stores DICOM objects.
    package var studyBytes: Int
    package var video: VideoLimits
    /// Pages that may use the interface.
    package var crossOrigin = CrossOrigin.none
    /// Where models are read before they are stored.
    package var modelReading = DICOMReading.here

    /// Bytes of a JSON document.
    static let documentBytes = 1 << 20
    /// What a multipart body may have beyond its file.
    static let formBytes = 2 << 20
    static let waitSeconds = 300
    static let pageSize = 50
    static let largestPage = 500

    package init(videoBytes: Int, modelBytes: Int, studyBytes: Int, video: VideoLimits) {
        self.videoBytes = videoBytes
        self.modelBytes = modelBytes
        self.studyBytes = studyBytes
        self.video = video
    }

    /// 4 GiB of video, 2 GiB of model, 32 GiB of study.
    package static let standard = ServiceLimits(
        videoBytes: 4 << 30, modelBytes: 2 << 30, studyBytes: 32 << 30, video: VideoLimits())
}
