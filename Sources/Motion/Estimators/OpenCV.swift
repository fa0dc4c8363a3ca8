import COpticalFlow
import Tensors

/// The passage to the C interface over OpenCV: pointers, extents and errors.
enum OpenCV {
    static var library: String { "OpenCV " + String(cString: cof_library_version()) }

    /// Where OpenCV's own limits (16-bit coordinates in its remapping) begin.
    static let largestSide = 32_000

    /// - Parameter estimate: fills the planes and returns `COF_OK`, or writes a message.
    /// - Returns: `[2, H, W]`.
    static func flow(
        from: LumaFrame, to: LumaFrame, estimator: FlowEstimatorKind,
        _ estimate: (cof_pair, cof_planes, cof_message) -> Int32
    ) throws -> Tensor {
        guard from.width == to.width, from.height == to.height else {
            throw MotionError.framesDiffer(
                fromWidth: from.width, fromHeight: from.height, toWidth: to.width, toHeight: to.height)
        }
        guard min(from.width, from.height) > 0, max(from.width, from.height) <= largestSide else {
            throw MotionError.unsuitableFrame(
                estimator: estimator, width: from.width, height: from.height,
                requirement: "sides from 1 to \(largestSide) pixels")
        }
        let area = from.width * from.height
        return try Tensor(uninitialized: [2, from.height, from.width]) { values in
            try withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text in
                text.initialize(repeating: 0)
                let status = from.bytes.withUnsafeBufferPointer { before in
                    to.bytes.withUnsafeBufferPointer { after in
                        estimate(
                            cof_pair(
                                from: before.baseAddress, to: after.baseAddress, width: Int32(from.width),
                                height: Int32(from.height)),
                            cof_planes(x: values.baseAddress, y: values.baseAddress.map { $0 + area }),
                            cof_message(text: text.baseAddress, capacity: text.count))
                    }
                }
                guard status == Int32(COF_OK) else {
                    let reason = String(
                        decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    throw MotionError.estimationFailed(estimator: estimator, reason: reason)
                }
            }
        }
    }
}
