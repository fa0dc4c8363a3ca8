/// What PyTorch's storages hold. The types that ``StoredElement`` lacks may occur beside a state dictionary, not in it.
enum StorageType: String, Hashable, CaseIterable {
    case float64 = "Double"
    case float32 = "Float"
    case float16 = "Half"
    case bfloat16 = "BFloat16"
    case int64 = "Long"
    case int32 = "Int"
    case int16 = "Short"
    case int8 = "Char"
    case uint8 = "Byte"
    case bool = "Bool"
    case complex64 = "ComplexFloat"
    case complex128 = "ComplexDouble"
    case qint8 = "QInt8"
    case quint8 = "QUInt8"
    case qint32 = "QInt32"
    /// Bytes whose type the tensor tells.
    case untyped = "Untyped"
    // These have no storage class of their own.
    case uint16, uint32, uint64

    /// The type of the elements; nil when no parameter may have it.
    var element: StoredElement? {
        switch self {
        case .float64: .float64
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int64: .int64
        case .int32: .int32
        case .int16: .int16
        case .int8: .int8
        case .uint8: .uint8
        case .bool: .bool
        case .uint16: .uint16
        case .uint32: .uint32
        case .uint64: .uint64
        case .complex64, .complex128, .qint8, .quint8, .qint32, .untyped: nil
        }
    }

    /// Bytes of an element.
    var bytes: Int {
        switch self {
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32, .qint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool, .qint8, .quint8, .untyped: 1
        case .complex128: 16
        }
    }

    /// The classes of storages in Python: those of the processor, and those of CUDA that early releases named.
    var storageNames: [String] {
        switch self {
        case .uint16, .uint32, .uint64: []
        case .untyped:
            ["torch.storage.UntypedStorage", "torch.storage._UntypedStorage", "torch.UntypedStorage"]
        case .float64, .float32, .float16, .bfloat16, .int64, .int32, .int16, .int8, .uint8, .bool, .complex64,
            .complex128, .qint8, .quint8, .qint32:
            ["torch.\(rawValue)Storage", "torch.cuda.\(rawValue)Storage"]
        }
    }

    /// The dtypes in Python.
    var elementNames: [String] {
        switch self {
        case .untyped: []
        case .float64, .float32, .float16, .bfloat16, .int64, .int32, .int16, .int8, .uint8, .bool, .complex64,
            .complex128, .qint8, .quint8, .qint32, .uint16, .uint32, .uint64:
            ["torch.\(self)"]
        }
    }
}
