import Autodiff
import Tensors
import TestSupport
import Testing

@Suite struct PoolingTests {
    private let pairs = PoolingGeometry(
        window: Extent3(depth: 1, height: 1, width: 2), stride: Extent3(depth: 1, height: 1, width: 2), padding: .zero,
        keepsPartialWindows: false)

    /// The gradient of the sum of the maxima of neighbouring pairs.
    private func winners(_ values: [Float]) throws -> (maxima: [Float], gradient: [Float]) {
        let tape = Tape(parallelism: .single)
        let x = tape.variable(try Tensor(shape: [1, 1, 1, 1, values.count], values: values))
        let y = try maxPooling3D(x, geometry: pairs)
        let seed = Tensor(shape: y.shape, repeating: 1)
        return (y.value.values, try tape.gradients(of: y, seed: seed, withRespectTo: [x])[0].values)
    }

    @Test("Of equal values the first one takes the gradient, -infinity included")
    func ties() throws {
        let (maxima, gradient) = try winners([3, 3, -.infinity, -.infinity, 0, -0.0, 1, 2])
        #expect(maxima == [3, -.infinity, 0, 2])
        #expect(gradient == [1, 0, 1, 0, 1, 0, 0, 1])
    }

    @Test("Not-a-number is the maximum wherever it stands")
    func notANumber() throws {
        let (maxima, gradient) = try winners([.nan, 5, 5, .nan, .infinity, .nan])
        #expect(maxima.allSatisfy { $0.isNaN })
        #expect(gradient == [1, 0, 0, 1, 0, 1])
    }

    @Test("One byte a window is kept, four for more than 256 elements, none for a constant")
    func memory() throws {
        let x = Tensor(shape: [1, 2, 1, 20, 20], repeating: 1)
        func kept(window: Int, wants: Bool) throws -> Int {
            let tape = Tape(parallelism: .single)
            let geometry = PoolingGeometry(
                window: Extent3(depth: 1, height: window, width: window), stride: .one, padding: .zero,
                keepsPartialWindows: false)
            _ = try maxPooling3D(wants ? tape.variable(x) : tape.constant(x), geometry: geometry)
            return tape.keptBytes
        }
        #expect(try kept(window: 16, wants: true) == 2 * 5 * 5)
        #expect(try kept(window: 17, wants: true) == 2 * 4 * 4 * 4)
        #expect(try kept(window: 16, wants: false) == 0)
    }

    @Test(
        "Windows that hold nothing, or too much, are refused",
        arguments: [
            PoolingGeometry(window: .one, stride: .one, padding: .one, keepsPartialWindows: false),
            PoolingGeometry(window: Extent3(5), stride: .one, padding: .zero, keepsPartialWindows: false),
            PoolingGeometry(window: .one, stride: .zero, padding: .zero, keepsPartialWindows: true),
            PoolingGeometry(window: .zero, stride: .one, padding: .zero, keepsPartialWindows: true),
            PoolingGeometry(window: Extent3(2), stride: .one, padding: Extent3(-1), keepsPartialWindows: false),
            PoolingGeometry(
                window: Extent3(1 << 30), stride: .one, padding: Extent3((1 << 30) - 1), keepsPartialWindows: false),
            PoolingGeometry(
                window: Extent3(.max), stride: Extent3(.max), padding: Extent3(.max - 1), keepsPartialWindows: true),
        ])
    func refusals(_ geometry: PoolingGeometry) {
        #expect(throws: ShapeError.self) { try maxPooling3DShape([1, 1, 4, 4, 4], geometry: geometry) }
        #expect(throws: ShapeError.self) { try averagePooling3DShape([1, 1, 4, 4, 4], geometry: geometry) }
    }

    @Test("An input without five axes, or an empty one, is refused")
    func inputs() {
        #expect(throws: ShapeError.self) { try maxPooling3DShape([1, 4, 4, 4], geometry: pairs) }
        #expect(throws: ShapeError.self) { try averagePooling3DShape([1, 1, 0, 4, 4], geometry: pairs) }
    }
}
