package import DICOM

/// What a video may ask for before it is refused. The initialiser gives the defaults.
package struct VideoLimits: Hashable, Sendable {
    /// Width times height of a frame as it is stored.
    package var maximumPixels = 64 << 20
    package var maximumFrames = 1_000_000
    /// Pixels of all frames together: half an hour in 4K at 120 a second.
    package var maximumPixelsInAll = 1 << 41
    /// Bytes of an uploaded array, and of the clip that is made of any video.
    package var maximumArrayBytes = 4 << 30
    /// Files that come from outside are read in a process of their own.
    package var dicomReading = DICOMReading.here
    /// Whether DICOM objects without regions are shown whole, though names may be burnt into them.
    package var showsWholeDICOMFrames = false
    /// Likewise for what FFmpeg decodes.
    package var containerReading = DICOMReading.here

    package init() {}

    /// The limits of a DICOM object, by the same numbers; what comes compressed may become a gibibyte.
    package var dicom: DICOMLimits {
        DICOMLimits(
            pixels: maximumPixels, frames: maximumFrames, bytes: min(maximumArrayBytes, 1 << 30),
            showsWholeFrames: showsWholeDICOMFrames)
    }
}
