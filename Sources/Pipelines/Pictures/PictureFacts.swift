package import Cine
package import Foundation
package import Video

/// What pictures need of an explanation's report, read from its JSON.
package struct PictureFacts: Decodable, Hashable, Sendable {
    package struct Map: Decodable, Hashable, Sendable {
        package let kind: MapKind
        package let shape: [Int]
        package let unit: String
        /// The magnitude at full colour.
        package let scale: Double

        /// Of the map: one for the first frame, which has no axis for it.
        package var frames: Int { shape.count == 4 ? shape[1] : 1 }
    }

    struct Clip: Decodable, Hashable, Sendable {
        /// -1 for black ones.
        let sourceFrames: [Int]
        let sourceHeight, sourceWidth, height, width: Int
        let frameRate: Double?
        /// Of a DICOM object's frames; missing from reports of older versions and of other videos.
        let preparation: String?
    }

    struct Timeline: Decodable, Hashable, Sendable {
        struct Frame: Decodable, Hashable, Sendable {
            let pixels: Double
            let appearance, motion, residual: Double?
        }

        let frames: [Frame]
    }

    struct Method: Decodable, Hashable, Sendable {
        let title, space: String
        /// Of Grad-CAM.
        let layer: String?
    }

    struct Model: Decodable, Hashable, Sendable { let name: String }
    struct Flow: Decodable, Hashable, Sendable { let estimator: String }

    struct Provenance: Decodable, Hashable, Sendable {
        let clip: Clip
        let method: Method
        let model: Model
        let flow: Flow?
    }

    struct Fidelity: Decodable, Hashable, Sendable {
        struct Displacement: Decodable, Hashable, Sendable { let percentile99: Double }
        let displacement: Displacement
    }

    struct Target: Decodable, Hashable, Sendable {
        let description: String
        let value: Double
    }

    struct Windows: Decodable, Hashable, Sendable { let frames: Int }

    package let maps: [Map]
    let windows: Windows?
    let timeline: Timeline?
    let provenance: Provenance
    let fidelity: Fidelity?
    let target: Target

    /// - Throws: `DecodingError` when the report is none.
    package init(report: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(PictureFacts.self, from: report)
    }

    package func map(_ kind: MapKind) -> Map? { maps.first { $0.kind == kind } }

    /// Of the clip.
    package var frames: Int { provenance.clip.sourceFrames.count }
    /// Of the noisy copy, which is one of the first window.
    var noisyFrames: Int { windows?.frames ?? frames }
    /// As the model sees them, in pixels.
    package var width: Int { provenance.clip.width }
    package var height: Int { provenance.clip.height }

    /// Frames a second; ten for arrays, which have no time.
    package var frameRate: FrameRate {
        let rate = provenance.clip.frameRate ?? 10
        // In thousandths, which containers take; 1 to 240 is what players play.
        return FrameRate(numerator: Int((min(max(rate, 1), 240) * 1000).rounded()), denominator: 1000) ?? .ten
    }

    /// How frames of the source must be framed to lie under the maps.
    package var framing: ClipFraming { provenance.clip.preparation.flatMap(ClipFraming.init) ?? .region }

    /// What was explained, as a title says it.
    var title: String {
        "\(provenance.model.name): \(target.description)"
    }
}

extension FrameRate {
    /// - Precondition: none; ten a second can always be made.
    fileprivate static var ten: FrameRate {
        guard let rate = FrameRate(numerator: 10, denominator: 1) else { preconditionFailure("ten over one") }
        return rate
    }
}

extension MapKind {
    /// The frame of the clip that the map's first frame belongs to.
    package var firstClipFrame: Int {
        switch self {
        case .pixels, .firstFrame, .layer: 0
        case .flow, .error: 1
        }
    }

    /// What a picture shows, for its legend.
    var symbol: String {
        switch self {
        case .pixels: "∂y/∂x"
        case .firstFrame: "∂y/∂I₀"
        case .flow: "∂y/∂f"
        case .error: "∂y/∂E"
        case .layer: "Σ αA"
        }
    }

    /// In the words of a heading.
    var words: String {
        switch self {
        case .pixels: "importance of the pixels"
        case .firstFrame: "importance of the first frame"
        case .flow: "importance of the flow"
        case .error: "importance of the residual"
        case .layer: "importance of places, by Grad-CAM"
        }
    }
}
