import CResampling
import DICOM

/// The preparation of EchoNet-Dynamic (Ouyang et al., Nature 2020; `scripts/ConvertDICOMToAVI.ipynb` of its repository).
///
/// Of the first frame the first row whose mean is below 1 tells how much is cut off at the top of all frames; the longer side is cut to the
/// shorter, half on each end; of the first component (luma, or red where colours are stored) a tenth of the height is trimmed on every side;
/// the rest is resized to 112×112 by OpenCV's cubic filter; two corners at the top are blackened. The notebook then writes Motion JPEG,
/// whose loss is not repeated here, and fails where no row is dark, where nothing is cut here.
final class EchoNetFraming {
    static let size = 112
    private var top: Int?

    func apply(_ frame: DICOMFrame) throws -> DICOMFrame {
        let top = self.top ?? Self.firstDarkRow(frame) ?? 0
        self.top = top
        let height = frame.height - top
        let bias = abs(frame.width - height) / 2
        let square =
            height < frame.width
            ? PixelBox(x: bias, y: top, width: frame.width - 2 * bias, height: height)
            : PixelBox(x: 0, y: top + bias, width: frame.width, height: height - 2 * bias)
        let margin = square.height / 10
        let side = square.height - 2 * margin
        // The notebook trims by the height in both directions.
        let box = PixelBox(
            x: square.x + margin, y: square.y + margin, width: min(side, square.width - margin), height: side)
        guard box.width >= 2, box.height >= 2 else {
            throw VideoError.tooSmall(width: frame.width, height: frame.height)
        }
        let luma = frame.firstComponent ?? frame.pixels
        var resized = [UInt8](repeating: 0, count: Self.size * Self.size)
        let status = luma.withUnsafeBufferPointer { luma -> Int32 in
            guard let base = luma.baseAddress else { return 1 }
            return crs_cubic(
                base + box.y * frame.width + box.x,
                crs_extent(width: Int32(box.width), height: Int32(box.height), stride: Int32(frame.width)), &resized,
                crs_extent(width: Int32(Self.size), height: Int32(Self.size), stride: Int32(Self.size)))
        }
        guard status == 0 else { throw VideoError.unreadable(reason: "a frame cannot be resized") }
        Self.mask(&resized)
        return DICOMFrame(
            width: Self.size, height: Self.size, channels: 1, pixels: resized, firstComponent: nil)
    }

    private static func firstDarkRow(_ frame: DICOMFrame) -> Int? {
        let row = frame.width * frame.channels
        return (0..<frame.height).first { y in
            frame.pixels[y * row..<(y + 1) * row].reduce(0) { $0 + Int($1) } < row
        }
    }

    /// Keeps the pixels with x + y > 67 and x - y < 67.
    private static func mask(_ pixels: inout [UInt8]) {
        let bound = size / 2 + size / 10
        for y in 0..<size {
            for x in 0..<size where x + y <= bound || x - y >= bound { pixels[y * size + x] = 0 }
        }
    }
}
