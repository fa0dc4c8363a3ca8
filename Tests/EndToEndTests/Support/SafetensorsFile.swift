import Foundation
import Testing

/// A safetensors file taken apart, to be changed and written again.
struct SafetensorsFile {
    struct Entry: Codable {
        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }

        var dtype: String
        var shape: [Int]
        var dataOffsets: [Int]
    }

    var header: [String: Entry]
    var values: [UInt8]

    init(_ data: Data) throws {
        let bytes = Array(data)
        try #require(bytes.count > 8)
        let count = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        try #require(bytes.count >= 8 + count)
        let text = Data(bytes[8..<8 + count])
        var object = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        object["__metadata__"] = nil
        header = try JSONDecoder().decode(
            [String: Entry].self, from: JSONSerialization.data(withJSONObject: object))
        values = Array(bytes[(8 + count)...])
    }

    func encoded() throws -> [UInt8] {
        let text = try JSONEncoder().encode(header)
        let count = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
        return count + Array(text) + values
    }
}
