import CKernels
import Tensors

/// Copies between two arrays that are walked over the same extents by different steps: transposition, slices, and their transposes.
struct StridedCopy: Sendable {
    private var extents: [Int] = []
    private var from: [Int] = []
    private var to: [Int] = []
    private let fromStart, toStart: Int

    /// - Parameters:
    ///   - extents: of the walk.
    ///   - from, to: for each axis of the walk, the elements to skip for one step; may be negative.
    ///   - fromStart, toStart: where the first element is.
    init(extents: [Int], from: [Int], fromStart: Int, to: [Int], toStart: Int) {
        self.fromStart = fromStart
        self.toStart = toStart
        for axis in extents.indices where extents[axis] != 1 {
            let last = self.extents.count - 1
            if last >= 0, self.from[last] == from[axis] * extents[axis], self.to[last] == to[axis] * extents[axis] {
                self.extents[last] *= extents[axis]
                (self.from[last], self.to[last]) = (from[axis], to[axis])
            } else {
                self.extents.append(extents[axis])
                self.from.append(from[axis])
                self.to.append(to[axis])
            }
        }
    }

    /// The same walk the other way.
    var reversed: StridedCopy {
        StridedCopy(extents: extents, from: to, fromStart: toStart, to: from, toStart: fromStart)
    }

    func run(from source: Reads, to destination: Writes, parallelism: Parallelism) {
        guard !extents.contains(0) else { return }
        guard let inner = extents.indices.last else {
            (destination + toStart).pointee = (source + fromStart).pointee
            return
        }
        // Where the sides run along different axes, those two are walked in tiles.
        let crossing = extents.indices.dropLast().first { from[$0] == 1 && to[inner] == 1 && from[inner] != 1 }
        let outer = extents.indices.filter { $0 != inner && $0 != crossing }
        let count = outer.reduce(1) { $0 * extents[$1] }
        let area = extents[inner] * (crossing.map { extents[$0] } ?? 1)
        // Small pieces are bundled, large ones cut along the axis that crosses.
        let bundle = max(1, elementsPerPiece / area)
        let rows = crossing.map { extents[$0] } ?? 1
        let height = crossing == nil ? 1 : max(16, elementsPerPiece / extents[inner] / 16 * 16)
        let cuts = (rows + height - 1) / height
        parallelism.forEach((count + bundle - 1) / bundle * cuts) { unit in
            let (part, cut) = unit.quotientAndRemainder(dividingBy: cuts)
            for index in part * bundle..<min(count, (part + 1) * bundle) {
                var (rest, read, write) = (index, fromStart, toStart)
                for axis in outer.reversed() {
                    let (quotient, place) = rest.quotientAndRemainder(dividingBy: extents[axis])
                    read += place * from[axis]
                    write += place * to[axis]
                    rest = quotient
                }
                guard let crossing else {
                    ck_copy_strided(source + read, from[inner], destination + write, to[inner], extents[inner])
                    continue
                }
                let first = cut * height
                ck_transpose(
                    source + (read + first), from[inner], min(height, rows - first), extents[inner],
                    destination + (write + first * to[crossing]), to[crossing])
            }
        }
    }
}
