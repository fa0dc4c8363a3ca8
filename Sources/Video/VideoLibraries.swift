import CFFmpeg
import DICOM

/// The libraries that read and scale videos: other versions may give other bits.
package enum VideoLibraries {
    /// Major, minor and micro number, by the library's name.
    package static var versions: [String: String] {
        let numbers = [
            ("libavcodec", avcodec_version()), ("libavformat", avformat_version()), ("libswscale", swscale_version()),
        ]
        return numbers.reduce(into: DICOMLibraries.versions) { versions, library in
            let (name, number) = library
            versions[name] = "\(number >> 16).\(number >> 8 & 255).\(number & 255)"
        }
    }
}
