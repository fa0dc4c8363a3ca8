package import Attribution
package import Cine

/// One kind of map by one method: a row of the table (Hughes, figure 2).
package struct StudyRow: Hashable, Sendable, Codable {
    package let method: MethodName
    package let kind: MapKind

    package init(method: MethodName, kind: MapKind) {
        self.method = method
        self.kind = kind
    }

    package var space: Space { kind == .pixels ? .pixels : .decomposition }

    /// The rows of some methods. The decomposition's own map of pixels is left out: it is the gradient at a reconstruction that equals the clip.
    package static func rows(_ methods: [MethodName]) -> [StudyRow] {
        methods.flatMap { method in
            [MapKind.pixels, .error, .flow, .firstFrame].map { StudyRow(method: method, kind: $0) }
        }
    }

    /// As the report has it for its own methods, `vanilla/x`, `smoothflow/error`; by name for others.
    package var title: String {
        let input =
            switch kind {
            case .pixels: "x"
            case .firstFrame: "first frame"
            case .flow: "flow"
            case .error: "error"
            case .layer: "layer"
            }
        return switch (method, space) {
        case (.gradient, .pixels): "vanilla/\(input)"
        case (.gradient, .decomposition): "flow/\(input)"
        case (.smoothgrad, .pixels): "smooth/\(input)"
        case (.smoothgrad, .decomposition): "smoothflow/\(input)"
        default: "\(method.rawValue)/\(input)"
        }
    }

    /// In documents: `smoothgrad.flow`.
    package var key: String { "\(method.rawValue).\(kind.rawValue)" }
}
