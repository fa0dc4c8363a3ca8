import TestSupport
import Testing

extension Refusal {
    /// Files that cannot be explained, as bodies of their own and within forms.
    static let videos: [Refusal] = files.flatMap { code, tells, file in
        [
            Refusal(code, tells) { try await $0.service.upload(file($0.service.sample())) },
            Refusal(code, tells) {
                try await $0.service.post("/v1/videos", parts: [.file("video", file($0.service.sample()))])
            },
            Refusal(code, tells) {
                try await $0.service.post(
                    "/v1/explanations", parts: [.text("model", "tiny"), .file("video", file($0.service.sample()))])
            },
        ]
    }

    /// Code, what the text tells, and a file that is made of the sample.
    private static let files: [(code: String, tells: String, file: @Sendable ([UInt8]) throws -> [UInt8])] = [
        ("video.empty", "no bytes", { _ in [] }),
        ("video.not-a-video", "it is text", { _ in Array("a text".utf8) }),
        ("video.not-a-video", "mp4, avi", { _ in PNGSignature.bytes + [0, 0, 0, 13] }),
        ("video.truncated", "send the whole file", { Array($0.prefix($0.count / 2)) }),
        ("video.truncated", "send the whole file", { Array($0.dropLast()) }),
        ("video.no-video-stream", "without a video stream", { VideoFile($0).with("soun", insteadOf: "vide") }),
        ("video.no-frames", "no frames", { _ in Array("GIF89a".utf8) + [4, 0, 4, 0, 0, 0, 0] + Array(";".utf8) }),
        ("video.no-frames", "no frames", { VideoFile($0).withoutSamples }),
        ("video.unsupported-codec", "svq3", { VideoFile($0).with("SVQ3", insteadOf: "avc1") }),
        ("video.decoding-failed", "Frame 0", { VideoFile($0).with("hvc1", insteadOf: "avc1") }),
        ("video.malformed-array", "<c8", { _ in ArrayFile.file("<c8", [2, 4, 4, 3], []) }),
        (
            "video.malformed-array", "bytes",
            { _ in Array(ArrayFile.bytes(frames: 2, height: 4, width: 4, value: 0).dropLast()) }
        ),
        ("video.too-small", "1x4", { _ in ArrayFile.bytes(frames: 2, height: 4, width: 1, value: 0) }),
        ("video.too-small", "1x1", { _ in ArrayFile.bytes(frames: 2, height: 1, width: 1, value: 0) }),
        (
            "dicom.malformed", "meta information",
            { _ in Array(DICOMObject.cine(frames: 2).bytes.prefix(134)) + [UInt8](repeating: 7, count: 200) }
        ),
        (
            "dicom.malformed", "rows", { _ in DICOMObject.cine(frames: 2).with(.rows, .short(0)).bytes }
        ),
        ("dicom.truncated", "ends before", { _ in Array(DICOMObject.cine(frames: 4).bytes.dropLast(2000)) }),
        (
            "dicom.truncated", "more pixels than",
            { _ in DICOMObject.cine(frames: 4).with(.numberOfFrames, .text("400")).bytes }
        ),
        ("dicom.no-pixels", "no pixel data", { _ in DICOMObject.cine(frames: 2).withoutPixels.bytes }),
        (
            "dicom.unsupported", "not decoded here",
            { _ in DICOMObject.cine(frames: 2).encapsulated("1.2.840.10008.1.2.4.92", [[1, 2], [3, 4]]).bytes }
        ),
        (
            "dicom.damaged", "frame 0",
            { _ in DICOMObject.cine(frames: 2).encapsulated(DICOMObject.jpegBaseline, [[1, 2], [3, 4]]).bytes }
        ),
        (
            "dicom.too-large", "more pixels than",
            { _ in
                DICOMObject.cine(frames: 2).with(.rows, .short(65535)).with(.columns, .short(65535)).bytes
            }
        ),
    ]
}

/// An MP4 file, to be damaged.
struct VideoFile {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Names of boxes, handlers and codecs have four letters.
    func with(_ name: String, insteadOf other: String) -> [UInt8] { bytes.replacing(other.utf8, with: name.utf8) }

    /// Says that there are no samples: their count comes after the name of `stsz`, its version and a common size (ISO/IEC 14496-12, section 8.7.3).
    var withoutSamples: [UInt8] {
        var bytes = bytes
        if let name = bytes.firstRange(of: Array("stsz".utf8)) {
            bytes.replaceSubrange(name.upperBound + 8..<name.upperBound + 12, with: [0, 0, 0, 0])
        }
        return bytes
    }
}
