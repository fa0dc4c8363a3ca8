import Foundation
import TestSupport
import Testing

/// What `Fixtures/ops/manifest.json` says: which operations were evaluated, with which attributes, and how far results may be off.
struct GoldenManifest: Decodable {
    let tolerance: GoldenTolerance
    let cases: [GoldenCase]

    static func read() throws -> GoldenManifest {
        try JSONDecoder().decode(GoldenManifest.self, from: Data(contentsOf: fixture("ops/manifest.json")))
    }
}

/// Errors allowed relative to the largest expected value.
struct GoldenTolerance: Decodable {
    let value, gradient: Float

    private enum CodingKeys: String, CodingKey {
        case value = "rtol_out"
        case gradient = "rtol_grad"
    }
}

/// One evaluation of an operation. Its file holds `in.*`, `out`, the seed `grad_out`, `grad.*`, and `mask.*`: 0 where a gradient has a kink.
struct GoldenCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    /// PyTorch's name of the operation.
    let op: String
    let file: String
    let attributes: GoldenAttributes
    let inputs: [String]
    let gradients: [String]

    var testDescription: String { name }

    private enum CodingKeys: String, CodingKey {
        case name, op, file, inputs
        case attributes = "attrs"
        case gradients = "grads"
    }
}

/// The attributes that occur; each operation has a few of them.
struct GoldenAttributes: Decodable, Sendable {
    let stride, padding, dilation, window, outputSize, size, normalizedShape: [Int]?
    let groups, axis: Int?
    let epsilon: Float?
    let ceils, countsPadding, alignsCorners: Bool?
    let mode, paddingMode: String?

    private enum CodingKeys: String, CodingKey {
        case stride, padding, dilation, groups, axis, mode, size
        case window = "kernel_size"
        case outputSize = "output_size"
        case normalizedShape = "normalized_shape"
        case epsilon = "eps"
        case ceils = "ceil_mode"
        case countsPadding = "count_include_pad"
        case alignsCorners = "align_corners"
        case paddingMode = "padding_mode"
    }
}
