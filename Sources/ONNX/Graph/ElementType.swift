/// What an array holds, by the numbers of the format.
package enum ElementType: Int, Hashable, Sendable, CaseIterable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16

    /// The three kinds that computations tell apart: all numbers with a fraction are worked out in Float32, all integers in 64 bits.
    package enum Kind: Hashable, Sendable { case real, integer, boolean }

    package var kind: Kind {
        switch self {
        case .float32, .float16, .float64, .bfloat16: .real
        case .uint8, .int8, .uint16, .int16, .int32, .int64, .uint32, .uint64: .integer
        case .bool: .boolean
        }
    }

    package var bytes: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }
}
