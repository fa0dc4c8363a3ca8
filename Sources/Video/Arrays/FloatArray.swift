import Cine
import Tensors

/// A floating point array `[C, T, H, W]`, which is used as it is.
struct FloatArray {
    let file: NumPyFile

    init(_ file: NumPyFile) { self.file = file }

    var channels: Int { file.header.shape[0] }
    var frames: Int { file.header.shape[1] }
    var size: ClipSize { ClipSize(height: file.header.shape[2], width: file.header.shape[3]) }

    /// Some frames of the array.
    /// - Parameter sources: the index of each; nil for zeros.
    /// - Throws: ``VideoError/malformedArray(reason:)`` when a value is not finite.
    func values(_ sources: [Int?]) throws -> Tensor {
        let plane = size.height * size.width
        return try Tensor(uninitialized: [channels, sources.count, size.height, size.width]) { values in
            for channel in 0..<channels {
                for (index, source) in sources.enumerated() {
                    let start = (channel * sources.count + index) * plane
                    let target = UnsafeMutableBufferPointer(rebasing: values[start..<(start + plane)])
                    guard let source else {
                        target.update(repeating: 0)
                        continue
                    }
                    try VideoError.reading {
                        try file.readValues(from: (channel * frames + source) * plane, into: target)
                    }
                    if let bad = target.firstIndex(where: { !$0.isFinite }) {
                        throw VideoError.malformedArray(
                            reason:
                                "the value at [\(channel), \(source), \(bad / size.width), \(bad % size.width)] is not a finite number"
                        )
                    }
                }
            }
        }
    }

    /// One frame in colours: 0…1 become 0…255, what is beyond is held there. Three channels are red, green, blue;
    /// others are averaged.
    func image(of frame: Int) throws -> RGBImage {
        let plane = size.height * size.width
        let values = try values([frame]).values
        var pixels = [UInt8](repeating: 0, count: 3 * plane)
        for index in 0..<plane {
            for component in 0..<3 {
                let value =
                    channels == 3
                    ? values[component * plane + index]
                    : (0..<channels).reduce(0) { $0 + values[$1 * plane + index] } / Float(channels)
                pixels[3 * index + component] = UInt8((min(max(value, 0), 1) * 255).rounded())
            }
        }
        return RGBImage(width: size.width, height: size.height, pixels: pixels)
    }
}
