package import Foundation
package import Tensors

/// Writes the safetensors format, Float32 values only. The same tensors and metadata give the same bytes: names are sorted, offsets follow one
/// another, the header is padded with spaces so that values begin at a multiple of eight bytes.
package enum SafetensorsWriter {
    /// What cannot be written.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// The format keeps this name for itself.
        case reservedName
        case notFinite(tensor: String)

        package var description: String {
            switch self {
            case .reservedName: "a tensor cannot be called \(SafetensorsWriter.metadataKey)"
            case .notFinite(let tensor): "the tensor \(tensor) holds values that are not finite numbers"
            }
        }
    }

    fileprivate static let metadataKey = "__metadata__"

    /// - Throws: ``Refusal``. Values that are no numbers are a failed training's, and no reader takes them.
    package static func data(_ tensors: [String: Tensor], metadata: [String: String]) throws -> Data {
        var members: [String] = []
        if !metadata.isEmpty {
            let fields = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\(quoted(metadataKey)):{\(fields.joined(separator: ","))}")
        }
        let sorted = tensors.sorted { $0.key < $1.key }
        var offset = 0
        for (name, tensor) in sorted {
            guard name != metadataKey else { throw Refusal.reservedName }
            let isFinite = tensor.withUnsafeValues { $0.allSatisfy(\.isFinite) }
            guard isFinite else { throw Refusal.notFinite(tensor: name) }
            let end = offset + tensor.count * MemoryLayout<Float>.stride
            let extents = tensor.shape.extents.map(String.init).joined(separator: ",")
            members.append(
                "\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(extents)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Data("{\(members.joined(separator: ","))}".utf8)
        header.append(contentsOf: Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
        var data = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        data.reserveCapacity(data.count + header.count + offset)
        data.append(header)
        for (_, tensor) in sorted {
            tensor.withUnsafeValues { values in
                for value in values {
                    withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
                }
            }
        }
        return data
    }

    /// A string of JSON (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
