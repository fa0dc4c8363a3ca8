import CResampling
import DICOM

/// The preparation of EchoNet-Dynamic (Ouyang et al., Nature 2020; `scripts/ConvertDICOMToAVI.ipynb` of its repository).
///
/// Of the first frame the first row whose mean is below 1 tells how much is cut off at the top of all frames; the longer side is cut to the
/// shorter, half on each end; of the first component (luma, or red where colours are stored) a tenth of the height is trimmed on every side;
/// the rest is resized to 112×112 by OpenCV's cubic filter; two corners at the top are blackened. The notebook then writes Motion JPEG,
/// whose loss is not repeated here, and fails where no row is dark, where nothing is cut here. Unlike the notebook, pixels outside the region
/// of tissue that the object states are blackened first, since names are burnt in there.
final class EchoNetFraming {
    static let size = 112
    private let tissue: PixelBox?
    private var top: Int?

    init(tissue: PixelBox?) { self.tissue = tissue }

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
        let luma = tissue.map { Self.blackened(frame, outside: $0) } ?? frame.firstComponent ?? frame.pixels
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

    /// The first component, with zeros outside the box.
    private static func blackened(_ frame: DICOMFrame, outside box: PixelBox) -> [UInt8] {
        let luma = frame.firstComponent ?? frame.pixels
        var inside = [UInt8](repeating: 0, count: luma.count)
        for y in box.y..<box.y + box.height {
            let row = y * frame.width + box.x..<y * frame.width + box.x + box.width
            inside.replaceSubrange(row, with: luma[row])
        }
        return inside
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
