/// How stored frames are turned and mirrored to be shown, in right angles.
struct Orientation: Hashable, Sendable, Codable {
    /// Rows of the shown frame are columns of the stored one.
    let transposes: Bool
    /// Shown x runs against the stored axis, and shown y.
    let mirrorsX: Bool
    let mirrorsY: Bool

    static let upright = Orientation(transposes: false, mirrorsX: false, mirrorsY: false)

    private init(transposes: Bool, mirrorsX: Bool, mirrorsY: Bool) {
        self.transposes = transposes
        self.mirrorsX = mirrorsX
        self.mirrorsY = mirrorsY
    }

    /// - Parameter matrix: a track's matrix, ISO/IEC 14496-12, 6.2.2: (a b u, c d v, x y w), by which a stored point
    /// (p, q) is shown at
    ///   (a p + c q, b p + d q). Angles that are not right are taken as upright.
    init(displayMatrix matrix: [Int32]) {
        guard matrix.count == 9 else {
            self = .upright
            return
        }
        let (a, b, c, d) = (Double(matrix[0]), Double(matrix[1]), Double(matrix[3]), Double(matrix[4]))
        let (straight, crossed) = (min(abs(a), abs(d)), min(abs(b), abs(c)))
        // One hundredth: a degree's sine is larger.
        if straight > 0, max(abs(b), abs(c)) < 0.01 * straight {
            self.init(transposes: false, mirrorsX: a < 0, mirrorsY: d < 0)
        } else if crossed > 0, max(abs(a), abs(d)) < 0.01 * crossed {
            self.init(transposes: true, mirrorsX: c < 0, mirrorsY: b < 0)
        } else {
            self = .upright
        }
    }

    /// Degrees clockwise, not counting a mirror image.
    var degrees: Int {
        switch (transposes, mirrorsX, mirrorsY) {
        case (false, false, false), (false, true, false): 0
        case (false, true, true), (false, false, true): 180
        case (true, true, false), (true, true, true): 90
        case (true, false, true), (true, false, false): 270
        }
    }

    /// The size of a shown frame from a stored one's, and the other way round.
    func size(of size: ClipSize) -> ClipSize {
        transposes ? ClipSize(height: size.width, width: size.height) : size
    }

    /// Turns a stored frame.
    /// - Parameters:
    ///   - stored: rows of interleaved bytes, `stride` bytes apart.
    ///   - size: of the shown frame.
    ///   - shown: receives the shown frame without gaps.
    func apply(
        to stored: UnsafePointer<UInt8>, stride: Int, channels: Int, size: ClipSize,
        into shown: UnsafeMutableBufferPointer<UInt8>
    ) {
        var index = 0
        for y in 0..<size.height {
            let v = mirrorsY ? size.height - 1 - y : y
            for x in 0..<size.width {
                let u = mirrorsX ? size.width - 1 - x : x
                let pixel = stored + (transposes ? u * stride + v * channels : v * stride + u * channels)
                for channel in 0..<channels { shown[index + channel] = pixel[channel] }
                index += channels
            }
        }
    }
}
