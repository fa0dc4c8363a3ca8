/// The scalar of a model's output that is differentiated, as a caller names it.
package enum Target: Hashable, Sendable {
    /// The manifest's default; without one the highest output of a classification, the first of a regression.
    case predicted
    /// A raw output, before any softmax.
    case output(Int)
    /// A raw output by its index on every axis of the output's shape, or on all behind the batch.
    case element([Int])
    case label(String)
    /// The first output minus the second.
    case difference(Int, Int)
    /// The angle atan2(y, x) of two outputs, in radians: y is given first.
    case angle(y: Int, x: Int)
}

extension Target: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case output, label, difference, atan2 }

    package init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            guard name == "predicted" else { throw Self.malformed(decoder) }
            self = .predicted
            return
        }
        let fields: KeyedDecodingContainer<CodingKeys>
        do {
            fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        } catch is DecodingError {
            throw Self.malformed(decoder)
        }
        guard fields.allKeys.count == 1, let key = fields.allKeys.first else { throw Self.malformed(decoder) }
        switch key {
        case .output:
            if let indices = try? fields.decode([Int].self, forKey: .output) {
                guard (1...8).contains(indices.count), indices.allSatisfy({ $0 >= 0 }) else {
                    throw Self.malformed(decoder)
                }
                self = indices.count == 1 ? .output(indices[0]) : .element(indices)
            } else {
                guard let index = try fields.wholeNumber(Int.self, forKey: .output) else {
                    throw Self.malformed(decoder)
                }
                self = .output(index)
            }
        case .label: self = .label(try fields.decode(String.self, forKey: .label))
        case .difference, .atan2:
            let pair = try fields.decode([Int].self, forKey: key)
            guard pair.count == 2, pair[0] != pair[1] else { throw Self.malformed(decoder) }
            self = key == .difference ? .difference(pair[0], pair[1]) : .angle(y: pair[0], x: pair[1])
        }
    }

    private static func malformed(_ decoder: any Decoder) -> DocumentError {
        DocumentError(
            path: decoder.codingPath.dotted,
            reason:
                "expected \"predicted\", {\"output\": 7}, {\"output\": [0, 7]}, {\"label\": \"…\"}, {\"difference\": [1, 2]} or {\"atan2\": [1, 0]}"
        )
    }

    package func encode(to encoder: any Encoder) throws {
        if case .predicted = self {
            var single = encoder.singleValueContainer()
            return try single.encode("predicted")
        }
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .predicted: break
        case .output(let index): try fields.encode(index, forKey: .output)
        case .element(let indices): try fields.encode(indices, forKey: .output)
        case .label(let label): try fields.encode(label, forKey: .label)
        case .difference(let a, let b): try fields.encode([a, b], forKey: .difference)
        case .angle(let y, let x): try fields.encode([y, x], forKey: .atan2)
        }
    }
}
