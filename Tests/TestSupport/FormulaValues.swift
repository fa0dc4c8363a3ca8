package import Foundation
package import Tensors

/// Values by the formula of the golden files (`weights_formula` in their manifests): reproducible networks without weight files.
package enum FormulaValues {
    /// Uniform in (-1, 1): a hash (murmur3's finaliser) of the element's index, the array's position in the file and a salt.
    package static func unit(element: Int, array: Int, salt: Int) -> Double {
        var h = UInt32(truncatingIfNeeded: element) &* 2_654_435_761
        h = h &+ UInt32(truncatingIfNeeded: array) &* 40503 &+ UInt32(truncatingIfNeeded: salt) &* 69069 &+ 12345
        h ^= h >> 16
        h = h &* 0x85EB_CA6B
        h ^= h >> 13
        h = h &* 0xC2B2_AE35
        h ^= h >> 16
        return 2 * (Double(h) + 0.5) / 4_294_967_296 - 1
    }

    /// The input of a golden network: 1.5·v with array number 1000.
    package static func input(_ shape: Shape, salt: Int) -> Tensor {
        Tensor(uninitialized: shape) { values in
            for index in values.indices {
                values[index] = Float(1.5 * unit(element: index, array: 1000, salt: salt))
            }
        }
    }

    /// A parameter's value by its name and shape.
    static func parameter(_ name: String, _ shape: [Int], element: Int, array: Int, salt: Int) -> Float {
        let v = unit(element: element, array: array, salt: salt)
        let fanIn = Double(shape.dropFirst().reduce(1, *))
        if shape.count >= 3 { return Float(v * (6 / fanIn).squareRoot()) }
        if shape.count == 2 { return Float(v * (3 / fanIn).squareRoot()) }
        if name.hasSuffix("running_var") { return Float(1 + 0.25 * v) }
        if name.hasSuffix("running_mean") || name.hasSuffix("bias") { return Float(0.1 * v) }
        return Float(0.8 + 0.2 * v)
    }

    /// A safetensors file of parameters by formula, in the given order.
    package static func checkpoint(_ parameters: [(name: String, shape: [Int])], salt: Int) -> Data {
        var entries: [String] = []
        var offset = 0
        for parameter in parameters {
            let end = offset + 4 * parameter.shape.reduce(1, *)
            entries.append(
                "\"\(parameter.name)\":{\"dtype\":\"F32\",\"shape\":\(parameter.shape),\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        let header = Data("{\(entries.joined(separator: ","))}".utf8)
        var file = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header
        file.reserveCapacity(file.count + offset)
        for (array, parameter) in parameters.enumerated() {
            let values = (0..<parameter.shape.reduce(1, *)).map {
                Self.parameter(parameter.name, parameter.shape, element: $0, array: array, salt: salt)
            }
            values.withUnsafeBytes { file.append(contentsOf: $0) }
        }
        return file
    }

    /// The same parameters in PyTorch's zip archive.
    package static func torchArchive(_ parameters: [(name: String, shape: [Int])], salt: Int) -> Data {
        TorchFile(
            parameters.enumerated().map { array, parameter in
                .init(
                    parameter.name, parameter.shape,
                    (0..<parameter.shape.reduce(1, *)).map {
                        Self.parameter(parameter.name, parameter.shape, element: $0, array: array, salt: salt)
                    })
            }
        ).archive.data
    }
}
