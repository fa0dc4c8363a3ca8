import TestSupport
import Tensors
import Testing

@Suite struct TensorTests {
    @Test func stridesAreRowMajor() {
        let shape: Shape = [2, 3, 4]
        #expect(shape.strides == [12, 4, 1])
        #expect(shape.count == 24)
        #expect(Shape([]).count == 1)
    }

    @Test func aWriteDoesNotReachTheOtherCopy() throws {
        let original = try Tensor(shape: [2, 2], values: [1, 2, 3, 4])
        var copy = original
        copy[1, 0] = 9
        #expect(original.values == [1, 2, 3, 4])
        #expect(copy.values == [1, 2, 9, 4])
    }

    @Test func memoryIsAlignedToCacheLines() {
        for count in [1, 3, 17, 1000] {
            let tensor = Tensor(shape: [count], repeating: 1)
            tensor.withUnsafeValues { #expect(UInt(bitPattern: $0.baseAddress) % 64 == 0) }
        }
    }

    @Test func aWrongCountIsRefusedWithBothNumbers() {
        #expect(throws: ShapeError.countMismatch(shape: [2, 2], count: 3)) {
            try Tensor(shape: [2, 2], values: [1, 2, 3])
        }
        #expect(throws: ShapeError.countMismatch(shape: [5], count: 4)) {
            try Tensor(shape: [2, 2], repeating: 0).reshaped(to: [5])
        }
    }

    @Test(arguments: [[-1, 2], [Int.max, 2], [1 << 31, 1 << 31, 4], [0, 1 << 62, 1 << 62]])
    func extentsFromOutsideAreChecked(_ extents: [Int]) {
        #expect(throws: ShapeError.invalidExtents(extents)) { try Shape(validating: extents) }
    }
}
