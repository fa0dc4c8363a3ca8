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
