/// Where a clip shows its target and where it shows any shape, with a margin ("in and around", Hughes, section 5).
package struct TargetRegions: Sendable {
    /// `[T, H, W]`
    package let target, union: [Bool]
    /// Pixels of a frame.
    private let area: Int

    /// - Parameter margin: a pixel belongs to a shape when one within so many pixels of it does; 0 takes the shapes as they are drawn.
    package init(_ clip: MovingShapesClip, margin: Int) {
        area = clip.side * clip.side
        let last = UInt8(clip.scene.shapes.count)
        let reach = Self.disc(margin)
        func grown(_ belongs: (UInt8) -> Bool) -> [Bool] {
            var mask = [Bool](repeating: false, count: clip.owners.count)
            for frame in 0..<clip.frames {
                for y in 0..<clip.side {
                    for x in 0..<clip.side where belongs(clip.owners[(frame * clip.side + y) * clip.side + x]) {
                        for (dx, dy) in reach {
                            let (column, row) = (x + dx, y + dy)
                            guard (0..<clip.side).contains(column), (0..<clip.side).contains(row) else { continue }
                            mask[(frame * clip.side + row) * clip.side + column] = true
                        }
                    }
                }
            }
            return mask
        }
        target = grown { $0 == last }
        union = grown { $0 > 0 }
    }

    /// Of some frames of the clip.
    func slice(_ mask: [Bool], from frame: Int, frames: Int) -> ArraySlice<Bool> {
        mask[frame * area..<(frame + frames) * area]
    }

    private static func disc(_ radius: Int) -> [(Int, Int)] {
        (-radius...radius).flatMap { y in
            (-radius...radius).compactMap { x in x * x + y * y <= radius * radius ? (x, y) : nil }
        }
    }
}
