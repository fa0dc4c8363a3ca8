import Cine
import Foundation
import Testing
import Video

/// The sample clip with another matrix written into its track header.
@Suite struct OrientationTests {
    struct Matrix: Sendable {
        let a, b, c, d: Int
        let degrees: Int
    }

    static let matrices = [
        Matrix(a: 1, b: 0, c: 0, d: 1, degrees: 0), Matrix(a: 0, b: 1, c: -1, d: 0, degrees: 90),
        Matrix(a: -1, b: 0, c: 0, d: -1, degrees: 180), Matrix(a: 0, b: -1, c: 1, d: 0, degrees: 270),
        // Mirror images.
        Matrix(a: -1, b: 0, c: 0, d: 1, degrees: 0), Matrix(a: 1, b: 0, c: 0, d: -1, degrees: 180),
        Matrix(a: 0, b: 1, c: 1, d: 0, degrees: 270), Matrix(a: 0, b: -1, c: -1, d: 0, degrees: 90),
    ]

    /// A stored point (p, q) is shown at (a p + c q, b p + d q), moved so that no coordinate is negative.
    @Test(arguments: matrices)
    func pointsAreShownWhereTheMatrixPutsThem(matrix: Matrix) throws {
        try withTemporaryDirectory { directory in
            let (upright, url) = (directory.appending(path: "upright.mp4"), directory.appending(path: "turned.mp4"))
            var bytes = sampleClipBytes()
            try Data(bytes).write(to: upright)
            let header = try #require(bytes.firstRange(of: Array("tkhd".utf8)))
            // ISO/IEC 14496-12, 8.3.2: version, five words, two reserved ones, four half words, then the matrix.
            let start = header.upperBound + 4 + 20 + 8 + 8
            for (index, value) in [matrix.a, matrix.b, 0, matrix.c, matrix.d].enumerated() {
                let word = UInt32(bitPattern: Int32(value << 16))
                for byte in 0..<4 {
                    bytes[start + 4 * index + byte] = UInt8(truncatingIfNeeded: word >> (24 - 8 * byte))
                }
            }
            try Data(bytes).write(to: url)
            #expect(try VideoProbe.probe(url, limits: VideoLimits()).rotation == matrix.degrees)
            let stored = try FrameReader.image(of: upright, frame: 9, limits: VideoLimits())
            let shown = try FrameReader.image(of: url, frame: 9, limits: VideoLimits())
            let side = 112
            var wrong = 0
            for q in 0..<side {
                for p in 0..<side {
                    let x = matrix.a * p + matrix.c * q + (matrix.a + matrix.c < 0 ? side - 1 : 0)
                    let y = matrix.b * p + matrix.d * q + (matrix.b + matrix.d < 0 ? side - 1 : 0)
                    let (from, to) = (3 * (q * side + p), 3 * (y * side + x))
                    if stored.pixels[from..<(from + 3)] != shown.pixels[to..<(to + 3)] { wrong += 1 }
                }
            }
            #expect(wrong == 0)
        }
    }
}
