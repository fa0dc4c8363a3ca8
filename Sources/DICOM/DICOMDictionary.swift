import CDICOM

/// The standard's attributes (PS3.6).
package enum DICOMDictionary {
    /// - Returns: nil for what is no attribute of the standard.
    package static func keyword(_ tag: UInt32) -> String? {
        var bytes = [CChar](repeating: 0, count: 128)
        let isKnown = bytes.withUnsafeMutableBufferPointer {
            cdcm_keyword(UInt16(tag >> 16), UInt16(truncatingIfNeeded: tag), $0.baseAddress, $0.count)
        }
        return isKnown ? String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
