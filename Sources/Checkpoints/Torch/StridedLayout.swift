import Tensors

/// Where the elements of a tensor lie in its storage, proved to lie within it.
struct StridedLayout {
    let shape: Shape
    /// The elements of the storage from the first that is used to the last.
    let span: Range<Int>
    /// Elements to skip for one step along each axis.
    let strides: [Int]

    enum Refusal: Error, CustomStringConvertible {
        case shape([Int])
        case strides([Int], extents: [Int])
        case offset(Int)
        case outside(last: String, count: Int)
        case repeated(values: Int, count: Int)

        var description: String {
            switch self {
            case .shape(let extents): "its shape \(extents) is negative or too large"
            case .strides(let strides, let extents):
                "its strides \(strides) are negative, or not one for each axis of \(extents)"
            case .offset(let offset): "its offset \(offset) is negative"
            case .outside(let last, let count):
                "it reaches to the element \(last) of a storage that has \(count)"
            case .repeated(let values, let count):
                "it shows \(count) stored elements as \(values): save it with .contiguous()"
            }
        }
    }

    /// - Parameter storage: the elements that the tensor may use.
    /// - Throws: ``Refusal``.
    init(extents: [Int], strides: [Int], offset: Int, storage: Range<Int>) throws {
        // Room for elements of eight bytes: nothing that counts bytes overflows later.
        guard extents.count <= 64, (try? Shape(validating: extents + [2])) != nil else {
            throw Refusal.shape(extents)
        }
        guard strides.count == extents.count, strides.allSatisfy({ $0 >= 0 }) else {
            throw Refusal.strides(strides, extents: extents)
        }
        guard offset >= 0 else { throw Refusal.offset(offset) }
        shape = try Shape(validating: extents)
        // No step is ever taken along an axis of extent 1: its stride may be anything, and must not take part in sums.
        self.strides = zip(extents, strides).map { $0 > 1 ? $1 : 0 }

        let begin = storage.lowerBound.addingReportingOverflow(offset)
        guard !begin.overflow else { throw Refusal.outside(last: "\(offset)", count: storage.count) }
        guard shape.count > 0 else {
            guard offset <= storage.count else { throw Refusal.outside(last: "\(offset)", count: storage.count) }
            span = begin.partialValue..<begin.partialValue
            return
        }
        var last = offset
        for (extent, stride) in zip(extents, strides) {
            let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
            let (sum, carry) = last.addingReportingOverflow(reach)
            guard !overflow, !carry else {
                throw Refusal.outside(last: "beyond 2^63", count: storage.count)
            }
            last = sum
        }
        guard last < storage.count else { throw Refusal.outside(last: "\(last)", count: storage.count) }
        // Axes of stride 0 make much out of little: a few bytes of a file could ask for terabytes.
        guard shape.count <= storage.count else {
            throw Refusal.repeated(values: shape.count, count: storage.count)
        }
        span = begin.partialValue..<storage.lowerBound + last + 1
    }

    /// Whether the elements follow each other in row-major order. Axes of extent 1 may have any stride.
    var isContiguous: Bool {
        zip(zip(strides, shape.strides), shape.extents).allSatisfy { $0.0 == $0.1 || $1 == 1 }
    }
}
