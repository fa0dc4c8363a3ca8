package import Cine
package import DICOM

/// The formats that are read, told apart by content. The raw values are the names in the HTTP interface.
package enum VideoFormat: String, Hashable, Sendable, CaseIterable {
    /// ISO base media and QuickTime.
    case mp4
    case avi
    /// Matroska and WebM.
    case matroska
    case gif
    /// An array in NumPy's format: UInt8 `[T, H, W, C]` or floating point `[C, T, H, W]`.
    case npy
    /// An object of PS3.10; its frames are the part that ``ClipFraming/region`` names.
    case dicom
}

/// The shape of a stored pixel, width to height. Frames are read as if it were 1:1; this only says so.
package struct PixelAspect: Hashable, Sendable {
    package let width: Int
    package let height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// What is known of a video without decoding all of it.
package struct VideoFacts: Hashable, Sendable {
    package var format: VideoFormat
    /// FFmpeg's name of the codec; `array` for an array, the transfer syntax's UID for a DICOM object.
    package var codec: String
    /// FFmpeg's name of the decoder's pixel format; for an array of bytes `rgb24` or `gray`, of floating point `float`.
    package var pixelFormat: String
    /// Pixels, after rotation.
    package var width: Int
    package var height: Int
    package var frames: Int
    /// The container's average; nil when it states none, and for arrays.
    package var frameRate: FrameRate?
    /// Degrees clockwise by which stored frames are turned to be shown: 0, 90, 180 or 270.
    package var rotation: Int
    /// Nil when the container states none, and for arrays.
    package var pixelAspect: PixelAspect?
    /// The array's shape as it is stored; nil for videos.
    package var arrayShape: [Int]?
    /// The array's element type as NumPy writes it, such as `<f4`; nil for videos.
    package var arrayElement: String?
    /// Of a DICOM object; nil for others.
    package var dicom: DICOMFacts?

    package init(
        format: VideoFormat, codec: String, pixelFormat: String, width: Int, height: Int, frames: Int,
        frameRate: FrameRate?, rotation: Int, pixelAspect: PixelAspect?, arrayShape: [Int]?, arrayElement: String?,
        dicom: DICOMFacts?
    ) {
        self.format = format
        self.codec = codec
        self.pixelFormat = pixelFormat
        self.width = width
        self.height = height
        self.frames = frames
        self.frameRate = frameRate
        self.rotation = rotation
        self.pixelAspect = pixelAspect
        self.arrayShape = arrayShape
        self.arrayElement = arrayElement
        self.dicom = dicom
    }

    package var length: VideoLength {
        VideoLength(frames: frames, frameRate: frameRate?.framesPerSecond, isArray: format == .npy)
    }
}
