/// Numbers of a map as JSON, written without an object for each: a map has millions.
enum MapDocument {
    struct Head: Encodable {
        let explanation, kind: String
        let shape: [Int]
        let axes: [String]
        let unit: String
        /// The magnitude that pictures show at full colour.
        let scale: Double
        /// Index of the frame, in the map and in the clip; nil for the whole map.
        let frame: Int?
        let clipFrame: Int?
    }

    /// - Parameter values: flat, in C order of the shape; nil leaves them out.
    static func json(_ head: Head, values: [Float]?) -> [UInt8] {
        let document = JSONText(head)
        guard let values else { return document.bytes }
        var bytes = Array(document.text.utf8.dropLast())
        bytes.reserveCapacity(bytes.count + values.count * 14)
        bytes += ",\"values\":[".utf8
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += (value == 0 ? "0" : value.description).utf8
        }
        bytes += "]}\n".utf8
        return bytes
    }
}
