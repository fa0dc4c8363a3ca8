import Models
package import Motion

/// Where the flow of a decomposition comes from.
package enum FlowChoice: Hashable, Sendable {
    case farneback(Farneback.Parameters)
    case dis(DenseInverseSearch.Preset)
    /// No flow: the control.
    case zero
    /// Flow that came with the request: the SHA-256 of a `.npy` file, sampling flow `[2, T - 1, H, W]`.
    case given(sha256: String)

    /// Nil for flow that is given.
    var estimator: (any FlowEstimator)? {
        switch self {
        case .farneback(let parameters): Farneback(parameters: parameters)
        case .dis(let preset): DenseInverseSearch(preset: preset)
        case .zero: ZeroFlow()
        case .given: nil
        }
    }
}

extension FlowChoice: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case farneback, dis, given }
    private enum FarnebackKeys: String, CodingKey, CaseIterable {
        case levels, window, iterations
        case pyramidScale = "pyramid_scale"
        case polynomialSize = "poly_n"
        case polynomialSigma = "poly_sigma"
        case usesGaussianWindow = "gaussian_window"
    }
    private enum DISKeys: String, CodingKey, CaseIterable { case preset }
    private enum GivenKeys: String, CodingKey, CaseIterable { case sha256 }

    package init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            switch FlowEstimatorKind(rawValue: name) {
            case .farneback: self = .farneback(.standard)
            case .dis: self = .dis(.medium)
            case .zero: self = .zero
            case nil:
                throw DocumentError(
                    path: decoder.codingPath.dotted,
                    reason:
                        "\(name) is not known: one of \(FlowEstimatorKind.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            return
        }
        let malformed = DocumentError(
            path: decoder.codingPath.dotted,
            reason:
                "expected a name (\(FlowEstimatorKind.allCases.map(\.rawValue).joined(separator: ", "))), {\"farneback\": {\"window\": 15, …}} or {\"dis\": {\"preset\": \"fast\"}}"
        )
        let fields: KeyedDecodingContainer<CodingKeys>
        do {
            fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        } catch is DecodingError {
            throw malformed
        }
        guard fields.allKeys.count == 1, let key = fields.allKeys.first else { throw malformed }
        let options = try fields.superDecoder(forKey: key)
        switch key {
        case .farneback: self = .farneback(try Self.parameters(options))
        case .dis:
            let options = try options.closedContainer(keyedBy: DISKeys.self)
            self = .dis(try options.decodeName(.preset) ?? .medium)
        case .given:
            let options = try options.closedContainer(keyedBy: GivenKeys.self)
            let sha256 = try options.decode(String.self, forKey: .sha256)
            guard sha256.utf8.count == 64, sha256.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else {
                throw DocumentError(
                    path: (options.codingPath + [GivenKeys.sha256]).dotted,
                    reason: "expected the SHA-256 of the part flow, in 64 lower-case hexadecimal digits")
            }
            self = .given(sha256: sha256)
        }
    }

    private static func parameters(_ decoder: any Decoder) throws -> Farneback.Parameters {
        let options = try decoder.closedContainer(keyedBy: FarnebackKeys.self)
        let standard = Farneback.Parameters.standard
        do {
            return try Farneback.Parameters(
                pyramidScale: options.decodeIfPresent(Double.self, forKey: .pyramidScale) ?? standard.pyramidScale,
                levels: options.wholeNumber(Int.self, forKey: .levels) ?? standard.levels,
                window: options.wholeNumber(Int.self, forKey: .window) ?? standard.window,
                iterations: options.wholeNumber(Int.self, forKey: .iterations) ?? standard.iterations,
                polynomialSize: options.wholeNumber(Int.self, forKey: .polynomialSize) ?? standard.polynomialSize,
                polynomialSigma: options.decodeIfPresent(Double.self, forKey: .polynomialSigma)
                    ?? standard.polynomialSigma,
                usesGaussianWindow: options.decodeIfPresent(Bool.self, forKey: .usesGaussianWindow)
                    ?? standard.usesGaussianWindow)
        } catch let error as MotionError {
            throw DocumentError(path: decoder.codingPath.dotted, reason: error.description)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .zero:
            var single = encoder.singleValueContainer()
            try single.encode(FlowEstimatorKind.zero.rawValue)
        case .farneback(.standard):
            var single = encoder.singleValueContainer()
            try single.encode(FlowEstimatorKind.farneback.rawValue)
        case .farneback(let parameters):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            var options = fields.nestedContainer(keyedBy: FarnebackKeys.self, forKey: .farneback)
            try options.encode(parameters.pyramidScale, forKey: .pyramidScale)
            try options.encode(parameters.levels, forKey: .levels)
            try options.encode(parameters.window, forKey: .window)
            try options.encode(parameters.iterations, forKey: .iterations)
            try options.encode(parameters.polynomialSize, forKey: .polynomialSize)
            try options.encode(parameters.polynomialSigma, forKey: .polynomialSigma)
            try options.encode(parameters.usesGaussianWindow, forKey: .usesGaussianWindow)
        case .dis(let preset):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            var options = fields.nestedContainer(keyedBy: DISKeys.self, forKey: .dis)
            try options.encode(preset.rawValue, forKey: .preset)
        case .given(let sha256):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            var options = fields.nestedContainer(keyedBy: GivenKeys.self, forKey: .given)
            try options.encode(sha256, forKey: .sha256)
        }
    }
}
