package import Foundation

/// A state dictionary in PyTorch's formats.
package struct TorchFile {
    package struct Parameter {
        package var name: String
        package var shape: [Int]
        /// Float32.
        package var values: [Float]

        package init(_ name: String, _ shape: [Int], _ values: [Float]) {
            (self.name, self.shape, self.values) = (name, shape, values)
        }

        var bytes: [UInt8] { values.withUnsafeBytes(Array.init) }
    }

    package var parameters: [Parameter]

    package init(_ parameters: [Parameter]) { self.parameters = parameters }

    /// `data.pkl`
    package var pickle: [UInt8] {
        var pickle = PickleWriter()
        pickle.codes("}(")
        for (index, parameter) in parameters.enumerated() {
            pickle.text(parameter.name)
            var strides = [Int](repeating: 1, count: parameter.shape.count)
            for axis in strides.indices.dropLast().reversed() {
                strides[axis] = strides[axis + 1] * parameter.shape[axis + 1]
            }
            pickle.tensor(
                key: "\(index)", type: "FloatStorage", storageCount: parameter.values.count, offset: 0,
                shape: parameter.shape, strides: strides)
        }
        pickle.codes("u.")
        return pickle.bytes
    }

    package var archive: ZipWriter { archive(pickle: pickle) }

    /// - Parameter pickle: instead of the truth.
    package func archive(pickle: [UInt8]) -> ZipWriter {
        let start = [ZipWriter.Entry("archive/data.pkl", pickle), .init("archive/byteorder", Array("little".utf8))]
        return ZipWriter(
            start + parameters.enumerated().map { .init("archive/data/\($0.offset)", $0.element.bytes) }
                + [.init("archive/version", Array("3\n".utf8))])
    }

    package var legacy: Data { legacy(pickle: pickle) }

    /// - Parameter pickle: instead of the truth.
    package func legacy(pickle: [UInt8]) -> Data {
        var start = PickleWriter()
        start.append([0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])
        start.codes(".")
        var version = PickleWriter()
        version.number(1001)
        version.codes(".")
        var machine = PickleWriter()
        machine.codes("}")
        machine.text("little_endian")
        machine.append([0x88])
        machine.codes("s.")
        var keys = PickleWriter()
        keys.codes("](")
        for index in parameters.indices { keys.text("\(index)") }
        keys.codes("e.")
        let storages = parameters.flatMap { PickleWriter.little($0.values.count, bytes: 8) + $0.bytes }
        return Data(start.bytes + version.bytes + machine.bytes + pickle + keys.bytes + storages)
    }
}
