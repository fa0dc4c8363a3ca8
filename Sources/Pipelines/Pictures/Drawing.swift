package import Cine
import Rendering

/// Something that has a picture for each of some frames of the clip.
struct Drawing {
    /// What it shows.
    let subject: PictureSubject
    /// Of the clip, those that there are pictures of.
    let frames: [Int]
    let legends: [Legend]
    /// For the text chunks of a PNG.
    let texts: [(keyword: String, text: String)]
    /// Of one picture, in pixels, before it is drawn.
    let pixels: Int
    /// The picture that belongs to `frames[index]`.
    let draw: (_ index: Int) throws -> RGBImage
}

/// What pictures are of.
package enum PictureSubject: Hashable, Sendable {
    case map(MapKind)
    case flow
    case noise
    case vectors
    case trajectories
    /// The frame with its flow, and the importance of each part, side by side: figure 3 of the report.
    case figure

    /// In words, for a PNG's title.
    var words: String {
        switch self {
        case .map(let kind): "\(kind.rawValue) map"
        case .flow: "flow"
        case .noise: "noisy copy"
        case .vectors: "flow vectors of highest gradient"
        case .trajectories: "trajectories of highest saliency"
        case .figure: "parts"
        }
    }
}
